"""Makes what members write harmless where moderators read it.

``discord.utils.escape_markdown`` is not enough: it leaves mentions, timestamps, command links, custom emoji, bare URLs
and bidi controls working, and a masked link's URL stays clickable.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

ELLIPSIS = "…"
MARKS_IN_A_ROW = 4  # combining marks; real scripts need fewer, stacked ones climb over the lines above

# Zero-width joiner and non-joiner build emoji and Persian or Indic words; all other invisible characters go.
_KEPT_INVISIBLE = frozenset("\n\t\u200c\u200d")
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Discord takes a backslash before a sign as the sign itself. These have a meaning anywhere: formatting, mentions,
# links, the start of a URL.
_ANYWHERE = re.compile(r"[\\*_~`|<>\[\]@]|:(?=//)")
# And these only at the start of a line: headings, lists, small print.
_AT_LINE_START = re.compile(r"^[^\S\n]*\d*(?P<sign>[#+.)-])", re.MULTILINE)


_MARK, _MARK_END = "**__", "__**"


def quote(text: str, limit: int, *, one_line: bool = False, marks: Sequence[tuple[int, int]] = ()) -> str:
    """``text`` as Discord markdown that shows its letters and does nothing else, at most ``limit`` characters long.

    Nothing in it pings, links, formats, opens a code block or closes the spoiler around it, or changes the direction of
    what follows. What is too long is cut with an ellipsis, never inside an escape. ``marks``: (start, end) of the words
    of ``text`` to be shown bold and underlined, in order and apart from each other.
    """
    kept = _kept(text)
    if one_line:
        kept = [(0, character) for character in " ".join("".join(character for _, character in kept).split())]
        marks = ()
    plain = "".join(character for _, character in kept)
    signs = {match.start() for match in _ANYWHERE.finditer(plain)}
    signs |= {match.start("sign") for match in _AT_LINE_START.finditer(plain)}
    pieces = ["\\" + character if at in signs else character for at, character in enumerate(plain[: limit + 1])]
    marked = [_is_marked(at, marks) and not character.isspace() for at, character in kept[: limit + 1]]
    whole = _joined(pieces, marked)
    if len(plain) <= limit and len(whole) <= limit:
        return whole
    room, count = limit - len(ELLIPSIS), 0
    for at, piece in enumerate(pieces):
        opens = marked[at] and not (at and marked[at - 1])
        room -= len(piece) + (len(_MARK) + len(_MARK_END) if opens else 0)
        if room < 0:
            break
        count += 1
    return _joined(pieces[:count], marked[:count]) + ELLIPSIS


def _joined(pieces: Sequence[str], marked: Sequence[bool]) -> str:
    parts: list[str] = []
    within = False
    for piece, is_marked in zip(pieces, marked, strict=True):
        if is_marked != within:
            parts.append(_MARK if is_marked else _MARK_END)
            within = is_marked
        parts.append(piece)
    return "".join(parts) + (_MARK_END if within else "")


def _is_marked(at: int, marks: Sequence[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in marks)


def without_tricks(text: str) -> str:
    """``text`` without controls that hide or reorder what stands around them, and without towers of combining marks."""
    return "".join(character for _, character in _kept(text))


def _kept(text: str) -> list[tuple[int, str]]:
    """What ``without_tricks`` leaves: each character with its place in ``text``."""
    kept: list[tuple[int, str]] = []
    marks = 0
    for at, character in enumerate(text):
        category = unicodedata.category(character)
        if category in _DROPPED_CATEGORIES and character not in _KEPT_INVISIBLE:
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= MARKS_IN_A_ROW:
            kept.append((at, character))
    return kept
