"""``/history member``: what a member was flagged for, and what became of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import discord
from discord import app_commands

from bot.record.figures import MemberFigures
from bot.record.reading import FlagFilter
from bot.review.answering import answer
from bot.review.desk import desk_of, guild_of, named
from bot.review.fitting import counted
from bot.review.flag_list import flag_list
from bot.review.permitting import require
from bot.review.quote import quote

NAME_SHOWN = 80


@app_commands.command(description="What a member was flagged for here, and their strikes.")
@app_commands.describe(member="The member; also one who has left.")
@app_commands.default_permissions(manage_messages=True)
async def history(interaction: discord.Interaction[Any], member: discord.User) -> None:
    desk, guild = desk_of(interaction), guild_of(interaction)
    rules = desk.rulebook.in_guild(named(guild)).rules.strikes
    found = await desk.ledger.figures_of_member(guild.id, member.id)
    standing = await desk.ledger.strikes(guild.id, member.id, datetime.now(UTC) - rules.forget_after)
    headline = headed(member, found, sum(strike.weight for strike in standing))
    wanted = FlagFilter(guild_id=guild.id, author_id=member.id)
    await answer(interaction, view=await flag_list(headline, wanted, desk, require(interaction)))


def headed(member: discord.User | discord.Member, found: MemberFigures, strikes: int) -> str:
    """Who it is, and their flags in one line."""
    name = quote(member.display_name, NAME_SHOWN, one_line=True)
    since = f"Account made <t:{int(member.created_at.timestamp())}:R>"
    joined = getattr(member, "joined_at", None)
    since += f", joined <t:{int(joined.timestamp())}:R>." if joined else "."
    judged = found.judged
    counts = f"{counted(found.flags, 'flag')}: {judged.upheld} upheld, {judged.mistaken} mistaken"
    counts += f", {judged.waiting} waiting"
    first = f", the first <t:{int(found.first.timestamp())}:R>" if found.first else ""
    return f"### {name} (<@{member.id}>)\n{since} {counts}{first}. Strikes that count now: {strikes}."
