"""``/score text``: what the model says about a text, and what the rules here would make of it."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.records import Surface
from bot.review.answering import answer
from bot.review.desk import desk_of
from bot.review.judging import judged
from bot.review.placing import post_here

LONGEST_TEXT = 4_000  # characters; Discord allows 6,000 in an option, and a message of 4,000


@app_commands.command()
@app_commands.default_permissions(manage_messages=True)
async def score(interaction: discord.Interaction[Any], text: app_commands.Range[str, 1, LONGEST_TEXT]) -> None:
    post = post_here(interaction, (Surface("content", text),))
    await answer(interaction, await judged(desk_of(interaction), post, interaction.user.id))
