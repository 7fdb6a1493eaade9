"""Guilds take turns in writing, and a busy one keeps none waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from bot.errors import RecordFailed
from bot.health import Health
from bot.record.database import DATABASE_NAME
from bot.record.migrating import migrate
from bot.record.tables import NumberRow
from bot.record.writer import JOBS_TOGETHER, Writer

RAIDED, QUIET = 1, 2
BACKLOG = 3 * JOBS_TOGETHER


@pytest.fixture
async def database(tmp_path: Path) -> Path:
    await asyncio.to_thread(migrate, tmp_path / DATABASE_NAME)
    return tmp_path / DATABASE_NAME


@pytest.fixture
async def writer(database: Path) -> AsyncIterator[Writer]:
    async with Writer(database, Health()) as writer:
        yield writer


@pytest.fixture
def commits() -> Iterator[list[int]]:
    """Grows by one with every transaction that is committed."""
    counted: list[int] = []
    count = lambda _: counted.append(len(counted) + 1)  # noqa: E731
    event.listen(Engine, "commit", count)
    yield counted
    event.remove(Engine, "commit", count)


def number(guild_id: int) -> Callable[[Session], None]:
    """A job that writes a row, which can be there once only."""
    return lambda session: session.add(NumberRow(guild_id=guild_id, last=1))


def noting(commits: list[int], before: list[int]) -> Callable[[Session], None]:
    """A job that notes how many transactions were committed before it, each time it is tried."""

    def job(session: Session) -> None:
        before.append(len(commits))
        number(99)(session)

    return job


def at_once(*work: Coroutine[Any, Any, Any]) -> list[asyncio.Task[Any]]:
    """Begun together: all of it waits before the first of it is written."""
    return [asyncio.create_task(each) for each in work]


async def test_a_guild_with_one_write_does_not_wait_behind_the_backlog_of_another(writer: Writer, commits: list[int]):
    backlog = at_once(*(writer.do(number(100 + each), RAIDED) for each in range(BACKLOG)))
    before: list[int] = []
    await writer.do(noting(commits, before), QUIET)
    assert before[-1] == 0
    await asyncio.gather(*backlog)
    assert len(commits) >= BACKLOG / JOBS_TOGETHER


async def test_it_does_not_even_where_all_of_them_are_written_anew_because_of_one(writer: Writer, commits: list[int]):
    backlog = at_once(*(writer.do(number(100 + each), RAIDED) for each in range(JOBS_TOGETHER - 2)))
    (twice,) = at_once(writer.do(number(100), RAIDED))
    before: list[int] = []
    await writer.do(noting(commits, before), QUIET)
    assert before[-1] == 0
    results = await asyncio.gather(*backlog, twice, return_exceptions=True)
    assert sum(isinstance(result, Exception) for result in results) == 1
    assert isinstance(results[-1], Exception)
    assert len(commits) < JOBS_TOGETHER / 4


async def test_the_writes_of_a_guild_keep_their_order(writer: Writer):
    ended: list[tuple[int, int]] = []

    async def write(guild_id: int, at: int) -> None:
        await writer.do(lambda _: None, guild_id)
        ended.append((guild_id, at))

    await asyncio.gather(*(write(guild, at) for at in range(BACKLOG) for guild in (RAIDED, RAIDED, QUIET)))
    assert [at for guild, at in ended if guild == RAIDED] == sorted(2 * list(range(BACKLOG)))
    assert [at for guild, at in ended if guild == QUIET] == list(range(BACKLOG))


async def test_when_too_many_writes_wait_the_guild_that_has_most_of_them_loses_its_newest(
    database: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.record.writer.JOBS_WAITING", 10)
    async with Writer(database, Health()) as writer:
        flood = at_once(*(writer.do(number(100 + each), RAIDED) for each in range(12)))
        (quiet,) = at_once(writer.do(number(99), QUIET))
        results = await asyncio.gather(*flood, return_exceptions=True)
        await quiet
    assert [type(result) for result in results] == [*9 * [type(None)], *3 * [RecordFailed]]
