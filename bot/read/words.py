"""The words that a reading is judged by: common English ones, and those that abuse is made of."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from itertools import groupby, product

LONGEST_WORD = 20  # letters; longer ones are in no list
MOST_TRIED = 32  # spellings of one token
SEGMENTED = 400  # letters that are cut into words at once
MOST_JUDGED = 2000  # characters
CACHED = 8192

_COST_OF_A_WORD, _COMMONEST = 2.0, 20  # fewer words are likelier; the commonest differ little
_SHORT = 2  # letters; segments this short say little
_ABUSE_COMES_FIRST = 300  # the rank of every word of abuse, however rare it is in civil talk

_WORD = re.compile(r"[^\W\d_]++")
_RUN = re.compile(r"(.)\1+")
_EACH_RUN = re.compile(r"(.)\1*")


def lines_of(name: str) -> list[str]:
    """The lines of a data file beside this module, without comments and blank ones."""
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _abuse(section: str) -> tuple[str, ...]:
    lines = lines_of("abuse.txt")
    start = lines.index(f"[{section}]") + 1
    rest = lines[start:]
    end = next((at for at, line in enumerate(rest) if line.startswith("[")), len(rest))
    return tuple(word for line in rest[:end] for word in line.split())


STRONG: Mapping[str, int] = {word: place for place, word in enumerate(_abuse("strong"))}
HARSH: Mapping[str, int] = {word: place for place, word in enumerate(_abuse("harsh"))}
_LISTED = {word: rank for rank, word in enumerate(lines_of("words.txt"))}
RANKS: Mapping[str, int] = _LISTED | {
    word: min(_ABUSE_COMES_FIRST, _LISTED.get(word, _ABUSE_COMES_FIRST)) for word in (*STRONG, *HARSH)
}


def is_known(word: str) -> bool:
    """Whether ``word``, in lower case, is in a list."""
    return word in RANKS


def is_abuse(word: str) -> bool:
    return word in STRONG or word in HARSH


def squeezed(word: str) -> str:
    """``word`` with every run of a letter shortened to one."""
    return "".join([letter for letter, _ in groupby(word)])


def _by_skeleton() -> dict[str, list[str]]:
    skeletons: dict[str, list[str]] = {}
    for word in sorted(RANKS, key=RANKS.__getitem__):
        if len(word) > _SHORT or word in ("no", "so", "oh", "me"):
            skeletons.setdefault(squeezed(word), []).append(word)
    return skeletons


_SKELETONS = _by_skeleton()


def unstretched(word: str) -> str | None:
    """The commonest known word that ``word`` (lower case) is a stretched form of."""
    stretches_of = _SKELETONS.get(squeezed(word))
    if not stretches_of:
        return None
    runs = [len(run.group()) for run in _EACH_RUN.finditer(word)]
    for known in stretches_of:
        if all(len(run.group()) <= most for run, most in zip(_EACH_RUN.finditer(known), runs, strict=True)):
            return known
    return None


def spellings(token: str, letters: Mapping[str, str]) -> Iterator[str]:
    """What ``token`` spells when signs stand for one of their ``letters``; ``MOST_TRIED`` at most."""
    options, tried = [], 1
    for sign in token:
        choice = letters.get(sign, sign)
        if tried * len(choice) > MOST_TRIED:
            choice = choice[:1]
        tried *= len(choice)
        options.append(choice)
    return ("".join(each) for each in product(*options))


def best(candidates: Iterator[str]) -> str | None:
    """The most likely known word among ``candidates``, stretched ones included."""
    found: dict[str, None] = {}
    for candidate in candidates:
        if is_known(candidate):
            found[candidate] = None
        elif _RUN.search(candidate) and (word := unstretched(candidate)):
            found[word] = None
    return min(found, key=RANKS.__getitem__, default=None)


def _with_beginnings() -> dict[str, int]:
    """Every word with its rank, and every beginning of one with -1: a search stops where no word goes on."""
    beginnings = {word[:end]: -1 for word in RANKS for end in range(1, len(word))}
    return beginnings | dict(RANKS)


_CUTS = _with_beginnings()


@lru_cache(CACHED)
def segmented(letters: str) -> tuple[str, ...] | None:
    """``letters`` (lower case, run together) cut into known words, the likeliest way; None where they cannot be.

    Costs at most ``SEGMENTED`` times ``LONGEST_WORD`` look-ups.
    """
    size = len(letters)
    if not 0 < size <= SEGMENTED:
        return None
    cost, cut = [0.0, *[math.inf] * size], [0] * (size + 1)
    for start in range(size):
        so_far = cost[start] + _COST_OF_A_WORD
        if so_far == math.inf:
            continue
        for end in range(start + 1, min(size, start + LONGEST_WORD) + 1):
            rank = _CUTS.get(letters[start:end])
            if rank is None:
                break
            if rank >= 0 and (total := so_far + math.log(rank + _COMMONEST)) < cost[end]:
                cost[end], cut[end] = total, start
    if cost[-1] == math.inf:
        return None
    words: list[str] = []
    end = size
    while end:
        words.append(letters[cut[end] : end])
        end = cut[end]
    words.reverse()
    return tuple(words) if _are_plausible(words) else None


def _are_plausible(words: list[str]) -> bool:
    """Anything can be cut into scraps: half of the letters must stand in words of some length."""
    long = sum(len(word) for word in words if len(word) > _SHORT)
    return 2 * long > sum(map(len, words)) and 5 * len(words) <= 2 * sum(map(len, words))


def known_share(tokens: list[str]) -> float:
    """How much of the letters of ``tokens`` (lower case) stands in known words; 0 for none. Scraps do not count."""
    words = [token for token in tokens if len(token) > _SHORT]
    total = sum(map(len, words))
    return sum([len(word) for word in words if word in RANKS]) / total if total else 0.0


def readability(text: str) -> float:
    """``known_share`` of the words in the first ``MOST_JUDGED`` characters of ``text``."""
    return known_share([word.lower() for word in _WORD.findall(text[:MOST_JUDGED])])
