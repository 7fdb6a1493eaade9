"""One action of a flag, taken back and written down: by a verdict, or because its time is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from functools import partial

from bot.act import BaseAction
from bot.agenda import Agenda, InOrder
from bot.record.ledger import Ledger
from bot.records import Case, Flag, Outcome, Status
from bot.texts import fill


class TakingBack:
    """``run`` one; those that changed the same member or channel take turns, as each looks at what stands there."""

    def __init__(self, ledger: Ledger, agenda: Agenda) -> None:
        self._ledger = ledger
        self._agenda = agenda
        self._in_order = InOrder()

    async def run(
        self,
        case: Case,
        position: int,
        action: BaseAction,
        *,
        online: Callable[[], Awaitable[None]],
        is_settled: Callable[[Outcome], bool],
    ) -> Outcome:
        """What came of it, which is in the record if it ``is_settled``. Raises ``RecordFailed``."""
        flag = case.flag

        async def take_back() -> Outcome:
            await online()
            async with self._in_order(_subject(flag, action)):
                taken = await self._take_back(case, position, action)
                if is_settled(taken):
                    await self._ledger.undone(flag, position, taken)
            return taken

        return await self._agenda.run(flag.guild.id, action.urgency, take_back)

    async def _take_back(self, case: Case, position: int, action: BaseAction) -> Outcome:
        flag = case.flag
        may_be_shared = bool(flag.outcomes[position].before)
        if may_be_shared and (stays := await self._ledger.pass_on(flag, position, partial(_stays, case))):
            return Outcome(action.name, Status.HELD_BACK, stays)
        now = await self._ledger.flag(flag.guild.id, flag.number) or flag
        taken = await action.undo(case, now.outcomes[position])
        if taken.status is Status.HELD_BACK and action.changes != "message":
            await self._ledger.skip_over(flag, position, action.changes)
        return taken


def _stays(case: Case, number: int) -> str:
    if number == case.flag.number:
        return case.texts.ordered_anew
    return fill(case.texts.wanted_by_another, number=number)


def _subject(flag: Flag, action: BaseAction) -> Hashable:
    """What it changes; an action that changes only its message stands in nobody's way."""
    if action.changes == "message":
        return flag.id, action.name
    return action.changes, flag.guild.id, flag.author.id if action.changes == "member" else flag.channel.id
