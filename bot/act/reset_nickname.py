"""Take the member's nickname away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bot.act.base import BaseAction, Done
from bot.act.lasting import look_up
from bot.errors import AlreadySo, ChangedSince, DoesNotApply
from bot.records import Case, UndoReach
from bot.texts.saying import Said, say

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
            raise DoesNotApply(say("nickname_of_account"))
        member = await look_up(case, "manage_nicknames")
        if member.nickname == self.to:
            raise AlreadySo(say("nickname_none" if self.to is None else "nickname_same"))
        await case.deeds.set_nickname(member, self.to, reason=case.audit_reason)
        said = say("nickname_removed" if self.to is None else "nickname_replaced")
        return Done(said, {"was": member.nickname, "set": self.to})

    async def take_back(self, case: Case, before: Mapping[str, Any]) -> Said:
        member = await look_up(case, "manage_nicknames")
        if member.nickname == before["was"]:
            raise AlreadySo(say("nickname_back_before"))
        if member.nickname != before["set"]:
            raise ChangedSince(say("nickname_changed"))
        await case.deeds.set_nickname(member, before["was"], reason=case.undo_reason)
        return say("nickname_back")
