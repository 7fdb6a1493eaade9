"""The worker: takes texts from the event loop, scores them in its own threads, and answers every caller."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import TypeVar

import structlog

from bot.errors import ModelFailed, ModelUnavailable, ShuttingDown
from bot.health import Health
from bot.records import TextScores
from bot.score.faults import described
from bot.score.options import WorkerOptions
from bot.score.requests import Request, Requests, characters_of
from bot.score.round import Answer, Backend, score_posts
from bot.score.strain import Strain
from bot.score.windows import trim
from bot.texts.saying import say

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


_CLOSING, _BROKEN, _ENDED = say("shutting_down"), say("scoring_broke_off"), say("scoring_ended")
_UNAVAILABLE = say("model_unavailable")


@dataclass(frozen=True, slots=True)
class Counters:
    """What the worker has done so far; ``queued`` is how many posts wait right now, ``batches`` counts the model's."""

    queued: int
    batches: int
    scored: int
    overloaded: int
    failed: int
    cancelled: int


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
        self._requests = Requests(self.options, self._strain)
        self._pool = ThreadPoolExecutor(self.options.threads, thread_name_prefix="scoring")
        self._wake = asyncio.Event()
        self._loaded = asyncio.Event()
        self._tried = asyncio.Event()  # a first attempt to load has ended, well or not
        self._model: Backend | None = None
        self._load_failure: ModelUnavailable | None = None
        self._loader: asyncio.Task[None] | None = None
        self._lanes: set[asyncio.Task[None]] = set()
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
        self._requests.answer_waiting(ShuttingDown(_CLOSING))
        self._wake.set()
        if self._loader is not None:
            self._loader.cancel()
        if self._loaded.is_set() and self._lanes:
            await asyncio.wait(self._lanes, timeout=SHUTDOWN_GRACE)
        for lane in self._lanes:
            lane.cancel()
        self._requests.answer_all(ShuttingDown(_CLOSING))
        self._requests.close()
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
    def model_id(self) -> str | None:
        """None while no model is loaded."""
        return None if self._model is None else self._model.id

    @property
    def is_ready(self) -> bool:
        return self._model is not None

    @property
    def counters(self) -> Counters:
        names = ("batches", "scored", "overloaded", "failed", "cancelled")
        return Counters(queued=self._requests.queued, **{name: self._requests.counts[name] for name in names})

    async def score(
        self, texts: Sequence[str], *, guild_id: int, member_id: int, in_background: bool = False
    ) -> TextScores:
        """Score the texts of one post; ``in_background`` only while nothing else waits, and without effect on health.

        Raises ``Overloaded`` when the queue is full or the deadline passes, ``ModelFailed``, or ``ShuttingDown``.
        """
        if self._closing:
            raise ShuttingDown(_CLOSING)
        if self._load_failure is not None:
            raise ModelFailed(_UNAVAILABLE.plainly(str(self._load_failure)))
        request = Request(trim(texts), guild_id, member_id, self._loop.create_future(), in_background)
        self._requests.add(request)
        self._wake.set()
        try:
            return await request.future
        finally:
            self._requests.forget(request)

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
        self._requests.begin_deadlines()
        self._loaded.set()
        self._tried.set()

    def _refuse(self, error: Exception) -> None:
        if not isinstance(error, ModelUnavailable):
            log.error("loading_the_model_failed", **described(error))
            error = ModelUnavailable(f"The model could not be loaded ({type(error).__name__}); the log says more.")
        log.error("model_unavailable", reason=str(error))
        self._load_failure = error
        said = _UNAVAILABLE.plainly(str(error))
        self._strain.trouble(said)
        self._requests.answer_waiting(ModelFailed(said))
        self._tried.set()

    async def _lane(self) -> None:
        await self._loaded.wait()
        while not self._closing:
            try:
                await self._wake.wait()
                await self._score_next()
            except Exception as error:
                log.error("scoring_loop_failed", **described(error))
                self._requests.answer_all(ModelFailed(_BROKEN))

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
        self._requests.answer_all(ModelFailed(_BROKEN))
        if not self._loop.is_closed():
            self._open_lane()

    async def _score_next(self) -> None:
        """Score what waits, up to a round; without waiting for more to come."""
        taken = self._requests.take(self._round_characters)
        if not taken or self._model is None:
            self._wake.clear()
            return
        started = self._loop.time()
        await self._loop.run_in_executor(self._pool, _contained, partial(self._score_round, self._model, taken))
        pace = characters_of(taken) / max(self._loop.time() - started, 1e-6)
        self._round_characters = int(min(max(pace * ROUND_SECONDS, LEAST_ROUND), MOST_ROUND))
        if not self._closing:
            for request in taken:
                self._requests.answer(request, ModelFailed(_BROKEN))

    def _score_round(self, model: Backend, taken: Sequence[Request]) -> None:
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

    def _deliver(self, answers: list[tuple[Request, Answer]]) -> None:
        self._requests.counts["batches"] += 1
        for request, answer in answers:
            self._requests.answer(request, answer)


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
