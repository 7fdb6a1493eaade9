"""The words that stand beside messages: titles, events, names, and what Discord's own AutoMod acted on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from datetime import UTC, datetime
from time import monotonic
from typing import Any, TypeVar

import discord

from bot.gateway.looking_up import SOMEBODY, LookingUp
from bot.gateway.posts import Payload, beside_messages, member_author, moment, snowflake
from bot.read import surfaces
from bot.records import Author, Doubt, Post, Surface

NAMES_KEPT = 50_000  # members whose names are remembered, so that a change of roles is not taken for one of names
EXECUTIONS_KEPT = 1_000
VOICE_STATUS_SET = 192  # in the audit log; discord.py 2.7 does not know it
ONE_EXECUTION = 10.0  # seconds in which AutoMod tells of each thing that it did about one message
OWN_BITS = (1 << 22) - 1  # of a snowflake: what is not time

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Reading = Coroutine[Any, Any, list[Post]]


class Beside:
    """``begin`` is called before discord.py takes an event over, so that what has changed can be told."""

    def __init__(self, client: discord.Client, look_up: LookingUp, clock: Callable[[], float] = monotonic) -> None:
        self._client = client
        self._look_up = look_up
        self._clock = clock
        self._names: _Latest[tuple[int, int], tuple[Surface, ...]] = _Latest(NAMES_KEPT)
        self._executions: _Latest[tuple[int, int, int, str], float] = _Latest(EXECUTIONS_KEPT)

    def begin(self, event: str, data: Payload) -> Reading | None:
        """How to read this event; None where nobody wrote anything."""
        guild = self._client.get_guild(snowflake(data.get("guild_id")))
        if guild is None:
            return None
        match event:
            case "THREAD_CREATE" | "THREAD_UPDATE":
                return self._thread(guild, data)
            case "CHANNEL_CREATE" | "CHANNEL_UPDATE":
                return self._channel(guild, data, is_new=event == "CHANNEL_CREATE")
            case "VOICE_CHANNEL_STATUS_UPDATE":
                return self._voice_status(guild, data)
            case "GUILD_SCHEDULED_EVENT_CREATE" | "GUILD_SCHEDULED_EVENT_UPDATE":
                return self._event(guild, data)
            case "GUILD_MEMBER_ADD" | "GUILD_MEMBER_UPDATE":
                return self._member(guild, data, is_new=event == "GUILD_MEMBER_ADD")
            case "AUTO_MODERATION_ACTION_EXECUTION":
                return self._automod(guild, data)
            case _:
                return None

    def _thread(self, guild: discord.Guild, data: Payload) -> Reading | None:
        thread_id, found = snowflake(data.get("id")), surfaces.in_thread(data)
        known = guild.get_thread(thread_id)
        if not found or not thread_id or (known is not None and known.name == data.get("name")):
            return None
        post_id = thread_id if known is None else _made_up_id(thread_id)  # the same title once more is written anew

        async def read() -> list[Post]:
            author, doubt = await self._changer(
                guild,
                discord.AuditLogAction.thread_update.value,
                thread_id,
                data.get("owner_id"),
                found,
                changed=known is not None,
            )
            place = guild.get_thread(thread_id)
            return self._posts("title", guild, place, author, post_id, found, is_edit=known is not None, doubt=doubt)

        return read()

    def _channel(self, guild: discord.Guild, data: Payload, *, is_new: bool) -> Reading | None:
        channel_id, found = snowflake(data.get("id")), surfaces.in_channel(data)
        known = guild.get_channel(channel_id)
        if known is not None and not is_new:
            tags = [{"name": tag.name} for tag in getattr(known, "available_tags", ())]
            topic = getattr(known, "topic", None)
            before = surfaces.in_channel({"name": known.name, "topic": topic, "available_tags": tags})
            found = tuple(surface for surface in found if surface not in before)
        if not found or not channel_id:
            return None
        actions = discord.AuditLogAction
        action = (actions.channel_create if is_new else actions.channel_update).value
        post_id = channel_id if is_new else _made_up_id(channel_id)

        async def read() -> list[Post]:
            author, doubt = await self._changer(guild, action, channel_id, None, found, changed=True)
            place = guild.get_channel(channel_id)
            return self._posts("title", guild, place, author, post_id, found, is_edit=not is_new, doubt=doubt)

        return read()

    def _voice_status(self, guild: discord.Guild, data: Payload) -> Reading | None:
        channel_id, found = snowflake(data.get("id")), surfaces.in_voice_status(data)
        if not found or not channel_id:
            return None
        post_id = _made_up_id(channel_id)  # whoever sets the same words again writes them again

        async def read() -> list[Post]:
            author, doubt = await self._changer(guild, VOICE_STATUS_SET, channel_id, None, found, changed=True)
            place = guild.get_channel(channel_id)
            return self._posts("status", guild, place, author, post_id, found, is_edit=False, doubt=doubt)

        return read()

    def _event(self, guild: discord.Guild, data: Payload) -> Reading | None:
        event_id, found = snowflake(data.get("id")), surfaces.in_event(data)
        known = guild.get_scheduled_event(event_id)
        if known is not None:
            before = (known.name, known.description, known.location)
            found = tuple(surface for surface in found if surface.text not in before)
        if not found or not event_id:
            return None

        async def read() -> list[Post]:
            author, doubt = await self._changer(
                guild,
                discord.AuditLogAction.scheduled_event_update.value,
                event_id,
                data.get("creator_id"),
                found,
                changed=known is not None,
            )
            place = guild.get_channel(snowflake(data.get("channel_id")))
            return self._posts("event", guild, place, author, event_id, found, is_edit=known is not None, doubt=doubt)

        return read()

    async def _changer(
        self,
        guild: discord.Guild,
        action: int,
        target_id: int,
        maker_id: Any,
        found: tuple[Surface, ...],
        *,
        changed: bool,
    ) -> tuple[Author, Doubt]:
        """Who wrote this. What is new comes from whoever made it; who changed it stands in the audit log only."""
        if not changed:
            return await self._look_up.author(guild, snowflake(maker_id)), ""
        written = [surface.text for surface in found]
        if author := await self._look_up.who_changed(guild, action, target_id, written):
            return author, ""
        made_by = snowflake(maker_id)
        return (await self._look_up.author(guild, made_by) if made_by else SOMEBODY), "held_by_unknown_author"

    def _member(self, guild: discord.Guild, data: Payload, *, is_new: bool) -> Reading | None:
        author = member_author(guild, data.get("user"), data)
        if author is None:
            return None
        found = surfaces.in_member(data)
        before = self._names.put((guild.id, author.id), found)
        changed = tuple(surface for surface in found if is_new or before is None or surface not in before)
        if not changed:
            return None
        when = moment(data.get("joined_at")) if is_new else None
        post_id = _made_up_id(author.id, when)

        async def read() -> list[Post]:
            return self._posts("name", guild, None, author, post_id, changed, is_edit=before is not None and not is_new)

        return read()

    def _automod(self, guild: discord.Guild, data: Payload) -> Reading | None:
        user_id, found = snowflake(data.get("user_id")), surfaces.in_automod(data)
        channel_id, message_id = snowflake(data.get("channel_id")), snowflake(data.get("message_id"))
        key, now = (guild.id, user_id, channel_id, found[0].text), self._clock()
        before = self._executions.put(key, now)
        if before is not None and now - before < ONE_EXECUTION:
            return None  # AutoMod blocks, alerts and times out: one event each, about one message
        post_id = message_id or snowflake(data.get("alert_system_message_id")) or _made_up_id(user_id)

        async def read() -> list[Post]:
            author = await self._look_up.author(guild, user_id)
            place = guild.get_channel_or_thread(channel_id)
            also = (message_id,) if message_id else ()
            return self._posts("automod", guild, place, author, post_id, found, also=also)

        return read()

    def _posts(
        self, kind: Any, guild: discord.Guild, place: Any, author: Author, *rest: Any, **more: Any
    ) -> list[Post]:
        me = self._client.user
        if me is not None and author.id == me.id:
            return []  # what the bot itself puts in the place of a title
        return [beside_messages(kind, guild, place, author, *rest, **more)]


def _made_up_id(about: int, when: datetime | None = None) -> int:
    """The id of a post that Discord has none for: of this moment, and different for whatever it is about."""
    return discord.utils.time_snowflake(when or datetime.now(UTC)) | about & OWN_BITS


class _Latest(OrderedDict[K, V]):
    """The values that were put last; the oldest go when there are too many."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def put(self, key: K, value: V) -> V | None:
        """Remember ``value``, and give what was remembered before."""
        before = self.pop(key, None)
        self[key] = value
        if len(self) > self._most:
            self.popitem(last=False)
        return before
