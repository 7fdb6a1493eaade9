"""Looking for words in kept texts: only among flags that were narrowed down first, opened a few at a time.

There is no index of words, and must not be one: the texts are sealed.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.errors import CivilTongueError
from bot.record.reading import FlagFilter, Reading
from bot.records import Flag


class TooWide(CivilTongueError):
    """A search that would have to open every text there is."""


async def search(record: Reading, wanted: FlagFilter, words: str) -> AsyncGenerator[Flag, None]:
    """The flags that ``wanted`` lets through and whose text holds all ``words``, in any case and order, newest first.

    Raises ``TooWide`` unless ``wanted`` names a member, a channel or a time; whatever its ``limit``.
    """
    if wanted.channel is None and wanted.member is None and wanted.author_id is None and wanted.since is None:
        raise TooWide("A search in texts needs a range: give it a member, a channel or a time (--since 7d) as well.")
    parts = words.casefold().split()
    if not parts:
        raise TooWide("A search in texts needs words.")
    async with aclosing(record.every_flag(wanted)) as flags:
        async for flag in flags:
            text = (flag.text or "").casefold()
            if text and all(part in text for part in parts):
                yield flag
