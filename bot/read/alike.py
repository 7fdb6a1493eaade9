"""What a post says whatever its dress: the posts of a raid differ in case, spacing, invisible characters and tails.

Two posts that might mean different things must never be alike: one verdict would hold for both.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import regex

from bot.read.disguise import readings, undressed_letters
from bot.read.views import LONGEST_PART, WRITTEN
from bot.records import Fired, Post

LEAST_WORDS = 3  # that are left when a tail is taken off: a shorter text is told apart by it

# What points at somebody or somewhere: one target is not the other, and an address knows capitals.
_POINTS = regex.compile(r"<[@#:/a][^<>\s]{1,100}>|\b(?:https?://|discord\.gg/|www\.)\S+", regex.IGNORECASE)
# Faces, hearts and sparks without a meaning of their own. A weapon, an animal, a gesture or a skull says something.
_RANGES = (
    "\U0001f600\U0001f644 \U0001f910\U0001f915 \U0001f917\U0001f917 \U0001f920\U0001f920 \U0001f923\U0001f92f"
    " \U0001f970\U0001f976 \U0001f389\U0001f38a \U0001f493\U0001f49f \U0001f90d\U0001f90f"
)
_FACES = "".join(chr(code) for pair in _RANGES.split() for code in range(ord(pair[0]), ord(pair[1]) + 1))
_DECORATION = (
    _FACES + "\u2728\u2764\u2b50\U0001f31f\U0001f4ab\U0001f4af\U0001f525\U0001f5a4\U0001f9e1\ufe0e\ufe0f\u200d"
)
_MARKS = " .!…~,;:"  # stars and dashes may stand for letters
_SET_OFF = regex.compile(r"[(\[{|~](\d{1,12})[)\]}|~]?|#(\d{2,12})")
_COUNT = regex.compile(r"\d{1,12}")
_SAYS_SOMETHING = regex.compile(r"(?:19|20)\d\d|\d+000")  # a year, a round number
_CODED = "14 18 23 28 38 43 69 83 88 100 109 110 187 311 318 420 511 666 737 911 1312 1352 1390 1488"
# Words after which a number is part of the sentence.
_TAKING = """
a about account after age aged all am an and any are around at be been before below by call chapter class code day every
for from gen grade group had has have her his id in into is its just least less level like more most my near next nearly
no number of off on only or our over page part past per phase phone pin plus room route rule season since some step tel
text than that the their these this those tier till times to top type under until up version vs was week were with x
year your zip
"""
_CODES, _TAKE_A_NUMBER = frozenset(_CODED.split()), frozenset(_TAKING.split())


def gist(post: Post, fired: Sequence[Fired] = ()) -> str:
    """What posts share that say the same: each text as it was read where it ``fired``, in one dress, without its tail.

    To be hashed, not to be shown.
    """
    views = {each.surface: each.view for each in reversed(fired)}
    said = []
    for surface in post.surfaces:
        read = _read(surface.text, views.get(surface.kind, WRITTEN))
        said += [_without_tail(read), *_POINTS.findall(surface.text)]
    return "\n".join(said)


def _read(text: str, view: str) -> str:
    """Through a disguise of spelling only where that is what fired: elsewhere it may be none."""
    if view != WRITTEN and len(text) <= LONGEST_PART:
        for reading in readings(text):
            if reading.name == view:
                return reading.text
    return undressed_letters(text)


def _without_tail(text: str) -> str:
    said = _without_decoration(" ".join(unicodedata.normalize("NFC", text).casefold().split()))
    head, _, tail = said.rpartition(" ")
    words = (head := _without_decoration(head)).split()
    return head if len(words) >= LEAST_WORDS and _is_a_tail(tail, words[-1]) else said


def _without_decoration(text: str) -> str:
    """Without the faces and marks at its end; what asks a question still does."""
    bare = text.rstrip(_MARKS + _DECORATION)
    return bare if len(bare.split()) >= LEAST_WORDS else text.rstrip(_MARKS) or text


def _is_a_tail(word: str, before: str) -> bool:
    """Whether ``word`` is a number that only tells one copy from another: set off, or behind a word that takes none."""
    set_off = _SET_OFF.fullmatch(word)
    number = set_off[1] or set_off[2] if set_off else word
    if not _COUNT.fullmatch(number) or _SAYS_SOMETHING.fullmatch(number) or number in _CODES:
        return False
    return bool(set_off) or (before.isalpha() and before not in _TAKE_A_NUMBER)
