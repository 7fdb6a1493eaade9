"""People's own sentences with an identity word put into them, and judged as they were.

In public comments some identity words stand in abuse more often than in peace, and a model takes the word for the deed.
Where "my friend is married" is civil, "my gay friend is married" is, and abuse stays abuse whoever it is about.
Source: counterfactual data augmentation, as in Garg et al., "Counterfactual Fairness in Text Classification through
Robustness" (2019). The words are in ``identities.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.training.data import Examples

_FILE = Path(__file__).with_name("identities.toml")
_LENGTHS = range(8, 301)  # characters: in longer texts one word more moves little
_VOWEL = re.compile("(?!eu)[aeiou]")
_LABEL = "identity_hate"
_AROUND = 4  # fewer words than this stand on either side of the identity word in a fragment


def with_identities(examples: Examples, labels: Sequence[str], *, rows: int, fragments: float, seed: int) -> Examples:
    """At most ``rows`` of the examples that have a place for an identity word, each with one; targets ``[n, labels]``.

    Whether what was abuse already is hatred of a group now is left open, and hatred of another group left out. Of the
    peaceful ones a share, ``fragments``, is cut to the word and up to three words on either side.
    """
    random = np.random.default_rng(seed)
    words = _Words()
    texts: list[str] = []
    targets = []
    for row in random.permutation(len(examples)):
        if len(texts) == rows:
            break
        text, target = examples.texts[row], examples.targets[row].copy()
        places = words.places(text) if len(text) in _LENGTHS else []
        if not places or target[labels.index(_LABEL)] > 0:
            continue
        if (target > 0).any():
            target[labels.index(_LABEL)] = np.nan
        place, identity = places[random.integers(len(places))], str(random.choice(words.identities))
        if fragments and not target.any() and random.random() < fragments:
            texts.append(place.fragment(text, identity, random.integers(_AROUND, size=2).tolist()))
        else:
            texts.append(place.filled(text, identity))
        targets.append(target)
    return Examples(texts, np.array(targets, np.float32).reshape(-1, len(labels)), np.ones(len(texts), np.float32))


def identity_words() -> list[str]:
    """Each identity word once."""
    return sorted(set(_Words().identities))


class _Words:
    def __init__(self) -> None:
        written = tomllib.loads(_FILE.read_text(encoding="utf-8"))
        self.identities = [each for kind in written["identities"] for each in kind["words"] * kind["times"]]
        self._noun = _pair(written["determiners"], written["nouns"])
        self._mood = _pair(written["subjects"], written["moods"])

    def places(self, text: str) -> list[_Place]:
        return [
            *(_Place(found, "") for found in self._noun.finditer(text)),
            *(_Place(found, "and ") for found in self._mood.finditer(text)),
        ]


class _Place:
    """Between two words: "my friend" takes "gay", and "I am happy" takes "gay and"."""

    def __init__(self, found: re.Match[str], joint: str) -> None:
        self._before = found[1]
        self._start, self._end = found.start(1), found.start(2)
        self._joint = joint

    def filled(self, text: str, identity: str) -> str:
        before, after = self._around(text, identity)
        return self._typed(text, before + identity + after)

    def fragment(self, text: str, identity: str, words: Sequence[int]) -> str:
        """The identity word between so many words of what stands before and after it."""
        before, after = self._around(text, identity)
        words_before = before.split()
        some = [*words_before[max(0, len(words_before) - words[0]) :], identity, *after.split()[: words[1]]]
        return self._typed(text, " ".join(some))

    def _around(self, text: str, identity: str) -> tuple[str, str]:
        before = self._before
        if before.casefold() in {"a", "an"}:
            before = before[0] + ("n" if _VOWEL.match(identity) else "")
        return f"{text[: self._start]}{before} ", f" {self._joint}{text[self._end :]}"

    @staticmethod
    def _typed(text: str, filled: str) -> str:
        return filled.upper() if text.isupper() else filled


def _pair(first: Sequence[str], second: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(map(re.escape, first))})\s+({'|'.join(map(re.escape, second))})\b", re.IGNORECASE)
