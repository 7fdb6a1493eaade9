"""What others wrote, so that it cannot steer the terminal it is shown on."""

from __future__ import annotations

import json
import sys
from typing import Any, TextIO

from rich.text import Text


def plain(text: str) -> str:
    """``text`` on one line, in printable characters."""
    return "".join(character if character.isprintable() else " " for character in text)


def cell(text: str) -> Text:
    """``text`` for a table or a console: rich would read a plain str as markup."""
    return Text(plain(text))


def as_json(value: Any, out: TextIO | None = None, indent: int | None = None) -> str:
    """JSON for ``out`` (standard output); in ASCII where a person looks on: a program reads the same either way."""
    return json.dumps(value, ensure_ascii=(out or sys.stdout).isatty(), indent=indent)


def for_terminal(text: str, out: TextIO) -> str:
    """``text``, its unprintable characters written out (``\\x1b``) where ``out`` is a terminal."""
    if text.isprintable() or not out.isatty():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
