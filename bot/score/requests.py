"""What is to be scored, from its arrival to its one answer."""

from __future__ import annotations

import asyncio
import math
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import ModelFailed, Overloaded, ShuttingDown
from bot.fair_queue import FairQueue
from bot.records import TextScores
from bot.score.options import WorkerOptions
from bot.score.round import Answer
from bot.score.strain import Strain
from bot.score.windows import Trimmed
from bot.texts.saying import say

BACKGROUND_POSTS = 256  # most that wait in the background at once
BACKGROUND_TEXTS = 32  # most that are taken at once: a message that arrives meanwhile waits for no more

_FULL, _LATE = say("no_room"), say("waited_too_long")


@dataclass(eq=False, slots=True)
class Request:
    """One post. ``due`` is by the event loop's clock; never while the model is loading."""

    texts: Trimmed
    guild_id: int
    member_id: int
    future: asyncio.Future[TextScores]
    in_background: bool = False
    due: float = math.inf


class Requests:
    """Queues them, answers each once and tells the strain what became of it. Used on the event loop only."""

    def __init__(self, options: WorkerOptions, strain: Strain) -> None:
        self.counts: Counter[str] = Counter()
        self.options = options
        self._strain = strain
        self._queue: FairQueue[Request] = FairQueue(options.queue_posts)
        self._background: FairQueue[Request] = FairQueue(BACKGROUND_POSTS)
        self._open: OrderedDict[Request, None] = OrderedDict()  # not answered yet, by arrival
        self._have_deadlines = False
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def queued(self) -> int:
        return len(self._queue)

    def add(self, request: Request) -> None:
        """Have a request wait; where the queue is full, one is turned away for it, perhaps this one."""
        self._open[request] = None
        if self._have_deadlines:
            request.due = self._due()
            self._set_alarm()
        queue = self._background if request.in_background else self._queue
        displaced = queue.push(request, guild_id=request.guild_id, member_id=request.member_id)
        if displaced is not None:
            self.answer(displaced, Overloaded(_FULL))

    def take(self, most_characters: int) -> list[Request]:
        """What is to be scored together: live posts first, and only without any what waits in the background."""
        return self._take_live(most_characters) or self._take_background()

    def forget(self, request: Request) -> None:
        """Take back a request whose caller was cancelled; one that is answered is forgotten already."""
        if request in self._open:
            del self._open[request]
            self._drop(request)
            self.counts["cancelled"] += not request.in_background

    def answer(self, request: Request, answer: Answer | Overloaded | ShuttingDown) -> None:
        """Answer a request, unless it has been."""
        if request not in self._open:
            return
        del self._open[request]
        if not request.in_background:
            self._judge(request, answer)
        if request.future.done():
            return
        if isinstance(answer, TextScores):
            request.future.set_result(answer)
        else:
            request.future.set_exception(answer)

    def answer_waiting(self, answer: ModelFailed | ShuttingDown) -> None:
        """Answer all that are not being scored yet."""
        for request in (*self._queue.clear(), *self._background.clear()):
            self.answer(request, answer)

    def answer_all(self, answer: ModelFailed | ShuttingDown) -> None:
        """Answer all, also those that are being scored."""
        self._queue.clear()
        self._background.clear()
        for request in list(self._open):
            self.answer(request, answer)

    def begin_deadlines(self) -> None:
        """From now on there is a model, so nobody waits for longer than the deadline."""
        self._have_deadlines = True
        due = self._due()
        for request in self._open:
            request.due = due
        self._set_alarm()

    def close(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()

    def _take_live(self, most_characters: int) -> list[Request]:
        taken: list[Request] = []
        texts = characters = 0
        share = max(self.options.batch_texts, math.ceil(len(self._queue) / self.options.threads))
        while texts < min(share, self.options.round_texts) and characters < most_characters:
            request = self._queue.pop()
            if request is None:
                break
            taken.append(request)
            texts += request.texts.kept
            characters += request.texts.characters
        return taken

    def _take_background(self) -> list[Request]:
        taken: list[Request] = []
        while sum(request.texts.kept for request in taken) < BACKGROUND_TEXTS and (request := self._background.pop()):
            taken.append(request)
        return taken

    def _drop(self, request: Request) -> None:
        """Have a request wait no longer."""
        (self._background if request.in_background else self._queue).remove(request)

    def _judge(self, request: Request, answer: Answer | Overloaded | ShuttingDown) -> None:
        if isinstance(answer, TextScores):
            self.counts["scored"] += 1
            self._strain.scored(request.guild_id, has_backlog=2 * len(self._queue) > self.options.queue_posts)
        elif isinstance(answer, Overloaded):
            self.counts["overloaded"] += 1
            self._strain.overloaded(request.guild_id)
        elif isinstance(answer, ModelFailed):
            self.counts["failed"] += 1
            self._strain.failed()

    def _due(self) -> float:
        return asyncio.get_running_loop().time() + self.options.deadline.total_seconds()

    def _set_alarm(self) -> None:
        """Wake up when the oldest open request is due, so that it is answered even where the model hangs."""
        if self._alarm is None and self._open:
            oldest = next(iter(self._open))
            self._alarm = asyncio.get_running_loop().call_at(oldest.due, self._turn_away_late_ones)

    def _turn_away_late_ones(self) -> None:
        self._alarm = None
        now = asyncio.get_running_loop().time()
        while self._open:
            oldest = next(iter(self._open))
            if oldest.due > now:
                break
            self._drop(oldest)
            self.answer(oldest, Overloaded(_LATE))
        self._set_alarm()


def characters_of(requests: Sequence[Request]) -> int:
    return sum(request.texts.characters for request in requests)
