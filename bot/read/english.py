"""What of a text in another language is English: the words that the main model can judge, without those around them.

Else one sentence in another language, wrapped round English abuse, would be an off switch.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from bot.read import words
from bot.read.language import between

KNOWN = 1.5  # what it says for English that a word is in the lists
SURE = 2.0  # how much the letters of one word say at most, for English or against it
SWITCH = 0.7  # what it says against a word that its neighbours are in the other language
MOST_WEIGHED = 2_000  # different words of a text that are weighed by their letters; the others only by the lists

# Abuse in English, and innocent or another word somewhere else: French retard, Swedish slut, Danish fag, German dick.
# What they are, their neighbours tell.
ELSEWHERE = frozenset(
    """
    ass bastard cock coon crap cretin cum dick dicks fag fags homo homos idiot idiots imbecile nazi nazis negro
    negroes nonce paki pedo penis porn prick rape retard slut spic tit vagina
    """.split()  # noqa: SIM905
)
_WORD = re.compile(r"[^\W\d_]++(?:['’][^\W\d_]++)*+")
_APOSTROPHE = re.compile("['’]")


def english_in(text: str, code: str) -> str:
    """The English of ``text``, which is in the language ``code``: its runs of English words, a space between them."""
    found = list(_WORD.finditer(text))
    runs = _runs(_likeliest(_weights([match.group().lower() for match in found], code)))
    return " ".join(text[found[first].start() : found[last].end()] for first, last in runs)


def _weights(found: Sequence[str], code: str) -> list[float]:
    """How much each word speaks for English rather than for ``code``."""
    looked_at = list(dict.fromkeys(found))
    by_letters = {word: _by_letters(word, code) for word in looked_at[:MOST_WEIGHED]}
    by_word = {word: _weight(word, by_letters) for word in looked_at}
    return [by_word[word] for word in found]


def _weight(word: str, by_letters: Mapping[str, float]) -> float:
    letters = by_letters.get(word)
    if word in ELSEWHERE:
        return max(0.0, letters or 0.0)
    known = all(map(words.is_known, _APOSTROPHE.split(word)))
    if letters is None:
        return KNOWN if known else -KNOWN
    return letters + KNOWN * known


@lru_cache(words.CACHED)
def _by_letters(word: str, code: str) -> float:
    english = between("en", code, f" {word} ")
    return max(-SURE, min(SURE, math.log(english / (1 - english)))) if 0 < english < 1 else SURE * (2 * english - 1)


def _likeliest(weights: Sequence[float]) -> list[bool]:
    """Which words are English, all together: each as its weight says, and seldom other than its neighbours."""
    english, other = 0.0, 0.0
    came_from: list[tuple[bool, bool]] = []  # whether the likeliest way to English, and to the other, was by English
    for weight in weights:
        came_from.append((english >= other - SWITCH, english - SWITCH >= other))
        english, other = max(english, other - SWITCH) + weight / 2, max(other, english - SWITCH) - weight / 2
    is_english = english > other
    path = []
    for by_english, to_other_by_english in reversed(came_from):
        path.append(is_english)
        is_english = by_english if is_english else to_other_by_english
    return path[::-1]


def _runs(is_english: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The first and last index of each run of English words."""
    first = None
    for at, each in enumerate([*is_english, False]):
        if each and first is None:
            first = at
        elif not each and first is not None:
            yield first, at - 1
            first = None
