"""One thing that was looked at, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.texts import Texts, fill
from bot.texts.saying import OURS

MOST_LISTED = 4  # names in one sentence


class Severity(StrEnum):
    OK = "ok"
    WARNING = "warning"  # the bot works, less well than it could
    ERROR = "error"  # something that the config asks for cannot be done


@dataclass(frozen=True, slots=True)
class Finding:
    """``what`` names the check, for a server with its name behind a colon. ``mend`` is empty where all is well."""

    what: str
    severity: Severity
    sentence: str
    mend: str = ""


def ok(what: str, sentence: str) -> Finding:
    return Finding(what, Severity.OK, sentence)


def warning(what: str, sentence: str, mend: str) -> Finding:
    return Finding(what, Severity.WARNING, sentence, mend)


def error(what: str, sentence: str, mend: str) -> Finding:
    return Finding(what, Severity.ERROR, sentence, mend)


def listed(names: Sequence[str], texts: Texts = OURS) -> str:
    """``a, b, c and 9 more``, in the words of ``texts``."""
    if len(names) <= MOST_LISTED:
        return ", ".join(names)
    shown = names[: MOST_LISTED - 1]
    return fill(texts.several, names=", ".join(shown), count=len(names) - len(shown))


def in_bytes(count: float) -> str:
    """A size as a person reads it."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" or count >= 10 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
