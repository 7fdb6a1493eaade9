"""Take away what was written: the message, the title, the status, the event."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar

from bot.act.base import BaseAction, Done, Stage, Urgency
from bot.act.telling import returned_text
from bot.errors import AlreadySo, ChangedSince, DeedFailed, DoesNotApply, Gone
from bot.records import Case, Kind, UndoReach
from bot.texts.saying import NOTHING, Said, say

# What is said of a text that went back to its author, where it was no message.
RETURNED = {"event": "event_text_returned", "status": "status_text_returned"}


class DeleteAction(BaseAction):
    """Delete the message; of a thread only the title is taken away, of a voice channel its status, of an event all.

    The text stays in the record for as long as ``retention.text`` says.
    """

    name: ClassVar[str] = "delete"
    severity: ClassVar[float] = 20
    needs: ClassVar[frozenset[str]] = frozenset({"manage_messages", "manage_threads"})
    repeatable: ClassVar[bool] = True
    stage: ClassVar[int] = Stage.MESSAGE
    urgency: ClassVar[int] = Urgency.DELETE
    undo_reach: ClassVar[UndoReach] = "partial"
    applies_to: ClassVar[frozenset[Kind]] = frozenset({"message", "title", "status", "event", "automod"})

    async def do(self, case: Case) -> Done:
        flag, reason = case.flag, case.audit_reason
        if flag.kind == "title":
            title = case.texts.title_removed
            await case.deeds.set_title(flag.guild.id, flag.channel.id, title, reason=reason)
            return Done(say("title_removed_now"), {"set": title})
        if flag.kind == "status":
            await case.deeds.clear_voice_status(flag.guild.id, flag.channel.id, reason=reason)
            return Done(say("status_removed"))
        try:
            return await (self._delete_event(case) if flag.kind == "event" else self._delete_all(case))
        except Gone:
            if not self.was_begun(case):
                raise
            return Done()

    async def _delete_event(self, case: Case) -> Done:
        await case.deeds.delete_event(case.flag.guild.id, case.flag.message_id, reason=case.audit_reason)
        return Done(say("event_deleted"))

    async def _delete_all(self, case: Case) -> Done:
        """All messages of the flag at once; one that is gone does not keep the others."""
        flag = case.flag
        if not flag.messages:
            raise DoesNotApply(say("automod_kept_back"))
        deletes = (
            case.deeds.delete_message(flag.guild.id, flag.channel.id, each, reason=case.audit_reason)
            for each in flag.messages
        )
        failures = [error for error in await asyncio.gather(*deletes, return_exceptions=True) if error is not None]
        serious = [error for error in failures if not isinstance(error, Gone)]
        if serious or len(failures) == len(flag.messages):
            raise (serious or failures)[0]
        count = len(flag.messages)
        return Done(say("messages_deleted", count=count) if count > 1 else NOTHING)

    async def take_back(self, case: Case, before: Mapping[str, Any]) -> Said:
        """The text goes back to its author and not into the channel, where it would be the bot that said it."""
        flag = case.flag
        if flag.text is None:
            raise DeedFailed(say("text_not_returned"))
        if flag.kind == "title":
            return await self._put_title_back(case, flag.text.partition("\n")[0], before)
        await case.deeds.direct_message(flag.guild.id, flag.author.id, returned_text(case, flag.text))
        return say(RETURNED.get(flag.kind, "message_text_returned"))

    async def _put_title_back(self, case: Case, title: str, before: Mapping[str, Any]) -> Said:
        flag = case.flag
        now = await case.deeds.title(flag.guild.id, flag.channel.id)
        if now == title:
            raise AlreadySo(say("title_returned_before"))
        if now != before["set"]:
            raise ChangedSince(say("title_changed"))
        await case.deeds.set_title(flag.guild.id, flag.channel.id, title, reason=case.undo_reason)
        return say("title_returned")
