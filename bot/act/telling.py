"""What a member is told before they are removed, and when something that was done to them is taken back."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from bot.act.wording import LONGEST_MESSAGE, fill
from bot.errors import DeedFailed, Gone
from bot.records import Case, Status
from bot.texts.saying import NOTHING, Said, say


def returned_text(case: Case, text: str) -> str:
    """The text of a deleted message for its author, cut to what one message holds."""
    intro = fill(case.texts.text_returned, case.flag, case.texts) + "\n"
    room, cut = LONGEST_MESSAGE - len(intro), f"\n{case.texts.text_cut}"
    return intro + (text if len(text) <= room else text[: room - len(cut)] + cut)


async def invite_back(case: Case) -> Said:
    """Send an invite to a removed member where that is possible; says what became of it.

    Raises a ``DeedFailed`` where no invite can be made.
    """
    flag, deeds = case.flag, case.deeds
    place = flag.parent or flag.channel
    try:
        invite = await deeds.invite(flag.guild.id, place.id, reason=case.undo_reason)
    except Gone as error:  # a channel that is gone brings nobody back
        raise DeedFailed(error.said) from error
    try:
        await deeds.direct_message(
            flag.guild.id, flag.author.id, f"{fill(case.texts.invited_back, flag, case.texts)} {invite}"
        )
    except DeedFailed as error:
        return error.said + say("invite_to_pass_on", invite=invite)
    return say("invite_sent")


def tell_option() -> Any:
    """The option ``tell`` of the actions that remove a member."""
    told = "Tell them first, by a direct message with a button to appeal; a `warn` of the same decision does that too."
    return Field(default=True, description=told)


async def tell_before(case: Case, action: str, *, tell: bool) -> Said:
    """Tell the member that they are about to be removed: afterwards nobody can. What moderators are told of it.

    Nothing where a warning of the same decision tells them, or an earlier run of the bot may have. That they cannot be
    told keeps nobody from being removed.
    """
    flag = case.flag
    together = [outcome for outcome in flag.outcomes if outcome.by == case.by]
    warned = any(each.action == "warn" and each.status in _TOLD for each in together)
    begun = any(each.action == action and each.status is Status.STARTED for each in together)
    if not tell or warned or begun:
        return NOTHING
    text = fill(case.texts.removal, flag, case.texts)
    try:
        await case.deeds.direct_message(flag.guild.id, flag.author.id, text, appeal=flag.number)
    except DeedFailed as error:
        return say("removal_not_told", why=error.said)
    return say("removal_told")


_TOLD = (Status.PLANNED, Status.STARTED, Status.DONE)
