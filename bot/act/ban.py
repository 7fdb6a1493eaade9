"""Remove the member and keep them out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bot.act.base import Done
from bot.act.lasting import LONGEST, SHORTEST, due_at, lasting, look_up_if_there, stretch
from bot.act.removal import LONGEST_PURGE, RemovalAction, tell_and_ban
from bot.act.telling import invite_back
from bot.errors import AlreadyForNow, AlreadySo, ChangedSince, DeedFailed
from bot.records import Case
from bot.texts.saying import NOTHING, Said, say


class BanAction(RemovalAction):
    """Ban the member, also one who has left; for good, or for a time."""

    name: ClassVar[str] = "ban"
    severity: ClassVar[float] = 80
    needs: ClassVar[frozenset[str]] = frozenset({"ban_members"})
    repeatable: ClassVar[bool] = True
    short: ClassVar[str | None] = "for"

    duration: Annotated[timedelta, Field(ge=SHORTEST, le=LONGEST)] | None = Field(
        default=None, alias="for", description="After which time the ban is lifted; without it, it stays."
    )
    delete_messages: Annotated[timedelta, Field(ge=timedelta(0), le=LONGEST_PURGE)] = Field(
        default=timedelta(0), description="Their messages of this last time go too, in every channel; 7d is the most."
    )

    @property
    def strength(self) -> float:
        return self.severity + stretch(self.duration)

    async def do(self, case: Case) -> Done:
        guild_id, member_id, due = case.flag.guild.id, case.flag.author.id, due_at(case, self.duration)
        is_there = await look_up_if_there(case, "ban_members") is not None
        why = await case.deeds.ban_reason(guild_id, member_id)
        if why is not None and why != case.audit_reason:
            raise AlreadyForNow(say("banned_before"), {"reason": why}, due)
        told = NOTHING
        if why is None:  # else an earlier run of the bot died after the call
            told = await tell_and_ban(case, self, self.delete_messages, is_there=is_there)
        said = say("banned", lasting=lasting(self.duration)) + told
        return Done(said, {"reason": case.audit_reason}, due)

    async def take_back(self, case: Case, before: Mapping[str, Any]) -> Said:
        guild_id, member_id = case.flag.guild.id, case.flag.author.id
        why = await case.deeds.ban_reason(guild_id, member_id)
        if why is None:
            raise AlreadySo(say("unbanned_before"))
        if why != before["reason"]:
            raise ChangedSince(say("banned_anew"))
        await case.deeds.unban(guild_id, member_id, reason=case.undo_reason)
        try:
            invited = await invite_back(case)
        except DeedFailed as error:
            invited = say("no_invite", why=error.said)
        return say("unbanned") + invited
