"""The way in: the whole path of one message, on one page.

A post is read, scored, decided on, recorded, acted on and shown to the moderators, in that order. Nothing is acted on
before it is recorded, and no failure of one stage loses what an earlier one has recorded.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from time import monotonic
from typing import Protocol, TypeVar

import structlog

from bot import act
from bot.agenda import CARD_URGENCY, Agenda, InOrder
from bot.config import Rulebook
from bot.decide.limits import Limits
from bot.decide.policy import decide
from bot.decide.rules import StrikeRules
from bot.errors import DeedFailed, RecordFailed, ScoringFailed
from bot.health import Health
from bot.read import views
from bot.read.eligibility import skip_reason
from bot.record.ledger import Ledger
from bot.records import (
    Action,
    CardPlace,
    Case,
    Decision,
    Deeds,
    Flag,
    History,
    Outcome,
    Post,
    Scorer,
    Scores,
    Status,
    ViewScores,
)

UNRECORDED_KEPT = 1000  # decisions that wait in memory for a failing record to heal
RECORD_RETRY = 5.0  # seconds between attempts to write to a failing record
TOO_LATE = timedelta(hours=1)  # an action that was only planned is not begun after this
CARDS_TOGETHER = 100  # unposted cards that are taken from the record at once
AWAY_RETRIES = (1.0, 4.0)  # seconds before a deed is tried again whose connection went away

T = TypeVar("T")
log = structlog.get_logger()


class CardPoster(Protocol):
    """Shows a flag to the moderators; None when there is nowhere to. A ``DeedFailed`` leaves the card in the outbox."""

    async def post_card(self, flag: Flag) -> CardPlace | None: ...


class Pipeline:
    """Hand each post to ``handle``, call ``reconcile`` whenever connected and ``drain`` before leaving."""

    def __init__(
        self,
        rulebook: Rulebook,
        *,
        scorer: Scorer,
        ledger: Ledger,
        deeds: Deeds,
        cards: CardPoster,
        health: Health,
        agenda: Agenda,
        online: Callable[[], Awaitable[None]],
        record_retry: float = RECORD_RETRY,
    ) -> None:
        self._rulebook = rulebook
        self._scorer = scorer
        self._ledger = ledger
        self._deeds = deeds
        self._cards = cards
        self.health = health
        self._agenda = agenda
        self._online = online
        self._record_retry = record_retry
        self.limits = Limits(rulebook.settings.limits)
        self._in_order = InOrder()
        self._one_at_a_time = asyncio.Lock()
        self._unrecorded = 0
        self._in_hand: set[int] = set()  # ids of the flags that a task of this process works on
        self._begun: set[asyncio.Task[None]] = set()
        self.counts: Counter[tuple[str, str]] = Counter()

    async def handle(self, post: Post) -> None:
        """The path of one post, up to where only calls to Discord are left."""
        async with self._in_order(post.message_id):  # an edit never overtakes the message that it edits
            here = self._rulebook.here(post)
            if here.exempted_by:
                return self._count("skipped", f"{here.exempted_by} exempts it")
            if reason := skip_reason(post, here.exempt):
                return self._count("skipped", reason)
            readings = views.of(post, here.allow)
            if not readings.scored:
                return self._count("skipped", "nothing but allowed phrases")
            scores = await self._score(post, readings)
            if scores is None:
                return None
            self._ledger.add_scores(post, scores)
            async with self._in_order((post.guild.id, post.author.id)):
                await self._decide_and_record(post, scores)

    async def reconcile(self, leftovers: Sequence[Flag] = ()) -> None:
        """Finish the flags that an earlier run left open, and post the cards that are still unposted."""
        for flag in leftovers:
            self._begin(flag.id, self._finish(flag))
        await self.post_due_cards()

    async def post_due_cards(self) -> None:
        """Post every card that the record still waits for, of an earlier run or not taken by Discord."""
        busy = set(self._in_hand)  # as of before the question: a card may be posted while it is answered
        last = 0
        while due := await self._insist(partial(self._ledger.without_card, CARDS_TOGETHER, last)):
            last = due[-1].id
            begun = [self._begin(flag.id, self._post_card(flag)) for flag in due if flag.id not in busy]
            if begun:
                await asyncio.wait(begun)

    async def drain(self, seconds: float) -> None:
        """Wait for what has been begun; what is not over in time stays open in the record for the next start."""
        if self._begun:
            _, late = await asyncio.wait(self._begun, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _score(self, post: Post, readings: views.Views) -> Scores | None:
        try:
            answer = await self._scorer.score(
                [view.text for view in readings.scored], guild_id=post.guild.id, member_id=post.author.id
            )
        except ScoringFailed as error:
            self._count("unscored", type(error).__name__)
            return None
        scored = zip(readings.scored, answer.each, strict=True)
        each = tuple(ViewScores(view.surface, view.name, labels) for view, labels in scored if labels is not None)
        return Scores(answer.model, each, answer.unscored + readings.left_out)

    async def _decide_and_record(self, post: Post, scores: Scores) -> None:
        here = self._rulebook.here(post)  # anew: whoever turns to shadow mode means what is being scored, too
        decision = decide(scores, here.rules)
        if decision.struck:  # then it matters what the member did before; most messages need no look at the record
            decision = decide(scores, here.rules, await self._history(post, here.rules.strikes))
        log.info("scored", guild=post.guild.id, message=post.message_id, on=decision.on, rule=decision.rule)
        if not decision.fired:
            return
        decision = self.limits.allow(
            decision,
            guild_id=post.guild.id,
            member_id=post.author.id,
            now=monotonic(),
            mode=here.mode,
            health=self.health,
            texts=here.texts,
        )
        try:
            flag = await self._ledger.open_flag(post, scores, decision)
        except RecordFailed as error:
            self._record_later(post, scores, decision, error)
        else:
            self._act_on(flag)

    async def _history(self, post: Post, strikes: StrikeRules) -> History:
        since = datetime.now(UTC) - strikes.forget_after
        try:
            standing = await self._ledger.strikes(post.guild.id, post.author.id, since)
        except RecordFailed:  # the flag will hardly be recorded either, and then nothing is done
            return History()
        return History(sum(strike.weight for strike in standing))

    def _act_on(self, flag: Flag | None) -> None:
        if flag is None:
            self._count("skipped", "flagged before")
        else:
            self._begin(flag.id, self._carry_out(flag))

    async def _carry_out(self, flag: Flag) -> None:
        """Do what the flag still has to do, stage by stage; then close it and show it."""
        open_actions = [
            (position, act.make(outcome.action, outcome.options))
            for position, outcome in enumerate(flag.outcomes)
            if not outcome.status.is_final
        ]
        stages = [list(stage) for _, stage in groupby(sorted(open_actions, key=_stage), key=_stage)]
        for at, stage in enumerate(stages):
            # What others wait for is as urgent as they are: a warning before a ban is not put behind the cards.
            later = [action.urgency for each in stages[at + 1 :] for _, action in each]
            await asyncio.gather(
                *(self._apply(flag, position, action, min([action.urgency, *later])) for position, action in stage)
            )
        await self._insist(partial(self._ledger.close, flag))
        await self._post_card(await self._as_recorded(flag))

    async def _apply(self, flag: Flag, position: int, action: Action, urgency: int) -> None:
        """Intent before, outcome after. What an earlier run died in is repeated only where that does no harm."""
        if flag.outcomes[position].status is Status.STARTED and not action.repeatable:
            unknown = Outcome(action.name, Status.UNKNOWN, "The bot stopped while it was doing this.", action.options)
            return await self._insist(partial(self._ledger.finish, flag, position, unknown))

        async def begin_and_apply() -> Outcome:
            await self._online()
            if flag.outcomes[position].status is Status.PLANNED and (why := self._not_now(flag, action)):
                return Outcome(action.name, Status.HELD_BACK, why, action.options)
            await self._insist(partial(self._ledger.start, flag, position))
            return await self._attempt(flag, action)

        outcome = await self._agenda.run(flag.guild.id, urgency, begin_and_apply)
        log.info("acted", guild=flag.guild.id, flag=flag.number, action=action.name, status=outcome.status)
        return await self._insist(partial(self._ledger.finish, flag, position, outcome))

    def _not_now(self, flag: Flag, action: Action) -> str:
        """Why a deed that was decided on must not be begun any more; empty when it may be."""
        if not action.destructive:
            return ""
        if datetime.now(UTC) - flag.created_at > TOO_LATE:
            return f"It could not be done within {TOO_LATE.seconds // 3600} hour."
        return self.health.hold_reason

    async def _attempt(self, flag: Flag, action: Action) -> Outcome:
        """Apply it. Where the connection went away under it and doing it twice does no harm, again when it is back."""
        case = Case(flag, self._deeds, self._rulebook.in_guild(flag.guild).texts)
        for pause in AWAY_RETRIES:
            outcome = await action.apply(case)
            if not (outcome.may_pass and action.repeatable):
                return outcome
            await asyncio.sleep(pause)
            await self._online()
        return await action.apply(case)

    async def _post_card(self, flag: Flag) -> None:
        async def post() -> CardPlace | None:
            await self._online()
            return await self._cards.post_card(flag)

        try:
            place = await self._agenda.run(flag.guild.id, CARD_URGENCY, post)
        except DeedFailed as error:
            log.warning("card not posted", guild=flag.guild.id, flag=flag.number, why=str(error))
        else:
            await self._insist(partial(self._ledger.card_posted, flag, place))

    async def _finish(self, flag: Flag) -> None:
        """Carry out a flag of an earlier run, without what the owner no longer wants done."""
        if self._rulebook.here(_post_of(flag)).mode == "shadow":
            why = "The bot is in shadow mode now."
            for position, outcome in enumerate(flag.outcomes):
                if outcome.status is Status.PLANNED and act.make(outcome.action, outcome.options).destructive:
                    held = Outcome(outcome.action, Status.HELD_BACK, why, outcome.options)
                    await self._insist(partial(self._ledger.finish, flag, position, held))
            flag = await self._as_recorded(flag)
        await self._carry_out(flag)

    async def _as_recorded(self, flag: Flag) -> Flag:
        found: Flag | None = await self._insist(partial(self._ledger.flag, flag.guild.id, flag.number))
        return found or flag

    def _record_later(self, post: Post, scores: Scores, decision: Decision, error: RecordFailed) -> None:
        """Keep a decision in memory until the record heals. Nothing destructive is done on the strength of memory."""
        if self._unrecorded >= UNRECORDED_KEPT:
            return self._count("lost", "the record failed for too long")
        self._unrecorded += 1

        async def record() -> None:
            try:
                held_back = decision.holding_back(str(error))
                self._act_on(await self._insist(lambda: self._ledger.open_flag(post, scores, held_back)))
            finally:
                self._unrecorded -= 1

        self._begin(None, record())

    async def _insist(self, write: Callable[[], Awaitable[T]]) -> T:
        """Use the record until it works. While it does not, one caller tries and the others wait behind it."""
        with suppress(RecordFailed):  # the ledger has told ``health``
            return await write()
        async with self._one_at_a_time:
            while True:
                try:
                    return await write()
                except RecordFailed:
                    await asyncio.sleep(self._record_retry)

    def _begin(self, flag_id: int | None, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._begun.add(task)
        if flag_id is not None:
            self._in_hand.add(flag_id)

        def end(task: asyncio.Task[None]) -> None:
            self._begun.discard(task)
            if flag_id is not None:
                self._in_hand.discard(flag_id)
            if not task.cancelled() and (error := task.exception()):
                log.error("flag left open", flag=flag_id, error=type(error).__name__)

        task.add_done_callback(end)
        return task

    def _count(self, what: str, why: str) -> None:
        self.counts[what, why] += 1
        log.debug(what, why=why)


def _post_of(flag: Flag) -> Post:
    """The post that was flagged, as far as the flag knows it."""
    return Post(flag.guild, flag.channel, flag.author, flag.message_id, (), flag.created_at, flag.parent)


def _stage(item: tuple[int, Action]) -> int:
    return item[1].stage
