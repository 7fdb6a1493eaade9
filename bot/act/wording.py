"""The owner's own words to a member, with the few placeholders that we fill in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.records import Flag
from bot.texts import Texts
from bot.texts.naming import label_names

LONGEST_MESSAGE = 2_000  # characters, Discord's limit
ROOM_FOR_MENTION = 30  # characters: `<@` and an id and `> ` before a notice
LONGEST_LABELS = 200  # characters

# How long a name can be on Discord, in characters; a filled-in one can be twice that, with every character escaped.
_LONGEST = {"member": 32, "server": 100, "channel": 100, "labels": LONGEST_LABELS, "number": 20}
_FILL: Mapping[str, Callable[[Flag, Texts], str]] = {
    "member": lambda flag, _: flag.author.name,
    "server": lambda flag, _: flag.guild.name,
    "channel": lambda flag, _: flag.channel.name,
    "labels": lambda flag, texts: label_names((fired.label for fired in flag.fired), texts),
    "number": lambda flag, _: str(flag.number),
}
PLACEHOLDERS = tuple(_FILL)

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_FORMATTING = re.compile(r"[\\*_~|`<>#@:/.()\[\]-]")  # markdown, mentions, and what makes a link


def _only_known_placeholders(text: str) -> str:
    for name in _PLACEHOLDER.findall(text):
        if name not in PLACEHOLDERS:
            near = get_close_matches(name.casefold(), PLACEHOLDERS, n=1)
            hint = f"; did you mean {{{near[0]}}}?" if near else ""
            known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
            raise ValueError(f"has an unknown placeholder {{{name[:50]}}}{hint} (known: {known})")
    return text


def _short_enough(text: str) -> str:
    longest = _units(_PLACEHOLDER.sub("", text)) + sum(2 * _LONGEST[name] for name in _PLACEHOLDER.findall(text))
    room = LONGEST_MESSAGE - ROOM_FOR_MENTION
    if longest > room:
        raise ValueError(f"can grow to {longest} characters once its placeholders are filled in; {room} is the most")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


Wording = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_MESSAGE),
    AfterValidator(_not_blank),
    AfterValidator(_only_known_placeholders),
    AfterValidator(_short_enough),
]


def fill(text: str, flag: Flag, texts: Texts) -> str:
    """``text`` with its placeholders replaced, in one pass: a name that looks like a placeholder stays a name."""
    return _PLACEHOLDER.sub(lambda match: harmless(_FILL[match[1]](flag, texts), _LONGEST[match[1]]), text)


def harmless(name: str, longest: int) -> str:
    """``name``, cut to ``longest`` characters, unable to ping, link, format or hide: at most twice as long."""
    visible = "".join(char for char in name if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    return _FORMATTING.sub(_disarmed, visible.strip()[:longest])


def _disarmed(match: re.Match[str]) -> str:
    # Discord looks for @everyone even behind a backslash, but not with something in between.
    return "@\u200b" if match[0] == "@" else f"\\{match[0]}"


def _units(text: str) -> int:
    """The length in UTF-16 units, as Discord's clients count."""
    return len(text.encode("utf-16-le")) // 2
