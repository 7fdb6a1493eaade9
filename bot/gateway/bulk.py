"""Deletes of one channel that wait at the same moment become one call."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import discord

from bot.errors import DeedFailed, Forbidden, TryLater

MOST_AT_ONCE = 100  # messages in a bulk delete, Discord's limit; two is the least
YOUNG = timedelta(days=13, hours=23)  # Discord takes messages of less than 14 days
LONGEST_REASON = 512  # characters

DeleteOne = Callable[[int, int, int, str], Awaitable[None]]  # guild, channel, message, reason
DeleteMany = Callable[[int, int, Sequence[int], str], Awaitable[None]]


@dataclass(slots=True)
class _Waiting:
    message_id: int
    reason: str
    answer: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Deletes:
    """One delete at a time per channel; what waits meanwhile goes together in the next call.

    A delete that is alone is not held up: it is made in the next turn of the event loop.
    """

    def __init__(self, one: DeleteOne, many: DeleteMany) -> None:
        self._one = one
        self._many = many
        self._waiting: dict[tuple[int, int], list[_Waiting]] = {}
        self._runners: dict[tuple[int, int], asyncio.Task[None]] = {}

    async def delete(self, guild_id: int, channel_id: int, message_id: int, reason: str) -> None:
        """Delete a message, alone or with others; raises what became of this one."""
        place, waiting = (guild_id, channel_id), _Waiting(message_id, reason)
        self._waiting.setdefault(place, []).append(waiting)
        if place not in self._runners:
            self._runners[place] = asyncio.create_task(self._run(place))
        await waiting.answer

    async def close(self) -> None:
        """Make no further call; what waits is cancelled."""
        runners = list(self._runners.values())
        for runner in runners:
            runner.cancel()
        await asyncio.gather(*runners, return_exceptions=True)

    async def _run(self, place: tuple[int, int]) -> None:
        try:
            while self._waiting.get(place):
                await self._serve(place, self._next_batch(place))
        finally:
            del self._runners[place]
            for left in self._waiting.pop(place, ()):
                left.answer.cancel()

    def _next_batch(self, place: tuple[int, int]) -> list[_Waiting]:
        """The oldest that wait; one that is too old for a bulk call goes alone."""
        waiting = [each for each in self._waiting[place] if not each.answer.done()]
        batch = list(waiting[:1])
        if batch and is_young(batch[0].message_id):
            ids = {batch[0].message_id}
            for each in waiting[1:]:
                if is_young(each.message_id) and len(ids | {each.message_id}) <= MOST_AT_ONCE:
                    ids.add(each.message_id)
                    batch.append(each)
        taken = {id(each) for each in batch}
        self._waiting[place] = [each for each in waiting if id(each) not in taken]
        return batch

    async def _serve(self, place: tuple[int, int], batch: list[_Waiting]) -> None:
        ids = list(dict.fromkeys(each.message_id for each in batch))
        if not ids:
            return
        reason = merged([each.reason for each in batch])
        try:
            if len(ids) == 1:
                await self._one(*place, ids[0], reason)
            else:
                await self._many(*place, ids, reason)
        except (Forbidden, TryLater) as error:
            _answer(batch, error)
        except DeedFailed as error:
            if len(ids) == 1:
                return _answer(batch, error)
            for each in batch:  # one of them spoils the call for all
                await self._serve(place, [each])
        except asyncio.CancelledError:
            for each in batch:
                each.answer.cancel()
            raise
        except Exception as error:
            _answer(batch, error)
        else:
            _answer(batch, None)


def _answer(batch: Iterable[_Waiting], error: Exception | None) -> None:
    for each in batch:
        if each.answer.done():
            continue
        if error is None:
            each.answer.set_result(None)
        else:
            each.answer.set_exception(error)


def is_young(message_id: int) -> bool:
    """Whether a message can be deleted in bulk."""
    return discord.utils.snowflake_time(message_id) > datetime.now(UTC) - YOUNG


def merged(reasons: Sequence[str]) -> str:
    """One reason for the audit log out of those of several flags: their numbers, as many as fit."""
    if len(set(reasons)) == 1:
        return reasons[0]
    numbers = sorted({int(number) for reason in reasons for number in re.findall(r"flag #(\d+)", reason)})
    text = "Civil Tongue flags " + ", ".join(_runs(numbers))
    return text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 5].rpartition(",")[0] + " ..."


def _runs(numbers: Sequence[int]) -> list[str]:
    """Numbers that follow each other are said as from and to."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [f"#{run[0]}" if len(run) == 1 else f"#{run[0]}-#{run[-1]}" for run in runs]
