"""*Flag*, in a message's menu: a moderator raises a flag by hand."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.records import BY_MODERATOR
from bot.review.answering import answer
from bot.review.desk import desk_of, guild_of, named, texts_for
from bot.review.permitting import require
from bot.review.raising import post_of
from bot.texts import fill
from bot.texts.saying import OURS


@app_commands.context_menu(name=OURS.menu_flag_message)
@app_commands.default_permissions(manage_messages=True)
async def flag_message(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    moderator = require(interaction, "manage_messages")
    desk, guild, texts = desk_of(interaction), guild_of(interaction), texts_for(interaction)
    post = await post_of(desk, guild, message)
    if post is None:
        await answer(interaction, texts.flag_not_this)
        return
    raised = await desk.pipeline.raise_flag(post, BY_MODERATOR, by=named(moderator))
    if raised is not None:
        await answer(interaction, fill(texts.flag_raised, number=raised.number))
        return
    known = await desk.ledger.flag_of_message(guild.id, message.id)
    await answer(interaction, fill(texts.flag_known, number=known.number) if known else texts.flag_known_before)
