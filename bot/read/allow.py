"""Phrases that the owner allows: blanked before a text is scored."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any

import regex
from pydantic import AfterValidator, ConfigDict, Field, RootModel

MOST_PHRASES = 1_000
LONGEST_PHRASE = 200  # characters
MOST_TOKENS = 40  # words and signs of a phrase: bounds how far a match is tried from each word of a text

# What stands for a blanked phrase: readable as a pause, so that its neighbours do not become one phrase.
BLANK = " … "

# A vowel sign of Hindi or Tamil is a combining mark, and part of its word.
_TOKEN = regex.compile(r"[\w\p{M}]++|[^\w\s\p{M}]")
# In "ass-hole" and "hell's" the sign between makes one word of two.
_JOINED_BEFORE = regex.compile(r"(?<=[\w\p{M}][-'’‐‑])[\w\p{M}]")
_JOINED_AFTER = regex.compile(r"(?<=[\w\p{M}])[-'’‐‑][\w\p{M}]")
_END = ""  # no token is empty: marks in the trie that a phrase is complete here


def _with_a_word(phrase: str) -> str:
    if not regex.search(r"\w", phrase):
        raise ValueError(f'must have at least one letter or digit, not "{phrase}"')
    if len(_TOKEN.findall(phrase)) > MOST_TOKENS:
        raise ValueError(f'has more than {MOST_TOKENS} words and signs: "{phrase[:60]}"')
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
        folded = [_folded(token.group()) for token in tokens]
        index = 0
        while index < len(tokens):
            length = 0
            if folded[index] in self._trie and not _JOINED_BEFORE.match(text, tokens[index].start()):
                length = self._match(text, tokens, folded, index)
            if length:
                yield tokens[index].start(), tokens[index + length - 1].end()
            index += length or 1

    def _match(self, text: str, tokens: list[regex.Match[str]], folded: list[str], index: int) -> int:
        """How many tokens from ``index`` on are an allowed phrase; 0 for none."""
        node, longest = self._trie, 0
        for at in range(index, len(tokens)):
            following = node.get(folded[at])
            if following is None:
                break
            node = following
            if _END in node and not _JOINED_AFTER.match(text, tokens[at].end()):
                longest = at + 1 - index
        return longest


def _folded(part: str) -> str:
    """Phones type a curly apostrophe where the owner typed a straight one."""
    return "'" if part == "’" else part.casefold()
