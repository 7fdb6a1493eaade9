"""What a bot does beside reading messages: one function a duty, each running until it is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import structlog

from bot.config import Rulebook
from bot.decide.limits import Limits
from bot.errors import DeedFailed, TryLater
from bot.health import Health
from bot.pipeline import Pipeline
from bot.record.heartbeat import BEAT_SECONDS, Heartbeat, beat, stop_beating
from bot.record.ledger import Ledger
from bot.records import Deeds, Flag, Named
from bot.review.announcing import ROUND_SECONDS, Announcer
from bot.review.log_channel import Say
from bot.review.quote import quote
from bot.rounds import heard, one_round
from bot.score.strain import PART as SCORING
from bot.texts import fill
from bot.texts.saying import Said, say
from bot.verdict import RULINGS_A_MINUTE

CARDS_EVERY = 60.0  # seconds between attempts at cards that could not be posted
NAME_SHOWN = 80  # characters
EXPIRE_EVERY = 3600.0  # seconds between rounds of retention
ERASE_EVERY = 5.0  # seconds between looks for what is to be erased
CARDS_A_ROUND = 3  # that are taken away or lose their text then: 36 a minute

Duty = Coroutine[Any, Any, Any]
Online = Callable[[], Awaitable[None]]  # returns as soon as there is a connection to Discord

log = structlog.get_logger()


class Leaving(Exception):
    """Raised by a duty that was told to end them all."""


@asynccontextmanager
async def together(duties: Iterable[Duty]) -> AsyncIterator[None]:
    """Run duties side by side: the first one that fails ends the others, and its error is raised by itself."""
    try:
        async with asyncio.TaskGroup() as tasks:
            for duty in duties:
                tasks.create_task(duty)
            yield
    except BaseExceptionGroup as group:
        errors = [error for error in group.exceptions if not isinstance(error, Leaving)]
        if errors:
            raise errors[0] from None


async def all_unfinished(ledger: Ledger) -> list[Flag]:
    """Every flag that an earlier run left open, oldest first."""
    found: list[Flag] = []
    while some := await ledger.unfinished(after_id=found[-1].id if found else 0):
        found += some
    return found


async def expire_regularly(ledger: Ledger, rulebook: Rulebook) -> NoReturn:
    """Delete what is past its time, now and every hour."""
    while True:
        with one_round("not expired"):
            now = datetime.now(UTC)
            expired = await ledger.expire(now, strikes_before=now - rulebook.longest_memory)
            log.info("expired", texts=expired.texts, scores=expired.scores)
        await asyncio.sleep(EXPIRE_EVERY)


async def erase_regularly(ledger: Ledger, deeds: Deeds, online: Online) -> NoReturn:
    """Erase what was asked for and waits no longer, and take what has expired or was erased off the cards."""
    while True:
        with one_round("not erased"):
            gone = await ledger.erasing.carry_out(datetime.now(UTC))
            if gone.flags or gone.scores:
                log.info("erased", flags=gone.flags, scores=gone.scores)
            if await ledger.erasing.hide_texts(datetime.now(UTC) - ledger.retention.text, CARDS_A_ROUND):
                log.info("texts taken off cards")
            await _delete_cards(ledger, deeds, online)
        await asyncio.sleep(ERASE_EVERY)


async def _delete_cards(ledger: Ledger, deeds: Deeds, online: Online) -> None:
    for guild_id, place in await ledger.erasing.cards_gone(CARDS_A_ROUND):
        await online()
        try:
            await deeds.delete_own(guild_id, place.channel_id, place.message_id)
        except TryLater:
            return
        except DeedFailed as error:
            log.info("card of an erased flag stays", guild=guild_id, why=str(error))
        await ledger.erasing.card_deleted(guild_id, place)


async def forget_left_guilds(
    ledger: Ledger, guilds: Callable[[], list[Named]], news: asyncio.Event, online: Online
) -> NoReturn:
    """Note which guilds the bot was removed from, at once and at the start, and erase them after their time."""
    while True:
        await online()
        news.clear()
        with one_round("left servers not erased"):
            now = datetime.now(UTC)
            for guild_id in await ledger.erasing.guilds_now({guild.id for guild in guilds()}, now):
                kept = ledger.retention.left_servers
                log.warning("the bot is not in a server any more", guild=guild_id, erased_after=str(kept))
            for guild_id in await ledger.erasing.purge_left(now - ledger.retention.left_servers):
                log.info("a server that was left is erased", guild=guild_id)
        await heard(news, EXPIRE_EVERY)


async def post_cards_regularly(pipeline: Pipeline, news: asyncio.Event, online: Online) -> NoReturn:
    """Try the cards again that Discord did not take; at ``news`` a flag may have lost the card that showed it."""
    while True:
        await heard(news, CARDS_EVERY)
        news.clear()
        await online()
        with one_round("cards not posted"):
            await pipeline.carrying.post_due_cards()


async def announce_regularly(announcer: Announcer, connected: asyncio.Event, news: asyncio.Event) -> NoReturn:
    """Introduce the bot and sum up shadow mode: at once when there is ``news``, and every minute."""
    await connected.wait()
    while True:
        news.clear()
        with one_round("not announced"):
            await announcer.round()
        await heard(news, ROUND_SECONDS)


async def read_what_was_missed(missed: asyncio.Event, read: Callable[[], Awaitable[object]]) -> NoReturn:
    """``read`` each time that messages may have been ``missed``."""
    while True:
        await missed.wait()
        missed.clear()
        with one_round("not caught up"):
            await read()


async def beat_regularly(folder: Path, heartbeat: Callable[[], Heartbeat]) -> NoReturn:
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


class Troubles:
    """Says once in the log channels when the fail-safe begins and ends, and a guild's breaker opens and closes."""

    def __init__(self, health: Health, limits: Limits, key_trouble: Said) -> None:
        self._health = health
        self._news: asyncio.Queue[tuple[int | None, Say]] = asyncio.Queue()  # guild, None for all of them
        if key_trouble:
            self._tell(lambda _, texts: fill(texts.texts_not_kept, why=key_trouble.in_words(texts)))
        health.listen(self._on_health)
        limits.listen(self._on_breaker)
        for part, said in health.reasons.items():
            self._on_health(part, said)

    async def announce(self, post: Callable[[Say, int | None], Awaitable[None]], online: Online) -> NoReturn:
        """``post`` each as soon as there is a connection."""
        while True:
            guild_id, say = await self._news.get()
            await online()
            with one_round("notice not posted"):
                await post(say, guild_id)

    def _on_health(self, part: str, said: Said | None) -> None:
        log.warning("fail-safe", part=part, why=str(said)) if said else log.info("fail-safe over", part=part)
        if said:
            key = "not_checking" if part == SCORING else "flagging_only"
            self._tell(lambda _, texts: say(key, why=said).in_words(texts))
        elif self._health.is_well:
            self._tell(lambda _, texts: texts.all_is_well)

    def on_hurry(self, guild_id: int, by: Named) -> None:
        """A moderator decides faster than anybody reads."""
        name = quote(by.name, NAME_SHOWN, one_line=True)
        self._tell(lambda _, texts: fill(texts.verdict_hurry, member=name, most=RULINGS_A_MINUTE), guild_id)

    def _on_breaker(self, guild_id: int, sentence: str | None) -> None:
        if sentence:
            self._tell(lambda _, texts: fill(texts.rush, why=sentence), guild_id)
        else:
            self._tell(lambda _, texts: texts.rush_over, guild_id)

    def _tell(self, say: Say, guild_id: int | None = None) -> None:
        self._news.put_nowait((guild_id, say))
