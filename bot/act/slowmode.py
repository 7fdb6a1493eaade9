"""Let everyone in the channel write less often."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bot.act.base import WRITTEN_IN_A_CHANNEL, BaseAction, Done, Stage
from bot.act.lasting import LONGEST, SHORTEST, due_at, lasting, spoken, stretch
from bot.errors import AlreadySo, ChangedSince
from bot.records import Case, Kind, UndoReach
from bot.texts.saying import Said, say

LONGEST_DELAY = timedelta(hours=6)  # Discord's limit
DEFAULT_DELAY = timedelta(seconds=30)


class SlowmodeAction(BaseAction):
    """Put the channel or thread into slow mode, for good or for a time. A slower one that it has already stays."""

    name: ClassVar[str] = "slowmode"
    severity: ClassVar[float] = 22
    needs: ClassVar[frozenset[str]] = frozenset({"manage_channels", "manage_threads"})
    stage: ClassVar[int] = Stage.MEMBER
    short: ClassVar[str | None] = "delay"
    changes: ClassVar[Any] = "channel"
    undo_reach: ClassVar[UndoReach] = "full"
    applies_to: ClassVar[frozenset[Kind]] = WRITTEN_IN_A_CHANNEL

    delay: Annotated[timedelta, Field(ge=timedelta(seconds=1), le=LONGEST_DELAY)] = Field(
        default=DEFAULT_DELAY, description="The time between two messages of one member; 6h is the most."
    )
    duration: Annotated[timedelta, Field(ge=SHORTEST, le=LONGEST)] | None = Field(
        default=None, alias="for", description="After which time it ends; without it, it stays."
    )

    @property
    def strength(self) -> float:
        return self.severity + stretch(self.delay, LONGEST_DELAY)

    async def do(self, case: Case) -> Done:
        guild_id, channel_id, due = case.flag.guild.id, case.flag.channel.id, due_at(case, self.duration)
        was, wanted = await case.deeds.slowmode(guild_id, channel_id), round(self.delay.total_seconds())
        if was >= wanted:
            raise AlreadySo(say("slow_before", seconds=was))
        await case.deeds.set_slowmode(guild_id, channel_id, wanted, reason=case.audit_reason)
        said = say("slowed", lasting=lasting(self.duration), time=spoken(self.delay))
        return Done(said, {"was": was, "set": wanted}, due)

    async def take_back(self, case: Case, before: Mapping[str, Any]) -> Said:
        guild_id, channel_id = case.flag.guild.id, case.flag.channel.id
        now = await case.deeds.slowmode(guild_id, channel_id)
        if now == before["was"]:
            raise AlreadySo(say("slow_no_more_before"))
        if now != before["set"]:
            raise ChangedSince(say("slow_changed"))
        await case.deeds.set_slowmode(guild_id, channel_id, before["was"], reason=case.undo_reason)
        return say("slow_no_more")
