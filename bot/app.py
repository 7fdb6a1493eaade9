"""Builds the parts and owns their lifetimes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog
from pydantic import SecretStr

from bot.agenda import Agenda
from bot.config import Settings
from bot.errors import RecordFailed
from bot.gateway.client import Client, Connection
from bot.gateway.deeds import DiscordDeeds
from bot.health import Health
from bot.pipeline import Pipeline
from bot.record.ledger import Ledger
from bot.records import Flag
from bot.review.log_channel import LogChannel
from bot.score.model import load
from bot.score.worker import Worker

DRAIN_SECONDS = 10.0  # what has been begun may take this long to end when the bot is told to stop
EXPIRE_EVERY = 3600.0  # seconds between rounds of retention

log = structlog.get_logger()


async def run(
    settings: Settings,
    folder: Path,
    token: SecretStr,
    *,
    stop: asyncio.Event,
    on_ready: Callable[[Pipeline], Awaitable[None]] | None = None,
) -> None:
    """Run the bot until ``stop`` is set. ``on_ready`` is awaited once, when it is connected and its model is loaded.

    Raises any ``CivilTongueError`` that keeps it from running.
    """
    health = Health()
    load_model = partial(load, settings.model, threads=settings.worker.threads)
    async with (
        Ledger.at(folder, settings.retention, health) as ledger,
        Worker(load_model, options=settings.worker, health=health) as worker,
    ):
        leftovers = await all_unfinished(ledger)
        connected = asyncio.Event()

        async def on_open() -> None:
            """Each time a session begins anew; the first time there may be leftovers of an earlier run."""
            await pipeline.reconcile([leftovers.pop(0) for _ in leftovers[:]])
            connected.set()

        connection = Connection(token, settings.discord, lambda: Client(pipeline.handle, on_open))
        log_channel = LogChannel(lambda: connection.client, settings.log_channel)
        deeds = DiscordDeeds(lambda: connection.client)
        pipeline = Pipeline(
            settings, scorer=worker, ledger=ledger, deeds=deeds, cards=log_channel, health=health, agenda=Agenda()
        )

        async def tell_when_ready() -> None:
            await worker.ready()
            await connected.wait()
            if on_ready is not None:
                await on_ready(pipeline)

        async def leave_when_told() -> None:
            await stop.wait()
            log.info("stopping", seconds_at_most=DRAIN_SECONDS)
            await pipeline.drain(DRAIN_SECONDS)
            await deeds.close()
            raise _Leaving

        async with _together() as tasks:
            tasks.create_task(connection.run())
            tasks.create_task(announce_troubles(health, pipeline, log_channel, ledger.key_trouble, connected))
            tasks.create_task(expire_regularly(ledger))
            tasks.create_task(tell_when_ready())
            tasks.create_task(leave_when_told())


async def all_unfinished(ledger: Ledger) -> list[Flag]:
    """Every flag that an earlier run left open, oldest first."""
    found: list[Flag] = []
    while some := await ledger.unfinished(after_id=found[-1].id if found else 0):
        found += some
    return found


async def expire_regularly(ledger: Ledger) -> None:
    """Delete what is past its time, now and every hour."""
    while True:
        try:
            expired = await ledger.expire(datetime.now(UTC))
            log.info("expired", texts=expired.texts, scores=expired.scores)
        except RecordFailed as error:
            log.warning("not expired", why=str(error))
        await asyncio.sleep(EXPIRE_EVERY)


async def announce_troubles(
    health: Health, pipeline: Pipeline, log_channel: LogChannel, key_trouble: str | None, connected: asyncio.Event
) -> None:
    """Say once in the log channels when the fail-safe begins and ends, and when a guild's breaker opens and closes."""
    news: asyncio.Queue[tuple[int | None, str]] = asyncio.Queue()

    def on_health(part: str, sentence: str | None) -> None:
        log.warning("fail-safe", part=part, why=sentence) if sentence else log.info("fail-safe over", part=part)
        if sentence:
            news.put_nowait(
                (
                    None,
                    f"**Flagging only.** {sentence} Messages are flagged; nothing else is done until this is mended.",
                )
            )
        elif health.is_well:
            news.put_nowait((None, "**All is well again.** Actions are carried out as the config says."))

    def on_breaker(guild_id: int, sentence: str | None) -> None:
        text = f"**Flagging only.** {sentence}." if sentence else "**Actions are carried out again.** The rush is over."
        news.put_nowait((guild_id, text))

    if key_trouble:
        news.put_nowait((None, f"**Texts are not kept.** {key_trouble}"))
    health.listen(on_health)
    pipeline.limits.listen(on_breaker)
    for part, sentence in health.reasons.items():
        on_health(part, sentence)
    await connected.wait()
    while True:
        guild_id, text = await news.get()
        await log_channel.say(text, guild_id)


class _Leaving(Exception):
    """Ends the tasks of a bot that was told to stop."""


@asynccontextmanager
async def _together() -> AsyncIterator[asyncio.TaskGroup]:
    """Tasks that end together: the first one that fails ends the others, and its error is raised by itself."""
    try:
        async with asyncio.TaskGroup() as tasks:
            yield tasks
    except BaseExceptionGroup as group:
        errors = [error for error in group.exceptions if not isinstance(error, _Leaving)]
        if errors:
            raise errors[0] from None
