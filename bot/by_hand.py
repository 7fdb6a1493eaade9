"""What a moderator orders about a flag beyond what the rules did: written down first, done, and written down again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from bot.agenda import Agenda
from bot.record.ledger import Ledger
from bot.records import Action, Case, Deeds, Flag, Named, Outcome
from bot.texts import Texts

log = structlog.get_logger()


class ByHand:
    """``do`` one action about a flag. May they do it? That is asked before, by whoever calls.

    Until it is over the flag is open: a bot that was stopped in between goes on with it as with what the rules ordered.
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
    ) -> None:
        self._ledger = ledger
        self._deeds = deeds
        self._agenda = agenda
        self._online = online
        self._texts = texts
        self._changed = changed

    async def do(self, flag: Flag, action: Action, by: Named) -> Outcome:
        """The outcome, which stands on the flag with the moderator's name. Raises ``RecordFailed``."""
        position = await self._ledger.order(flag, action, by)
        ordered = await self._ledger.flag(flag.guild.id, flag.number) or flag
        since = ordered.outcomes[position].ordered_at if position < len(ordered.outcomes) else None
        case = Case(ordered, self._deeds, self._texts(flag.guild), by=by, since=since)

        async def begin_and_apply() -> Outcome:
            await self._online()
            await self._ledger.start(flag, position)
            outcome = await action.apply(case)
            if outcome.may_pass and action.repeatable:
                await self._online()
                outcome = await action.apply(case)
            return outcome

        outcome = await self._agenda.run(flag.guild.id, action.urgency, begin_and_apply)
        log.info("acted by hand", guild=flag.guild.id, flag=flag.number, action=action.name, status=str(outcome.status))
        await self._ledger.finish(flag, position, outcome)
        await self._ledger.ordered_is_over(flag)
        self._changed()
        return outcome
