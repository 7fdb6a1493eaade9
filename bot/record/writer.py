"""The one task that writes to the record.

What waits when it gets its turn is committed together: under load one flush to disk serves many flags. Guilds take
turns, so that a raid on one of them holds no other up. All of it is done in one thread: a transaction of many small
statements would else spend most of its time on the way between threads.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.errors import RecordFailed
from bot.fair_queue import FairQueue
from bot.health import Health
from bot.record.database import open_for_writing, plain_errors, uninterrupted
from bot.record.probing import probe_flags
from bot.rounds import heard
from bot.texts.saying import Said, say

T = TypeVar("T")

JOBS_TOGETHER = 32  # whoever comes next waits for the end of their transaction
JOBS_WAITING = 10_000
NO_GUILD = 0
PROBE_SECONDS = 5.0  # between two attempts to find out, while in trouble, whether writing works again
RELAPSE_SECONDS = 600.0  # trouble that comes back within this time is believed to be over only after twice the calm
LONGEST_CALM = 1800.0  # seconds without a failure that are asked for at most
PART = "record"  # the part that ``Health`` hears of

log = structlog.get_logger()


class _Job(Generic[T]):
    def __init__(self, work: Callable[[Session], T]) -> None:
        self.work = work
        self.answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    def run(self, session: Session) -> T:
        result = self.work(session)
        session.flush()
        return result

    def settle(self, result: T) -> None:
        if not self.answer.done():
            self.answer.set_result(result)

    def fail(self, error: BaseException) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class Writer:
    """Runs jobs in transactions, one after another, and tells ``health`` whether they go through."""

    def __init__(self, database: Path, health: Health) -> None:
        self._engine = open_for_writing(database)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="record writer")
        self._database = database
        self._health = health
        self._waiting: FairQueue[_Job[Any]] = FairQueue(JOBS_WAITING)
        self._wake = asyncio.Event()
        self._in_trouble = False
        self._probe_at = self._failed_at = 0.0  # by ``monotonic``
        self._healed_at = -math.inf
        self._calm = 0.0  # seconds without a failure after which the trouble is over
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="record writer")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish what waits."""
        self._closing = True
        self._wake.set()
        try:
            if self._task is not None:
                await self._task
        finally:
            # Behind what is being written even now: a connection is closed by the thread that uses it.
            await uninterrupted(self._in_thread(self._engine.dispose))
            self._thread.shutdown()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def do(self, work: Callable[[Session], T], guild_id: int = NO_GUILD) -> T:
        """Run ``work`` in a transaction and return its result once that is on disk.

        ``work`` is run in the writer's thread, and again when a neighbour in the same transaction failed: it has to
        keep nothing outside the session. ``guild_id``: for what each message of a guild asks for, which keeps its
        order and waits for its guild's turn; what people or the bot itself ask for goes without. Raises
        ``RecordFailed`` when the database does, and whatever ``work`` raises.
        """
        if self._closing:
            raise RecordFailed(f"{self._database} is closed: the bot is stopping")
        job = _Job(work)
        if (displaced := self._waiting.push(job, guild_id=guild_id, member_id=0)) is not None:
            displaced.fail(self._too_slow())
        self._wake.set()
        return await job.answer

    def _too_slow(self) -> RecordFailed:
        return RecordFailed(
            f"{self._database} is too slow, {JOBS_WAITING} writes are waiting: check the disk",
            say("record_slow", count=JOBS_WAITING),
        )

    async def truncate_wal(self) -> bool:
        """Empty the write-ahead log, which still holds what was overwritten; False while a reader stands in the way."""
        return await self._in_thread(self._truncate_wal)

    def _truncate_wal(self) -> bool:
        with plain_errors(self._database), closing(self._engine.raw_connection()) as connection:
            busy, *_pages = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    async def _run(self) -> None:
        while not (self._closing and not self._waiting):
            await self._wait_for_work()
            batch = [job for job in self._next_jobs() if not job.answer.cancelled()]
            try:
                await self._serve(batch)
                if self._in_trouble and monotonic() >= self._probe_at:
                    await self._probe()
            except Exception as error:
                # Nobody may wait for ever, and the next batch deserves its try.
                log.exception("the record's writer stumbled")
                for job in batch:
                    job.fail(error)

    def _next_jobs(self) -> Iterator[_Job[Any]]:
        for _ in range(JOBS_TOGETHER):
            if (job := self._waiting.pop()) is None:
                return
            yield job

    async def _wait_for_work(self) -> None:
        """Return when a job waits, when it is time to go, or when trouble asks for a probe."""
        if self._waiting or self._closing:
            return
        self._wake.clear()
        left = max(self._probe_at - monotonic(), 0.0) if self._in_trouble else None
        await heard(self._wake, left)

    async def _serve(self, batch: list[_Job[Any]]) -> None:
        if not batch:
            return
        try:
            results = await self._in_thread(partial(self._commit, batch))
        except RecordFailed as error:
            for job in batch:
                job.fail(error)
            self._fail(error.said)
        except Exception as error:
            # One job is at fault: alone, it takes no neighbour with it. It is found by halves, as others wait.
            if len(batch) == 1:
                batch[0].fail(error)
            else:
                middle = len(batch) // 2
                await self._serve(batch[:middle])
                await self._serve(batch[middle:])
        else:
            for job, result in zip(batch, results, strict=True):
                job.settle(result)

    def _commit(self, batch: list[_Job[Any]]) -> list[Any]:
        with plain_errors(self._database):
            try:
                with Session(self._engine, expire_on_commit=False) as session, session.begin():
                    return [job.run(session) for job in batch]
            except BaseException as error:
                # A connection that met a fault may keep it: a file once opened read-only stays so.
                self._engine.dispose()
                if isinstance(error, IntegrityError) and len(batch) > 1:
                    raise _OneAtFault from error
                raise

    async def _probe(self) -> None:
        """Find out whether the trouble is over; work that goes through says little: some pages only may be at fault."""
        try:
            await self._in_thread(partial(self._commit, [_Job(probe_flags)]))
        except RecordFailed as error:
            self._fail(error.said)
        else:
            if monotonic() - self._failed_at >= self._calm:
                self._in_trouble, self._healed_at = False, monotonic()
                self._health.healed(PART)
        self._probe_at = monotonic() + PROBE_SECONDS

    def _fail(self, said: Said) -> None:
        now = self._failed_at = monotonic()
        if not self._in_trouble:
            relapsed = now - self._healed_at < RELAPSE_SECONDS
            self._calm = min(2 * self._calm, LONGEST_CALM) if relapsed else PROBE_SECONDS
            self._in_trouble, self._probe_at = True, now + PROBE_SECONDS
        self._health.trouble(PART, said)


class _OneAtFault(Exception):
    """One of several jobs broke a rule of the tables; which one is found by running fewer of them together."""
