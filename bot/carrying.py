"""What a flag asks for, carried out: its actions stage by stage, its card, and what an earlier run left open.

Intent before, outcome after: the record is told before a deed begins and once it has ended, and it is told for as long
as it takes. A bot that dies in between finishes at its next start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Protocol, TypeVar

import structlog

from bot import act
from bot.agenda import CARD_URGENCY, Agenda
from bot.config import Rulebook
from bot.errors import DeedFailed, RecordFailed
from bot.explaining import Explainer
from bot.health import Health
from bot.record.ledger import Ledger
from bot.records import Action, CardPlace, Case, Deeds, Flag, Outcome, Span, Status
from bot.texts import Texts, fill
from bot.texts.naming import action_name

RECORD_RETRY = 5.0  # seconds between attempts to write to a failing record
TOO_LATE = timedelta(hours=1)  # an action that was only planned is not begun after this
CARDS_TOGETHER = 100  # unposted cards that are taken from the record at once
EXPLAINED_WITHIN = 2.0  # seconds that a card waits for its explanation once all else is over
AWAY_RETRIES = (1.0, 4.0)  # seconds before a deed is tried again whose connection went away

T = TypeVar("T")
log = structlog.get_logger()


class CardPoster(Protocol):
    """Shows a flag to the moderators; None when there is nowhere to. A ``DeedFailed`` leaves the card in the outbox."""

    async def post_card(self, flag: Flag) -> CardPlace | None: ...


class Carrying:
    """``carry_out`` what is new, ``resume`` what an earlier run left, ``drain`` before leaving."""

    def __init__(
        self,
        rulebook: Rulebook,
        *,
        ledger: Ledger,
        deeds: Deeds,
        cards: CardPoster,
        health: Health,
        agenda: Agenda,
        online: Callable[[], Awaitable[None]],
        explainer: Explainer | None = None,
        record_retry: float = RECORD_RETRY,
    ) -> None:
        self._rulebook = rulebook
        self._ledger = ledger
        self._deeds = deeds
        self._cards = cards
        self._health = health
        self._agenda = agenda
        self._online = online
        self._explainer = explainer
        self._record_retry = record_retry
        self._one_at_a_time = asyncio.Lock()
        self._in_hand: set[int] = set()  # ids of the flags that a task of this process works on
        self._begun: set[asyncio.Task[None]] = set()

    def carry_out(self, flag: Flag) -> None:
        """Begin to do what the flag asks for."""
        self.begin(self._carry_out(flag), flag.id)

    async def carry_out_order(self, flag: Flag, position: int, action: Action) -> Outcome:
        """Do what a moderator ordered at ``position`` of the outcomes; returns once it is over and written down."""
        outcome = await self._apply(await self._as_recorded(flag), position, action, action.urgency)
        await self.insist(partial(self._ledger.ordered_is_over, flag))
        return outcome

    def resume(self, leftovers: Sequence[Flag]) -> None:
        """Begin to finish the flags that an earlier run left open."""
        for flag in leftovers:
            self.begin(self._carry_out(flag), flag.id)

    async def post_due_cards(self) -> None:
        """Post every card that the record still waits for, of an earlier run or not taken by Discord."""
        last = 0
        while due := await self.insist(partial(self._ledger.without_card, CARDS_TOGETHER, last)):
            last = due[-1].id
            left = [flag for flag in due if flag.id not in self._in_hand]
            if begun := [self.begin(self._post_due_card(flag), flag.id) for flag in left]:
                await asyncio.wait(begun)

    async def drain(self, seconds: float) -> None:
        """Wait for what has been begun; what is not over in time stays open in the record for the next start."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while self._begun and (left := until - loop.time()) > 0:
            await asyncio.wait(self._begun, timeout=left)
        late = list(self._begun)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def begin(self, work: Coroutine[None, None, None], flag_id: int | None = None) -> asyncio.Task[None]:
        """Have ``work`` done beside everything else, and wait for it in ``drain``."""
        task = asyncio.create_task(work)
        self._begun.add(task)
        if flag_id is not None:
            self._in_hand.add(flag_id)

        def end(task: asyncio.Task[None]) -> None:
            self._begun.discard(task)
            if flag_id is not None:
                self._in_hand.discard(flag_id)
            if not task.cancelled() and (error := task.exception()):
                log.error("work broken off", flag=flag_id, error=type(error).__name__)

        task.add_done_callback(end)
        return task

    async def insist(self, use: Callable[[], Awaitable[T]]) -> T:
        """Use the record until it works. While it does not, one caller tries and the others wait behind it."""
        with suppress(RecordFailed):  # the ledger has told ``health``
            return await use()
        async with self._one_at_a_time:
            while True:
                try:
                    return await use()
                except RecordFailed:
                    await asyncio.sleep(self._record_retry)

    async def _carry_out(self, flag: Flag) -> None:
        """Do what the flag still has to do, then close it and show it; meanwhile find the words that decided it."""
        explaining = asyncio.create_task(self._explain(flag))
        try:
            flag = await self._do(flag)
            if not await self.insist(partial(self._ledger.close, flag)):  # then its text stands on no card either
                flag = await self._as_recorded(flag)
            await self._post_card(await self._explained(flag, explaining))
        finally:
            explaining.cancel()

    async def _explain(self, flag: Flag) -> tuple[Span, ...]:
        if self._explainer is None or flag.spans or flag.card is not None:
            return ()
        return await self._explainer.explain(flag, self._rulebook.here(flag.post).allow)

    async def _explained(self, flag: Flag, explaining: asyncio.Task[tuple[Span, ...]]) -> Flag:
        """The flag with the words that decided it, where they are found in time."""
        await asyncio.wait([explaining], timeout=EXPLAINED_WITHIN)
        if not explaining.done():
            return flag
        if error := explaining.exception():
            log.error("flag not explained", flag=flag.id, error=type(error).__name__)
            return flag
        if not (spans := explaining.result()):
            return flag
        await self.insist(partial(self._ledger.explained, flag, spans))
        return replace(flag, spans=spans)

    async def _do(self, flag: Flag) -> Flag:
        """Do what the flag still has to do, stage by stage; the flag as it is then."""
        flag = await self._without_unknown(flag)
        open_actions = [
            (position, act.make(outcome.action, outcome.options))
            for position, outcome in enumerate(flag.outcomes)
            if not outcome.status.is_final
        ]
        stages = [list(stage) for _, stage in groupby(sorted(open_actions, key=_stage), key=_stage)]
        outcomes = list(flag.outcomes)
        for at, stage in enumerate(stages):
            # What others wait for is as urgent as they are: a warning before a ban is not put behind the cards.
            later = [action.urgency for each in stages[at + 1 :] for _, action in each]
            done = await asyncio.gather(
                *(self._apply(flag, position, action, min([action.urgency, *later])) for position, action in stage)
            )
            for (position, _), outcome in zip(stage, done, strict=True):
                outcomes[position] = outcome
        flag = replace(flag, outcomes=tuple(outcomes))
        had_to_act = any(action.destructive for _, action in open_actions)
        return await self._without_idle_strikes(flag) if had_to_act else flag

    async def _without_unknown(self, flag: Flag) -> Flag:
        """The flag with what only another version of the bot could do marked so: it must not stay open for that."""
        outcomes, texts = list(flag.outcomes), self._texts(flag)
        for position, outcome in enumerate(outcomes):
            if not outcome.status.is_final and act.recorded(outcome) is None:
                said = fill(texts.action_not_known, action=action_name(outcome.action, texts))
                unknown = Outcome(outcome.action, Status.UNKNOWN, said, outcome.options)
                outcomes[position] = await self._finished(flag, position, unknown)
        return replace(flag, outcomes=tuple(outcomes))

    async def _apply(self, flag: Flag, position: int, action: Action, urgency: int) -> Outcome:
        """Intent before, outcome after. What an earlier run died in is repeated only where that does no harm."""
        if flag.outcomes[position].status is Status.STARTED and not action.repeatable:
            unknown = Outcome(action.name, Status.UNKNOWN, self._texts(flag).interrupted, action.options)
            return await self._finished(flag, position, unknown)

        async def begin_and_apply() -> Outcome:
            await self._online()
            if flag.outcomes[position].status is Status.PLANNED and (why := self._not_now(flag, position, action)):
                return Outcome(action.name, Status.HELD_BACK, why, action.options)
            if action.destructive or not action.repeatable:  # else it makes no difference whether it was begun
                await self.insist(partial(self._ledger.start, flag, position))
            return await self._attempt(flag, position, action)

        outcome = await self._agenda.run(flag.guild.id, urgency, begin_and_apply)
        log.info("acted", guild=flag.guild.id, flag=flag.number, action=action.name, status=outcome.status)
        return await self._finished(flag, position, outcome)

    async def _finished(self, flag: Flag, position: int, outcome: Outcome) -> Outcome:
        """The outcome as the record has it from now on."""
        noted = await self.insist(partial(self._ledger.finish, flag, position, outcome))
        ordered = flag.outcomes[position]
        return replace(noted, by=ordered.by, ordered_at=ordered.ordered_at)

    def _not_now(self, flag: Flag, position: int, action: Action) -> str:
        """Why a deed that was decided on must not be begun any more; empty when it may be."""
        if not action.destructive:
            return ""
        ordered = flag.outcomes[position]
        if datetime.now(UTC) - (ordered.ordered_at or flag.created_at) > TOO_LATE:
            return fill(self._texts(flag).not_in_time, minutes=TOO_LATE.seconds // 60)
        if ordered.by:  # a moderator knows what they want
            return ""
        here = self._rulebook.here(flag.post)
        if here.mode == "shadow":  # whoever turns to it means what is still to be done, too
            return here.texts.held_by_shadow_mode if here.pause else here.texts.in_shadow_mode_now
        return self._health.hold_reason.in_words(here.texts)

    async def _attempt(self, flag: Flag, position: int, action: Action) -> Outcome:
        """Apply it. Where the connection went away under it and doing it twice does no harm, again when it is back."""
        texts, ordered = self._texts(flag), flag.outcomes[position]
        case = Case(flag, self._deeds, texts, by=ordered.by, since=ordered.ordered_at)
        for pause in AWAY_RETRIES:
            outcome = await action.apply(case)
            if not (outcome.may_pass and action.repeatable):
                return outcome
            case = replace(case, flag=_begun(flag, position))  # it may have been done all the same
            await asyncio.sleep(pause)
            await self._online()
        return await action.apply(case)

    async def _without_idle_strikes(self, flag: Flag) -> Flag:
        """A flag of which everything was held back in the end gives no strikes, as if it had been held back at once."""
        if not (flag.struck and flag.struck.given and _is_idle(flag)):
            return flag
        if not _is_idle(flag := await self._as_recorded(flag)):  # a moderator ordered something meanwhile
            return flag
        await self.insist(partial(self._ledger.withhold_strikes, flag))
        return await self._as_recorded(flag)

    async def _post_due_card(self, flag: Flag) -> None:
        """Post the card, unless another task has done so since the record was asked for those that are due."""
        if await self.insist(partial(self._ledger.is_without_card, flag)):
            await self._post_card(flag)

    async def _post_card(self, flag: Flag) -> None:
        if flag.card is not None:  # it was open again for what a moderator ordered
            return await self.insist(partial(self._ledger.card_changed, flag.guild.id, [flag.number]))

        async def post() -> CardPlace | None:
            await self._online()
            return await self._cards.post_card(flag)

        try:
            place = await self._agenda.run(flag.guild.id, CARD_URGENCY, post)
        except DeedFailed as error:
            log.warning("card not posted", guild=flag.guild.id, flag=flag.number, why=str(error))
        else:
            await self.insist(partial(self._ledger.card_posted, flag, place))

    def _texts(self, flag: Flag) -> Texts:
        return self._rulebook.in_guild(flag.guild).texts

    async def _as_recorded(self, flag: Flag) -> Flag:
        found: Flag | None = await self.insist(partial(self._ledger.flag, flag.guild.id, flag.number))
        return found or flag


def _begun(flag: Flag, position: int) -> Flag:
    begun = replace(flag.outcomes[position], status=Status.STARTED)
    return replace(flag, outcomes=(*flag.outcomes[:position], begun, *flag.outcomes[position + 1 :]))


def _is_idle(flag: Flag) -> bool:
    """Whether all was held back that would have touched a member or a message."""
    touching = [each for each in flag.outcomes if (action := act.recorded(each)) is None or action.destructive]
    return bool(touching) and all(each.status is Status.HELD_BACK for each in touching)


def _stage(item: tuple[int, Action]) -> int:
    return item[1].stage
