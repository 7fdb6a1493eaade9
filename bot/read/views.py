"""What is scored of a post: each surface as it was written, and as it reads through a disguise where that differs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from bot.read.allow import AllowList
from bot.read.disguise import Reading, displayed, readings
from bot.records import Post, View

__all__ = ["LONGEST_PART", "MOST_READ", "VIEWS_PER_POST", "WRITTEN", "AllowList", "Views", "of", "read_as"]

VIEWS_PER_POST = 64
LONGEST_PART = 4_000  # characters: the longest message; longer texts are read through in parts
MOST_READ = 16_000  # characters of a post that are read through: four of the longest messages

WRITTEN = "written"

_PART = re.compile(rf"(?s).{{1,{LONGEST_PART}}}(?=\s|$)|.{{1,{LONGEST_PART}}}")


class Views(NamedTuple):
    """What to score of a post, the likeliest first; ``left_out`` counts what is over a cap."""

    scored: tuple[View, ...]
    left_out: int


def of(post: Post, allow: AllowList) -> Views:
    """What to score, at most ``VIEWS_PER_POST``; a surface with nothing in it gives no view.

    A part of a text that was not read through because the post is too long counts as one view left out.
    """
    found = tuple(_views(post, allow))
    longest = _parts_read(post)
    unread = sum(max(0, len(surface.text) // LONGEST_PART + 1 - longest) for surface in post.surfaces)
    return Views(found[:VIEWS_PER_POST], len(found[VIEWS_PER_POST:]) + unread)


def read_as(text: str, name: str, allow: AllowList | None = None) -> str | None:
    """The reading of ``text`` that is called ``name``, or None; also when one of its lines alone reads so."""
    for part in (text, *text.splitlines()):
        for reading in _differing(part, allow or AllowList()):
            if reading.name == name:
                return reading.text
    return None


def readings_of(text: str, allow: AllowList, most: int) -> list[str]:
    """``text`` as it is written, and up to ``most`` readings through its disguise; none where it is all allowed."""
    written = allow.blank(text)
    if not written.strip():
        return []
    return [written, *(reading.text for reading in islice(_differing(written, allow), most))]


def _views(post: Post, allow: AllowList) -> Iterator[View]:
    blanked = [(surface.kind, allow.blank(surface.text)) for surface in post.surfaces]
    for kind, written in blanked:
        if written.strip():
            yield View(kind, WRITTEN, written)
    for kind, written in blanked:
        for part in islice(_parts(written), _parts_read(post)):
            if part.text not in written and (shown := allow.blank(part.text)).strip():
                yield View(kind, part.name, shown)
            for reading in _differing(part.text, allow):
                yield View(kind, reading.name, reading.text)


def _parts_read(post: Post) -> int:
    """How many parts of each surface are read through, so that all surfaces together stay under ``MOST_READ``."""
    return max(1, MOST_READ // LONGEST_PART // max(1, len(post.surfaces)))


def _parts(text: str) -> Iterator[Reading]:
    """``text`` in parts of at most ``LONGEST_PART`` characters, cut at white space, each as it is displayed."""
    if len(text) <= LONGEST_PART:
        yield Reading((), text)
        return
    shown = displayed(text)
    yield from (shown._replace(text=match.group()) for match in _PART.finditer(shown.text))


def _differing(part: str, allow: AllowList) -> Iterator[Reading]:
    """The readings of ``part`` that a model would not read as the text itself, each once."""
    seen = {_as_a_model_reads(part), ""}
    for reading in readings(part):
        read = allow.blank(reading.text)
        if read != part and (key := _as_a_model_reads(read)) not in seen:
            seen.add(key)
            yield Reading(reading.undone, read)


def _as_a_model_reads(text: str) -> str:
    return " ".join(text.casefold().split())
