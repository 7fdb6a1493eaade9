"""What the moderators of a guild have set in Discord."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.record.tables import GuildSettingsRow
from bot.records import GuildSettings, Named, Pause


def settings_of_guilds(session: Session) -> dict[int, GuildSettings]:
    """Guild id → its settings, of every guild that has any."""
    return {row.guild_id: _settings(row) for row in session.scalars(select(GuildSettingsRow))}


def put_settings(session: Session, guild_id: int, settings: GuildSettings) -> None:
    pause = settings.pause
    session.merge(
        GuildSettingsRow(
            guild_id=guild_id,
            log_channel_id=settings.log_channel,
            pause_reason=pause.reason if pause else None,
            paused_by_id=pause.by.id if pause else None,
            paused_by_name=pause.by.name if pause else None,
            paused_at=pause.since if pause else None,
        )
    )


def _settings(row: GuildSettingsRow) -> GuildSettings:
    pause = None
    if row.paused_at is not None:
        pause = Pause(row.pause_reason or "", Named(row.paused_by_id or 0, row.paused_by_name or ""), row.paused_at)
    return GuildSettings(row.log_channel_id, pause)
