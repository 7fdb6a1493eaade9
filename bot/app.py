"""Builds the parts and owns their lifetimes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog
from pydantic import SecretStr

from bot.agenda import Agenda
from bot.config import ConfigFile, Reloaded, Rulebook, Settings
from bot.due import Due
from bot.errors import RecordFailed
from bot.gateway.answers import InvalidAnswers
from bot.gateway.catch_up import catch_up
from bot.gateway.client import Client, Connection
from bot.gateway.deeds import DiscordDeeds
from bot.health import Health
from bot.pipeline import Pipeline
from bot.record.heartbeat import BEAT_SECONDS, Heartbeat, beat, now_beating, stop_beating
from bot.record.ledger import Ledger
from bot.records import Flag, Named
from bot.review.announcing import ROUND_SECONDS, Announcer, Facts, reload_notice
from bot.review.log_channel import LogChannel, Say
from bot.score.model import labels_of, load
from bot.score.strain import PART as SCORING
from bot.score.worker import Worker
from bot.texts import fill

DRAIN_SECONDS = 10.0  # what has been begun may take this long to end when the bot is told to stop
CARDS_EVERY = 60.0  # seconds between attempts at cards that could not be posted
EXPIRE_EVERY = 3600.0  # seconds between rounds of retention

log = structlog.get_logger()


async def run(
    settings: Settings,
    folder: Path,
    token: SecretStr,
    *,
    stop: asyncio.Event,
    config_file: Path | None = None,
    on_ready: Callable[[Pipeline], Awaitable[None]] | None = None,
) -> None:
    """Run the bot until ``stop`` is set. ``on_ready`` is awaited once, when it is connected and its model is loaded.

    ``config_file`` is where ``settings`` come from: moderators are told, and its changes are taken over.

    Raises any ``CivilTongueError`` that keeps it from running.
    """
    health, rulebook = Health(), Rulebook(settings)
    load_model = partial(load, settings.model, threads=settings.worker.threads)
    async with (
        Ledger.at(folder, settings.retention, health) as ledger,
        Worker(load_model, options=settings.worker, health=health) as worker,
    ):
        leftovers = await all_unfinished(ledger)
        connected = asyncio.Event()
        loaded = asyncio.Event()
        news = asyncio.Event()  # something may have to be announced
        missed = asyncio.Event()  # a session began anew, so messages may have been missed

        async def on_open() -> None:
            """Each time a session begins anew; the first time there may be leftovers of an earlier run."""
            await pipeline.reconcile([leftovers.pop(0) for _ in leftovers[:]])
            connected.set()
            news.set()
            missed.set()

        async def on_new_place(*_: object) -> None:
            """A server was joined, or its log channel may have been made just now."""
            news.set()

        def make_client() -> Client:
            client = Client(pipeline.handle, on_open, http_trace=invalid.trace())
            for event in ("on_guild_join", "on_guild_channel_create", "on_guild_channel_update"):
                client.add_listener(on_new_place, event)
            return client

        invalid = InvalidAnswers()
        connection = Connection(token, settings.discord, make_client)
        log_channel = LogChannel(lambda: connection.client, rulebook)
        deeds = DiscordDeeds(
            lambda: connection.client,
            log_channel=lambda guild: rulebook.in_guild(guild).log_channel,
            invalid=invalid,
        )
        agenda = Agenda()
        pipeline = Pipeline(
            rulebook,
            scorer=worker,
            ledger=ledger,
            deeds=deeds,
            cards=log_channel,
            health=health,
            agenda=agenda,
            online=connection.online,
        )

        def facts(guild: Named) -> Facts:
            here = rulebook.in_guild(guild)
            labels = tuple(label for label, ladder in here.rules.ladders.items() if ladder.steps)
            return Facts(here.mode, labels, config_file, here.texts)

        def heartbeat() -> Heartbeat:
            return now_beating(
                connected=connection.is_up,
                model_loaded=loaded.is_set(),
                mode=rulebook.settings.mode,
                servers=len(connection.client.guilds) if connection.is_up else 0,
                reasons=health.reasons,
            )

        async def take_over(reloaded: Reloaded) -> None:
            pipeline.limits.use(rulebook.settings.limits)
            ledger.keep(rulebook.settings.retention)
            news.set()
            if connected.is_set():
                await log_channel.say(partial(reload_notice, reloaded))

        async def read_what_was_missed() -> None:
            while True:
                await missed.wait()
                missed.clear()
                if window := rulebook.settings.catch_up:
                    await catch_up(connection.client, ledger.last_messages, window, pipeline.handle)

        async def take_back_on_time() -> None:
            await connected.wait()
            await Due(ledger, deeds, agenda, lambda guild: rulebook.in_guild(guild).texts).run()

        async def tell_when_ready() -> None:
            await worker.ready()
            loaded.set()
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
            tasks.create_task(announce_troubles(health, pipeline, log_channel, ledger.key_trouble, connection.online))
            tasks.create_task(expire_regularly(ledger, rulebook))
            tasks.create_task(post_cards_regularly(pipeline, connection.online))
            if config_file is not None:
                tasks.create_task(ConfigFile(config_file, rulebook, labels_of).watch(take_over))
            tasks.create_task(take_back_on_time())
            tasks.create_task(read_what_was_missed())
            tasks.create_task(announce_regularly(Announcer(ledger, log_channel, facts), connected, news))
            tasks.create_task(beat_regularly(folder, heartbeat))
            tasks.create_task(tell_when_ready())
            tasks.create_task(leave_when_told())


async def all_unfinished(ledger: Ledger) -> list[Flag]:
    """Every flag that an earlier run left open, oldest first."""
    found: list[Flag] = []
    while some := await ledger.unfinished(after_id=found[-1].id if found else 0):
        found += some
    return found


async def expire_regularly(ledger: Ledger, rulebook: Rulebook) -> None:
    """Delete what is past its time, now and every hour."""
    while True:
        try:
            now = datetime.now(UTC)
            expired = await ledger.expire(now, strikes_before=now - rulebook.longest_memory)
            log.info("expired", texts=expired.texts, scores=expired.scores)
        except RecordFailed as error:
            log.warning("not expired", why=str(error))
        await asyncio.sleep(EXPIRE_EVERY)


async def post_cards_regularly(pipeline: Pipeline, online: Callable[[], Awaitable[None]]) -> None:
    """Try the cards again that Discord did not take."""
    while True:
        await asyncio.sleep(CARDS_EVERY)
        await online()
        await pipeline.post_due_cards()


async def announce_regularly(announcer: Announcer, connected: asyncio.Event, news: asyncio.Event) -> None:
    """Introduce the bot and sum up shadow mode: at once when there is ``news``, and every minute."""
    await connected.wait()
    while True:
        news.clear()
        try:
            await announcer.round()
        except RecordFailed as error:
            log.warning("not announced", why=str(error))
        with suppress(TimeoutError):
            await asyncio.wait_for(news.wait(), ROUND_SECONDS)


async def beat_regularly(folder: Path, heartbeat: Callable[[], Heartbeat]) -> None:
    """Leave a sign of life every few seconds, and take it away on leaving."""
    while True:
        writing = asyncio.ensure_future(asyncio.to_thread(beat, folder, heartbeat()))
        try:
            await asyncio.shield(writing)
            await asyncio.sleep(BEAT_SECONDS)
        except asyncio.CancelledError:
            await writing
            stop_beating(folder)
            raise


async def announce_troubles(
    health: Health,
    pipeline: Pipeline,
    log_channel: LogChannel,
    key_trouble: str | None,
    online: Callable[[], Awaitable[None]],
) -> None:
    """Say once in the log channels when the fail-safe begins and ends, and when a guild's breaker opens and closes."""
    news: asyncio.Queue[tuple[int | None, Say]] = asyncio.Queue()

    def on_health(part: str, sentence: str | None) -> None:
        log.warning("fail-safe", part=part, why=sentence) if sentence else log.info("fail-safe over", part=part)
        if sentence:
            key = "not_checking" if part == SCORING else "flagging_only"
            news.put_nowait((None, lambda _, texts: fill(getattr(texts, key), why=sentence)))
        elif health.is_well:
            news.put_nowait((None, lambda _, texts: texts.all_is_well))

    def on_breaker(guild_id: int, sentence: str | None) -> None:
        if sentence:
            news.put_nowait((guild_id, lambda _, texts: fill(texts.rush, why=sentence)))
        else:
            news.put_nowait((guild_id, lambda _, texts: texts.rush_over))

    if key_trouble:
        news.put_nowait((None, lambda _, texts: fill(texts.texts_not_kept, why=key_trouble)))
    health.listen(on_health)
    pipeline.limits.listen(on_breaker)
    for part, sentence in health.reasons.items():
        on_health(part, sentence)
    while True:
        guild_id, say = await news.get()
        await online()
        await log_channel.say(say, guild_id)


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
