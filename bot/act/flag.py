"""Keep the post for the moderators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.act.base import BaseAction, Done, Stage, Urgency
from bot.records import Case, UndoReach
from bot.texts.saying import NOTHING, Said


class FlagAction(BaseAction):
    """Only flag: the record and the card in the log channel are the flag, so nothing else is done."""

    name: ClassVar[str] = "flag"
    severity: ClassVar[float] = 0
    destructive: ClassVar[bool] = False
    repeatable: ClassVar[bool] = True
    stage: ClassVar[int] = Stage.MESSAGE
    urgency: ClassVar[int] = Urgency.DELETE
    undo_reach: ClassVar[UndoReach] = "full"

    async def do(self, case: Case) -> Done:
        return Done()

    async def take_back(self, case: Case, before: Mapping[str, Any]) -> Said:
        return NOTHING
