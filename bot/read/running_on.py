"""Words run together."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import lru_cache

from bot.read import words

_SHORTEST = 10  # letters of a token that is taken apart with no other sign of disguise
_FEWEST_WORDS = 3
_SHORTEST_IN_DISGUISE = 5
_LONGEST = 60

_LONG = re.compile(rf"(?<![\w/\\.@#:=&?%-])[A-Za-z]{{{_SHORTEST_IN_DISGUISE},{_LONGEST}}}+(?![\w/\\@]|\.\w)")
_ABUSE_INSIDE = re.compile(
    "|".join(word for word in words.STRONG if len(word) > _FEWEST_WORDS)
    + "|kill|stupid|hate|loser|ugly|worthless|disgusting|pathetic"
)


def unrun(text: str, *, written: Container[str]) -> str:
    """Unknown tokens that are several known words, with spaces between them.

    What stands in ``written``, the words of the text in disguise, was run together by its author: that takes more
    evidence than what was put together here.
    """
    return _LONG.sub(
        lambda match: separated(match.group().lower(), match.group() not in written) or match.group(), text
    )


@lru_cache(words.CACHED)
def separated(token: str, in_disguise: bool) -> str | None:
    """``token`` (lower case) as several words; None where it is one word or none."""
    if words.is_known(token) or not token.isalpha():
        return None
    if not in_disguise and (len(token) < _SHORTEST or not _ABUSE_INSIDE.search(token)):
        return None
    parts = words.segmented(token)
    if parts is None or len(parts) == 1:
        return None
    if not in_disguise and (len(parts) < _FEWEST_WORDS or not any(map(words.is_abuse, parts))):
        return None
    return " ".join(parts)
