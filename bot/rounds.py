"""What a bot does again and again goes on, whatever becomes of one round of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog

from bot.errors import RecordFailed

log = structlog.get_logger()


@contextmanager
def one_round(failed: str) -> Iterator[None]:
    """Log an error of the block as ``failed`` and go on: a duty that ended would end the bot with it.

    The words of an unexpected error are left out, as they may be a member's.
    """
    try:
        yield
    except RecordFailed as error:
        log.warning(failed, why=str(error))
    except Exception as error:
        log.error(failed, error=type(error).__name__)


async def heard(news: asyncio.Event, within: float | None) -> None:
    """Wait until ``news`` is set, at most ``within`` seconds; None: for as long as it takes.

    Not by ``asyncio.wait_for``: before Python 3.12 that loses a cancellation which arrives together with the news, and
    a duty that was told to leave would stay.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await news.wait()
