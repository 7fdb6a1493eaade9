"""How a text is written, and what may stand in it."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

LONGEST_TEXT = 1_900  # characters, filled in; Discord takes 2,000, and a notice has a mention before it
PLACEHOLDER_GROWS_TO = 200  # characters; names of 100 with every character escaped

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def text(default: str, says: str, *, longest: int | None = None) -> Any:
    """A text as we wrote it, and what it is for. The {placeholders} that ``says`` names may stand in it, no others."""
    return Field(default=default, description=says, max_length=longest)


class TextGroup(BaseModel):
    """Texts that have their readers in common. What is given in place of one is held to the same rules."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*")
    @classmethod
    def _says_something(cls, text: str, info: ValidationInfo) -> str:
        if not text.strip():
            raise ValueError("must not be empty")
        longest = len(_PLACEHOLDER.sub("", text)) + PLACEHOLDER_GROWS_TO * len(_PLACEHOLDER.findall(text))
        if longest > LONGEST_TEXT:
            raise ValueError(f"can grow to {longest} characters once it is filled in; {LONGEST_TEXT} is the most")
        known = placeholders(cls, str(info.field_name))
        for name in _PLACEHOLDER.findall(text):
            if name not in known:
                raise ValueError(f"has an unknown placeholder {{{name[:50]}}}{_nearest(name, known)}")
        return text


def placeholders(group: type[TextGroup], key: str) -> tuple[str, ...]:
    """What may stand in braces in the text ``key``: the names in its description."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(group.model_fields[key].description or "")))


def fill(text: str, **values: Any) -> str:
    """``text`` with its placeholders replaced, in one pass; the values are as harmless as the caller made them."""
    return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), text)


def _nearest(name: str, known: tuple[str, ...]) -> str:
    if not known:
        return " (this text has none)"
    near = get_close_matches(name.casefold(), known, n=1)
    hint = f"; did you mean {{{near[0]}}}?" if near else ""
    return f"{hint} (known: {', '.join(f'{{{each}}}' for each in known)})"
