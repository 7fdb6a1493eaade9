"""Take the message away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.act.base import BaseAction, Done, Stage, Urgency
from bot.act.telling import returned_text
from bot.errors import DeedFailed
from bot.records import Case, UndoReach


class DeleteAction(BaseAction):
    """Delete the message. Its text stays in the record for as long as ``retention.text`` says."""

    name: ClassVar[str] = "delete"
    severity: ClassVar[float] = 20
    needs: ClassVar[frozenset[str]] = frozenset({"manage_messages"})
    repeatable: ClassVar[bool] = True
    stage: ClassVar[int] = Stage.MESSAGE
    urgency: ClassVar[int] = Urgency.DELETE
    undo_reach: ClassVar[UndoReach] = "partial"

    async def do(self, case: Case) -> Done:
        flag = case.flag
        await case.deeds.delete_message(flag.guild.id, flag.channel.id, flag.message_id, reason=case.audit_reason)
        return Done()

    async def take_back(self, case: Case, before: Mapping[str, Any]) -> str:
        """The text goes back to its author and not into the channel, where it would be the bot that said it."""
        flag = case.flag
        if flag.text is None:
            raise DeedFailed("The text is no longer kept, so it cannot be given back to its author.")
        await case.deeds.direct_message(flag.guild.id, flag.author.id, returned_text(case, flag.text))
        return "The text went back to its author by direct message; the message itself is gone."
