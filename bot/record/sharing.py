"""What several flags of one member ask for is done once, and taken back when the last of them wants it no more.

The first flag did it. A later one finds it done and joins: its outcome is *already done* and keeps what it would take
to undo it, and until when. As soon as the first one is over or was mistaken, the one that lasts longest takes over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from bot.record.rows import plain
from bot.record.tables import FlagRow, OutcomeRow
from bot.records import Flag, Outcome, Status

SAME = timedelta(seconds=1)  # how far two times may be apart and still be one: Discord rounds them
NEVER = datetime.max.replace(tzinfo=UTC)

Subject = Literal["member", "channel"]


def join(session: Session, flag: Flag, position: int, again: Outcome) -> bool | None:
    """Whether what ``again`` found done lasts longer because of it; None where no flag of ours did it."""
    same = _same(session, flag, position, again.action, plain(again.before))
    if not any(row.status == Status.DONE for row in same):
        return None
    return all(_end(row) < (again.due or NEVER) for row in same)


def pass_on(session: Session, flag: Flag, position: int, now: datetime, words: Callable[[int], str]) -> str:
    """Leave what a flag did to another one that still asks for it; what is said of that, nothing where none does.

    ``words`` are given the number of that flag.
    """
    row = session.get(OutcomeRow, (flag.id, position))
    if row is None or row.status != Status.DONE or not row.before:
        return ""
    others = [each for each in _same(session, flag, position, row.action, row.before) if _end(each) > now]
    heir = max((each for each in others if each.status == Status.ALREADY_DONE), key=_end, default=None)
    if heir is None:
        return ""
    heir.status = Status.DONE
    number = session.scalar(select(FlagRow.number).where(FlagRow.id == heir.flag_id)) or 0
    row.undo_status, row.undo_detail, row.undone_at, row.due_at = Status.HELD_BACK, words(number), now, None
    return row.undo_detail


def replace_earlier(session: Session, flag: Flag, position: int, done: Outcome) -> None:
    """What was done anew had been taken back by somebody: the flag that did it before has nothing to take back."""
    for row in _same(session, flag, position, done.action, plain(done.before)) if done.before else ():
        if row.status == Status.DONE:
            row.undo_status, row.undone_at, row.due_at = Status.ALREADY_DONE, flag.created_at, None


def skip_over(session: Session, flag: Flag, position: int, subject: Subject) -> None:
    """Have what was put in the place of something that no longer counts be undone to what stood before both."""
    row = session.get(OutcomeRow, (flag.id, position))
    if row is None or "set" not in row.before:
        return
    of_channel = FlagRow.channel_id == flag.channel.id
    about = of_channel if subject == "channel" else FlagRow.author_id == flag.author.id
    for later in _others(session, flag, position, row.action, about):
        changed = {
            key: row.before[key]
            for key, value in later.before.items()
            if key != "set" and key in row.before and _is_same(value, row.before["set"])
        }
        later.before = {**later.before, **changed}


def _same(session: Session, flag: Flag, position: int, action: str, before: Mapping[str, Any]) -> list[OutcomeRow]:
    """Where else the same thing was done to, or asked for about, this member, and still stands."""
    others = _others(session, flag, position, action, FlagRow.author_id == flag.author.id)
    return [row for row in others if row.before == before]


def _others(
    session: Session, flag: Flag, position: int, action: str, about: ColumnElement[bool]
) -> Iterable[OutcomeRow]:
    not_undone = or_(OutcomeRow.undo_status.is_(None), OutcomeRow.undo_status.in_((Status.FAILED, Status.FORBIDDEN)))
    is_mistaken = FlagRow.verdict.is_not_distinct_from("mistaken")
    is_meant = OutcomeRow.ordered_at > FlagRow.verdict_at  # by a moderator who knew of the verdict
    wanted = (
        select(OutcomeRow)
        .join(FlagRow, FlagRow.id == OutcomeRow.flag_id)
        .where(FlagRow.guild_id == flag.guild.id, about, OutcomeRow.action == action, not_undone)
        .where(or_(OutcomeRow.status == Status.DONE, OutcomeRow.status == Status.ALREADY_DONE))
        .where(or_(OutcomeRow.status == Status.DONE, ~is_mistaken, is_meant))
        .order_by(OutcomeRow.flag_id, OutcomeRow.position)
    )
    return [row for row in session.scalars(wanted) if (row.flag_id, row.position) != (flag.id, position)]


def _end(row: OutcomeRow) -> datetime:
    return row.due_at or NEVER


def _is_same(one: Any, other: Any) -> bool:
    """Whether two values are the same, or the same moment."""
    if one == other or not (isinstance(one, str) and isinstance(other, str)):
        return bool(one == other)
    try:
        return abs(datetime.fromisoformat(one) - datetime.fromisoformat(other)) <= SAME
    except (ValueError, TypeError):
        return False
