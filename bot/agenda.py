"""What is to be done in each guild, most urgent first.

Scoring never waits for Discord: whatever calls it is put on the guild's agenda. A busy guild fills its own agenda and
nobody else's.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")

AT_ONCE = -1  # jobs of this urgency wait for no turn: deletes, of which many become one call where they are made
CARD_URGENCY = 50  # after everything that touches messages and members, before direct messages
CALLS_AT_ONCE = 8  # per guild; Discord's own limits are per route, so a few calls side by side lose nothing


class Agenda:
    """Runs jobs of a guild in order of urgency (lower first), then in order of arrival."""

    def __init__(self, calls_at_once: int = CALLS_AT_ONCE) -> None:
        self._calls_at_once = calls_at_once
        self._waiting: dict[int, list[tuple[int, int, asyncio.Future[None]]]] = {}
        self._running: dict[int, int] = {}
        self._arrival = itertools.count()

    async def run(self, guild_id: int, urgency: int, job: Callable[[], Awaitable[T]]) -> T:
        """Wait for the guild's turn, run ``job`` and give its result."""
        if urgency <= AT_ONCE:
            return await job()
        await self._turn(guild_id, urgency)
        try:
            return await job()
        finally:
            self._running[guild_id] -= 1
            self._call_next(guild_id)

    def backlog(self, guild_id: int) -> int:
        """Jobs of this guild that wait for their turn."""
        return len(self._waiting.get(guild_id, ()))

    async def _turn(self, guild_id: int, urgency: int) -> None:
        if self._running.get(guild_id, 0) < self._calls_at_once:
            self._running[guild_id] = self._running.get(guild_id, 0) + 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting.setdefault(guild_id, []), (urgency, next(self._arrival), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the turn came, and nobody is there to take it
                self._running[guild_id] -= 1
                self._call_next(guild_id)
            raise

    def _call_next(self, guild_id: int) -> None:
        waiting = self._waiting.get(guild_id, [])
        while waiting and self._running[guild_id] < self._calls_at_once:
            _, _, turn = heapq.heappop(waiting)
            if not turn.done():
                self._running[guild_id] += 1
                turn.set_result(None)
        if not waiting:
            self._waiting.pop(guild_id, None)
            if not self._running[guild_id]:
                del self._running[guild_id]


class InOrder:
    """A lock per key, first come first served, that is forgotten when nobody holds it."""

    def __init__(self) -> None:
        self._locks: dict[Any, tuple[asyncio.Lock, int]] = {}

    def __call__(self, key: Any) -> _Held:
        return _Held(self, key)

    async def _acquire(self, key: Any) -> None:
        lock, users = self._locks.get(key) or (asyncio.Lock(), 0)
        self._locks[key] = (lock, users + 1)
        try:
            await lock.acquire()
        except BaseException:
            self._leave(key)
            raise

    def _release(self, key: Any) -> None:
        self._locks[key][0].release()
        self._leave(key)

    def _leave(self, key: Any) -> None:
        lock, users = self._locks[key]
        if users == 1:
            del self._locks[key]
        else:
            self._locks[key] = (lock, users - 1)


class _Held:
    def __init__(self, locks: InOrder, key: Any) -> None:
        self._locks, self._key = locks, key

    async def __aenter__(self) -> None:
        await self._locks._acquire(self._key)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._locks._release(self._key)
