"""What comes in over the gateway, read from the JSON that Discord sent.

discord.py reads it too, for what it knows of guilds and channels. Where its parsers fail on something odd, an exception
of theirs would end the connection; here it is logged, and the event is read all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import discord
import structlog

from bot.gateway import posts
from bot.gateway.beside import Beside
from bot.gateway.clock import DiscordClock
from bot.gateway.looking_up import SOMEBODY, LookingUp
from bot.gateway.posts import Payload, member_author, moment, snowflake, user_of_application
from bot.gateway.tracing import innermost_frames
from bot.records import Author, Post

EDIT_IS_NEWS = timedelta(minutes=15)  # an event whose edit is older is about something else
UNKNOWN_TO_DISCORD_PY = ("VOICE_CHANNEL_STATUS_UPDATE",)
NEW_IDS = frozenset({"MESSAGE_CREATE", "INTERACTION_CREATE"})  # events whose id was given a moment ago
SESSION_EVENTS = frozenset({"READY", "RESUMED"})  # a session that fails to begin had better fail

OnPost = Callable[[Post], Awaitable[None]]

log = structlog.get_logger()


class Arrivals:
    """Stands between the gateway of a client and its parsers, and hands on every post in what arrives."""

    def __init__(self, client: discord.Client, on_post: OnPost, clock: DiscordClock | None = None) -> None:
        self._client = client
        self._on_post = on_post
        self._clock = clock or DiscordClock()
        self._look_up = LookingUp(client, self._clock)
        self._beside = Beside(client, self._look_up)
        self._reading: set[asyncio.Task[None]] = set()

    def watch(self) -> None:
        """From now on, see every event before discord.py does."""
        parsers: dict[str, Callable[[Any], Any]] = self._client._connection.parsers
        for event, parse in parsers.items():
            if event not in SESSION_EVENTS:
                parsers[event] = self._around(event, parse)
        for event in UNKNOWN_TO_DISCORD_PY:
            if event not in parsers:
                parsers[event] = self._around(event, _nothing)

    def _around(self, event: str, parse: Callable[[Any], Any]) -> Callable[[Any], None]:
        def see(data: Any) -> None:
            begun = None
            with _logged("event not read", event):
                begun = self._begin(event, data)  # before discord.py takes over what has changed
            with _logged("event not parsed", event):
                parse(data)
            if begun is not None:
                self._read_on(event, begun)

        return see

    def _begin(self, event: str, data: Any) -> Coroutine[Any, Any, list[Post]] | None:
        """How to read this event; None where there are no words in it."""
        if not isinstance(data, Mapping):
            return None
        if event in NEW_IDS:
            self._clock.seen(snowflake(data.get("id")))
        if event in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            return self._message(data, is_update=event == "MESSAGE_UPDATE")
        return self._beside.begin(event, data)

    def _read_on(self, event: str, begun: Coroutine[Any, Any, list[Post]]) -> None:
        async def read() -> None:
            with _logged("event not read", event):
                for post in await begun:
                    await self._on_post(post)

        task = asyncio.get_running_loop().create_task(read())
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _message(self, data: Payload, *, is_update: bool) -> list[Post]:
        guild = self._client.get_guild(snowflake(data.get("guild_id")))
        if guild is None:
            return []  # a direct message
        is_edit = is_update and edit_is_news(data, self._clock.now())
        whole = data
        if not isinstance(data.get("author"), dict):  # an update that tells only what has changed
            fetched = await self._look_up.message(snowflake(data.get("channel_id")), snowflake(data.get("id")))
            whole = {**fetched, **data, "author": fetched.get("author")}
        author = await self._author(guild, whole)
        if self._client.user is not None and author.id == self._client.user.id:
            return []  # a card, which quotes what was flagged
        found = posts.of_payload(whole, guild, author, is_edit=is_edit)
        if not found:
            log.warning("message not read", guild=guild.id, why="it has no id")
        if not author.id:
            found = [replace(post, doubt="held_by_unknown_author") for post in found]
        # Without an edit it was pinned, or a link's preview was added: only the preview is new.
        return found if is_edit or not is_update else [post for post in found if post.doubt == "held_by_preview"]

    async def _author(self, guild: discord.Guild, data: Payload) -> Author:
        """An event may come without the member, and a moderator's roles exempt them."""
        if isinstance(behind := user_of_application(data), dict):
            return await self._look_up.author(guild, snowflake(behind.get("id")), behind)
        user, member = data.get("author"), data.get("member")
        is_webhook = data.get("webhook_id") is not None
        if not isinstance(member, dict) and isinstance(user, dict) and not is_webhook:
            member = await self._look_up.member(guild, snowflake(user.get("id")))
        return member_author(guild, user, member, is_bot=is_webhook) or SOMEBODY


def _nothing(_: Any) -> None:
    """What discord.py makes of an event that it does not know."""


@contextmanager
def _logged(what: str, event: str) -> Iterator[None]:
    """Log an exception in place of raising it: neither its text nor its arguments, which may hold a member's words."""
    try:
        yield
    except Exception as error:
        log.error(what, event_name=event, error=type(error).__name__, where=innermost_frames())


def edit_is_news(data: Payload, now: datetime) -> bool:
    """Whether somebody edited the message just now; an update may also be about a pin or a link's preview.

    Discord does not mark as edited what an application fills in after it let people wait, nor a change of components.
    """
    if data.get("interaction_metadata") or data.get("application_id"):
        return True
    if "edited_timestamp" not in data:
        return "content" in data
    edited_at = moment(data["edited_timestamp"])
    return edited_at is not None and now - edited_at <= EDIT_IS_NEWS
