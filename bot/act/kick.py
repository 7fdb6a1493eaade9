"""Remove the member, who may come back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.act.base import Done
from bot.act.lasting import look_up, look_up_if_there
from bot.act.removal import RemovalAction
from bot.act.telling import invite_back, tell_before
from bot.errors import AlreadySo
from bot.records import Case
from bot.texts.saying import Said, say


class KickAction(RemovalAction):
    """Kick the member. Of kick, softban and ban in one decision only the strongest is done."""

    name: ClassVar[str] = "kick"
    severity: ClassVar[float] = 60
    needs: ClassVar[frozenset[str]] = frozenset({"kick_members"})

    async def do(self, case: Case) -> Done:
        member = await look_up(case, "kick_members")
        told = await tell_before(case, self.name, tell=self.tell)
        await case.deeds.kick(member, reason=case.audit_reason)
        return Done(say("kicked") + told)

    async def take_back(self, case: Case, before: Mapping[str, Any]) -> Said:
        if await look_up_if_there(case, "kick_members") is not None:
            raise AlreadySo(say("back_before"))
        return await invite_back(case)
