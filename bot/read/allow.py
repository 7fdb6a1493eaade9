"""Phrases that the owner allows: blanked before a text is scored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, RootModel

MOST_PHRASES = 1_000
LONGEST_PHRASE = 200  # characters

# What stands for a blanked phrase: readable as a pause, so that its neighbours do not become one phrase.
BLANK = " … "

_TOKEN = re.compile(r"\w+|[^\w\s]")
_END = ""  # no token is empty: marks in the trie that a phrase is complete here


def _with_a_word(phrase: str) -> str:
    if not re.search(r"\w", phrase):
        raise ValueError(f'must have at least one letter or digit, not "{phrase}"')
    return phrase


Phrase = Annotated[str, Field(max_length=LONGEST_PHRASE), AfterValidator(_with_a_word)]


class AllowList(RootModel[tuple[Phrase, ...]]):
    """``allow:`` in config.yaml: phrases that do not count; what stands around them does.

    Upper and lower case, and how much white space stands between words, make no difference; whole words only.
    """

    model_config = ConfigDict(frozen=True)

    root: Annotated[tuple[Phrase, ...], Field(max_length=MOST_PHRASES)] = ()

    @cached_property
    def _trie(self) -> dict[str, Any]:
        """Token → the tokens that may follow it in a phrase."""
        trie: dict[str, Any] = {}
        for phrase in self.root:
            node = trie
            for token in _TOKEN.findall(phrase):
                node = node.setdefault(_folded(token), {})
            node[_END] = {}
        return trie

    def blank(self, text: str) -> str:
        """``text`` without the allowed phrases; empty when nothing else stands in it.

        Takes time linear in the text: from each token at most the longest phrase is looked at.
        """
        if not self.root:
            return text
        kept: list[str] = []
        end = 0
        for start, stop in self._found(text):
            kept.append(text[end:start])
            end = stop
        if not kept:
            return text
        kept.append(text[end:])
        return BLANK.join(kept) if any(part.strip() for part in kept) else ""

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of each allowed phrase, the longest at each place, none overlapping."""
        tokens = list(_TOKEN.finditer(text))
        index = 0
        while index < len(tokens):
            length = self._match(tokens, index)
            if length:
                yield tokens[index].start(), tokens[index + length - 1].end()
            index += length or 1

    def _match(self, tokens: list[re.Match[str]], index: int) -> int:
        """How many tokens from ``index`` on are an allowed phrase; 0 for none."""
        node, longest = self._trie, 0
        for at in range(index, len(tokens)):
            following = node.get(_folded(tokens[at].group()))
            if following is None:
                break
            node = following
            if _END in node:
                longest = at + 1 - index
        return longest


def _folded(part: str) -> str:
    """Phones type a curly apostrophe where the owner typed a straight one."""
    return "'" if part == "’" else part.casefold()
