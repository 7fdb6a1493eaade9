"""Time in what is done: how long it lasts, how it is said, and how it is kept in ``Outcome.before``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.errors import AlreadySo, Gone
from bot.records import Case, MemberNow
from bot.texts.saying import NOTHING, Said, say

SHORTEST = timedelta(seconds=10)
LONGEST = timedelta(days=365)
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def spoken(duration: timedelta) -> str:
    """As a person says it: ``1 h 30 min``."""
    left, parts = round(duration.total_seconds()), []
    for unit, seconds in _UNITS:
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "0 s"


def stretch(duration: timedelta | None, longest: timedelta = LONGEST) -> float:
    """What ``duration`` adds to an action's strength: under 9 for a time, 9 for good."""
    return 9.0 if duration is None else min(8.9, 9 * duration / longest)


def lasting(duration: timedelta | None) -> Said:
    """Behind what is done for a time; nothing behind what stays."""
    return NOTHING if duration is None else say("for_time", time=spoken(duration))


def end_of(case: Case, duration: timedelta) -> datetime:
    """When what is done for ``duration`` is over; raises ``AlreadySo`` where that has passed."""
    if is_over(end := case.begins + duration):
        raise AlreadySo(say("time_over", time=spoken(duration)))
    return end


def due_at(case: Case, duration: timedelta | None) -> datetime | None:
    """As ``end_of``; None for what stays."""
    return None if duration is None else end_of(case, duration)


def moment(text: Any) -> datetime | None:
    """A time from ``Outcome.before``, where it is text."""
    return datetime.fromisoformat(text) if text else None


def is_over(time: datetime | None) -> bool:
    return time is None or time <= datetime.now(UTC)


async def look_up(case: Case, to: str) -> MemberNow:
    """The author of the flag as they are now; see ``Deeds.member``."""
    author = case.flag.author
    return await case.deeds.member(case.flag.guild.id, author.id, [role.id for role in author.roles], to=to)


async def look_up_if_there(case: Case, to: str) -> MemberNow | None:
    """As ``look_up``; None for a member who has left."""
    try:
        return await look_up(case, to)
    except Gone:
        return None
