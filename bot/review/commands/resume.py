"""``/resume``: the end of a pause."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.records import Named
from bot.review.answering import answer
from bot.review.commands.pause import NAME_SHOWN, put
from bot.review.desk import desk_of, guild_of, named
from bot.review.permitting import require
from bot.review.quote import quote
from bot.texts import Texts, fill


@app_commands.command()
@app_commands.default_permissions(moderate_members=True)
async def resume(interaction: discord.Interaction[Any]) -> None:
    require(interaction, "moderate_members")
    desk, guild = desk_of(interaction), named(guild_of(interaction))
    if desk.rulebook.set_there(guild.id).pause is None:
        here = desk.rulebook.in_guild(guild)
        await answer(interaction, fill(here.texts.pause_none, mode=here.mode))
        return
    is_kept = await put(desk, guild, None)
    here = desk.rulebook.in_guild(guild)

    def say(_: Named, texts: Texts) -> str:
        return fill(
            texts.resumed, member=quote(interaction.user.display_name, NAME_SHOWN, one_line=True), mode=here.mode
        )

    await desk.log_channel.say(say, guild.id)
    said = [fill(here.texts.pause_over, mode=here.mode), "" if is_kept else here.texts.pause_over_not_kept]
    await answer(interaction, " ".join(filter(None, said)))
