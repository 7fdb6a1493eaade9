"""What a member is told when something that was done to them is taken back."""

from __future__ import annotations

from bot.act.wording import LONGEST_MESSAGE, fill
from bot.errors import DeedFailed
from bot.records import Case


def returned_text(case: Case, text: str) -> str:
    """The text of a deleted message for its author, cut to what one message holds."""
    intro = fill(case.texts.text_returned, case.flag) + "\n"
    room, cut = LONGEST_MESSAGE - len(intro), f"\n{case.texts.text_cut}"
    return intro + (text if len(text) <= room else text[: room - len(cut)] + cut)


async def invite_back(case: Case) -> str:
    """Send an invite to a removed member where that is possible; a sentence on what became of it.

    Raises a ``DeedFailed`` where no invite can be made.
    """
    flag, deeds = case.flag, case.deeds
    place = flag.parent or flag.channel
    invite = await deeds.invite(flag.guild.id, place.id, reason=case.undo_reason)
    try:
        await deeds.direct_message(flag.guild.id, flag.author.id, f"{fill(case.texts.invited_back, flag)} {invite}")
    except DeedFailed as error:
        return f"{error} This invite can be passed on to them: {invite}"
    return "They were sent an invite by direct message."
