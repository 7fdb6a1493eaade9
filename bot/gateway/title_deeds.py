"""The calls that touch the titles of threads, the status of voice channels, and scheduled events."""

from __future__ import annotations

from collections.abc import Callable

import discord

from bot.errors import DoesNotApply, Forbidden, Gone
from bot.gateway.answers import Answers
from bot.gateway.standing import guild_of, require
from bot.texts.naming import permission_named
from bot.texts.saying import say

# Of somebody who is not in the voice channel, as the bot never is.
_TO_CLEAR_A_STATUS = ("view_channel", "connect", "set_voice_channel_status", "manage_channels")


class TitleDeeds:
    """That part of ``records.Deeds``."""

    _client: Callable[[], discord.Client]
    _answers: Answers

    async def title(self, guild_id: int, thread_id: int) -> str:
        self._require_thread(guild_id, thread_id)
        async with self._answers.to("look_at_thread", guild_id):
            thread = await self._client().http.get_channel(thread_id)
        return str(thread.get("name"))

    async def set_title(self, guild_id: int, thread_id: int, title: str, *, reason: str) -> None:
        self._require_thread(guild_id, thread_id)
        async with self._answers.to("set_title", guild_id):
            await self._client().http.edit_channel(thread_id, name=title, reason=reason)

    async def clear_voice_status(self, guild_id: int, channel_id: int, *, reason: str) -> None:
        guild = guild_of(self._client(), guild_id)
        channel = guild.get_channel(channel_id)
        if channel is None:
            raise Gone(say("nothing_left", deed=say("deed_clear_voice_status")))
        allowed = channel.permissions_for(guild.me)
        for permission in _TO_CLEAR_A_STATUS:
            if not getattr(allowed, permission):
                raise Forbidden(say("lacks_in", permission=permission_named(permission), channel=channel.name))
        async with self._answers.to("clear_voice_status", guild_id):
            await self._client().http.edit_voice_channel_status(None, channel_id=channel_id, reason=reason)

    async def delete_event(self, guild_id: int, event_id: int, *, reason: str) -> None:
        require(guild_of(self._client(), guild_id), "manage_events")
        async with self._answers.to("delete_event", guild_id):
            await self._client().http.delete_scheduled_event(guild_id, event_id, reason=reason)

    def _require_thread(self, guild_id: int, thread_id: int) -> None:
        """Threads are written by members; what a whole channel is called is up to those who manage it."""
        guild = guild_of(self._client(), guild_id)
        channel = guild.get_channel_or_thread(thread_id)
        if channel is not None and not isinstance(channel, discord.Thread):
            raise DoesNotApply(say("whole_channel"))
        if channel is None or channel.parent is None:
            return  # an archived thread; Discord will say what is allowed
        allowed = channel.parent.permissions_for(guild.me)
        if not (allowed.view_channel and allowed.manage_threads):
            raise Forbidden(say("lacks_in", permission=permission_named("manage_threads"), channel=channel.parent.name))
