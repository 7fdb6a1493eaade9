"""Takes a changed config file over while the bot runs, or says why it does not."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import structlog

from bot.config import words
from bot.config.changes import Note, changes
from bot.config.overrides import GUILDS
from bot.config.reading import LARGEST_FILE, Unreadable, read
from bot.config.rulebook import RESTART_NEEDED, Rulebook
from bot.config.settings import ModelLabels, Settings, load, parse
from bot.errors import CivilTongueError, ConfigInvalid
from bot.rounds import heard

POLL_SECONDS = 2.0
_NOTHING_YET = object()  # unlike the content of any file, and unlike the None of a missing one

_PLACE = re.compile(r"^.*?:\d+:\d+: ")  # of an error

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What came of a file that has changed: ``problems``, and the old rules stay; or ``changes`` that are in force now.

    ``waiting`` are keys that have changed since the start and are taken over by a restart only.
    """

    changes: tuple[Note, ...] = ()
    waiting: tuple[str, ...] = ()
    problems: tuple[Note, ...] = ()


class ConfigFile:
    """Looks at the file every ``poll`` seconds, and at once on SIGHUP; a good one goes into ``rulebook``.

    The file is read whole each time: its age and size may stay the same while its content does not. A change counts
    when two looks in a row find the same content, so that a half-written file is not taken; SIGHUP says that it is
    ready.
    """

    def __init__(
        self, path: Path, rulebook: Rulebook, labels: ModelLabels | None = None, *, poll: float = POLL_SECONDS
    ) -> None:
        self._path = path
        self._rulebook = rulebook
        self._labels = labels
        self._started_with = rulebook.settings
        self._poll = poll
        self._asked = asyncio.Event()
        self._seen: bytes | None = rulebook.settings.source
        self._tried: object = _NOTHING_YET

    async def watch(self, tell: Callable[[Reloaded], Awaitable[None]]) -> NoReturn:
        """Watch until cancelled, and ``tell`` what came of each change."""
        with self._listening():
            while True:
                asked = await self._wait()
                reloaded = await self.look(asked)
                if reloaded is not None:
                    _log(self._path, reloaded)
                    await tell(reloaded)

    async def _wait(self) -> bool:
        """Until it is time to look again; True when that was asked for."""
        await heard(self._asked, self._poll)
        asked = self._asked.is_set()
        self._asked.clear()
        return asked

    async def look(self, asked: bool) -> Reloaded | None:
        """One look at the file, which is whole if it was ``asked`` for; what is to be told of it, if anything."""
        content = await asyncio.to_thread(self._content)
        settled, self._seen = asked or content == self._seen, content
        if content == self._rulebook.settings.source:
            self._tried = _NOTHING_YET
            return Reloaded() if asked else None
        if not settled or (content == self._tried and not asked):
            return None
        self._tried = content
        try:
            settings = await asyncio.to_thread(self._settings, content)
        except ConfigInvalid as error:
            lines = [line.replace(str(self._path), self._path.name, 1) for line in error.problems]
            guilds = _guilds_in(content or b"")
            return Reloaded(problems=tuple(Note(line, _guild_of(line, guilds)) for line in lines))
        except CivilTongueError as error:
            return Reloaded(problems=(Note(str(error)),))
        return self._take(settings)

    def _settings(self, content: bytes | None) -> Settings:
        return load(self._path, self._labels) if content is None else parse(content, self._path, self._labels)

    def _content(self) -> bytes | None:
        try:
            with self._path.open("rb") as file:
                return file.read(LARGEST_FILE + 1)
        except OSError:
            return None

    def _take(self, settings: Settings) -> Reloaded:
        running = self._rulebook.settings
        found = changes(_data(running.source), _data(settings.source))
        since_start = changes(_data(self._started_with.source), _data(settings.source))
        waiting = {str(path[0]): None for path, _ in since_start if path[0] in RESTART_NEEDED}
        # Discord is asked when connecting for what only these need; their steps are taken over at any time.
        waiting |= dict.fromkeys(self._started_with.asks_for ^ settings.asks_for)
        self._rulebook.use(settings.model_copy(update={key: getattr(running, key) for key in RESTART_NEEDED}))
        taken = tuple(note for path, note in found if str(path[0]) not in waiting)
        return Reloaded(taken, tuple(waiting))

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """SIGHUP asks for a look, where there is such a signal and this is the thread that gets it."""
        number, loop = getattr(signal, "SIGHUP", None), asyncio.get_running_loop()
        with suppress(NotImplementedError, ValueError, RuntimeError, TypeError):
            loop.add_signal_handler(number, self._asked.set)  # type: ignore[arg-type]
        try:
            yield
        finally:
            with suppress(NotImplementedError, ValueError, RuntimeError, TypeError):
                loop.remove_signal_handler(number)  # type: ignore[arg-type]


def _data(source: bytes) -> Any:
    return read(source).data if source else {}


def _guilds_in(source: bytes) -> list[str]:
    """What the keys of ``guilds:`` are, in a file that may be wrong elsewhere."""
    with suppress(Unreadable):
        data = _data(source)
        guilds = data.get(GUILDS) if isinstance(data, dict) else None
        return list(guilds) if isinstance(guilds, dict) else []
    return []


def _guild_of(problem: str, guilds: Iterable[str]) -> str | None:
    """The server whose part of ``guilds:`` an error is in; its path shows a long name cut short."""
    where = _PLACE.sub("", problem)
    beginnings = ((guild, words.path((GUILDS, guild))) for guild in guilds)
    return next((guild for guild, start in beginnings if re.match(re.escape(start) + r"[. \[]", where)), None)


def _log(path: Path, reloaded: Reloaded) -> None:
    for note in reloaded.problems:
        log.error("config not taken, the rules stay as they were", problem=note.sentence)
    if reloaded.problems:
        return
    log.info("config taken", file=str(path), changes=[note.sentence for note in reloaded.changes])
    if reloaded.waiting:
        log.warning("config partly taken: start the bot again", waiting=reloaded.waiting)
