"""How errors are said: one sentence with the value, what is allowed, and the nearest right one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from difflib import get_close_matches
from typing import Any

LONGEST_SHOWN = 60  # characters of a value in an error
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_NAME = re.compile(r"[\w-]+")


def shown(value: Any) -> str:
    """``value`` as the owner wrote it, on one line and short."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case timedelta():
            return duration(value)
        case str():
            return f'"{shortened(value)}"'
        case Mapping():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case _:
            return shortened(str(value))


def plain(value: Any) -> str:
    """``value`` as it would stand in the file without quotes."""
    return shortened(value) if isinstance(value, str) else shown(value)


def action(name: str, options: Mapping[str, Any]) -> str:
    """``timeout (for: 10m)``, from the options that are not left at their defaults."""
    given = ", ".join(f"{key}: {plain(value)}" for key, value in options.items())
    return f"{name} ({given})" if given else name


def path(parts: Iterable[str | int]) -> str:
    """``labels.insult[1].at``; keys that are no plain name stand in quotes."""
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if _NAME.fullmatch(part) and len(part) <= LONGEST_SHOWN else shown(part)
            text += f".{name}" if text else name
    return text


def duration(value: timedelta) -> str:
    """``1h30m``: the largest units first, at least one."""
    seconds = value.total_seconds()
    if seconds % 1:
        return f"{seconds:g}s"
    left, parts = int(abs(seconds)), []
    for unit, size in _SECONDS.items():
        if unit != "w" and left >= size:
            parts.append(f"{left // size}{unit}")
            left %= size
    return ("-" if seconds < 0 else "") + ("".join(parts) or "0s")


def either(choices: Sequence[str]) -> str:
    """``a, b or c``."""
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"


def like(word: object, choices: Iterable[str]) -> str | None:
    """The choice most like ``word``, if any is near."""
    by_fold = {choice.casefold(): choice for choice in choices}
    found = get_close_matches(str(word)[:LONGEST_SHOWN].casefold(), by_fold, n=1)
    return by_fold[found[0]] if found else None


def nearest(word: object, choices: Iterable[str]) -> str:
    """``; did you mean x?``, or nothing."""
    found = like(word, choices)
    return f"; did you mean {found}?" if found else ""


def must_be(what: str, value: Any, hint: str = "") -> str:
    if value is None:
        return "is empty; give it a value, or leave the line out"
    return f"must be {what}, not {shown(value)}{hint}"


def unknown(key: str, choices: Iterable[str], *, is_guessed: bool = True) -> str:
    known = sorted(choices)
    return f"is not a known key{nearest(key, known) if is_guessed else ''} (known here: {', '.join(known) or 'none'})"


def bounds(least: Any = None, most: Any = None, *, above: bool = False, below: bool = False) -> str:
    """``between 0 and 1``, ``at least 5s``, ``more than 0``: ``above`` and ``below`` leave out the bound itself."""
    lower = None if least is None else f"{'more than' if above else 'at least'} {shown(least)}"
    upper = None if most is None else f"{'less than' if below else 'at most'} {shown(most)}"
    if lower and upper:
        return f"{lower} and {upper}" if above or below else f"between {shown(least)} and {shown(most)}"
    return lower or upper or "within its bounds"


def shortened(text: str) -> str:
    """``text`` on one line, in printable characters, short."""
    return printable(text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…")


def printable(text: str) -> str:
    """``text`` with what a terminal would obey or swallow written out."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
