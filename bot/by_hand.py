"""What a moderator orders about a flag beyond what the rules did: written down first, and carried out like the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bot.carrying import Carrying
from bot.record.ledger import Ledger
from bot.records import Action, Flag, Named, Outcome

WAIT = 8.0  # seconds that a moderator waits to hear what came of it

log = structlog.get_logger()


class ByHand:
    """``do`` one action about a flag. May they do it? That is asked before, by whoever calls.

    Until it is over the flag is open: a bot that was stopped in between goes on with it as with what the rules ordered.
    """

    def __init__(
        self,
        ledger: Ledger,
        carrying: Carrying,
        *,
        changed: Callable[[], None] = lambda: None,
        wait: float = WAIT,
    ) -> None:
        self._ledger = ledger
        self._carrying = carrying
        self._changed = changed
        self._wait = wait

    async def do(self, flag: Flag, action: Action, by: Named) -> Outcome | None:
        """The outcome, which stands on the flag with the moderator's name; None: it takes longer, its card will tell.

        Raises ``RecordFailed``, and then nothing has been ordered.
        """
        position = await self._ledger.order(flag, action, by)
        log.info("ordered by hand", guild=flag.guild.id, flag=flag.number, action=action.name, by=by.id)
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

        async def carry_out() -> None:
            outcome = await self._carrying.carry_out_order(flag, position, action)
            done.set_result(outcome)
            self._changed()

        self._carrying.begin(carry_out())
        await asyncio.wait([done], timeout=self._wait)
        return done.result() if done.done() else None
