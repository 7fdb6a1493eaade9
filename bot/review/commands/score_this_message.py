"""*Score this message*, in a message's menu."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.review.answering import answer
from bot.review.desk import desk_of, guild_of, texts_for
from bot.review.judging import judged
from bot.review.raising import with_roles
from bot.texts.saying import OURS


@app_commands.context_menu(name=OURS.menu_score_this_message)
@app_commands.default_permissions(manage_messages=True)
async def score_this_message(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    desk, guild = desk_of(interaction), guild_of(interaction)
    post = desk.post_of(message)
    if post is None or not post.text.strip():
        await answer(interaction, texts_for(interaction).score_no_text)
        return
    post = await with_roles(post, guild, message)
    await answer(interaction, await judged(desk, post, interaction.user.id))
