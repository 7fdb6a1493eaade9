"""What was done for a time, and is to be done again before that is over: it lasts longer then, and is undone once."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.record.rows import plain
from bot.record.tables import FlagRow, OutcomeRow
from bot.records import Flag, Outcome


def prolong(session: Session, flag: Flag, again: Outcome) -> bool:
    """Have what an earlier flag of the same member did end when ``again`` would (no ``due``: never), if that is later.

    ``again.before`` tells what that is. False where no earlier flag did it, or it lasts as long anyway.
    """
    wanted = (
        select(OutcomeRow)
        .join(FlagRow, FlagRow.id == OutcomeRow.flag_id)
        .where(
            FlagRow.guild_id == flag.guild.id,
            FlagRow.author_id == flag.author.id,
            FlagRow.id != flag.id,
            OutcomeRow.action == again.action,
            OutcomeRow.due_at.is_not(None),
            OutcomeRow.undo_status.is_(None),
        )
    )
    same = [row for row in session.scalars(wanted) if row.before == plain(again.before)]
    shorter = [row for row in same if again.due is None or (row.due_at is not None and row.due_at < again.due)]
    for row in shorter:
        row.due_at = again.due
    return bool(shorter)
