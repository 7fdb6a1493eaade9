"""What the author of a flag is told about their appeal."""

from __future__ import annotations

from bot.act.wording import harmless
from bot.record.appeals import APPEAL_WITHIN, APPEALS_A_DAY, NotTaken
from bot.records import Appeal
from bot.texts import Texts, fill

SERVER_SHOWN = 100  # characters
LONGEST_ANSWER = 2_000


def answer_of(appeal: Appeal, server: str, texts: Texts) -> str:
    """How an appeal stands."""
    said = {None: texts.appeal_open, "accepted": texts.appeal_accepted, "refused": texts.appeal_refused}
    return fill(said[appeal.decision], number=appeal.number, server=harmless(server, SERVER_SHOWN))


def why_not(reason: NotTaken, number: int, server: str, texts: Texts) -> str:
    """Why an appeal is not taken. One that was made before is answered by ``answer_of``."""
    said = {
        NotTaken.NO_FLAG: texts.appeal_no_flag,
        NotTaken.TOO_OLD: texts.appeal_too_old,
        NotTaken.APPEALED: texts.appeal_open,
        NotTaken.TAKEN_BACK: texts.appeal_taken_back,
        NotTaken.BLOCKED: texts.appeal_blocked,
        NotTaken.TOO_MANY: texts.appeal_too_many,
    }
    return fill(
        said[reason],
        number=number,
        server=harmless(server, SERVER_SHOWN),
        days=APPEAL_WITHIN.days,
        most=APPEALS_A_DAY,
    )
