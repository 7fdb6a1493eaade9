"""One text, read through its disguise: each step undoes one kind, and says so only when it has changed something."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from bot.read import markdown, mirrored, prose, spacing, words
from bot.read.abbreviations import written_out
from bot.read.acrostic import spelt
from bot.read.alphabets import KEYCAP
from bot.read.leet import uncapped, unleeted, without_keycaps, without_spaced_keycaps
from bot.read.letters import undressed, without_accents, without_lookalikes, without_regional_indicators
from bot.read.running_on import unrun
from bot.read.starred import unstarred
from bot.read.stretched import unstretched
from bot.read.unseen import as_displayed, without_invisible, without_piled_marks

NAMES_SHOWN = 4


class Reading(NamedTuple):
    """What ``text`` reads as once the disguises ``undone`` are taken off."""

    undone: tuple[str, ...]
    text: str

    @property
    def name(self) -> str:
        return ", ".join(dict.fromkeys(self.undone[:NAMES_SHOWN]))


Step = tuple[str, Callable[[str], str]]

_SHOWN: tuple[Step, ...] = (
    ("text direction", as_displayed),
    ("invisible characters", without_invisible),
    ("piled accents", without_piled_marks),
)
_DISPLAYED: tuple[Step, ...] = (
    *_SHOWN,
    ("link text", markdown.link_texts),
    ("mentions", markdown.without_mentions),
    ("markup", markdown.without_marks),
)


def _without_keycaps(text: str) -> str:
    """Polls keep their keycaps: they go where they stand in words, or among letters that stand apart."""
    if KEYCAP not in text:
        return text
    bare, plain = without_keycaps(text), uncapped(text)
    if bare == text and spacing.joined(plain) != plain:
        bare = plain
    tight = without_spaced_keycaps(text)
    return tight if words.readability(tight) > words.readability(bare) else bare


_UNDRESSED: tuple[Step, ...] = (
    ("flag letters", without_regional_indicators),
    ("letter styles", undressed),
    ("look-alike letters", without_lookalikes),
)
_DRESSED: tuple[Step, ...] = (
    *_UNDRESSED,
    ("keycaps", _without_keycaps),
    ("accents", without_accents),
)
_SPELT: tuple[Step, ...] = (
    ("stars", unstarred),
    ("digits for letters", unleeted),
    ("split words", spacing.mended),
    ("repeated letters", unstretched),
    ("backward words", mirrored.lone_words_forwards),
)
_LETTERS_IN_DISGUISE = frozenset(("flag letters", "letter styles", "keycaps"))
_WORD = re.compile(r"[A-Za-z]++")


def undressed_letters(text: str) -> str:
    """``text`` in plain letters, as it is displayed; nothing that has to be guessed at is undone."""
    return _through((*_SHOWN, *_UNDRESSED), Reading((), text)).text


def displayed(text: str) -> Reading:
    """``text`` as it is displayed, without what nobody sees."""
    return _through(_SHOWN, Reading((), text))


def readings(text: str) -> Iterator[Reading]:
    """The other readings of ``text``, the likeliest first; may repeat each other and the text itself."""
    in_words = partial(_in_words, written=frozenset(_WORD.findall(text)))
    shown = _through(_DISPLAYED, Reading((), text))
    plain = _through(_DRESSED, shown)
    spelt_out = in_words(plain)
    yield spelt_out
    if (upright := mirrored.upright(shown.text)) != shown.text:
        yield in_words(Reading((*shown.undone, "upside down"), upright))
    if "spaced letters" not in spelt_out.undone:  # single letters are no text
        yield plain
    if mirrored.is_backwards(plain.text):
        for name, turn in (("backwards", mirrored.forwards), ("words backwards", mirrored.words_forwards)):
            if (turned := turn(plain.text)) != plain.text:
                yield in_words(Reading((*plain.undone, name), turned))
    if "text direction" in plain.undone:
        yield in_words(_through((*_DISPLAYED[1:], *_DRESSED), Reading((), text)))
    if (apart := markdown.without_glued_mentions(text)) != text:
        spaced = in_words(_through((*_DISPLAYED, *_DRESSED), Reading(("mentions for spaces",), apart)))
        if words.readability(spaced.text) > words.readability(spelt_out.text):
            yield spaced
    if initials := spelt(plain.text):
        yield Reading(("first letters of the lines",), initials)


def _in_words(reading: Reading, written: frozenset[str]) -> Reading:
    """``reading`` with its words spelt out, all but addresses, paths and hashes."""
    joined = partial(spacing.joined, surely=not _LETTERS_IN_DISGUISE.isdisjoint(reading.undone))
    steps: tuple[Step, ...] = (
        ("spaced letters", joined),
        *_SPELT,
        ("words run together", partial(unrun, written=written)),
        ("abbreviations", written_out),
    )
    pieces = [
        _through(steps, Reading((), piece)) if is_prose else Reading((), piece)
        for is_prose, piece in prose.pieces(reading.text)
    ]
    undone = (*reading.undone, *(name for piece in pieces for name in piece.undone))
    return Reading(undone, "".join(piece.text for piece in pieces))


def _through(steps: tuple[Step, ...], reading: Reading) -> Reading:
    undone, text = list(reading.undone), reading.text
    for name, step in steps:
        read = step(text)
        if read != text:
            undone.append(name)
            text = read
    return Reading(tuple(undone), text)
