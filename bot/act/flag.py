"""Keep the post for the moderators."""

from __future__ import annotations

from typing import ClassVar

from bot.act.base import BaseAction, Stage, Urgency
from bot.records import Case


class FlagAction(BaseAction):
    """Only flag: the record and the card in the log channel are the flag, so nothing else is done."""

    name: ClassVar[str] = "flag"
    severity: ClassVar[float] = 0
    destructive: ClassVar[bool] = False
    repeatable: ClassVar[bool] = True
    stage: ClassVar[int] = Stage.MESSAGE
    urgency: ClassVar[int] = Urgency.DELETE

    async def do(self, case: Case) -> str:
        return ""
