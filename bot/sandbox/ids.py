"""Ids by name, so that a world that is made anew is the same world to a bot with a record of it."""

from __future__ import annotations

import json
from pathlib import Path

from bot.sandbox.snowflakes import Snowflakes


class Ids:
    """Gives ids to what has a name: the one that stands in ``file`` under it, else a new one, which is kept there.

    Raises ``ValueError`` with a sentence where the file holds something else.
    """

    def __init__(self, snowflakes: Snowflakes, file: Path | None = None) -> None:
        self._snowflakes = snowflakes
        self._file = file
        self._known = {} if file is None or not file.exists() else _read(file)
        self._given: set[str] = set()

    def of(self, *names: str | int) -> int:
        """The id of what is called by all of ``names``; a second thing of the same name gets one of its own."""
        key = first = "/".join(str(name).casefold() for name in names)
        count = 1
        while key in self._given:
            count += 1
            key = f"{first}#{count}"
        self._given.add(key)
        if key not in self._known:
            self._known[key] = self._snowflakes.make()
            self._write()
        return self._known[key]

    def _write(self) -> None:
        if self._file is None:
            return
        beside = self._file.with_name(self._file.name + ".new")
        beside.write_text(json.dumps({key: str(number) for key, number in self._known.items()}, indent=1))
        beside.replace(self._file)


def _read(file: Path) -> dict[str, int]:
    try:
        return {str(key): int(number) for key, number in json.loads(file.read_text(encoding="utf-8")).items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{file} does not hold the sandbox's ids any more: delete it, and they are made anew"
        ) from error
