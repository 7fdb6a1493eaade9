"""Strikes as rows: given with a flag, in its own transaction, and taken back with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.record.tables import FlagRow, StrikeRow
from bot.records import Strike


def strikes_of(session: Session, guild_id: int, member_id: int, since: datetime) -> tuple[Strike, ...]:
    """The strikes that stand against a member of those given after ``since``, oldest first."""
    wanted = (
        select(FlagRow.number, StrikeRow.weight, StrikeRow.given_at)
        .join(FlagRow, FlagRow.id == StrikeRow.flag_id)
        .where(
            StrikeRow.guild_id == guild_id,
            StrikeRow.member_id == member_id,
            StrikeRow.given_at > since,
            StrikeRow.forgiven_at.is_(None),
        )
        .order_by(StrikeRow.flag_id)
    )
    return tuple(Strike(*row) for row in session.execute(wanted))


def give(session: Session, flag: FlagRow, weight: int) -> None:
    """Give the author of ``flag`` strikes."""
    session.add(
        StrikeRow(
            flag_id=flag.id,
            guild_id=flag.guild_id,
            member_id=flag.author_id,
            weight=weight,
            given_at=flag.created_at,
        )
    )


def forgive(session: Session, flag_id: int, now: datetime) -> int:
    """Take the strikes of a flag back; how many that were, 0 if it gave none or they are taken back already."""
    of_flag = (StrikeRow.flag_id == flag_id, StrikeRow.forgiven_at.is_(None))
    weight = session.scalar(select(StrikeRow.weight).where(*of_flag)) or 0
    session.execute(
        update(StrikeRow).where(*of_flag).values(forgiven_at=now), execution_options={"synchronize_session": False}
    )
    return weight


def forget(session: Session, given_before: datetime) -> None:
    """Delete the strikes that no rule counts any more."""
    session.execute(
        delete(StrikeRow).where(StrikeRow.given_at <= given_before), execution_options={"synchronize_session": False}
    )
