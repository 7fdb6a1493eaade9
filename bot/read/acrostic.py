"""What the first letters of the lines spell."""

from __future__ import annotations

import re

from bot.read import words
from bot.read.abbreviations import expansion
from bot.read.running_on import separated

FEWEST_LINES = 3
MOST_LINES = 60
_SHORTEST = 4  # letters of a word; a threat may be shorter
_SHORTEST_ROW = 6  # letters of several words

_INITIAL = re.compile(r"^[\W_]*+(?:\d{1,3}[.):\]-][\W_]*+)?([A-Za-z])", re.MULTILINE)


def spelt(text: str) -> str:
    """The words that the first letters of the lines make, where they make abuse; otherwise empty."""
    if text.count("\n") < FEWEST_LINES - 1:
        return ""
    lines = [line for line in text.splitlines() if line.strip()][:MOST_LINES]
    letters = "".join(match.group(1) for line in lines if (match := _INITIAL.match(line))).lower()
    return next(filter(None, map(_read, (letters, letters[1:], letters[:-1]))), "")


def _read(letters: str) -> str:
    if len(letters) < FEWEST_LINES:
        return ""
    if long := expansion(letters):
        return long
    if len(letters) >= _SHORTEST and words.is_abuse(letters):
        return letters
    row = separated(letters, in_disguise=True) if len(letters) >= _SHORTEST_ROW else None
    return row if row and any(map(words.is_abuse, row.split())) else ""
