"""Sentences for people that are not yet in anybody's words: only where they are shown is it known whose texts hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.texts import Texts, fill

OURS = Texts()


@dataclass(frozen=True, slots=True)
class Said:
    """Names of texts, in order, each with what fills it in: a value, ``Said``, or what makes words of the texts.

    ``str`` gives the sentences for logs and the command line: as we wrote them, or those of ``plainly``.
    """

    parts: tuple[tuple[str, Mapping[str, object]], ...] = ()
    plain: str = ""

    def __add__(self, other: Said) -> Said:
        return Said(self.parts + other.parts, f"{self} {other}".strip() if self.plain or other.plain else "")

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __str__(self) -> str:
        return self.plain or self.in_words(OURS)

    def plainly(self, sentence: str) -> Said:
        """The same, with what only the owner of the machine is told: paths, and commands to type."""
        return replace(self, plain=sentence)

    def in_words(self, texts: Texts) -> str:
        """The sentences in the words of ``texts``."""
        return " ".join(fill(getattr(texts, key), **_worded(values, texts)) for key, values in self.parts)


NOTHING = Said()


def say(key: str, /, **values: object) -> Said:
    """The text ``key``, to be filled in with ``values``."""
    return Said(((key, values),))


def _worded(values: Mapping[str, object], texts: Texts) -> dict[str, object]:
    return {name: _in_words(value, texts) for name, value in values.items()}


def _in_words(value: object, texts: Texts) -> object:
    if isinstance(value, Said):
        return value.in_words(texts)
    return value(texts) if callable(value) else value
