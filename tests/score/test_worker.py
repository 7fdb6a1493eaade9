from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.errors import ModelFailed, ModelUnavailable, Overloaded, ScoringFailed, ShuttingDown
from bot.health import Health
from bot.records import TextScores
from bot.score import worker as worker_module
from bot.score.model import load
from bot.score.options import ModelOptions
from bot.score.requests import BACKGROUND_POSTS, BACKGROUND_TEXTS
from bot.score.round import MOST_PADDING, SMALLEST_BATCH
from bot.score.worker import Worker, WorkerOptions

PATIENCE = 60.0  # seconds until a test that hangs is called failed


class Gate:
    """A model that stands still until it is opened. ``!`` in a text makes it raise, ``?`` makes it give nan."""

    id = "gate@1"
    labels = ("toxic",)

    def __init__(self, *, is_open: bool = False) -> None:
        self.open = threading.Event()
        self.entered = threading.Event()
        self.batches: list[list[str]] = []
        self.room_failures = 0
        if is_open:
            self.open.set()

    @property
    def room(self) -> int:
        if self.room_failures:
            self.room_failures -= 1
            raise RuntimeError("no room")
        return 64

    def tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        if any("%" in text for text in texts):
            raise ValueError("cannot tokenise")
        return [[ord(letter) for letter in text] for text in texts]

    def probabilities(self, windows: Sequence[Sequence[int]]) -> Any:
        texts = ["".join(map(chr, window)) for window in windows]
        self.batches.append(texts)
        self.entered.set()
        self.wait()
        if any("!" in text for text in texts):
            raise RuntimeError("poisoned")
        return np.array([[np.nan if "?" in text else 0.25] for text in texts], np.float32)

    def wait(self) -> None:
        assert self.open.wait(PATIENCE)

    @property
    def seen(self) -> list[str]:
        return [text for batch in self.batches for text in batch]


class Stepping(Gate):
    """A gate that lets one batch through for each permit."""

    def __init__(self) -> None:
        super().__init__()
        self.permits = threading.Semaphore(0)

    def wait(self) -> None:
        assert self.permits.acquire(timeout=PATIENCE)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open.set()  # or the pool's thread would outlive the test


@pytest.fixture
def health() -> Health:
    return Health()


def options(**given: Any) -> WorkerOptions:
    return WorkerOptions(**{"deadline": timedelta(minutes=5), "round_texts": 4, **given})


async def happened(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, PATIENCE)


async def settle() -> None:
    """Let everything that is ready to run on the loop run."""
    for _ in range(20):
        await asyncio.sleep(0)


def asked(worker: Worker, text: str, guild_id: int = 1, member_id: int = 1) -> asyncio.Task[TextScores]:
    return asyncio.create_task(worker.score([text], guild_id=guild_id, member_id=member_id))


async def answer(task: Coroutine[Any, Any, TextScores] | asyncio.Task[TextScores]) -> TextScores | BaseException:
    (result,) = await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), PATIENCE)
    return result


async def blocked(worker: Worker, gate: Gate) -> asyncio.Task[TextScores]:
    """Have the model stand still over a first post, so that all that follows waits."""
    first = asked(worker, "first", guild_id=99)
    await happened(gate.entered)
    return first


async def test_every_text_of_a_post_gets_its_own_scores(tiny: Path) -> None:
    exact = ModelOptions(number_type="float32")
    async with Worker(lambda: load(str(tiny), options=exact)) as worker:
        model = await worker.ready()
        scores = await worker.score(["hello", "bad", "", "filler " * 600 + "evil"], guild_id=1, member_id=1)
    assert scores.model == model.id
    assert [{label for label, p in (each or {}).items() if p > 0.5} for each in scores.each] == [
        set(),
        {"toxic"},
        set(),
        {"insult"},
    ]
    assert scores.unscored == 0


async def test_texts_over_the_cap_of_a_post_are_left_out_and_counted(gate: Gate) -> None:
    gate.open.set()
    async with Worker(lambda: gate, options=options()) as worker:
        scores = await worker.score(["x"] * 70, guild_id=1, member_id=1)
    assert [each is None for each in scores.each] == [False] * 64 + [True] * 6
    assert scores.unscored == 6


async def test_posts_that_arrive_while_the_model_loads_wait_for_it_without_a_deadline() -> None:
    may_load = threading.Event()
    gate = Gate(is_open=True)

    def slow_load() -> Gate:
        assert may_load.wait(PATIENCE)
        return gate

    async with Worker(slow_load, options=options(deadline=timedelta(microseconds=1))) as worker:
        posts = [asked(worker, text) for text in ("one", "two")]
        await settle()
        assert not any(post.done() for post in posts)
        worker._requests.options = options()  # from here on the deadline is long
        may_load.set()
        assert [type(await answer(post)) for post in posts] == [TextScores, TextScores]


async def test_the_loop_goes_on_while_the_model_computes(gate: Gate) -> None:
    async with Worker(lambda: gate, options=options()) as worker:
        first = await blocked(worker, gate)
        ticks = 0
        for _ in range(1000):
            await asyncio.sleep(0)
            ticks += 1
        assert ticks == 1000
        assert not first.done()
        gate.open.set()
        assert isinstance(await answer(first), TextScores)


async def test_what_waits_is_scored_in_batches_sorted_by_length(gate: Gate) -> None:
    async with Worker(lambda: gate, options=options(round_texts=100)) as worker:
        first = await blocked(worker, gate)
        waiting = [asked(worker, "x" * (1 + at * 7 % 60), member_id=at) for at in range(60)]
        await settle()
        gate.open.set()
        await asyncio.gather(first, *waiting)
    lengths = [[len(text) for text in batch] for batch in gate.batches[1:]]
    one_after_another = [length for batch in lengths for length in batch]
    assert one_after_another == sorted(one_after_another)
    assert 2 <= len(lengths) < 8
    for batch in lengths:
        assert len(batch) <= SMALLEST_BATCH + 1 or max(batch) * len(batch) - sum(batch) <= MOST_PADDING * max(
            batch
        ) * len(batch)


async def test_a_raided_guild_does_not_keep_another_waiting(gate: Gate) -> None:
    async with Worker(lambda: gate, options=options()) as worker:
        first = await blocked(worker, gate)
        order: list[int] = []
        posts = [asked(worker, f"raid {at}", guild_id=1, member_id=at) for at in range(100)]
        posts += [asked(worker, f"quiet {at}", guild_id=2) for at in range(2)]
        for post, guild in zip(posts, [1] * 100 + [2] * 2, strict=True):
            post.add_done_callback(lambda _, guild=guild: order.append(guild))
        await settle()
        gate.open.set()
        await asyncio.gather(first, *posts)
    # A round takes four: two of the raid, two of the quiet guild.
    assert order.index(2) < 4
    assert [at for at, guild in enumerate(order) if guild == 2][-1] < 4


async def test_rounds_are_no_longer_than_the_pace_of_the_last_one_allows(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "ROUND_SECONDS", 0.0)
    monkeypatch.setattr(worker_module, "LEAST_ROUND", 10)  # characters
    async with Worker(lambda: gate, options=options(round_texts=100)) as worker:
        first = await blocked(worker, gate)
        posts = [asked(worker, "12345", member_id=at) for at in range(6)]
        await settle()
        gate.open.set()
        await asyncio.gather(first, *posts)
    assert [len(batch) for batch in gate.batches] == [1, 2, 2, 2]


async def test_when_the_queue_is_full_the_flooder_pays(gate: Gate) -> None:
    async with Worker(lambda: gate, options=options(queue_posts=3)) as worker:
        first = await blocked(worker, gate)
        flood = [asked(worker, f"flood {at}") for at in range(4)]
        await settle()
        assert isinstance(await answer(flood[3]), Overloaded)
        newcomer = asked(worker, "newcomer", guild_id=2)
        await settle()
        assert isinstance(await answer(flood[2]), Overloaded)
        assert worker.counters.queued == 3
        gate.open.set()
        for post in (first, flood[0], flood[1], newcomer):
            assert isinstance(await answer(post), TextScores)
        assert worker.counters.overloaded == 2
        assert worker.counters.scored == 4


async def test_a_post_is_turned_away_at_its_deadline_even_where_the_model_hangs(gate: Gate) -> None:
    async with Worker(lambda: gate, options=options(deadline=timedelta(milliseconds=1))) as worker:
        await worker.ready()
        posts = [asked(worker, f"post {at}") for at in range(10)]
        answers = [await answer(post) for post in posts]
        assert all(isinstance(each, Overloaded) for each in answers)
        assert worker.counters.queued == 0
        gate.open.set()


async def test_a_cancelled_caller_does_no_harm_and_its_text_is_not_scored(gate: Gate) -> None:
    async with Worker(lambda: gate, options=options()) as worker:
        first = await blocked(worker, gate)
        left, gone = asked(worker, "left"), asked(worker, "gone")
        await settle()
        gone.cancel()
        first.cancel()  # the model is at work on this one
        await settle()
        assert worker.counters.queued == 1
        gate.open.set()
        assert isinstance(await answer(left), TextScores)
        assert isinstance(await answer(gone), asyncio.CancelledError)
        assert worker.counters.cancelled == 2
    assert gate.seen == ["first", "left"]


async def test_a_cancelled_caller_whose_round_has_begun_is_skipped_before_its_batch() -> None:
    stepping = Stepping()
    async with Worker(lambda: stepping, options=options(batch_texts=1)) as worker:
        first = await blocked(worker, stepping)
        short, long = asked(worker, "x"), asked(worker, "x" * 50)
        await settle()
        stepping.entered.clear()
        stepping.permits.release()
        await happened(stepping.entered)  # the round of both has begun, with the short one
        long.cancel()
        await settle()
        stepping.permits.release()
        assert [type(await answer(post)) for post in (first, short)] == [TextScores, TextScores]
        stepping.permits.release()
        assert isinstance(await answer(asked(worker, "after")), TextScores)
    assert stepping.seen == ["first", "x", "after"]


async def test_only_the_poisoned_text_of_a_batch_fails(gate: Gate) -> None:
    async with Worker(lambda: gate, options=options(round_texts=100)) as worker:
        first = await blocked(worker, gate)
        texts = ["fine 1", "evil !", "fine 2", "nan ?", "fine 3", "odd %"]
        posts = [asked(worker, text, member_id=at) for at, text in enumerate(texts)]
        await settle()
        gate.open.set()
        answers = [await answer(post) for post in posts]
        assert isinstance(await answer(first), TextScores)
        assert worker.counters.failed == 3
    assert [type(each) for each in answers] == [
        TextScores,
        ModelFailed,
        TextScores,
        ModelFailed,
        TextScores,
        ModelFailed,
    ]
    assert not any(text in str(each) for text, each in zip(texts, answers, strict=True))


async def test_an_error_in_the_worker_itself_answers_all_and_the_worker_lives_on(gate: Gate) -> None:
    async with Worker(lambda: gate, options=options()) as worker:
        first = await blocked(worker, gate)
        gate.room_failures = 1
        posts = [asked(worker, f"post {at}") for at in range(10)]
        await settle()
        gate.open.set()
        assert isinstance(await answer(first), TextScores)
        assert [type(await answer(post)) for post in posts] == [ModelFailed] * 10
        assert isinstance(await answer(asked(worker, "after")), TextScores)


class Panic(BaseException):
    """As the panic of a tokenizer written in Rust: no Exception."""


@pytest.mark.parametrize("method", ["tokenise", "probabilities", "room"])
@pytest.mark.parametrize("error", [Panic, SystemExit])
async def test_a_panic_in_the_model_fails_one_post_and_the_worker_lives_on(
    gate: Gate, method: str, error: type[BaseException]
) -> None:
    class Panicking(Gate):
        left = 1

        def __getattribute__(self, name: str) -> Any:
            if name == method and self.left:
                self.left -= 1
                raise error("in Rust")
            return super().__getattribute__(name)

    panicking = Panicking(is_open=True)
    async with Worker(lambda: panicking, options=options()) as worker:
        await worker.ready()
        assert isinstance(await answer(asked(worker, "a")), ModelFailed)
        assert isinstance(await answer(asked(worker, "b")), TextScores)


async def test_a_lane_that_ends_is_started_again_and_reported(gate: Gate, health: Health) -> None:
    gate.open.set()
    async with Worker(lambda: gate, options=options(), health=health) as worker:
        await worker.ready()
        for lane in list(worker._lanes):
            lane.cancel()
        await settle()
        assert "scoring" in health.reasons
        assert isinstance(await answer(asked(worker, "a")), TextScores)


async def test_a_panic_while_loading_is_a_failed_load(health: Health) -> None:
    def load() -> Any:
        raise Panic("in Rust")

    async with Worker(load, options=options(), health=health) as worker:
        with pytest.raises(ModelUnavailable):
            await worker.ready()


async def test_shutdown_answers_everything_that_is_queued(gate: Gate) -> None:
    async with Worker(lambda: gate, options=options()) as worker:
        first = await blocked(worker, gate)
        posts = [asked(worker, f"post {at}") for at in range(50)]
        await settle()
        closing = asyncio.create_task(worker.__aexit__(None, None, None))
        answers = [await answer(post) for post in posts]
        gate.open.set()
        await asyncio.wait_for(closing, PATIENCE)
        # The batch under way was let end.
        assert isinstance(await answer(first), TextScores)
        assert all(isinstance(each, ShuttingDown) for each in answers)
        assert isinstance(await answer(asked(worker, "late")), ShuttingDown)
    assert gate.seen == ["first"]


async def test_shutdown_does_not_wait_for_a_model_that_hangs(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "SHUTDOWN_GRACE", 0.0)
    async with Worker(lambda: gate, options=options()) as worker:
        first = await blocked(worker, gate)
    assert isinstance(await answer(first), ShuttingDown)


async def test_shutdown_does_not_wait_for_the_model_to_load() -> None:
    may_load = threading.Event()

    def slow_load() -> Gate:
        assert may_load.wait(PATIENCE)
        return Gate()

    async with Worker(slow_load) as worker:
        post = asked(worker, "early")
        await settle()
    assert isinstance(await answer(post), ShuttingDown)
    with pytest.raises(ShuttingDown):
        await worker.ready()
    may_load.set()


async def test_a_failed_load_is_a_named_trouble_until_a_later_one_succeeds(health: Health) -> None:
    may_succeed = threading.Event()
    attempts: list[Callable[[], Gate]] = []

    def stubborn() -> Gate:
        attempts.append(stubborn)
        if len(attempts) == 1:
            raise ModelUnavailable("no network: plug it in")
        assert may_succeed.wait(PATIENCE)
        return Gate(is_open=True)

    well = asyncio.Event()
    health.listen(lambda _, sentence: well.set() if sentence is None else None)
    given = options(retry_load_after=timedelta(milliseconds=1))
    async with Worker(stubborn, options=given, health=health) as worker:
        early = asked(worker, "early")
        with pytest.raises(ModelUnavailable, match="plug it in"):
            await worker.ready()
        assert isinstance(await answer(early), ModelFailed)
        assert isinstance(await answer(asked(worker, "meanwhile")), ModelFailed)
        assert str(health.reasons["scoring"]) == "no network: plug it in"
        may_succeed.set()
        await asyncio.wait_for(well.wait(), PATIENCE)
        assert health.is_well
        assert isinstance(await answer(asked(worker, "later")), TextScores)
        assert (await worker.ready()).id == "gate@1"


async def test_any_error_while_loading_becomes_a_sentence(health: Health) -> None:
    def broken() -> Gate:
        raise ZeroDivisionError

    async with Worker(broken, health=health) as worker:
        with pytest.raises(ModelUnavailable, match="ZeroDivisionError"):
            await worker.ready()
    assert not health.is_well


async def test_sustained_overload_is_a_trouble_that_heals_when_posts_are_scored_again(
    gate: Gate, health: Health
) -> None:
    said: list[tuple[str, bool]] = []
    health.listen(lambda part, sentence: said.append((part, sentence is None)))
    async with Worker(lambda: gate, options=options(queue_posts=2), health=health) as worker:
        first = await blocked(worker, gate)
        posts = [asked(worker, f"post {at}") for at in range(60)]
        await settle()
        assert "keep up" in str(health.hold_reason)
        gate.open.set()
        await asyncio.gather(first, *posts, return_exceptions=True)
        for at in range(10):
            await worker.score([f"calm {at}"], guild_id=1, member_id=1)
        assert health.is_well
    assert said == [("scoring", False), ("scoring", True)]


async def test_a_model_that_keeps_failing_is_a_trouble_that_heals(gate: Gate, health: Health) -> None:
    gate.open.set()
    async with Worker(lambda: gate, options=options(), health=health) as worker:
        for at in range(5):
            assert health.is_well
            assert isinstance(await answer(asked(worker, f"broken {at}!")), ModelFailed)
        assert "fails" in str(health.hold_reason)
        for at in range(8):
            assert not health.is_well
            await worker.score([f"good {at}"], guild_id=1, member_id=1)
        assert health.is_well


@pytest.mark.parametrize("threads", [1, 3])
async def test_whatever_happens_every_caller_is_answered_with_what_is_theirs(threads: int) -> None:
    chance = random.Random(20261123)
    gate = Gate(is_open=True)
    given = options(threads=threads, queue_posts=150, round_texts=16)
    expected: dict[str, type] = {"!": ModelFailed, "?": ModelFailed, "%": ModelFailed, ".": TextScores}
    async with Worker(lambda: gate, options=given) as worker:
        posts: list[tuple[str, asyncio.Task[TextScores]]] = []
        for _ in range(2000):
            kind = chance.choices("!?%.", [1, 1, 1, 30])[0]
            text = f"{'x' * chance.randrange(100)}{kind}"
            posts.append((kind, asked(worker, text, chance.randrange(5), chance.randrange(5))))
            if chance.random() < 0.02:
                chance.choice(posts)[1].cancel()
            if chance.random() < 0.3:
                await asyncio.sleep(0)
        answers = [(kind, await answer(task)) for kind, task in posts]
        counters = worker.counters
    for kind, result in answers:
        assert isinstance(result, expected[kind] | Overloaded | asyncio.CancelledError)
    kinds = [type(result) for _, result in answers]
    # A caller may be cancelled after its answer was given and before it took it.
    assert counters.scored >= kinds.count(TextScores) > 0
    assert counters.failed >= kinds.count(ModelFailed)
    assert counters.queued == 0


async def test_a_post_without_texts_is_answered(gate: Gate) -> None:
    async with Worker(lambda: gate, options=options()) as worker:
        scores = await worker.score([], guild_id=1, member_id=1)
    assert scores == TextScores(model="gate@1", each=(), unscored=0)


def test_every_answer_that_is_no_score_is_a_scoring_failure() -> None:
    assert all(issubclass(each, ScoringFailed) for each in (Overloaded, ModelFailed, ShuttingDown))


def in_background(worker: Worker, text: str) -> asyncio.Task[TextScores]:
    return asyncio.create_task(worker.score([text], guild_id=1, member_id=1, in_background=True))


async def test_what_is_in_the_background_is_scored_after_every_message_that_waits(gate: Gate) -> None:
    async with Worker(lambda: gate, options=options(batch_texts=1)) as worker:
        await worker.ready()
        first = await blocked(worker, gate)
        later = in_background(worker, "later")
        await settle()
        messages = [asked(worker, f"message {n}", member_id=n) for n in range(10)]
        await settle()
        gate.open.set()
        await asyncio.gather(first, later, *messages)
    assert gate.seen[-1] == "later"


async def test_a_message_waits_for_no_more_than_a_few_texts_of_the_background(gate: Gate) -> None:
    async with Worker(lambda: gate, options=options(batch_texts=4)) as worker:
        await worker.ready()
        first = await blocked(worker, gate)
        waiting = [in_background(worker, f"later {n}") for n in range(100)]
        await settle()
        gate.open.set()
        await first
        message = asked(worker, "message")
        await asyncio.gather(message, *waiting)
    assert gate.seen.index("message") <= 1 + 2 * BACKGROUND_TEXTS


async def test_what_goes_wrong_in_the_background_is_no_trouble(gate: Gate, health: Health) -> None:
    gate.open.set()
    async with Worker(lambda: gate, options=options(), health=health) as worker:
        await worker.ready()
        answers = [await answer(in_background(worker, "poison!")) for _ in range(20)]
        assert all(isinstance(each, ModelFailed) for each in answers)
        assert health.is_well
        assert worker.counters.failed == 0


async def test_the_background_holds_only_so_much(gate: Gate, health: Health) -> None:
    async with Worker(lambda: gate, options=options(), health=health) as worker:
        await worker.ready()
        first = await blocked(worker, gate)
        waiting = [in_background(worker, f"later {n}") for n in range(BACKGROUND_POSTS + 50)]
        await settle()
        gate.open.set()
        answers = [await answer(each) for each in (first, *waiting)]
    assert sum(isinstance(each, Overloaded) for each in answers) == 50
    assert health.is_well


async def test_a_background_caller_who_goes_away_leaves_nothing_behind(gate: Gate) -> None:
    async with Worker(lambda: gate, options=options()) as worker:
        await worker.ready()
        first = await blocked(worker, gate)
        gone = in_background(worker, "gone")
        await settle()
        gone.cancel()
        await settle()
        gate.open.set()
        await first
        await worker.score(["message"], guild_id=1, member_id=1)
    assert "gone" not in gate.seen


async def test_closing_answers_the_background_too(gate: Gate) -> None:
    async with Worker(lambda: gate, options=options()) as worker:
        await worker.ready()
        first = await blocked(worker, gate)
        waiting = in_background(worker, "later")
        await settle()
        gate.open.set()
    assert isinstance(await answer(waiting), ShuttingDown | TextScores)
    await answer(first)
