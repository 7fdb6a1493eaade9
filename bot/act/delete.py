"""Take the message away."""

from __future__ import annotations

from typing import ClassVar

from bot.act.base import BaseAction, Stage, Urgency
from bot.records import Case


class DeleteAction(BaseAction):
    """Delete the message. Its text stays in the record for as long as ``retention.text`` says."""

    name: ClassVar[str] = "delete"
    severity: ClassVar[float] = 20
    needs: ClassVar[frozenset[str]] = frozenset({"manage_messages"})
    repeatable: ClassVar[bool] = True
    stage: ClassVar[int] = Stage.MESSAGE
    urgency: ClassVar[int] = Urgency.DELETE

    async def do(self, case: Case) -> str:
        flag = case.flag
        await case.deeds.delete_message(flag.guild.id, flag.channel.id, flag.message_id, reason=case.audit_reason)
        return ""
