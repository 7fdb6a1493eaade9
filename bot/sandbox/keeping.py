"""The file in which a sandbox keeps its world."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from bot.sandbox import snapshot
from bot.sandbox.files import Files
from bot.sandbox.state import World

log = logging.getLogger(__name__)

SAVE_AFTER_S = 1.0  # what happened in the last second may be lost when the power goes


class Keeper:
    """Saves the world soon after it has changed, always whole, and never in place of a good file with half a one."""

    def __init__(self, file: Path, world: World, files: Files, on_saved: Callable[[], None]) -> None:
        self._file = file
        self._world = world
        self._files = files
        self._on_saved = on_saved
        self._due: asyncio.TimerHandle | None = None

    def load(self) -> str:
        """Give the world back what was kept. Says what is wrong where that cannot be, and puts the file aside.

        Nothing is said where there is none yet. The world is then as it was.
        """
        try:
            kept: Any = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return ""
        except (OSError, ValueError, RecursionError):
            return self._put_aside("is damaged")
        version = kept.get("version") if isinstance(kept, dict) else None
        if version != snapshot.VERSION:
            return self._put_aside("was not written by this version of the sandbox")
        try:
            snapshot.give_back(self._world, self._files, kept)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            return self._put_aside("is damaged")
        return ""

    def _put_aside(self, why: str) -> str:
        aside = next(path for n in count(1) if not (path := self._file.with_name(f"{self._file.name}.{n}")).exists())
        self._file.replace(aside)
        return f"{self._file} {why}: it is {aside.name} now, and the sandbox begins anew."

    def note_change(self) -> None:
        """Save soon."""
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(SAVE_AFTER_S, self.save)

    def save(self) -> None:
        """Save now. Where that cannot be, say so and go on: it is tried again after the next change."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        try:
            self._write()
        except OSError as error:
            log.warning("The sandbox cannot be saved in %s: %s.", self._file, error.strerror)
        self._on_saved()

    def _write(self) -> None:
        beside = self._file.with_name(self._file.name + ".new")
        text = json.dumps(snapshot.taken(self._world, self._files), separators=(",", ":"))
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._file)
