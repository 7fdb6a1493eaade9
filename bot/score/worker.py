"""The worker: takes texts from the event loop, scores them in its own threads, and answers every caller."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import TypeVar

import structlog

from bot.errors import ModelFailed, ModelUnavailable, Overloaded, ShuttingDown
from bot.health import Health
from bot.records import TextScores
from bot.score.faults import described
from bot.score.options import WorkerOptions
from bot.score.queue import FairQueue
from bot.score.round import Answer, Backend, score_posts
from bot.score.strain import Strain
from bot.score.windows import Trimmed, trim

__all__ = ["Counters", "Worker", "WorkerOptions"]

log = structlog.get_logger()

T = TypeVar("T")

# A round takes what the last one's pace would score in this time, so that on a slow machine newcomers wait no longer.
ROUND_SECONDS = 2.0
LEAST_ROUND = 4_000  # characters
FIRST_ROUND = 64_000  # characters, while the pace is unknown
MOST_ROUND = 128_000  # characters
LONGEST_RETRY = 300.0  # seconds between two attempts to load the model
SHUTDOWN_GRACE = 5.0  # seconds given to the batch under way

_FULL = "Too many messages wait to be scored; this one was turned away."
_LATE = "A message waited for its scores longer than the deadline."
_CLOSING = "The bot is shutting down; the message was not scored."
_BROKEN = "Scoring broke off with an error of its own; the message was not scored."
_ENDED = "Scoring stopped by an error of its own and was started again; the log says more."


@dataclass(frozen=True, slots=True)
class Counters:
    """What the worker has done so far; ``queued`` is how many posts wait right now, ``batches`` counts the model's."""

    queued: int
    batches: int
    scored: int
    overloaded: int
    failed: int
    cancelled: int


@dataclass(eq=False, slots=True)
class _Request:
    texts: Trimmed
    guild_id: int
    member_id: int
    future: asyncio.Future[TextScores]
    due: float = math.inf  # by the event loop's clock; never while the model is loading


class Worker:
    """Scores posts in the order of a fair queue; a ``bot.records.Scorer``.

    Every call of ``score`` ends in scores or a ``ScoringFailed``, whatever happens. The deadline of a post that
    arrives while the model is loading counts from the moment the model is there. When loading has failed, posts are
    answered ``ModelFailed`` at once until a later attempt succeeds.
    """

    def __init__(
        self, load: Callable[[], Backend], *, options: WorkerOptions | None = None, health: Health | None = None
    ) -> None:
        self.options = options or WorkerOptions()
        self._load = load
        self._strain = Strain(health or Health())
        self._queue: FairQueue[_Request] = FairQueue(self.options.queue_posts)
        self._open: OrderedDict[_Request, None] = OrderedDict()  # not answered yet, by arrival
        self._counts: Counter[str] = Counter()
        self._pool = ThreadPoolExecutor(self.options.threads, thread_name_prefix="scoring")
        self._wake = asyncio.Event()
        self._loaded = asyncio.Event()
        self._tried = asyncio.Event()  # a first attempt to load has ended, well or not
        self._model: Backend | None = None
        self._load_failure: ModelUnavailable | None = None
        self._loader: asyncio.Task[None] | None = None
        self._lanes: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.TimerHandle | None = None
        self._closing = False
        self._round_characters = FIRST_ROUND

    async def __aenter__(self) -> Worker:
        self._loop = asyncio.get_running_loop()
        self._loader = self._loop.create_task(self._load_until_there())
        for _ in range(self.options.threads):
            self._open_lane()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True  # the round under way stops after its batch
        for request in self._queue.clear():
            self._answer(request, ShuttingDown(_CLOSING))
        self._wake.set()
        if self._loader is not None:
            self._loader.cancel()
        if self._loaded.is_set() and self._lanes:
            await asyncio.wait(self._lanes, timeout=SHUTDOWN_GRACE)
        for lane in self._lanes:
            lane.cancel()
        for request in list(self._open):
            self._answer(request, ShuttingDown(_CLOSING))
        if self._alarm is not None:
            self._alarm.cancel()
        self._tried.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def ready(self) -> Backend:
        """The model, once it is loaded.

        Raises ``ModelUnavailable`` as soon as an attempt to load it has failed; the worker itself goes on trying.
        """
        await self._tried.wait()
        if self._model is not None:
            return self._model
        raise self._load_failure or ShuttingDown(_CLOSING)

    @property
    def counters(self) -> Counters:
        counted = {name: self._counts[name] for name in ("batches", "scored", "overloaded", "failed", "cancelled")}
        return Counters(queued=len(self._queue), **counted)

    async def score(self, texts: Sequence[str], *, guild_id: int, member_id: int) -> TextScores:
        """Score the texts of one post.

        Raises ``Overloaded`` when the queue is full or the deadline passes, ``ModelFailed``, or ``ShuttingDown``.
        """
        if self._closing:
            raise ShuttingDown(_CLOSING)
        if self._load_failure is not None:
            raise ModelFailed(str(self._load_failure))
        request = _Request(trim(texts), guild_id, member_id, self._loop.create_future())
        self._open[request] = None
        if self._model is not None:
            request.due = self._loop.time() + self.options.deadline.total_seconds()
            self._set_alarm()
        displaced = self._queue.push(request, guild_id=guild_id, member_id=member_id)
        if displaced is not None:
            self._answer(displaced, Overloaded(_FULL))
        self._wake.set()
        try:
            return await request.future
        finally:
            self._forget(request)

    def _forget(self, request: _Request) -> None:
        """Take back a request whose caller was cancelled; one that is answered is forgotten already."""
        if request in self._open:
            del self._open[request]
            self._queue.remove(request)
            self._counts["cancelled"] += 1

    def _answer(self, request: _Request, answer: Answer | Overloaded | ShuttingDown) -> None:
        """Answer a request, unless it has been; tell the strain what became of it."""
        if request not in self._open:
            return
        del self._open[request]
        if isinstance(answer, TextScores):
            self._counts["scored"] += 1
            self._strain.scored(request.guild_id, has_backlog=2 * len(self._queue) > self.options.queue_posts)
        elif isinstance(answer, Overloaded):
            self._counts["overloaded"] += 1
            self._strain.overloaded(request.guild_id)
        elif isinstance(answer, ModelFailed):
            self._counts["failed"] += 1
            self._strain.failed()
        if request.future.done():
            return
        if isinstance(answer, TextScores):
            request.future.set_result(answer)
        else:
            request.future.set_exception(answer)

    async def _load_until_there(self) -> None:
        wait = self.options.retry_load_after.total_seconds()
        while self._model is None:
            try:
                self._begin(await self._loop.run_in_executor(self._pool, _contained, self._load))
            except Exception as error:
                self._refuse(error)
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_RETRY)

    def _begin(self, model: Backend) -> None:
        self._model = model
        if self._load_failure is not None:
            self._load_failure = None
            self._strain.healed()
        due = self._loop.time() + self.options.deadline.total_seconds()
        for request in self._open:
            request.due = due
        self._set_alarm()
        self._loaded.set()
        self._tried.set()

    def _refuse(self, error: Exception) -> None:
        if not isinstance(error, ModelUnavailable):
            log.error("loading_the_model_failed", **described(error))
            error = ModelUnavailable(f"The model could not be loaded ({type(error).__name__}); the log says more.")
        log.error("model_unavailable", reason=str(error))
        self._load_failure = error
        self._strain.trouble(str(error))
        for request in self._queue.clear():
            self._answer(request, ModelFailed(str(error)))
        self._tried.set()

    async def _lane(self) -> None:
        await self._loaded.wait()
        while not self._closing:
            try:
                await self._wake.wait()
                await self._score_next()
            except Exception as error:
                log.error("scoring_loop_failed", **described(error))
                self._fail_all()

    def _open_lane(self) -> None:
        lane = self._loop.create_task(self._lane())
        self._lanes.add(lane)
        lane.add_done_callback(self._lane_ended)

    def _lane_ended(self, lane: asyncio.Task[None]) -> None:
        """Start another lane for one that ended although nobody shut the worker down."""
        if self._closing:
            return
        self._lanes.discard(lane)
        error = asyncio.CancelledError() if lane.cancelled() else lane.exception() or RuntimeError()
        log.error("scoring_lane_ended", **described(error))
        self._strain.trouble(_ENDED)
        self._fail_all()
        if not self._loop.is_closed():
            self._open_lane()

    def _fail_all(self) -> None:
        self._queue.clear()
        for request in list(self._open):
            self._answer(request, ModelFailed(_BROKEN))

    async def _score_next(self) -> None:
        """Score what waits, up to a round; without waiting for more to come."""
        taken = self._take()
        if not taken or self._model is None:
            self._wake.clear()
            return
        started = self._loop.time()
        await self._loop.run_in_executor(self._pool, _contained, partial(self._score_round, self._model, taken))
        pace = sum(request.texts.characters for request in taken) / max(self._loop.time() - started, 1e-6)
        self._round_characters = int(min(max(pace * ROUND_SECONDS, LEAST_ROUND), MOST_ROUND))
        if not self._closing:
            for request in taken:
                self._answer(request, ModelFailed(_BROKEN))

    def _take(self) -> list[_Request]:
        taken: list[_Request] = []
        texts = characters = 0
        share = max(self.options.batch_texts, math.ceil(len(self._queue) / self.options.threads))
        while texts < min(share, self.options.round_texts) and characters < self._round_characters:
            request = self._queue.pop()
            if request is None:
                break
            taken.append(request)
            texts += request.texts.kept
            characters += request.texts.characters
        return taken

    def _score_round(self, model: Backend, taken: Sequence[_Request]) -> None:
        """In a thread of the pool: only ``_deliver`` touches the requests, and that on the event loop."""

        def tell(answers: list[tuple[int, Answer]]) -> None:
            # A closed loop has nobody left who waits.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._deliver, [(taken[at], answer) for at, answer in answers])

        score_posts(
            model,
            [request.texts for request in taken],
            batch_texts=self.options.batch_texts,
            tell=tell,
            wanted=lambda at: not self._closing and not taken[at].future.done(),
        )

    def _deliver(self, answers: list[tuple[_Request, Answer]]) -> None:
        self._counts["batches"] += 1
        for request, answer in answers:
            self._answer(request, answer)

    def _set_alarm(self) -> None:
        """Wake up when the oldest open request is due, so that it is answered even where the model hangs."""
        if self._alarm is None and self._open:
            self._alarm = self._loop.call_at(next(iter(self._open)).due, self._turn_away_late_ones)

    def _turn_away_late_ones(self) -> None:
        self._alarm = None
        now = self._loop.time()
        while self._open:
            oldest = next(iter(self._open))
            if oldest.due > now:
                break
            self._queue.remove(oldest)
            self._answer(oldest, Overloaded(_LATE))
        self._set_alarm()


def _contained(call: Callable[[], T]) -> T:
    """In a thread of the pool: what is no Exception, an exit for example, must not reach the event loop as what it is.

    A panic in a tokenizer written in Rust is such a one.
    """
    try:
        return call()
    except Exception:
        raise
    except BaseException as error:
        log.error("model_broke_off", **described(error))
        raise ModelFailed(_BROKEN) from error
