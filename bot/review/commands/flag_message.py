"""*Flag*, in a message's menu: a moderator raises a flag by hand."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.records import BY_MODERATOR
from bot.review.answering import answer
from bot.review.desk import desk_of, guild_of, named
from bot.review.permitting import require
from bot.review.raising import post_of


@app_commands.context_menu(name="Flag")
@app_commands.default_permissions(manage_messages=True)
async def flag_message(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    moderator = require(interaction, "manage_messages")
    desk, guild = desk_of(interaction), guild_of(interaction)
    post = await post_of(desk, guild, message)
    if post is None:
        await answer(interaction, "A message of Discord's or of mine cannot be flagged.")
        return
    raised = await desk.pipeline.raise_flag(post, BY_MODERATOR, by=named(moderator))
    if raised is not None:
        await answer(interaction, f"Flag #{raised.number}. Its card is on the way to the log channel.")
        return
    known = await desk.ledger.flag_of_message(guild.id, message.id)
    number = f" as #{known.number}: use /flag {known.number}" if known else ""
    await answer(interaction, f"It is flagged already{number}.")
