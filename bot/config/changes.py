"""What differs between two versions of a config file, key by key, in the owner's own terms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.config import words
from bot.config.overrides import GUILDS
from bot.config.reading import Path
from bot.records import Named

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence about one place in the config. ``guild``: the server in ``guilds:`` that it is about, if it is."""

    sentence: str
    guild: str | None = None

    def concerns(self, guild: Named) -> bool:
        """Whether this server may hear of it."""
        return self.guild is None or guild.answers_to(self.guild)


def changes(old: Any, new: Any) -> list[tuple[Path, Note]]:
    """Each difference with its path, in the order of the new file; what has gone comes last."""
    return [(path, Note(sentence, _guild(path))) for path, sentence in _differences((), old, new)]


def _differences(path: Path, old: Any, new: Any) -> Iterator[tuple[Path, str]]:
    if type(old) is type(new) and isinstance(new, dict):
        for key in [*new, *(key for key in old if key not in new)]:
            yield from _differences((*path, key), old.get(key, _ABSENT), new.get(key, _ABSENT))
    elif type(old) is type(new) and isinstance(new, list) and any(isinstance(item, dict) for item in [*old, *new]):
        for index in range(max(len(old), len(new))):
            yield from _differences((*path, index), _item(old, index), _item(new, index))
    elif old is _ABSENT:
        yield path, f"{words.path(path)} added: {_shown(new)}"
    elif new is _ABSENT:
        yield path, f"{words.path(path)} removed"
    elif (type(old), old) != (type(new), new):
        yield path, f"{words.path(path)} {_shown(old)} → {_shown(new)}"


def _item(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else _ABSENT


def _shown(value: Any) -> str:
    return words.shortened(_written(value))


def _written(value: Any) -> str:
    """``value`` about as it stands in the file, on one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_written(each)}" for key, each in value.items()) + "}"
        case list():
            return f"[{', '.join(map(_written, value))}]"
        case str():
            return value
        case _:
            return words.shown(value)


def _guild(path: Path) -> str | None:
    return str(path[1]) if len(path) > 1 and path[0] == GUILDS else None
