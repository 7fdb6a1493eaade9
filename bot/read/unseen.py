"""What a reader does not see, or sees in another order: invisible characters, text directions, piled-up accents."""

from __future__ import annotations

import unicodedata

import regex

_NEVER_SEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e007f\U000e0100-\U000e0fff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
)
# Persian words and families of emoji are written with these; beside Latin letters they do nothing.
_JOINERS = "\u200c\u200d\ufe00-\ufe0f"

_COLOURS = regex.compile(r"\x1b\[[0-9;]{0,16}m")  # in code blocks marked "ansi"
_UNSEEN = regex.compile(rf"[{_NEVER_SEEN}]+")
_JOINERS_IN_WORDS = regex.compile(rf"(?<![{_JOINERS}])[{_JOINERS}]++(?=[A-Za-z])|(?<=[A-Za-z])[{_JOINERS}]++")
_DIRECTIONS = regex.compile(r"([\n\u202a-\u202e\u2066-\u2069])")
_RTL_OVERRIDE, _PUSHES, _POPS = "\u202e", "\u202a\u202b\u202d\u202e\u2066\u2067\u2068", "\u202c\u2069"
_MARKED = regex.compile(r"([\p{Latin}\p{Greek}\p{Cyrillic}]|[0-9#*](?!\ufe0f?\u20e3))(\p{M}++)")
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
    directions: list[bool] = []
    for part in _DIRECTIONS.split(text):
        if part in _PUSHES and part:
            directions.append(part == _RTL_OVERRIDE or (part != "\u202d" and bool(directions) and directions[-1]))
        elif part in _POPS and part:
            directions[-1:] = []
        elif part == "\n":
            directions.clear()
        elif directions and directions[-1]:
            turned.append(backwards(part))
            continue
        if turned and not (directions and directions[-1]):
            shown.extend(reversed(turned))
            turned.clear()
        shown.append(part)
    return "".join([*shown, *reversed(turned)])


def backwards(text: str) -> str:
    """``text`` from its end, what makes up one character for a reader kept together."""
    return text[::-1] if text.isascii() else "".join(reversed(_GRAPHEME.findall(text)))


def without_piled_marks(text: str) -> str:
    """``text`` without the marks that no spelling has; a mark that makes an ordinary letter (ü, ế) stays."""
    return text if text.isascii() else _MARKED.sub(_without_marks, text)


def _without_marks(match: regex.Match[str]) -> str:
    letter, marks = match.groups()
    whole = unicodedata.normalize("NFC", letter + marks) if len(marks) <= 2 else ""
    return whole if len(whole) == 1 else unicodedata.normalize("NFD", letter)[0]
