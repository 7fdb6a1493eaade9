"""The numbers of flags, counted per guild. One is never given twice, even after its flag was erased."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from bot.record.tables import FlagRow, NumberRow


def last_number(session: Session, guild_id: int) -> int:
    """The highest number that was given to a flag of the guild, 0 before the first."""
    kept, newest = session.execute(_LAST, {"guild": guild_id}).one()
    return max(int(kept), int(newest))


def keep_number(session: Session, guild_id: int, number: int) -> None:
    """Remember that ``number`` was given, as the flag that has it goes."""
    session.merge(NumberRow(guild_id=guild_id, last=max(number, last_number(session, guild_id))))


_KEPT = select(NumberRow.last).where(NumberRow.guild_id == bindparam("guild")).scalar_subquery()
_NEWEST = select(func.max(FlagRow.number)).where(FlagRow.guild_id == bindparam("guild")).scalar_subquery()
_LAST = select(func.coalesce(_KEPT, 0), func.coalesce(_NEWEST, 0))
