"""Call the moderators."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bot.act.base import BaseAction, Done, Stage
from bot.act.wording import Wording, fill
from bot.errors import DeedFailed
from bot.records import Case, UndoReach
from bot.texts.saying import Said, say


class NotifyAction(BaseAction):
    """Ping a role, in the log channel or another. Nothing else that the bot writes pings a role."""

    name: ClassVar[str] = "notify"
    severity: ClassVar[float] = 4
    needs: ClassVar[frozenset[str]] = frozenset({"send_messages", "mention_everyone"})
    short: ClassVar[str | None] = "role"
    stage: ClassVar[int] = Stage.MESSAGE
    undo_reach: ClassVar[UndoReach] = "none"

    role: Annotated[str, Field(min_length=1, max_length=100)] = Field(description="The role, by name or id.")
    channel: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Where, by name or id; without it, in the log channel."
    )
    text: Wording | None = Field(
        default=None,
        description=(
            "What is said; without it, texts.call. {member}, {server}, {channel}, {labels} and {number} are filled in."
        ),
    )

    @property
    def kind(self) -> Hashable:
        return self.name, self.role.casefold(), (self.channel or "").casefold()

    async def do(self, case: Case) -> Done:
        flag = case.flag
        text = f"{flag.link} {fill(self.text or case.texts.call, flag, case.texts)}"
        await case.deeds.ping(flag.guild.id, self.role, text, channel=self.channel)
        return Done(say("pinged"))

    async def take_back(self, case: Case, before: Mapping[str, Any]) -> Said:
        raise DeedFailed(say("ping_stays"))
