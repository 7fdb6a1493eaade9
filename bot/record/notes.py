"""What was told to a guild, and the figures for what is told daily."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.record.tables import FlagRow, NoteRow, OutcomeRow
from bot.records import Named, Status

MOST_COUNTED = 12  # labels and actions in a tally


@dataclass(frozen=True, slots=True)
class Tally:
    """Flags of one guild within a time: per label, per action that was held back, and in the busiest channels."""

    flags: int
    labels: tuple[tuple[str, int], ...]
    held_back: tuple[tuple[str, int], ...]
    channels: tuple[tuple[Named, int], ...]


def note_of(session: Session, guild_id: int, what: str) -> str | None:
    return session.scalar(select(NoteRow.state).where(NoteRow.guild_id == guild_id, NoteRow.what == what))


def put_note(session: Session, guild_id: int, what: str, state: str) -> None:
    session.merge(NoteRow(guild_id=guild_id, what=what, state=state))


def tally(session: Session, guild_id: int, since: datetime, until: datetime, channels: int) -> Tally:
    """Counted by the database, so that a day of a raid costs no memory."""
    within = (FlagRow.guild_id == guild_id, FlagRow.created_at >= since, FlagRow.created_at < until)
    label = func.json_each(FlagRow.on_labels).table_valued("value")
    of_labels = select(label.c.value, func.count()).select_from(FlagRow).join(label, FlagRow.id.is_not(None))
    of_actions = (
        select(OutcomeRow.action, func.count())
        .join(FlagRow, FlagRow.id == OutcomeRow.flag_id)
        .where(*within, OutcomeRow.status == Status.HELD_BACK)
        .group_by(OutcomeRow.action)
    )
    newest_name = func.max(FlagRow.channel_name)
    of_channels = select(FlagRow.channel_id, newest_name, func.count()).where(*within).group_by(FlagRow.channel_id)
    most = func.count().desc()
    labels = session.execute(of_labels.where(*within).group_by(label.c.value).order_by(most).limit(MOST_COUNTED))
    actions = session.execute(of_actions.order_by(most).limit(MOST_COUNTED))
    busiest = session.execute(of_channels.order_by(most).limit(channels))
    return Tally(
        flags=session.scalar(select(func.count()).select_from(FlagRow).where(*within)) or 0,
        labels=tuple((name, count) for name, count in labels),
        held_back=tuple((name, count) for name, count in actions),
        channels=tuple((Named(channel_id, name), count) for channel_id, name, count in busiest),
    )
