"""Makes what members write harmless where moderators read it.

``discord.utils.escape_markdown`` is not enough: it leaves mentions, timestamps, command links, custom emoji, bare URLs
and bidi controls working, and a masked link's URL stays clickable.
"""

from __future__ import annotations

import re
import unicodedata

ELLIPSIS = "…"
MARKS_IN_A_ROW = 4  # combining marks; real scripts need fewer, stacked ones climb over the lines above

# Zero-width joiner and non-joiner build emoji and Persian or Indic words; all other invisible characters go.
_KEPT_INVISIBLE = frozenset("\n\t\u200c\u200d")
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Discord takes a backslash before a sign as the sign itself. These have a meaning anywhere: formatting, mentions,
# links, the start of a URL.
_ANYWHERE = re.compile(r"[\\*_~`|<>\[\]@]|:(?=//)")
# And these only at the start of a line: headings, lists, small print.
_AT_LINE_START = re.compile(r"^[ \t]*\d*(?P<sign>[#+.)-])", re.MULTILINE)


def quote(text: str, limit: int, *, one_line: bool = False) -> str:
    """``text`` as Discord markdown that shows its letters and does nothing else, at most ``limit`` characters long.

    Nothing in it pings, links, formats, opens a code block or closes the spoiler around it, or changes the direction of
    what follows. What is too long is cut with an ellipsis, never inside an escape.
    """
    plain = without_tricks(text)
    if one_line:
        plain = " ".join(plain.split())
    signs = {match.start() for match in _ANYWHERE.finditer(plain)}
    signs |= {match.start("sign") for match in _AT_LINE_START.finditer(plain)}
    pieces = ["\\" + character if at in signs else character for at, character in enumerate(plain[: limit + 1])]
    if len(plain) <= limit and sum(map(len, pieces)) <= limit:
        return "".join(pieces)
    kept, room = [], limit - len(ELLIPSIS)
    for piece in pieces:
        room -= len(piece)
        if room < 0:
            break
        kept.append(piece)
    return "".join(kept) + ELLIPSIS


def without_tricks(text: str) -> str:
    """``text`` without controls that hide or reorder what stands around them, and without towers of combining marks."""
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category in _DROPPED_CATEGORIES and character not in _KEPT_INVISIBLE:
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)
