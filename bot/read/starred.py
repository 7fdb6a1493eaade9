"""Words with letters starred out."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.read import words

_SIGNS = r"*#%^_\-~•·●×°?=+"
_FEWEST_SEEN = 2  # letters that must be legible
_FULLY_STARRED = {"f***": "fuck", "b****": "bitch", "c***": "cunt", "s***": "shit", "a**": "ass", "f***ing": "fucking"}

_HIDDEN = re.compile(
    rf"(?<![\w*@/\\.])[A-Za-z]++(?:[{_SIGNS}]{{1,8}}+[A-Za-z]++){{1,6}}+(?![\w@/\\(=+])|"
    r"(?<![\w*@/\\])[A-Za-z]\*{2,8}+(?:ing\b|(?![\w*@/\\.]))|"
    r"(?<![\w*@/\\])[A-Za-z]{2,12}+\*{1,3}+(?![\w*@/\\])"
)
_MAY_HIDE = re.compile(rf"\*|[{_SIGNS}][A-Za-z]")
_ANY_SIGN = re.compile(rf"[{_SIGNS}]")
_VOWELS = re.compile(r"[aeiou]")


def unstarred(text: str, *, stars_only: bool = False) -> str:
    """Words such as ``f*ck`` and ``st*p*d`` with their letters; what could be no word of abuse stays as it is."""
    if not _MAY_HIDE.search(text):
        return text
    return _HIDDEN.sub(
        lambda match: match.group() if stars_only and "*" not in match.group() else _restored(match), text
    )


def _restored(match: re.Match[str]) -> str:
    token: str = match.group()
    return (len(token) <= words.LONGEST_WORD and _hidden_word(token.lower())) or token


@lru_cache(words.CACHED)
def _hidden_word(token: str) -> str | None:
    if token in _FULLY_STARRED:
        return _FULLY_STARRED[token]
    pattern = _ANY_SIGN.sub("*", token)
    if len(token) <= _FEWEST_SEEN + 1 and "*" not in token:
        return None  # a chord, a formula
    if sum(sign != "*" for sign in pattern) < _FEWEST_SEEN or words.is_known(token.rstrip("*")):
        return None  # the stars after a known word are a footnote's
    vowels = next((word for word in _VOWELLESS.get(_VOWELS.sub("*", pattern), ()) if _fits(word, pattern)), None)
    if vowels and (vowels in words.STRONG or _is_starred(token, vowels)):
        return vowels
    return next((word for word in _BY_FRAME.get((len(token), pattern[0]), ()) if _fits(word, pattern)), None)


def hidden_word(pattern: str) -> str | None:
    """The word of abuse that ``pattern`` (lower case, a star for each letter that is hidden) stands for."""
    return _hidden_word(pattern) if len(pattern) <= words.LONGEST_WORD else None


def _is_starred(token: str, word: str) -> bool:
    """Whether the signs are stars, and not hyphens or underscores, which stand in words for other reasons."""
    return len(word) > _FEWEST_SEEN and not any(sign in "_-~=+" for sign in token)


def _fits(word: str, pattern: str) -> bool:
    return len(word) == len(pattern) and all(sign in ("*", letter) for letter, sign in zip(word, pattern, strict=True))


def _vowelless() -> dict[str, list[str]]:
    """Pattern with all vowels starred → the words it may be, abuse first."""
    patterns: dict[str, list[str]] = {}
    ordinary = (word for word in words.RANKS if len(word) > _FEWEST_SEEN)
    for word in dict.fromkeys((*words.STRONG, *words.HARSH, *ordinary)):
        patterns.setdefault(_VOWELS.sub("*", word), []).append(word)
    return patterns


def _by_frame() -> dict[tuple[int, str], list[str]]:
    frames: dict[tuple[int, str], list[str]] = {}
    for word in words.STRONG:
        if len(word) > _FEWEST_SEEN + 1:
            frames.setdefault((len(word), word[0]), []).append(word)
    return frames


_VOWELLESS = _vowelless()
_BY_FRAME = _by_frame()
