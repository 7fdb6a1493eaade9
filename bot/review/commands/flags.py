"""``/flags``: what was flagged in this server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import discord
from discord import app_commands
from discord.utils import format_dt
from pytimeparse2 import parse as parse_duration

from bot.errors import NotUnderstood
from bot.record.reading import FlagFilter
from bot.records import BY_MODERATOR, BY_REPORT
from bot.review.answering import answer
from bot.review.desk import desk_of, guild_of, named, texts_for
from bot.review.flag_list import LONGEST_LABEL, flag_list
from bot.review.permitting import require
from bot.review.quote import quote
from bot.texts import fill
from bot.texts.naming import verdict_name
from bot.texts.saying import say

CHOICES_SHOWN = 25  # Discord's limit
LABEL_SHOWN = 40
LONGEST_SINCE = timedelta(days=3650)
EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)  # Discord is no older; a button that turns pages holds no earlier time

Verdict = Literal["waiting", "upheld", "mistaken"]
_VERDICTS: dict[str | None, Literal["none", "upheld", "mistaken"]] = {
    "waiting": "none",
    "upheld": "upheld",
    "mistaken": "mistaken",
}


@app_commands.command()
@app_commands.default_permissions(manage_messages=True)
async def flags(
    interaction: discord.Interaction[Any],
    member: discord.User | None = None,
    channel: app_commands.AppCommandChannel | app_commands.AppCommandThread | None = None,
    label: app_commands.Range[str, 1, LONGEST_LABEL] | None = None,
    verdict: Verdict | None = None,
    since: app_commands.Range[str, 1, 40] | None = None,
) -> None:
    desk, guild, texts = desk_of(interaction), guild_of(interaction), texts_for(interaction)
    wanted = FlagFilter(
        guild_id=guild.id,
        author_id=member.id if member else None,
        channel=channel.id if channel else None,
        label=label,
        verdict=_VERDICTS.get(verdict),
        since=moment(since, datetime.now(UTC)) if since else None,
    )
    asked = [
        fill(texts.flags_by, member=f"<@{member.id}>") if member else "",
        fill(texts.flags_in, channel=f"<#{channel.id}>") if channel else "",
        fill(texts.flags_label, label=quote(label, LABEL_SHOWN, one_line=True)) if label else "",
        verdict_name(None if verdict == "waiting" else verdict, texts) if verdict else "",
        fill(texts.flags_since, when=format_dt(wanted.since, "f")) if wanted.since else "",
    ]
    headline = f"### {texts.flags_title}\n{', '.join(filter(None, asked)) or texts.flags_all}"
    await answer(interaction, view=await flag_list(headline, wanted, desk, require(interaction)))


@flags.autocomplete("label")
async def _labels(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
    """The labels that do something in this server, and those of flags that people raise."""
    here = desk_of(interaction).rulebook.in_guild(named(guild_of(interaction)))
    known = [*(label for label, ladder in here.rules.ladders.items() if ladder.steps), BY_MODERATOR, BY_REPORT]
    fitting = [label for label in known if typed.casefold() in label.casefold() and len(label) <= LONGEST_LABEL]
    return [app_commands.Choice(name=label, value=label) for label in fitting[:CHOICES_SHOWN]]


def moment(text: str, now: datetime) -> datetime:
    """The time that a duration before ``now`` or a date means. Raises a sentence for the asker."""
    seconds = parse_duration(text)
    if seconds is not None and 0 <= seconds <= LONGEST_SINCE.total_seconds():
        return now - timedelta(seconds=float(seconds))
    try:
        found = datetime.fromisoformat(text.strip())
        return max(found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC), EARLIEST)
    except (ValueError, OverflowError):
        given = quote(text, LABEL_SHOWN, one_line=True)
        raise NotUnderstood(say("flags_since_wrong", given=given)) from None
