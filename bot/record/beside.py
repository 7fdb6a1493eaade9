"""Writing to a record beside the bot that runs on it: for one small transaction of the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.health import Health
from bot.record.database import DATABASE_NAME
from bot.record.reading import opened
from bot.record.sealing import key_file_for
from bot.record.writer import Writer


@asynccontextmanager
async def beside(folder: Path) -> AsyncIterator[Writer]:
    """A writer without the folder's lock. Whatever it changes must not be in the memory of a running bot.

    Raises ``RecordFailed`` where there is no record of this version.
    """
    async with opened(folder, key_file_for(folder)):
        pass  # it is there, and its tables are those of this version
    async with Writer(folder / DATABASE_NAME, Health()) as writer:
        yield writer
