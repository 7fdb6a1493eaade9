"""That part of the ledger which commands move: a guild's settings, reports by members, strikes taken back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.record import strikes
from bot.record.clock import now_in_record
from bot.record.guild_settings import put_settings
from bot.record.reading import Reading
from bot.record.reports import add_report
from bot.record.tables import FlagRow
from bot.record.writer import Writer
from bot.records import Flag, GuildSettings


class GuildKeeping(Reading):
    """Mixed into ``Ledger``, which has the writer."""

    _writer: Writer

    async def put_guild_settings(self, guild_id: int, settings: GuildSettings) -> None:
        """Keep what the moderators of a guild have set, in place of what they had."""
        await self._writer.do(lambda session: put_settings(session, guild_id, settings))

    async def flag_of_message(self, guild_id: int, message_id: int) -> Flag | None:
        """The newest flag about a message."""
        wanted = select(FlagRow).where(FlagRow.guild_id == guild_id, FlagRow.message_id == message_id)
        return next(iter(await self._flags(wanted.order_by(FlagRow.id.desc()).limit(1))), None)

    async def report(self, flag: Flag, member_id: int) -> bool:
        """Count a member's report of the message of a flag; False: they have reported it before."""

        def add(session: Session) -> bool:
            row = session.get(FlagRow, flag.id)
            return row is not None and add_report(session, row, member_id, now_in_record())

        return await self._writer.do(add)

    async def forgive_strikes(self, guild_id: int, member_id: int, number: int) -> int:
        """Take back the strikes that a member got for a flag; how many they were, 0: there are none to take back."""
        now: datetime = now_in_record()
        return await self._writer.do(
            lambda session: strikes.forgive_of_member(session, guild_id, member_id, number, now)
        )
