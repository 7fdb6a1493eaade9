"""Answer the message where everyone can read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from bot.act.base import WRITTEN_IN_A_CHANNEL, BaseAction, Done, Stage
from bot.act.wording import Wording, fill
from bot.errors import AlreadySo, DeedFailed, Gone
from bot.records import Case, Kind, UndoReach
from bot.texts.saying import Said, say


class ReplyAction(BaseAction):
    """Answer the message in its channel. The answer pings nobody."""

    name: ClassVar[str] = "reply"
    severity: ClassVar[float] = 6
    needs: ClassVar[frozenset[str]] = frozenset({"send_messages", "read_message_history"})
    stage: ClassVar[int] = Stage.MESSAGE
    short: ClassVar[str | None] = "text"
    undo_reach: ClassVar[UndoReach] = "full"
    applies_to: ClassVar[frozenset[Kind]] = WRITTEN_IN_A_CHANNEL

    text: Wording | None = Field(
        default=None,
        description=(
            "What is answered; without it, texts.reply."
            " {member}, {server}, {channel}, {labels} and {number} are filled in."
        ),
    )

    async def do(self, case: Case) -> Done:
        flag = case.flag
        if flag.is_late:
            raise DeedFailed(say("reply_too_late"))
        sent = await case.deeds.reply(
            flag.guild.id, flag.channel.id, flag.message_id, fill(self.text or case.texts.reply, flag, case.texts)
        )
        return Done(say("replied"), {"message": sent})

    async def take_back(self, case: Case, before: Mapping[str, Any]) -> Said:
        flag = case.flag
        try:
            await case.deeds.delete_own(flag.guild.id, flag.channel.id, before["message"])
        except Gone as error:
            raise AlreadySo(say("reply_gone")) from error
        return say("reply_deleted")
