"""Remove the member together with what they wrote lately."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bot.act.base import Done
from bot.act.lasting import look_up_if_there, spoken
from bot.act.removal import LONGEST_PURGE, RemovalAction, tell_and_ban
from bot.act.telling import invite_back
from bot.errors import AlreadySo, DeedFailed, Gone
from bot.records import Case
from bot.texts.saying import NOTHING, Said, say

DEFAULT_PURGE = timedelta(days=1)


class SoftbanAction(RemovalAction):
    """Ban and unban the member at once, which deletes their latest messages. They may come back."""

    name: ClassVar[str] = "softban"
    severity: ClassVar[float] = 70
    needs: ClassVar[frozenset[str]] = frozenset({"ban_members"})
    repeatable: ClassVar[bool] = True
    short: ClassVar[str | None] = "delete_messages"

    delete_messages: Annotated[timedelta, Field(ge=timedelta(minutes=1), le=LONGEST_PURGE)] = Field(
        default=DEFAULT_PURGE, description="Their messages of this last time go, in every channel; 7d is the most."
    )

    async def do(self, case: Case) -> Done:
        guild_id, member_id = case.flag.guild.id, case.flag.author.id
        is_there = await look_up_if_there(case, "ban_members") is not None
        why = await case.deeds.ban_reason(guild_id, member_id)
        if why is not None and why != case.audit_reason:
            raise AlreadySo(say("banned_before"))
        if why is None and not is_there:
            raise Gone(say("left_before"))
        told = NOTHING
        if why is None:  # else an earlier run of the bot died between the two calls
            told = await tell_and_ban(case, self, self.delete_messages, is_there=True)
        try:
            await case.deeds.unban(guild_id, member_id, reason=case.audit_reason)
        except Gone:
            pass  # a moderator was faster
        except DeedFailed as error:
            raise DeedFailed(say("softban_half_done") + error.said) from error
        return Done(say("softbanned", time=spoken(self.delete_messages)) + told)

    async def take_back(self, case: Case, before: Mapping[str, Any]) -> Said:
        if await look_up_if_there(case, "ban_members") is not None:
            raise AlreadySo(say("back_before"))
        return await invite_back(case) + say("softbanned_messages_gone")
