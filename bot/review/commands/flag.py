"""``/flag N``: one flag as its card."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.review.flag_list import open_flag

HIGHEST = 2**31 - 1


@app_commands.command()
@app_commands.default_permissions(manage_messages=True)
async def flag(interaction: discord.Interaction[Any], number: app_commands.Range[int, 1, HIGHEST]) -> None:
    await open_flag(interaction, number)
