"""Files beside messages take a lane of their own: they are fetched and scored without ever delaying what is said."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import NoReturn

import structlog

from bot.fair_queue import FairQueue
from bot.read.views import MOST_READ
from bot.records import Post, Surface, TextFile

TEXT_FILE = "text file"  # the surface
FILES_WAITING = 500  # messages with files; of more, the latest of who has the most are not read
AT_ONCE = 2  # files: one can be fetched while another is scored

log = structlog.get_logger()


class SlowLane:
    """``take`` each post, and ``run`` as long as the bot does. ``wanted`` says whether its author is moderated."""

    def __init__(
        self,
        fetch: Callable[[TextFile], Awaitable[str | None]],
        hand_on: Callable[[Post], Awaitable[None]],
        wanted: Callable[[Post], bool],
    ) -> None:
        self._fetch = fetch
        self._hand_on = hand_on
        self._wanted = wanted
        self._queue: FairQueue[Post] = FairQueue(FILES_WAITING)
        self._wake = asyncio.Event()
        self.counts: Counter[str] = Counter()

    def take(self, post: Post) -> None:
        """Read the files of a post when there is time."""
        if not post.files or not self._wanted(post):
            return
        displaced = self._queue.push(post, guild_id=post.guild.id, member_id=post.author.id)
        if displaced is not None:
            self._count(displaced, "too many files wait")
        self._wake.set()

    async def run(self) -> NoReturn:
        async with asyncio.TaskGroup() as lanes:
            for _ in range(AT_ONCE):
                lanes.create_task(self._lane())
        raise AssertionError("the lanes ended")

    async def _lane(self) -> None:
        while True:
            post = self._queue.pop()
            if post is None:
                self._wake.clear()
                await self._wake.wait()
                continue
            for file in post.files:
                try:
                    await self._read(post, file)
                except asyncio.CancelledError:
                    if (lane := asyncio.current_task()) is None or lane.cancelling():
                        raise
                    self._count(post, "the bot is leaving")  # it was handed on, and given up there
                except Exception as error:  # one file must not end the lane; the error's text may quote it
                    self._count(post, f"it failed with {type(error).__name__}")

    async def _read(self, post: Post, file: TextFile) -> None:
        text = await self._fetch(file)
        if text is None:
            return self._count(post, "it could not be had, or holds no text")
        self.counts["read"] += 1
        unread = len(text) > MOST_READ
        if unread:
            self._count(post, f"only its first {MOST_READ} characters were read")
        found = (Surface(TEXT_FILE, text[:MOST_READ]),)
        await self._hand_on(replace(post, surfaces=found, files=(), context=""))

    def _count(self, post: Post, why: str) -> None:
        self.counts[why] += 1
        log.info("file not read", guild=post.guild.id, message=post.message_id, why=why)
