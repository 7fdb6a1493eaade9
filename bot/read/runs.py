"""Short messages that a member writes one after another, read as one: ``k``, ``y``, ``s``; one word a message."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.records import Post, Surface

SPLIT = "split messages"  # the surface

WINDOW = timedelta(seconds=20)  # between two messages of a run
LONGEST_PART = 20  # characters
WORDS_A_PART = 2
PARTS = 10
RUNS_KEPT = 5_000  # of as many members in as many channels

_JOINED = frozenset({"content", "voice chat", "first post"})
_Key = tuple[int, int, int]


class Runs:
    """Remembers the latest short messages of each member in each channel, as long as none of them was flagged."""

    def __init__(self) -> None:
        self._runs: OrderedDict[_Key, list[Post]] = OrderedDict()

    def with_earlier(self, post: Post, *, has_fired: bool) -> Post | None:
        """``post`` and the short messages before it as one post; None where there is nothing to join."""
        if post.kind != "message" or post.is_edit or post.doubt:
            return None
        key = (post.guild.id, post.channel.id, post.author.id)
        if post.also and not has_fired:
            return None  # joined already; the next message is read behind all of it
        run = self._runs.pop(key, [])
        if has_fired or not is_short(post):
            return None  # what is flagged is over and done with, and a longer message ends a run
        run = [each for each in run if abs(post.created_at - each.created_at) <= WINDOW * PARTS][1 - PARTS :]
        if run and abs(post.created_at - run[-1].created_at) > WINDOW:
            run = []
        run = sorted({each.message_id: each for each in [*run, post]}.values(), key=lambda each: each.message_id)
        self._runs[key] = run
        if len(self._runs) > RUNS_KEPT:
            self._runs.popitem(last=False)
        return _joined(run) if len(run) > 1 else None


def is_short(post: Post) -> bool:
    """Whether it is no more than a word or two, and nothing else."""
    if len(post.surfaces) != 1 or post.surfaces[0].kind not in _JOINED or post.files:
        return False
    text = post.surfaces[0].text
    return 0 < len(text.strip()) <= LONGEST_PART and len(text.split()) <= WORDS_A_PART


def _joined(run: Sequence[Post]) -> Post:
    last = run[-1]
    text = " ".join(post.surfaces[0].text.strip() for post in run)
    also = tuple(post.message_id for post in run[:-1])
    return replace(last, surfaces=(Surface(SPLIT, text),), also=also, context="")
