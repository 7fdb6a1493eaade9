"""``/history member``: what a member was flagged for, and what became of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import discord
from discord import app_commands
from discord.utils import format_dt

from bot.record.figures import MemberFigures
from bot.record.reading import FlagFilter
from bot.review.answering import answer
from bot.review.desk import desk_of, guild_of, named, texts_for
from bot.review.fitting import cut
from bot.review.flag_list import flag_list
from bot.review.permitting import require
from bot.review.quote import quote
from bot.texts import Texts, fill

NAME_SHOWN, LONGEST_HEAD = 80, 1_000  # characters


@app_commands.command()
@app_commands.default_permissions(manage_messages=True)
async def history(interaction: discord.Interaction[Any], member: discord.User) -> None:
    desk, guild = desk_of(interaction), guild_of(interaction)
    rules = desk.rulebook.in_guild(named(guild)).rules.strikes
    found = await desk.ledger.figures_of_member(guild.id, member.id)
    standing = await desk.ledger.strikes(guild.id, member.id, datetime.now(UTC) - rules.forget_after)
    headline = headed(member, found, sum(strike.weight for strike in standing), texts_for(interaction))
    wanted = FlagFilter(guild_id=guild.id, author_id=member.id)
    await answer(interaction, view=await flag_list(headline, wanted, desk, require(interaction)))


def headed(member: discord.User | discord.Member, found: MemberFigures, strikes: int, texts: Texts) -> str:
    """Who it is, and their flags in one line."""
    name = quote(member.display_name, NAME_SHOWN, one_line=True)
    joined, judged = getattr(member, "joined_at", None), found.judged
    said = [
        fill(texts.history_account, when=format_dt(member.created_at, "R")),
        fill(texts.history_joined, when=format_dt(joined, "R")) if joined else "",
        fill(
            texts.history_flags,
            flags=f"{found.flags:,}",
            upheld=f"{judged.upheld:,}",
            mistaken=f"{judged.mistaken:,}",
            waiting=f"{judged.waiting:,}",
        ),
        fill(texts.history_first, when=format_dt(found.first, "R")) if found.first else "",
        fill(texts.history_strikes, count=f"{strikes:,}"),
    ]
    return cut(f"### {name} (<@{member.id}>)\n{' '.join(filter(None, said))}", LONGEST_HEAD)
