"""Takes back on time what was done for a time only: a role, a slow mode, a ban. Also what fell due meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from bot import act
from bot.agenda import Agenda
from bot.record.ledger import Ledger
from bot.records import Case, Deeds, Flag, Named, Outcome, Status
from bot.rounds import one_round
from bot.taking_back import TakingBack
from bot.texts import Texts, fill
from bot.texts.naming import action_name

LOOK_EVERY = 5.0  # seconds; so much may something be late
LAST_LOOK = 5.0  # seconds that a look may still take when the bot leaves
TRY_AGAIN_AFTER = timedelta(minutes=5)  # when Discord did not answer
ASK_AGAIN_AFTER = timedelta(hours=1)  # when the bot may not do it, or is not in the server

log = structlog.get_logger()


class Due:
    """``run`` looks every few seconds; ``take_back`` does one round."""

    def __init__(
        self,
        ledger: Ledger,
        deeds: Deeds,
        agenda: Agenda,
        texts: Callable[[Named], Texts] = lambda _: Texts(),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._ledger = ledger
        self._deeds = deeds
        self._taking_back = TakingBack(ledger, agenda)
        self._texts = texts
        self._clock = clock

    async def run(self) -> None:
        """Take back what falls due, until cancelled; what is being taken back then is noted all the same."""
        while True:
            look = asyncio.ensure_future(self._look())
            try:
                await asyncio.shield(look)
            except asyncio.CancelledError:
                await asyncio.wait({look}, timeout=LAST_LOOK)
                look.cancel()
                raise
            await asyncio.sleep(LOOK_EVERY)

    async def _look(self) -> None:
        with one_round("nothing taken back"):
            await self.take_back()

    async def take_back(self) -> int:
        """Take back all that is due by now; returns how many attempts that were. Raises ``RecordFailed``."""
        attempts = 0
        while due := await self._ledger.due(self._clock()):
            await asyncio.gather(*(self._take_back(flag, position) for flag, position in due))
            attempts += len(due)
        return attempts

    async def _take_back(self, flag: Flag, position: int) -> None:
        outcome = flag.outcomes[position]
        if (action := act.recorded(outcome)) is None:
            texts = self._texts(flag.guild)
            said = fill(texts.action_not_known, action=action_name(outcome.action, texts))
            unknown = Outcome(outcome.action, Status.UNKNOWN, said)
            await self._ledger.undone(flag, position, unknown)
            return
        case = Case(flag, self._deeds, self._texts(flag.guild))
        taken = await self._taking_back.run(case, position, action, online=_at_once, is_settled=_is_settled)
        log.info("time is over", guild=flag.guild.id, flag=flag.number, action=action.name, status=taken.status)
        if taken.status in (Status.FAILED, Status.FORBIDDEN):
            pause = TRY_AGAIN_AFTER if taken.may_pass else ASK_AGAIN_AFTER
            await self._ledger.postpone(flag, position, self._clock() + pause)
        if _is_settled(taken) and taken.status is not outcome.undo_status:
            await self._ledger.card_changed(flag.guild.id, [flag.number])


async def _at_once() -> None:
    """What is due waits for no connection: without one it fails, and is postponed."""


def _is_settled(taken: Outcome) -> bool:
    return taken.status is not Status.FAILED
