"""Reports by members: which flag they are about, and who made them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.record.tables import FlagRow, ReportRow
from bot.records import Named, Reported


def add_report(session: Session, flag: FlagRow, member_id: int, now: datetime) -> bool:
    """Count a member's report of a flag's message; False: they have reported it before."""
    if session.get(ReportRow, (flag.id, member_id)) is not None:
        return False
    session.add(ReportRow(flag_id=flag.id, member_id=member_id, guild_id=flag.guild_id, reported_at=now))
    flag.reports += 1
    return True


def reported_by(session: Session, guild_id: int, member_id: int) -> list[Reported]:
    """What a member has reported and is still on record, the oldest first."""
    found = (
        select(ReportRow.reported_at, FlagRow.message_id, FlagRow.channel_id, FlagRow.channel_name)
        .join(FlagRow, FlagRow.id == ReportRow.flag_id)
        .where(ReportRow.guild_id == guild_id, ReportRow.member_id == member_id)
        .order_by(ReportRow.reported_at, FlagRow.id)
    )
    return [Reported(at, message, Named(channel, name)) for at, message, channel, name in session.execute(found)]


def reports_by(session: Session, guild_id: int, member_id: int, since: datetime) -> int:
    """How many messages a member has reported since then."""
    of_member = (ReportRow.guild_id == guild_id, ReportRow.member_id == member_id, ReportRow.reported_at >= since)
    return session.scalar(select(func.count()).select_from(ReportRow).where(*of_member)) or 0
