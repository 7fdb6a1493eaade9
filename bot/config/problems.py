"""Everything that is wrong with one file, collected with its places and said at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bot.config import words
from bot.config.reading import Document, Path, Place
from bot.errors import ConfigInvalid

MOST_PROBLEMS = 100  # lines; a file with more is not mended from a list
MOST_GUESSES = 20  # unknown names for which a like one is looked for, which takes about a millisecond each


class Problems:
    """Collects what is wrong. A path that is not in the file means the value around it."""

    def __init__(self, file: str, document: Document) -> None:
        self._file = file
        self._document = document
        self._found: set[tuple[int, int, str]] = set()
        self._guesses_left = MOST_GUESSES
        for path, place, sentence in document.faults:
            self._add(place, path, sentence)

    def __len__(self) -> int:
        return len(self._found)

    def at(self, path: Path, sentence: str) -> None:
        """Something is wrong with the value at ``path``."""
        path = self._written(path)
        self._add(self._document.values.get(path, Place(1, 1)), path, sentence)

    def at_key(self, path: Path, sentence: str) -> None:
        """Something is wrong with the key itself that ``path`` ends in."""
        self._add(self._document.keys[path], path, sentence)

    def unknown(self, key: str, choices: Collection[str]) -> str:
        """As ``words.unknown``, while guesses are left."""
        return words.unknown(key, choices, is_guessed=self._may_guess())

    def nearest(self, word: object, choices: Iterable[str]) -> str:
        """As ``words.nearest``, while guesses are left."""
        return words.nearest(word, choices) if self._may_guess() else ""

    def is_meant(self, key: str, written: Iterable[str], known: Collection[str]) -> bool:
        """Whether one of the unknown keys in ``written`` looks like ``key`` misspelt, while guesses are left."""
        others = (other for other in written if other not in known)
        return any(self._may_guess() and words.like(other, known) == key for other in others)

    def _may_guess(self) -> bool:
        self._guesses_left -= 1
        return self._guesses_left >= 0

    def number(self, path: Path) -> str | None:
        """The number at ``path`` exactly as it is written: an id may be longer than a float is exact."""
        place = self._document.values.get(self._written(path))
        return place.written if place else None

    def line(self, path: Path) -> int | None:
        place = self._document.values.get(self._written(path))
        return place.line if place else None

    def error(self) -> ConfigInvalid:
        """All of it, in the order of the file."""
        found = sorted(self._found)
        lines = [f"{self._file}:{line}:{column}: {sentence}" for line, column, sentence in found[:MOST_PROBLEMS]]
        if rest := found[MOST_PROBLEMS:]:
            line, column, _ = rest[0]
            lines.append(f"{self._file}:{line}:{column}: {len(rest)} more errors from here on")
        return ConfigInvalid(lines)

    def _written(self, path: Path) -> Path:
        """The longest beginning of ``path`` that stands in the file: short forms leave the rest out."""
        while path and path not in self._document.values:
            path = path[:-1]
        return path

    def _add(self, place: Place, path: Path, sentence: str) -> None:
        self._found.add((place.line, place.column, words.printable(f"{words.path(path)} {sentence}".lstrip())))
