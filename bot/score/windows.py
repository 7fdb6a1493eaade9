"""Cuts the texts of a post to what the model takes, and counts what had to be left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

MOST_TEXTS_A_POST = 64
MOST_TOKENS_A_POST = 8_000
# More than 8,000 tokens of ordinary writing (4 to 5 characters each); keeps tokenising a 100 KB text cheap.
MOST_CHARACTERS_A_POST = 64_000
OVERLAP_TOKENS = 32  # shared by neighbouring windows, so that no insult is cut in two

# WordPiece reads a longer word as one unknown token, which would hide whatever stands inside it.
_LONGEST_WORD = 100  # characters
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD}}}(?=\S)")

Tokens = Sequence[int]


@dataclass(frozen=True, slots=True)
class Trimmed:
    """The texts of a post within its caps; None where a text was left out. ``cut`` counts the cuts made."""

    texts: tuple[str | None, ...] = field(repr=False)
    cut: int = 0

    @property
    def kept(self) -> int:
        return sum(text is not None for text in self.texts)

    @property
    def characters(self) -> int:
        return sum(len(text) for text in self.texts if text is not None)


@dataclass(frozen=True, slots=True)
class Windowed:
    """Per text of a post its windows: None for a text left out, none at all for one without tokens."""

    each: tuple[tuple[Tokens, ...] | None, ...] = field(repr=False)
    unscored: int


def trim(texts: Sequence[str]) -> Trimmed:
    """Keep the first 64 texts and 64,000 characters; a text that straddles the limit keeps its beginning."""
    kept: list[str | None] = []
    left, cut = MOST_CHARACTERS_A_POST, 0
    for at, text in enumerate(texts):
        if at >= MOST_TEXTS_A_POST or (text and not left):
            kept.append(None)
            cut += 1
            continue
        cut += len(text) > left
        kept.append(_readable(text[:left]))
        left -= min(left, len(text))
    return Trimmed(tuple(kept), cut)


def window(tokens: Sequence[Tokens | None], room: int, cut: int = 0) -> Windowed:
    """Cut each text's bare tokens into windows of at most ``room``, within the 8,000 tokens of one post.

    ``unscored`` is ``cut`` (what ``trim`` already left out) plus one for each text or window left out here.
    """
    each: list[tuple[Tokens, ...] | None] = []
    left, unscored = MOST_TOKENS_A_POST, cut
    for text in tokens:
        if text is None:
            each.append(None)
            continue
        windows = slide(text[:left], room)
        if len(text) > left:
            unscored += max(1, len(starts(len(text), room)) - len(windows))
        each.append(windows if windows or not text else None)
        left -= min(left, len(text))
    return Windowed(tuple(each), unscored)


def slide(tokens: Tokens, room: int) -> tuple[Tokens, ...]:
    """The overlapping windows of one text, none for an empty one; the last one ends where the text ends."""
    return tuple(tokens[at : at + room] for at in starts(len(tokens), room))


def starts(length: int, room: int) -> list[int]:
    """Where the windows of a text of ``length`` tokens begin."""
    if length == 0:
        return []
    step = room - min(OVERLAP_TOKENS, room // 4)
    last = max(0, length - room)
    return [*range(0, last, step), last]


def _readable(text: str) -> str:
    """Without lone surrogates, which no tokenizer takes, and without words too long for one."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return _LONG_WORD.sub(r"\g<0> ", text)
