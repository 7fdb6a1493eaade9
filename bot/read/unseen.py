"""What a reader does not see, or sees in another order: invisible characters, text directions, piled-up accents."""

from __future__ import annotations

import re
import unicodedata
from itertools import zip_longest

import regex

MOST_TURNS = 16_000  # changes of direction that are followed: one for each character of four of the longest messages

_NEVER_SEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e007f\U000e0100-\U000e0fff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
)
# Persian words and families of emoji are written with these; beside Latin letters they do nothing.
_JOINERS = "\u200c\u200d\ufe00-\ufe0f"

_COLOURS = re.compile(r"\x1b\[[0-9;]{0,16}m")  # in code blocks marked "ansi"
_UNSEEN = re.compile(rf"[{_NEVER_SEEN}]+")
_JOINERS_IN_WORDS = regex.compile(rf"(?<![{_JOINERS}])[{_JOINERS}]++(?=[A-Za-z])|(?<=[A-Za-z])[{_JOINERS}]++")
_DIRECTIONS = re.compile(r"([\n\u202a-\u202e\u2066-\u2069])")
_RTL_OVERRIDE, _LTR_OVERRIDE, _POPS = "\u202e", "\u202d", ("\u202c", "\u2069")
_MARK = regex.compile(r"\p{M}")
_MARKED = regex.compile(r"([\p{Latin}\p{Greek}\p{Cyrillic}]|[0-9#*](?!\ufe0f?\u20e3))(\p{M}++)")
_CLUSTERED = regex.compile(r"[^\p{GCB=Other}\p{GCB=Control}\p{GCB=LF}]")  # in what has none, each stands by itself
_GRAPHEME = regex.compile(r"\X")


def without_invisible(text: str) -> str:
    """``text`` without characters that are not displayed. Flags and families of emoji stay whole."""
    if text.isascii() and text.isprintable():
        return text
    return _JOINERS_IN_WORDS.sub("", _UNSEEN.sub("", _COLOURS.sub("", text.replace("\u2800", " "))))


def as_displayed(text: str) -> str:
    """``text`` in the order in which it is displayed where a right-to-left override turns it round."""
    if _RTL_OVERRIDE not in text:
        return text
    shown: list[str] = []
    turned: list[str] = []  # parts under an override, the last of which is displayed first
    outer: list[bool] = []  # whether what stands round the innermost direction is turned, and so on outwards
    is_turned = False
    parts = _DIRECTIONS.split(text, MOST_TURNS)
    for part, sign in zip_longest(parts[::2], parts[1::2], fillvalue=""):
        (turned if is_turned else shown).append(part)
        if sign == "\n":
            outer, is_turned = [], False
        elif sign in _POPS:
            is_turned = bool(outer) and outer.pop()
        elif sign:
            outer.append(is_turned)
            is_turned = sign == _RTL_OVERRIDE or (is_turned and sign != _LTR_OVERRIDE)
        if turned and not is_turned:
            shown += map(backwards, reversed(turned))
            turned = []
        shown.append(sign)
    return "".join([*shown, *map(backwards, reversed(turned))])


def backwards(text: str) -> str:
    """``text`` from its end, what makes up one character for a reader kept together."""
    if text.isascii() or not _CLUSTERED.search(text):
        return text[::-1]
    return "".join(reversed(_GRAPHEME.findall(text)))


def without_piled_marks(text: str) -> str:
    """``text`` without the marks that no spelling has; a mark that makes an ordinary letter (ü, ế) stays."""
    if text.isascii() or not _MARK.search(text):
        return text
    parts = _MARKED.split(text)  # what has no marks, a letter, its marks, what has none, ...
    for at in range(1, len(parts), 3):
        parts[at], parts[at + 1] = _without_marks(parts[at], parts[at + 1]), ""
    return "".join(parts)


def _without_marks(letter: str, marks: str) -> str:
    if len(marks) <= 2 and len(whole := unicodedata.normalize("NFC", letter + marks)) == 1:
        return whole
    return letter if letter.isascii() else unicodedata.normalize("NFD", letter)[0]
