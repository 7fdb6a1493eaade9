"""Put a reaction under the message."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from bot.act.base import BaseAction, Done, Stage
from bot.records import Case, Kind, UndoReach
from bot.texts.saying import Said, say

_CUSTOM = re.compile(r"<?(a:|:)?\w{2,32}:\d{15,20}>?")


_KEYCAP = "\u20e3"  # makes an emoji of a digit
_NO_EMOJI = re.compile(r"[^\W\u2139]|[\s:<>]")  # the one letter that is an emoji by itself: \u2139\ufe0f


def _an_emoji(text: str) -> str:
    is_own = _CUSTOM.fullmatch(text)
    is_unicode = not text.isascii() and not _NO_EMOJI.search(text[1:] if _KEYCAP in text else text)
    if not (is_own or is_unicode):
        raise ValueError("must be one emoji, such as \u26a0\ufe0f, or <:name:id> for one of a server's own")
    return text


class ReactAction(BaseAction):
    """React to the message with an emoji."""

    name: ClassVar[str] = "react"
    severity: ClassVar[float] = 2
    needs: ClassVar[frozenset[str]] = frozenset({"add_reactions", "read_message_history"})
    repeatable: ClassVar[bool] = True
    stage: ClassVar[int] = Stage.MESSAGE
    short: ClassVar[str | None] = "emoji"
    undo_reach: ClassVar[UndoReach] = "full"
    applies_to: ClassVar[frozenset[Kind]] = frozenset({"message"})

    emoji: Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_an_emoji)] = Field(
        default="\u26a0\ufe0f", description="The emoji; one of a server's own is written <:name:id>."
    )

    @property
    def kind(self) -> Hashable:
        return self.name, self.emoji

    async def do(self, case: Case) -> Done:
        flag = case.flag
        await case.deeds.react(flag.guild.id, flag.channel.id, flag.message_id, self.emoji)
        return Done(say("reacted", emoji=self.emoji))

    async def take_back(self, case: Case, before: Mapping[str, Any]) -> Said:
        flag = case.flag
        await case.deeds.unreact(flag.guild.id, flag.channel.id, flag.message_id, self.emoji)
        return say("reaction_removed")
