"""The numbers of flags, counted per guild. One is never given twice, even after its flag was erased."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.record.tables import FlagRow, NumberRow


def last_number(session: Session, guild_id: int) -> int:
    """The highest number that was given to a flag of the guild, 0 before the first."""
    kept = session.scalar(select(NumberRow.last).where(NumberRow.guild_id == guild_id)) or 0
    return max(kept, session.scalar(select(func.max(FlagRow.number)).where(FlagRow.guild_id == guild_id)) or 0)


def keep_number(session: Session, guild_id: int, number: int) -> None:
    """Remember that ``number`` was given, as the flag that has it goes."""
    session.merge(NumberRow(guild_id=guild_id, last=max(number, last_number(session, guild_id))))
