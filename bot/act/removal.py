"""What kick, softban and ban have in common."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from bot.act.base import BaseAction, Stage
from bot.act.telling import tell_before, tell_option
from bot.records import Case, UndoReach
from bot.texts.saying import Said

LONGEST_PURGE = timedelta(days=7)  # Discord's limit


class RemovalAction(BaseAction):
    """A member is removed from the server. Of several removals in one decision only the strongest is done."""

    stage: ClassVar[int] = Stage.REMOVAL
    changes: ClassVar[Any] = "member"
    undo_reach: ClassVar[UndoReach] = "partial"
    undo_needs: ClassVar[frozenset[str]] = frozenset({"create_instant_invite"})

    tell: bool = tell_option()

    @property
    def kind(self) -> str:
        return "removal"


async def tell_and_ban(case: Case, action: RemovalAction, delete_messages: timedelta, *, is_there: bool) -> Said:
    """Ban the member with their messages of this last time; says what they were told before."""
    guild_id, member_id = case.flag.guild.id, case.flag.author.id
    told = await tell_before(case, action.name, tell=action.tell and is_there)
    seconds = int(delete_messages.total_seconds())
    await case.deeds.ban(guild_id, member_id, delete_seconds=seconds, reason=case.audit_reason)
    return told
