"""The outcomes of a flag as rows: begun, finished once, and the flag closed after the last."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from bot.record import sharing
from bot.record.changing import change
from bot.record.rows import outcome_from, plain
from bot.record.tables import MESSAGE, FlagRow, OutcomeRow, SealedTextRow
from bot.records import Flag, Outcome, Status


def start(session: Session, flag: Flag, position: int, now: datetime) -> bool:
    """Whether it was only planned so far."""
    return change(session, _START, {"flag": flag.id, "at": position, "now": now}) > 0


def finish(session: Session, flag: Flag, position: int, outcome: Outcome, now: datetime) -> Outcome:
    """What is noted from then on, which is an earlier final outcome where there is one."""
    detail, before, due = outcome.detail, plain(outcome.before), outcome.due
    if outcome.longer:
        is_longer = sharing.join(session, flag, position, outcome)
        before, due = ({}, None) if is_longer is None else (before, due)
        detail = f"{detail} {outcome.longer}" if is_longer else detail
    elif outcome.status is Status.DONE:
        sharing.replace_earlier(session, flag, position, outcome)
    noted: dict[str, Any] = {
        "flag": flag.id,
        "at": position,
        "new_status": outcome.status,
        "new_detail": detail,
        "new_took": outcome.took,
        "now": now,
        "new_before": before,
        "new_due": due,
    }
    statement = _FINISH
    if outcome.options:
        statement, noted = _FINISH_WITH_OPTIONS, {**noted, "new_options": plain(outcome.options)}
    if change(session, statement, noted):
        return replace(outcome, detail=detail, before=before, due=due)
    row = session.get(OutcomeRow, (flag.id, position))
    return outcome if row is None else outcome_from(row)


def close(session: Session, flag: Flag, now: datetime) -> bool:
    """Whether the text of the flag is kept."""
    change(session, _CLOSE, {"flag": flag.id, "now": now})
    return session.scalar(_TEXT, {"flag": flag.id}) is not None


# What is executed several times for every flag is put together once.
_THAT_OUTCOME = (OutcomeRow.flag_id == bindparam("flag"), OutcomeRow.position == bindparam("at"))
_START = (
    update(OutcomeRow)
    .where(*_THAT_OUTCOME, OutcomeRow.status == Status.PLANNED)
    .values(status=Status.STARTED, started_at=bindparam("now"))
)
_FINISH = (
    update(OutcomeRow)
    .where(*_THAT_OUTCOME, OutcomeRow.status.in_((Status.PLANNED, Status.STARTED)))
    .values(
        status=bindparam("new_status"),
        detail=bindparam("new_detail"),
        took=bindparam("new_took"),
        finished_at=bindparam("now"),
        before=bindparam("new_before"),
        due_at=bindparam("new_due"),
    )
)
_FINISH_WITH_OPTIONS = _FINISH.values(options=bindparam("new_options"))
_CLOSE = (
    update(FlagRow)
    .where(FlagRow.id == bindparam("flag"), FlagRow.closed_at.is_(None))
    .values(closed_at=bindparam("now"))
)
_TEXT = select(SealedTextRow.flag_id).where(SealedTextRow.flag_id == bindparam("flag"), SealedTextRow.what == MESSAGE)
