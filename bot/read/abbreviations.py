"""Abbreviations that insult or threaten, written out."""

from __future__ import annotations

import re

from bot.read import words

_TABLE: dict[str, str] = {
    short: long for short, _, long in (line.partition(" = ") for line in words.lines_of("abbreviations.txt"))
}
_LONGEST = max(len(short.split()) for short in _TABLE)
_FIRST = frozenset(short.split()[0] for short in _TABLE)
# "the KYS airport", "a KYS file": capitals behind such a word are a name.
_BEFORE_A_NAME = frozenset("the a an to from at via in of our your my his their this that".split())  # noqa: SIM905

_NAMES = frozenset(("foad", "esad"))
_CLUBS = frozenset(("fck", "fuq", "fku", "fgt", "sht", "gth", "smd", "sfb"))
_ALL_THERE_IS = "only "
_SHORT = 16  # characters of a text that may be nothing but an abbreviation
_FEWEST_CONSONANTS = 4
_STRETCHED = re.compile(r"([a-z])\1\1")
_STANDS_ALONE = re.compile(r"(?<![\w@/\\#.:&=-])[A-Za-z][\w-]*+(?![@/\\]|[.:=]\w|\()")


def written_out(text: str) -> str:
    """``text`` with abbreviations that insult or threaten in full words."""
    if len(text) <= _SHORT and (long := _TABLE.get(_ALL_THERE_IS + text.strip(" .,!?\n").lower())):
        return long
    tokens = list(_STANDS_ALONE.finditer(text))
    lowered = [token.group().lower() for token in tokens]
    has_stretched = _STRETCHED.search(text.lower())
    out, end = [], 0
    for at in [at for at, token in enumerate(lowered) if has_stretched or token in _TELLING]:
        if tokens[at].start() >= end and (found := _match(text, tokens, lowered, at)):
            count, long = found
            out.append(text[end : tokens[at].start()] + long)
            end = tokens[at + count - 1].end()
    return "".join([*out, text[end:]]) if out else text


def expansion(letters: str) -> str | None:
    """What the abbreviation ``letters`` (lower case) stands for."""
    return _TABLE.get(letters)


def _match(text: str, tokens: list[re.Match[str]], lowered: list[str], at: int) -> tuple[int, str] | None:
    """How many tokens from ``at`` on are an abbreviation, and of what."""
    first: str = tokens[at].group()
    if word := _without_vowels(first):
        return 1, word
    short = lowered[at]
    if short not in _FIRST:
        if not _STRETCHED.search(short):  # a nickname often doubles its letters
            return None
        short = words.squeezed(short)
    if (first.istitle() and short in _NAMES) or (first.isupper() and short in _CLUBS and not text.isupper()):
        return None
    if first.isupper() and not text.isupper() and at and lowered[at - 1] in _BEFORE_A_NAME:
        return None
    row = [short, *lowered[at + 1 : at + _LONGEST]]
    for count in range(len(row), 0, -1):
        if (long := _TABLE.get(" ".join(row[:count]))) and _is_one_line(text, tokens, at, count):
            return count, long
    return None


def _without_vowels(token: str) -> str | None:
    """The word of abuse that ``token`` is written of without its vowels: ``bstrd``."""
    return _CONSONANTS.get(token) if len(token) >= _FEWEST_CONSONANTS and not words.is_known(token) else None


def _consonants() -> dict[str, str]:
    left: dict[str, str] = {}
    for word in words.STRONG:
        left.setdefault("".join(letter for letter in word if letter not in "aeiou"), word)
    return left


_CONSONANTS = _consonants()
_TELLING = _FIRST | _CONSONANTS.keys()


def _is_one_line(text: str, tokens: list[re.Match[str]], at: int, count: int) -> bool:
    return all(
        text[one.end() : two.start()].isspace()
        for one, two in zip(tokens[at : at + count - 1], tokens[at + 1 : at + count], strict=True)
    )
