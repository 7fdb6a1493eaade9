"""Who somebody is and who did something, asked of Discord by REST: the events do not say it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

import discord

from bot.away import AWAY
from bot.gateway.clock import DiscordClock
from bot.gateway.posts import member_author, snowflake
from bot.records import Author

ENTRIES_LOOKED_AT = 10
ENTRY_IS_FRESH = timedelta(minutes=1)
WORDS = frozenset({"name", "topic", "description", "location"})  # keys of a change that is one of words
TAGS = "available_tags"  # the key where the tags of a forum were changed: its value is a list of them
ENTRY_COMES_AFTER = 2.0  # seconds in which an entry of the audit log follows the event that it is about

# What may go wrong with any call; the text of such an error is never wanted.
FAILURES = (discord.DiscordException, *AWAY)
SOMEBODY = Author(0, "somebody")


class LookingUp:
    def __init__(self, client: discord.Client, clock: DiscordClock) -> None:
        self._client = client
        self._clock = clock

    async def member(self, guild: discord.Guild, user_id: int) -> Any:
        """The JSON of a member; None for one who is not there, or when Discord does not answer."""
        try:
            return await self._client.http.get_member(guild.id, user_id) if user_id else None
        except FAILURES:
            return None

    async def author(self, guild: discord.Guild, user_id: int, user: Any = None) -> Author:
        """``user`` is the account, where the event brought it along."""
        member = await self.member(guild, user_id)
        known = member.get("user") if isinstance(member, dict) else None
        return member_author(guild, known or user or {"id": user_id}, member) or SOMEBODY

    async def message(self, channel_id: int, message_id: int) -> Mapping[str, Any]:
        """The JSON of a message; nothing where it cannot be had."""
        try:
            return await self._client.http.get_message(channel_id, message_id)
        except FAILURES:
            return {}

    async def who_changed(
        self, guild: discord.Guild, action: int, target_id: int, written: Collection[str]
    ) -> Author | None:
        """Who has just ``written`` this, by the audit log; None where the bot may not read it or it does not tell.

        ``action`` is the number of the kind of entry.
        """
        for pause in (0.0, ENTRY_COMES_AFTER):
            if not guild.me.guild_permissions.view_audit_log:
                return None
            await asyncio.sleep(pause)
            if user_id := await self._in_the_log(guild, action, target_id, written):
                return await self.author(guild, user_id)
        return None

    async def _in_the_log(self, guild: discord.Guild, action: int, target_id: int, written: Collection[str]) -> int:
        entry_type: Any = action  # discord.py knows fewer of them than Discord has
        try:
            log: Any = await self._client.http.get_audit_logs(guild.id, limit=ENTRIES_LOOKED_AT, action_type=entry_type)
        except FAILURES:
            return 0
        oldest = discord.utils.time_snowflake(self._clock.now() - ENTRY_IS_FRESH)
        for entry in log.get("audit_log_entries", ()):
            is_fresh = snowflake(entry.get("target_id")) == target_id and snowflake(entry.get("id")) > oldest
            if is_fresh and _may_be_about(entry, written):
                return snowflake(entry.get("user_id"))
        return 0


def _may_be_about(entry: Mapping[str, Any], written: Collection[str]) -> bool:
    """Whether it tells of these words, or of no change: somebody else may have locked or renamed it a moment before."""
    changes = {change.get("key"): change.get("new_value") for change in entry.get("changes") or ()}
    told = [value for key, value in changes.items() if key in WORDS]
    told += [status for status in [(entry.get("options") or {}).get("status")] if status is not None]
    return any(value in written for value in told) or TAGS in changes or not (told or changes)
