"""``/pause``: shadow mode for the whole server, at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import discord
from discord import app_commands
from discord.utils import format_dt

from bot.errors import RecordFailed
from bot.records import Named, Pause
from bot.review.answering import answer
from bot.review.desk import Desk, desk_of, guild_of, named
from bot.review.permitting import require
from bot.review.quote import quote
from bot.review.sources import of_layer
from bot.texts import Texts, fill

LONGEST_REASON = 200  # characters
NAME_SHOWN = 80


@app_commands.command()
@app_commands.default_permissions(moderate_members=True)
async def pause(interaction: discord.Interaction[Any], reason: app_commands.Range[str, 1, LONGEST_REASON]) -> None:
    require(interaction, "moderate_members")
    desk, guild = desk_of(interaction), named(guild_of(interaction))
    here = desk.rulebook.in_guild(guild)
    if here.mode_of_guild:
        mode, place = here.mode_of_guild.change.mode, of_layer(desk, here.mode_of_guild)
        await answer(interaction, fill(here.texts.pause_overruled, place=place, mode=mode))
        return
    if here.pause:
        by, since = f"<@{here.pause.by.id}>", format_dt(here.pause.since, "R")
        why = quote(here.pause.reason, LONGEST_REASON, one_line=True)
        await answer(interaction, fill(here.texts.pause_before, member=by, when=since, reason=why))
        return
    is_kept = await put(desk, guild, Pause(reason, named(interaction.user), datetime.now(UTC)))

    def say(_: Named, texts: Texts) -> str:
        who = quote(interaction.user.display_name, NAME_SHOWN, one_line=True)
        return fill(texts.paused, member=who, reason=quote(reason, LONGEST_REASON, one_line=True))

    await desk.log_channel.say(say, guild.id)
    said = [here.texts.pause_begun, "" if is_kept else here.texts.pause_not_kept]
    await answer(interaction, " ".join(filter(None, said)))


async def put(desk: Desk, guild: Named, pause: Pause | None) -> bool:
    """Put a pause in force, or end one; False: it could not be recorded. In force it is in any case."""
    settings = replace(desk.rulebook.set_there(guild.id), pause=pause)
    desk.rulebook.set_in(guild.id, settings)
    try:
        await desk.ledger.put_guild_settings(guild.id, settings)
    except RecordFailed:
        return False
    return True
