"""Which parts of a text are prose, and which are addresses, paths and hashes, in which nothing is spelt out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_PROTECTED = re.compile(
    r"(?:https?|ftp|steam|discord)://\S++|(?<!\S)(?:www\.|discord\.gg/)\S++|(?<!\S)[\w.+-]++@[\w-]++\.[\w.]++|"
    r"(?<!\S)(?:[A-Za-z]:|~|\.{0,2})[/\\]\w\S++|(?<!\S)[\w.-]{2,64}+(?:[/\\][\w.@-]{2,64}+)+[/\\]?(?!\S)|(?<!\S)[0-9a-fA-F-]{16,}+(?!\S)"
)
_MAY_BE_PROTECTED = re.compile(r"[/\\@]|[0-9a-fA-F-]{16}|www\.")


def pieces(text: str) -> Iterator[tuple[bool, str]]:
    """``text`` in pieces, and whether each is prose."""
    end = 0
    for match in _PROTECTED.finditer(text) if _MAY_BE_PROTECTED.search(text) else ():
        yield True, text[end : match.start()]
        yield False, match.group()
        end = match.end()
    yield True, text[end:]


def only(step: Callable[[str], str], text: str) -> str:
    """``text`` with its prose taken through ``step``."""
    return "".join(step(piece) if is_prose else piece for is_prose, piece in pieces(text))
