"""A guild's flags in figures: per day and label, by verdict, by channel. Counted by the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, case, func, select, type_coerce
from sqlalchemy.orm import Session

from bot.record.tables import EPOCH, MILLISECOND, FlagRow
from bot.records import Named

DAY = timedelta(days=1) // MILLISECOND  # milliseconds

Within = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts on the flags that a label fired, and how many still wait for one."""

    upheld: int = 0
    mistaken: int = 0
    waiting: int = 0

    @property
    def decided(self) -> int:
        return self.upheld + self.mistaken


@dataclass(frozen=True, slots=True)
class Figures:
    """Flags of one guild within a time. A flag counts for every label that fired on it, but once in ``flags``.

    ``days``: day (UTC) → label → flags, only days with any. ``labels``: the most frequent first. ``channels``: the
    busiest first; a thread counts for itself.
    """

    flags: int
    judged: Judged
    days: Mapping[date, Mapping[str, int]]
    labels: Mapping[str, Judged]
    channels: tuple[tuple[Named, int], ...]


@dataclass(frozen=True, slots=True)
class MemberFigures:
    """What is known of a member in a guild: their flags by verdict, and the first of them."""

    judged: Judged
    first: datetime | None

    @property
    def flags(self) -> int:
        return self.judged.decided + self.judged.waiting


def figures(session: Session, guild_id: int, since: datetime, until: datetime, channels: int) -> Figures:
    within = (FlagRow.guild_id == guild_id, FlagRow.created_at >= since, FlagRow.created_at < until)
    judged = _judged(session.execute(select(*_by_verdict()).where(*within)).one())
    return Figures(
        flags=judged.decided + judged.waiting,
        judged=judged,
        days=_days(session, within),
        labels=_labels(session, within),
        channels=_channels(session, within, channels),
    )


def figures_of_member(session: Session, guild_id: int, member_id: int) -> MemberFigures:
    of_member = (FlagRow.guild_id == guild_id, FlagRow.author_id == member_id)
    *counts, first = session.execute(select(*_by_verdict(), func.min(FlagRow.created_at)).where(*of_member)).one()
    return MemberFigures(_judged(counts), first)


def _days(session: Session, within: Within) -> dict[date, dict[str, int]]:
    day = (type_coerce(FlagRow.created_at, BigInteger) // DAY).label("day")
    days: dict[date, dict[str, int]] = {}
    for number, label, count in session.execute(_per_label(day).where(*within).group_by(day).order_by(day)):
        days.setdefault((EPOCH + number * DAY * MILLISECOND).date(), {})[label] = count
    return days


def _labels(session: Session, within: Within) -> dict[str, Judged]:
    rows = session.execute(_per_label(*_by_verdict()).where(*within).order_by(func.count().desc()))
    return {label: _judged(counts) for *counts, label, _ in rows}


def _channels(session: Session, within: Within, most: int) -> tuple[tuple[Named, int], ...]:
    name = func.max(FlagRow.channel_name)
    wanted = select(FlagRow.channel_id, name, func.count()).where(*within).group_by(FlagRow.channel_id)
    rows = session.execute(wanted.order_by(func.count().desc(), FlagRow.channel_id).limit(most))
    return tuple((Named(channel_id, name), count) for channel_id, name, count in rows)


def _per_label(*columns: ColumnElement[Any]) -> Select[Any]:
    """``columns``, the label and how many flags it fired."""
    fired = func.json_each(FlagRow.fired).table_valued("value")
    label = func.json_extract(fired.c.value, "$.label").label("label")
    wanted: Select[Any] = select(*columns, label, func.count())
    return wanted.select_from(FlagRow).join(fired, FlagRow.id.is_not(None)).group_by(label)


def _judged(counts: Iterable[int]) -> Judged:
    upheld, mistaken, waiting = counts
    return Judged(upheld, mistaken, waiting)


def _by_verdict() -> list[ColumnElement[int]]:
    """The numbers of flags that are upheld, mistaken and waiting."""
    tests = (FlagRow.verdict == "upheld", FlagRow.verdict == "mistaken", FlagRow.verdict.is_(None))
    return [func.coalesce(func.sum(case((test, 1), else_=0)), 0) for test in tests]
