"""Say to the member what was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bot.act.base import BaseAction, Done, Stage, Urgency
from bot.act.wording import LONGEST_MESSAGE, ROOM_FOR_MENTION, Wording, fill
from bot.errors import DeedFailed, Unreachable
from bot.records import Case, UndoReach
from bot.texts.saying import Said, say


class WarnAction(BaseAction):
    """Warn by direct message; where that cannot be had, by a notice in the channel that goes away again."""

    name: ClassVar[str] = "warn"
    severity: ClassVar[float] = 10
    needs: ClassVar[frozenset[str]] = frozenset({"send_messages"})
    stage: ClassVar[int] = Stage.MEMBER
    urgency: ClassVar[int] = Urgency.DIRECT_MESSAGE
    short: ClassVar[str | None] = "text"
    undo_reach: ClassVar[UndoReach] = "partial"

    text: Wording | None = Field(
        default=None,
        description=(
            "What the member is told; without it, texts.warning."
            " {member}, {server}, {channel}, {labels} and {number} are filled in."
        ),
    )
    notice: Annotated[timedelta, Field(ge=timedelta(seconds=5), le=timedelta(minutes=10))] = Field(
        default=timedelta(seconds=30),
        description="How long the notice in the channel stays where the member takes no direct messages.",
    )

    async def do(self, case: Case) -> Done:
        flag = case.flag
        text = fill(self.text or _words(case), flag, case.texts)
        try:
            await case.deeds.direct_message(flag.guild.id, flag.author.id, text, appeal=flag.number)
        except Unreachable as error:
            if not flag.channel.id:
                raise
            if flag.is_late:
                raise DeedFailed(error.said + say("warning_too_late")) from error
            seconds = self.notice.total_seconds()
            hint = f" {case.texts.why_hint}"  # a notice has no buttons
            if len(text) + len(hint) + ROOM_FOR_MENTION <= LONGEST_MESSAGE:
                text += hint
            await case.deeds.notice(flag.guild.id, flag.channel.id, flag.author.id, text, seconds=seconds)
            return Done(error.said + say("warned_in_channel", seconds=f"{seconds:g}"))
        return Done(say("warned"))

    async def take_back(self, case: Case, before: Mapping[str, Any]) -> Said:
        flag = case.flag
        await case.deeds.direct_message(
            flag.guild.id, flag.author.id, fill(case.texts.warning_mistaken, flag, case.texts)
        )
        return say("warning_undone")


def _words(case: Case) -> str:
    """What a member is told of a message would be wrong of a name."""
    match case.flag.kind:
        case "name":
            return case.texts.warning_name
        case "title":
            return case.texts.warning_title
        case "status":
            return case.texts.warning_status
        case "event":
            return case.texts.warning_event
        case _:
            return case.texts.warning
