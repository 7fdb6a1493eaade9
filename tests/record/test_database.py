"""No connection is left open: its thread and its file handle would outlive the record."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.record.database import DATABASE_NAME, disposed, open_for_reading
from bot.record.ledger import Ledger
from bot.record.migrating import migrate
from bot.records import Decision, Post, Scores

MOST_STEPS = 200  # a record takes fewer to be opened, asked and closed


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / DATABASE_NAME
    migrate(path)
    return path


@pytest.fixture
def left_open() -> Iterator[Callable[[], Awaitable[list[str]]]]:
    """What was thrown away without being closed, once every thread has answered."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")

        async def collect() -> list[str]:
            while others := asyncio.all_tasks() - {asyncio.current_task()}:
                await asyncio.wait(others)
            gc.collect()
            return [str(each.message) for each in caught]

        yield collect


async def ask(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        await session.run_sync(lambda session: session.execute(text("SELECT 1")).all())


class CancelledAt:
    """A coroutine whose task is cancelled while it waits for the ``step``-th time."""

    def __init__(self, work: Coroutine[Any, Any, None], step: int) -> None:
        self._work = work
        self._step = step
        self.steps = 0

    def __await__(self) -> Generator[Any, Any, None]:
        waiting = self._work.__await__()
        go_on: Callable[[], Any] = lambda: waiting.send(None)  # noqa: E731
        while True:
            try:
                awaited = go_on()
            except StopIteration:
                return
            if self.steps == self._step:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            self.steps += 1
            try:
                result = yield awaited
            except BaseException as error:
                go_on = lambda error=error: waiting.throw(error)  # noqa: E731
            else:
                go_on = lambda result=result: waiting.send(result)  # noqa: E731


async def cancelled_at(work: Coroutine[Any, Any, None], step: int) -> bool:
    """Whether the work was still going on at that step."""
    cancelling = CancelledAt(work, step)

    async def run() -> None:
        await cancelling

    await asyncio.gather(asyncio.create_task(run()), return_exceptions=True)
    return cancelling.steps > step


async def test_a_connection_in_use_when_the_engine_is_closed_is_closed_too(
    database: Path, left_open: Callable[[], Awaitable[list[str]]]
) -> None:
    async with disposed(open_for_reading(database)) as engine:
        session = AsyncSession(engine)
        await session.execute(text("SELECT 1"))
    await session.close()
    del session, engine
    assert await left_open() == []


async def test_questions_under_way_when_the_engine_is_closed_leave_nothing_open(
    database: Path, left_open: Callable[[], Awaitable[list[str]]]
) -> None:
    async with disposed(open_for_reading(database)) as engine:
        asked = [asyncio.create_task(ask(engine)) for _ in range(30)]
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.gather(*asked, return_exceptions=True)
    del asked, engine
    assert await left_open() == []


async def test_an_engine_cancelled_at_any_moment_leaves_nothing_open(
    database: Path, left_open: Callable[[], Awaitable[list[str]]]
) -> None:
    async def use() -> None:
        async with disposed(open_for_reading(database)) as engine:
            await asyncio.gather(ask(engine), ask(engine))

    for step in range(MOST_STEPS):
        if not await cancelled_at(use(), step):
            break
        assert await left_open() == [], f"cancelled at step {step}"
    else:
        pytest.fail("it never ended")


async def test_a_record_cancelled_at_any_moment_leaves_nothing_open(
    tmp_path: Path,
    left_open: Callable[[], Awaitable[list[str]]],
    post: Callable[..., Post],
    scores: Scores,
    decision: Decision,
) -> None:
    async with Ledger.at(tmp_path):
        pass  # the tables and the key are there

    async def use(number: int) -> None:
        async with Ledger.at(tmp_path) as ledger:
            ledger.add_scores(post(message_id=number), scores)
            opened = await ledger.open_flag(post(message_id=number), scores, decision)
            assert opened is not None
            await asyncio.gather(ledger.flag(opened.guild.id, opened.number), ledger.flags())

    for step in range(MOST_STEPS):
        if not await cancelled_at(use(step), step):
            break
        assert await left_open() == [], f"cancelled at step {step}"
    else:
        pytest.fail("it never ended")
