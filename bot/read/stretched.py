"""Words with letters repeated."""

from __future__ import annotations

import re

from bot.read import words

_LONGEST = 60  # letters

_TWO_TOO_MANY = re.compile(r"([a-z])\1(?:\1|[a-z]*([a-z])\2)", re.IGNORECASE)
_TWICE = re.compile(r"([A-Za-z])\1")
_PILE = re.compile(r"([A-Za-z])\1{3,}+")
_WORD = re.compile(rf"(?<![\w/\\@])[A-Za-z]{{3,{_LONGEST}}}+(?![\w@])")


def unstretched(text: str) -> str:
    """Words with a letter three times in a row, or with two doubled ones, that are known when shortened."""
    if not _TWO_TOO_MANY.search(text):
        return text
    return _WORD.sub(_shortened, _PILE.sub(r"\1\1\1", text))


def _shortened(match: re.Match[str]) -> str:
    word: str = match.group()
    if not _TWICE.search(word):
        return word
    lowered = word.lower()
    doubled = len(word) - len(words.squeezed(lowered))
    if doubled < 2 or words.is_known(lowered):
        return word
    return words.unstretched(lowered) or word
