"""What moderators ask of a record about their own guild."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.record.figures import Figures, MemberFigures, figures, figures_of_member
from bot.record.guild_settings import settings_of_guilds
from bot.record.reports import reported_by, reports_by
from bot.records import GuildSettings, Reported

T = TypeVar("T")


class GuildReading:
    """A part of ``Reading``."""

    async def guild_settings(self) -> dict[int, GuildSettings]:
        """Guild id → what its moderators have set, for every guild where they have set anything."""
        return await self._read(settings_of_guilds)

    async def figures(self, guild_id: int, since: datetime, until: datetime, *, channels: int = 5) -> Figures:
        """The flags of a guild from ``since`` to before ``until``, in figures."""
        return await self._read(lambda session: figures(session, guild_id, since, until, channels))

    async def figures_of_member(self, guild_id: int, member_id: int) -> MemberFigures:
        return await self._read(lambda session: figures_of_member(session, guild_id, member_id))

    async def reports_by(self, guild_id: int, member_id: int, since: datetime) -> int:
        """How many messages of a guild a member has reported since then."""
        return await self._read(lambda session: reports_by(session, guild_id, member_id, since))

    async def reported_by(self, guild_id: int, member_id: int) -> list[Reported]:
        """What a member has reported in a guild and is still on record, the oldest first."""
        return await self._read(lambda session: reported_by(session, guild_id, member_id))

    async def _read(self, question: Callable[[Session], T]) -> T:
        raise NotImplementedError
