"""Take the member's nickname away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bot.act.base import BaseAction, Done
from bot.act.lasting import look_up
from bot.errors import AlreadySo, ChangedSince, DoesNotApply
from bot.records import Case, UndoReach

LONGEST_NICKNAME = 32  # characters, Discord's limit
NICKNAME = "nickname"  # the surface


class ResetNicknameAction(BaseAction):
    """Take the member's nickname in this server away, or put another in its place."""

    name: ClassVar[str] = "reset_nickname"
    severity: ClassVar[float] = 25
    needs: ClassVar[frozenset[str]] = frozenset({"manage_nicknames"})
    short: ClassVar[str | None] = "to"
    changes: ClassVar[Any] = "member"
    undo_reach: ClassVar[UndoReach] = "full"

    to: Annotated[str, Field(min_length=1, max_length=LONGEST_NICKNAME)] | None = Field(
        default=None, description="The new nickname; without it, the name of the member's account shows."
    )

    async def do(self, case: Case) -> Done:
        if self.to is None and case.flag.kind == "name" and case.flag.surface != NICKNAME:
            raise DoesNotApply(
                "It is the account's own name that was flagged, which only the member can change; give reset_nickname"
                " a name to put over it."
            )
        member = await look_up(case, "manage_nicknames")
        if member.nickname == self.to:
            raise AlreadySo("The member has no nickname." if self.to is None else "The member is called that already.")
        await case.deeds.set_nickname(member, self.to, reason=case.audit_reason)
        detail = "The nickname was taken away." if self.to is None else "The nickname was replaced."
        return Done(detail, {"was": member.nickname, "set": self.to})

    async def take_back(self, case: Case, before: Mapping[str, Any]) -> str:
        member = await look_up(case, "manage_nicknames")
        if member.nickname == before["was"]:
            raise AlreadySo("The member has the earlier nickname again already.")
        if member.nickname != before["set"]:
            raise ChangedSince("The nickname was changed since, so it stays as it is.")
        await case.deeds.set_nickname(member, before["was"], reason=case.undo_reason)
        return "The member has the earlier nickname again."
