"""A guild's flags in figures, and those of one member; nothing of another guild in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from bot.record.figures import Judged
from bot.record.ledger import Ledger
from bot.records import Author, Decision, Fired, Named, Post, Scores

HOME, AWAY = Named(1, "Home"), Named(2, "Away")
MORGAN, GENERAL = Named(7, "Morgan"), Named(50, "general")
START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
async def ledger(folder: Path) -> AsyncIterator[Ledger]:
    async with Ledger.at(folder) as opened:
        yield opened


@pytest.fixture
def flag(ledger: Ledger, post: Callable[..., Post], scores: Scores) -> Callable[..., Any]:
    """Open a flag: ``flag("2026-11-20", "insult", ...)``, with a verdict if one is given."""
    message_ids = iter(range(1, 1_000))

    async def make(
        day: str,
        *labels: str,
        guild: Named = HOME,
        channel: Named = GENERAL,
        verdict: Any = None,
        author: int = 70,
    ) -> None:
        fired = tuple(Fired(label, 0.9, 0.5, f"labels.{label}", "content", "written") for label in labels)
        about = post(
            text=f"words of {day}",
            guild=guild,
            channel=channel,
            message_id=next(message_ids),
            author=Author(author, "Mallory"),
        )
        with time_machine.travel(datetime.fromisoformat(f"{day}T12:00:00+00:00"), tick=False):
            opened = await ledger.open_flag(about, scores, Decision(on=labels, fired=fired))
        assert opened is not None
        if verdict:
            await ledger.decide(guild.id, opened.number, verdict, MORGAN, via="card")

    return make


async def test_flags_are_counted_per_day_label_verdict_and_channel(ledger: Ledger, flag: Callable[..., Any]) -> None:
    await flag("2026-11-20", "insult", verdict="upheld")
    await flag("2026-11-20", "insult", "toxic", verdict="mistaken")
    await flag("2026-11-22", "toxic", channel=Named(51, "memes"))
    await flag("2026-10-31", "toxic")
    await flag("2026-12-01", "toxic")
    await flag("2026-11-20", "threat", guild=AWAY)
    found = await ledger.figures(HOME.id, START, END)
    assert found.flags == 3
    assert found.judged == Judged(1, 1, 1)
    assert found.days == {date(2026, 11, 20): {"insult": 2, "toxic": 1}, date(2026, 11, 22): {"toxic": 1}}
    assert found.labels == {"insult": Judged(1, 1, 0), "toxic": Judged(0, 1, 1)}
    assert found.channels == ((GENERAL, 2), (Named(51, "memes"), 1))


async def test_a_quiet_time_has_no_figures(ledger: Ledger) -> None:
    found = await ledger.figures(HOME.id, START, END)
    assert (found.flags, found.days, found.labels, found.channels) == (0, {}, {}, ())


async def test_a_member_is_counted_by_verdict_in_one_guild(ledger: Ledger, flag: Callable[..., Any]) -> None:
    await flag("2026-11-20", "insult", verdict="upheld")
    await flag("2026-11-22", "toxic")
    await flag("2026-11-01", "toxic", guild=AWAY)
    await flag("2026-11-01", "toxic", author=71)
    found = await ledger.figures_of_member(HOME.id, 70)
    assert (found.flags, found.judged) == (2, Judged(1, 0, 1))
    assert found.first == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert (await ledger.figures_of_member(AWAY.id, 71)).first is None


async def test_every_member_counts_once_however_often_they_report(
    ledger: Ledger, post: Callable[..., Post], scores: Scores
) -> None:
    fired = (Fired("report", 1.0, 1.0, "report", "content", "written"),)
    opened = await ledger.open_flag(post(guild=HOME), scores, Decision(fired=fired, reported_by=1))
    assert opened is not None
    assert opened.reports == 1
    assert not await ledger.report(opened, 1)
    assert await ledger.report(opened, 2)
    known = await ledger.flag_of_message(HOME.id, opened.message_id)
    assert known is not None
    assert known.reports == 2
    assert await ledger.flag_of_message(AWAY.id, opened.message_id) is None
    since = datetime.now(UTC) - timedelta(hours=1)
    assert await ledger.reports_by(HOME.id, 1, since) == 1
    assert await ledger.reports_by(AWAY.id, 1, since) == 0
    assert await ledger.reports_by(HOME.id, 1, datetime.now(UTC) + timedelta(minutes=1)) == 0


async def test_who_flagged_by_hand_is_kept(ledger: Ledger, post: Callable[..., Post], scores: Scores) -> None:
    opened = await ledger.open_flag(post(guild=HOME), scores, Decision(raised_by=MORGAN))
    assert opened is not None
    kept = await ledger.flag(HOME.id, opened.number)
    assert kept is not None
    assert kept.raised_by == MORGAN
