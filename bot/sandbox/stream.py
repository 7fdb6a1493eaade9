"""The live stream of what happens, for pages (server-sent events), and for tests that wait."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.sandbox import view
from bot.sandbox.entities import Event, Json

T = TypeVar("T")
MAX_WAITING = 2_000  # events for a page that does not keep up; then it is told to load everything anew
KEEP_ALIVE_S = 15.0
SILENT = ("TYPING_START", "GUILD_CREATE", "INTERACTION_CREATE")


class Stream:
    """Pages that are open, each with its queue."""

    def __init__(self) -> None:
        self._pages: set[asyncio.Queue[Json | None]] = set()

    def on_event(self, event: Event) -> None:
        if not self._pages or event.type in SILENT:
            return
        if event.message is not None and event.type.startswith("MESSAGE_"):
            self.tell({"kind": "message", "message": view.message(event.message)})
        elif event.type == "MESSAGE_DELETE_BULK" and event.channel is not None:
            self.tell({"kind": "channel", "channel": str(event.channel.id)})
        else:
            self.tell({"kind": "state"})

    def tell(self, news: Json) -> None:
        for page in self._pages:
            if page.qsize() >= MAX_WAITING:
                _empty(page)
                page.put_nowait({"kind": "everything"})
            page.put_nowait(news)

    def end(self) -> None:
        """Let every open page go."""
        for page in self._pages:
            page.put_nowait(None)

    async def follow(self) -> AsyncIterator[str]:
        """The events for one page, in the form of ``text/event-stream``."""
        page: asyncio.Queue[Json | None] = asyncio.Queue()
        self._pages.add(page)
        try:
            yield ": welcome\n\n"
            while True:
                try:
                    async with asyncio.timeout(KEEP_ALIVE_S):
                        news = await page.get()
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if news is None:
                    return
                yield f"data: {json.dumps(news)}\n\n"
        finally:
            self._pages.discard(page)


def _empty(page: asyncio.Queue[Json | None]) -> None:
    while not page.empty():
        page.get_nowait()


@dataclass(slots=True)
class _Waiter:
    condition: Callable[[], Any]
    future: asyncio.Future[Any]


class Changes:
    """Wakes whoever waits for something to become true. Conditions are asked once per turn of the event loop."""

    def __init__(self) -> None:
        self._waiters: list[_Waiter] = []
        self._due = False

    def notify(self) -> None:
        if self._waiters and not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self._ask)

    def _ask(self) -> None:
        self._due = False
        for waiter in list(self._waiters):
            if not waiter.future.done():
                _ask_one(waiter)

    async def until(self, condition: Callable[[], T], within: float) -> T:
        """What ``condition`` gives once that is true. Raises ``TimeoutError`` after ``within`` seconds."""
        waiter = _Waiter(condition, asyncio.get_running_loop().create_future())
        _ask_one(waiter)
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout(within):
                result: T = await waiter.future
            return result
        finally:
            self._waiters.remove(waiter)


def _ask_one(waiter: _Waiter) -> None:
    try:
        result = waiter.condition()
    except Exception as error:
        waiter.future.set_exception(error)
    else:
        if result:
            waiter.future.set_result(result)
