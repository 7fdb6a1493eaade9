"""``/resume``: the end of a pause."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.records import Named
from bot.review.answering import answer
from bot.review.commands.pause import NAME_SHOWN, NOT_KEPT, put
from bot.review.desk import desk_of, guild_of, named
from bot.review.permitting import require
from bot.review.quote import quote
from bot.texts import Texts, fill


@app_commands.command(description="End the pause: the config says again what is done.")
@app_commands.default_permissions(moderate_members=True)
async def resume(interaction: discord.Interaction[Any]) -> None:
    require(interaction, "moderate_members")
    desk, guild = desk_of(interaction), named(guild_of(interaction))
    if desk.rulebook.set_there(guild.id).pause is None:
        mode = desk.rulebook.in_guild(guild).mode
        await answer(interaction, f"Nothing is paused. The config says `mode: {mode}`.")
        return
    is_kept = await put(desk, guild, None)
    mode = desk.rulebook.in_guild(guild).mode

    def say(_: Named, texts: Texts) -> str:
        return fill(texts.resumed, member=quote(interaction.user.display_name, NAME_SHOWN, one_line=True), mode=mode)

    await desk.log_channel.say(say, guild.id)
    done = f"The pause is over. The config says `mode: {mode}`."
    await answer(interaction, done if is_kept else f"{done} {NOT_KEPT.replace('it ends', 'it is back')}")
