"""The way back: a moderator's verdict, and what it undoes.

A verdict is recorded first and its work done after: whatever a mistaken flag brought about is taken back, last deed
first, for as long as Discord needs to come back, and at the next start where the bot was stopped in between.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from time import monotonic
from typing import NoReturn

import structlog

from bot import act
from bot.act import BaseAction
from bot.agenda import Agenda
from bot.errors import RecordFailed, TryLater
from bot.record.asking import AskedRuling
from bot.record.ledger import Ledger
from bot.record.rulings import MINUTE, RULINGS_A_MINUTE, Result, Ruled
from bot.records import Case, Deeds, Flag, Named, Outcome, Ruling, Status, Verdict
from bot.rounds import one_round
from bot.taking_back import TakingBack
from bot.texts import Texts, fill
from bot.texts.naming import action_name, verdict_name

__all__ = ["RULINGS_A_MINUTE", "Decided", "Result", "Verdicts", "in_words"]

LOOK_EVERY = 2.0  # seconds; so much later does the bot hear of what the command line asks
WAIT = 8.0  # seconds that whoever decides waits to hear what was taken back
LAST_DEEDS = 5.0  # seconds that what is being taken back may still take when the bot leaves
RETRIES = (5.0, 30.0, 120.0, 300.0)  # seconds until what may pass is tried again; then always the last of them
GIVE_UP_AFTER = timedelta(days=1)  # counted from the verdict
AT_THE_MACHINE = "command line"  # by which way a verdict came

Name = Callable[[str], str]  # makes a name fit to be shown

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a verdict. ``flag`` is as recorded now, None where there is no such flag.

    ``is_over`` False: something is still being taken back, and the flag's card will tell. The rest is as in ``Ruled``.
    """

    result: Result
    flag: Flag | None
    before: Ruling | None = None
    also: tuple[int, ...] = ()
    strikes: int = 0
    look_at: tuple[int, ...] = ()
    is_over: bool = True

    @property
    def undone(self) -> tuple[Outcome, ...]:
        """The actions that were taken back, or could not be: each says so in ``undo_status`` and ``undo_detail``."""
        outcomes = self.flag.outcomes if self.flag else ()
        return tuple(each for each in outcomes if each.undo_status is not None and each.action != "flag")

    @property
    def staying(self) -> tuple[Outcome, ...]:
        """What moderators did after the verdict, which undoes nothing of that."""
        if self.flag is None:
            return ()
        return tuple(each for each in self.flag.outcomes if each.status is Status.DONE and self.flag.is_later(each))


class Verdicts:
    """``decide`` on a flag; ``run`` takes back what a verdict left to do, and hears what the command line asks.

    ``changed`` is called when a card has to say something new, ``hurried`` once a minute for a moderator who decides
    more than ``RULINGS_A_MINUTE``. May they do it? That is asked before, by whoever calls.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        deeds: Deeds,
        agenda: Agenda,
        online: Callable[[], Awaitable[None]],
        texts: Callable[[Named], Texts] = lambda _: Texts(),
        changed: Callable[[], None] = lambda: None,
        hurried: Callable[[int, Named], None] = lambda _guild_id, _by: None,
    ) -> None:
        self._ledger = ledger
        self._deeds = deeds
        self._taking_back = TakingBack(ledger, agenda)
        self._online = online
        self._texts = texts
        self._changed = changed
        self._hurried = hurried
        self._tasks: dict[int, asyncio.Task[None]] = {}  # by the id of the flag that is being undone
        self._tries: dict[int, tuple[int, float]] = {}  # flag id → attempts so far, and when the next one is due
        self._told: dict[tuple[int, int], float] = {}  # guild and moderator → when their hurry was announced

    async def decide(
        self,
        guild_id: int,
        number: int,
        verdict: Verdict,
        by: Named,
        *,
        via: str,
        seen: int | None = None,
        covers: Collection[int] | None = None,
        confirmed: bool = False,
        wait: float = WAIT,
    ) -> Decided:
        """Record a verdict and take back what it undoes, waiting at most ``wait`` seconds for that.

        ``seen``: how many verdicts whoever decides knew of (``len(flag.rulings)``); if there are more, they are told
        who was faster. None: whatever stands. ``covers``: the ids of the further flags of the group on which they may
        decide; None: all. Raises ``RecordFailed``, and then nothing has been decided.
        """
        ruled = await self._ledger.decide(
            guild_id, number, verdict, by, via=via, seen=seen, covers=covers, confirmed=confirmed
        )
        log.info("verdict", guild=guild_id, flag=number, verdict=verdict, by=by.id, via=via, result=str(ruled.result))
        if ruled.result is Result.CONFIRM:
            self._announce(guild_id, by)
        if ruled.result in (Result.DECIDED, Result.SAME):
            self._changed()
            if verdict == "mistaken":
                return await self._decided(guild_id, number, ruled, await self._undo(guild_id, number, ruled, wait))
        return await self._decided(guild_id, number, ruled, is_over=True)

    async def run(self) -> NoReturn:
        """Take back what is due, and do what the command line asks, until cancelled."""
        try:
            while True:
                with one_round("no verdict carried out"):
                    await self._look()
                await asyncio.sleep(LOOK_EVERY)
        finally:
            await self.drain(LAST_DEEDS)

    async def drain(self, seconds: float) -> None:
        """Wait for what is being taken back; what is not over in time stays due in the record."""
        tasks = set(self._tasks.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _look(self) -> None:
        for asked in await self._ledger.asked_rulings():
            await self._answer(asked)
        await self._begin_due()

    async def _answer(self, asked: AskedRuling) -> None:
        by = Named(0, asked.by_name)
        decided = await self.decide(asked.guild_id, asked.number, asked.verdict, by, via=AT_THE_MACHINE)
        await self._ledger.answer_asked(asked.id, in_words(decided, asked.number))

    async def _decided(self, guild_id: int, number: int, ruled: Ruled, is_over: bool) -> Decided:
        flag = await self._ledger.flag(guild_id, number)
        return Decided(ruled.result, flag, ruled.before, ruled.also, ruled.strikes, ruled.look_at, is_over)

    async def _undo(self, guild_id: int, number: int, ruled: Ruled, wait: float) -> bool:
        """Begin to take back what the flags brought about; whether all that was over in time."""
        flags = [await self._ledger.flag(guild_id, each) for each in (number, *ruled.also)]
        ids = {flag.id for flag in flags if flag}
        for flag in flags:
            if flag is not None:
                self._tries.pop(flag.id, None)
                self._deeds.try_again(guild_id, flag.author.id)
        await self._begin_due()
        tasks = {task for each, task in self._tasks.items() if each in ids}
        if tasks and wait:
            await asyncio.wait(tasks, timeout=wait)
        left = {flag.id for flag in await self._all_due()}
        return not left & ids

    async def _begin_due(self) -> None:
        for flag in await self._all_due():
            _, due = self._tries.get(flag.id, (0, 0.0))
            if flag.id not in self._tasks and due <= monotonic():
                task = asyncio.create_task(self._take_back(flag))
                self._tasks[flag.id] = task
                task.add_done_callback(partial(self._end, flag.id))

    def _end(self, flag_id: int, task: asyncio.Task[None]) -> None:
        self._tasks.pop(flag_id, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("not taken back", flag=flag_id, error=type(error).__name__)

    async def _all_due(self) -> list[Flag]:
        found: list[Flag] = []
        while some := await self._ledger.undo_due(after_id=found[-1].id if found else 0):
            found += some
        return found

    async def _take_back(self, flag: Flag) -> None:
        """Undo what was done, the last stage first: a member has to be back before they can be written to."""
        done = [
            (position, action)
            for position, outcome in enumerate(flag.outcomes)
            if _is_to_be_undone(flag, outcome) and (action := act.recorded(outcome)) is not None
        ]
        over = True
        for _, stage in groupby(sorted(done, key=_last_first), key=_last_first):
            over &= all(await asyncio.gather(*(self._undo_one(flag, position, action) for position, action in stage)))
        with suppress(RecordFailed):  # then it is found to be undone at the next look
            if over:
                self._tries.pop(flag.id, None)
                await self._ledger.undo_over(flag)
            else:
                self._try_again(flag)
        self._changed()

    async def _undo_one(self, flag: Flag, position: int, action: BaseAction) -> bool:
        """Whether that is settled, in whichever way."""
        by = flag.rulings[-1].by if flag.rulings else None
        anew = partial(self._is_wanted_anew, flag, action)
        case = Case(flag, self._deeds, self._texts(flag.guild), by=by, is_wanted_anew=anew)

        def is_settled(taken: Outcome) -> bool:
            return not taken.may_pass or _is_given_up(flag)

        taken = await self._taking_back.run(case, position, action, online=self._online, is_settled=is_settled)
        log.info("taken back", guild=flag.guild.id, flag=flag.number, action=action.name, status=str(taken.status))
        return is_settled(taken)

    async def _is_wanted_anew(self, flag: Flag, action: BaseAction) -> bool:
        """Whether a moderator ordered, after the verdict, what stands because of this flag: then it is theirs now."""
        try:
            ordered = await self._ledger.ordered_since(flag, flag.rulings[-1].at) if flag.rulings else []
        except RecordFailed as error:
            raise TryLater(error.said) from error
        return any(made.kind == action.kind for outcome in ordered if (made := act.recorded(outcome)) is not None)

    def _try_again(self, flag: Flag) -> None:
        tries, _ = self._tries.get(flag.id, (0, 0.0))
        self._tries[flag.id] = (tries + 1, monotonic() + RETRIES[min(tries, len(RETRIES) - 1)])

    def _announce(self, guild_id: int, by: Named) -> None:
        now = monotonic()
        if now - self._told.get((guild_id, by.id), -MINUTE.total_seconds()) >= MINUTE.total_seconds():
            self._told[guild_id, by.id] = now
            self._hurried(guild_id, by)


def in_words(decided: Decided, number: int, texts: Texts | None = None, *, name: Name = str) -> str:
    """What came of a verdict, for whoever gave it. Holds no member's words; ``name`` makes names fit to be shown."""
    texts = texts or Texts()
    if decided.flag is None:
        return fill(texts.no_flag, number=number)
    before = decided.before
    match decided.result:
        case Result.TOO_LATE if before:
            return _decided_first(texts.verdict_too_late, number, before, texts, name)
        case Result.CONFIRM:
            return fill(texts.verdict_confirm, most=RULINGS_A_MINUTE)
        case Result.SAME if before:
            first = _decided_first(texts.verdict_same, number, before, texts, name)
        case _:
            upheld = decided.flag.verdict == "upheld"
            first = fill(texts.verdict_upheld if upheld else texts.verdict_mistaken, number=number)
    return "\n".join([first, *_consequences(decided, texts, name)])


def _decided_first(words: str, number: int, ruling: Ruling, texts: Texts, name: Name) -> str:
    """That somebody else decided first."""
    return fill(words, number=number, member=name(ruling.by.name), verdict=verdict_name(ruling.verdict, texts))


def _consequences(decided: Decided, texts: Texts, name: Name) -> Iterable[str]:
    if decided.also:
        yield fill(texts.verdict_also, count=len(decided.also))
    if decided.flag is not None and decided.flag.verdict == "mistaken":
        if decided.strikes:
            yield fill(texts.verdict_strikes, count=decided.strikes)
        for outcome in decided.undone:
            worked = outcome.undo_status in (Status.DONE, Status.ALREADY_DONE)
            yield fill(
                texts.verdict_undone if worked else texts.verdict_not_undone,
                action=action_name(outcome.action, texts),
                detail=outcome.undo_detail,
            ).strip()
        for outcome in decided.staying:
            by = name(outcome.by.name) if outcome.by else ""
            yield fill(texts.verdict_stays, action=action_name(outcome.action, texts), member=by)
        if decided.look_at:
            numbers = ", ".join(f"#{number}" for number in decided.look_at)
            yield fill(texts.verdict_look_at, numbers=numbers)
        if not decided.is_over:
            yield texts.verdict_goes_on
    elif decided.before is not None and decided.before.verdict == "mistaken":
        yield texts.verdict_not_redone


def _is_to_be_undone(flag: Flag, outcome: Outcome) -> bool:
    """What failed to be undone is tried once more; what was not done, or came after the verdict, is let be."""
    tried = outcome.undo_status in (None, Status.FAILED, Status.FORBIDDEN)
    done = outcome.status in (Status.DONE, Status.UNKNOWN)
    return done and tried and outcome.action != "flag" and not flag.is_later(outcome)


def _is_given_up(flag: Flag) -> bool:
    return bool(flag.rulings) and datetime.now(UTC) - flag.rulings[-1].at > GIVE_UP_AFTER


def _last_first(item: tuple[int, BaseAction]) -> int:
    return -item[1].stage
