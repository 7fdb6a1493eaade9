"""Let the member neither write nor speak for a while."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bot.act.base import BaseAction, Done
from bot.act.lasting import SHORTEST, end_of, is_over, look_up, moment, spoken, stretch
from bot.errors import AlreadySo, ChangedSince
from bot.records import Case, UndoReach
from bot.texts.saying import Said, say

LONGEST_TIMEOUT = timedelta(days=28)  # Discord's limit
DEFAULT_TIMEOUT = timedelta(minutes=10)
SAME = timedelta(seconds=1)  # how far two times may be apart and still be one
NEARLY = 0.1  # a timeout is not set anew where that would prolong it by less than this part of it


class TimeoutAction(BaseAction):
    """Time the member out, from the flag on. A longer timeout that they have already stays as it is."""

    name: ClassVar[str] = "timeout"
    severity: ClassVar[float] = 40
    needs: ClassVar[frozenset[str]] = frozenset({"moderate_members"})
    repeatable: ClassVar[bool] = True
    short: ClassVar[str | None] = "for"
    changes: ClassVar[Any] = "member"
    undo_reach: ClassVar[UndoReach] = "full"

    duration: Annotated[timedelta, Field(ge=SHORTEST, le=LONGEST_TIMEOUT)] = Field(
        default=DEFAULT_TIMEOUT, alias="for", description="How long; 28d is the most that Discord takes."
    )

    @property
    def strength(self) -> float:
        return self.severity + stretch(self.duration, LONGEST_TIMEOUT)

    async def do(self, case: Case) -> Done:
        until = end_of(case, self.duration)
        member = await look_up(case, "moderate_members")
        now = member.timed_out_until
        if now is not None and now >= until - self.duration * NEARLY and not _same(now, until):
            raise AlreadySo(say("timed_out_before", until=_shown(now)))
        if not _same(now, until):  # it is the same where an earlier run of the bot died after the call
            await case.deeds.time_out(member, until, reason=case.audit_reason)
        was = None if is_over(now) or _same(now, until) else now
        before = {"until": was.isoformat() if was else None, "set": until.isoformat()}
        return Done(say("timed_out", until=_shown(until), time=spoken(self.duration)), before)

    async def take_back(self, case: Case, before: Mapping[str, Any]) -> Said:
        was, ours = moment(before["until"]), moment(before["set"])
        member = await look_up(case, "moderate_members")
        if is_over(member.timed_out_until):
            raise AlreadySo(say("timeout_over"))
        if not _same(member.timed_out_until, ours):
            raise ChangedSince(say("timeout_changed"))
        still = None if is_over(was) else was
        await case.deeds.time_out(member, still, reason=case.undo_reason)
        if still is not None:
            return say("timeout_as_before", until=_shown(still))
        return say("timeout_lifted")


def _same(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= SAME


def _shown(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
