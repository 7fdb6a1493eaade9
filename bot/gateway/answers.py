"""What Discord's answers mean: its failures told apart, and counted before it loses patience with us."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from types import SimpleNamespace

import aiohttp
import discord
import structlog

from bot.away import AWAY
from bot.errors import Away, DeedFailed, Forbidden, Gone, TryLater, Unreachable
from bot.texts.saying import Said, say

# Unknown channel, guild, member, message, role, user, ban.
NOT_THERE = frozenset({10003, 10004, 10007, 10008, 10011, 10013, 10026})
# They have blocked the bot; they take none from this server, or share none with the bot any more.
CANNOT_MESSAGE_THIS_USER = frozenset({50007, 50278})

# Discord blocks an address for 10,000 such answers in ten minutes; long before that we stop by ourselves.
INVALID_ANSWERS = frozenset({401, 403, 429})
INVALID_ANSWERS_AT_MOST = 1_000
INVALID_WINDOW = 600.0  # seconds

REFUSALS_AT_MOST = 5  # forbidden answers to one kind of call in one guild
REFUSAL_WINDOW = 600.0  # seconds
REFUSAL_PAUSE = 600.0  # seconds in which that kind of call is not made there

log = structlog.get_logger()

Clock = Callable[[], float]


class Latest:
    """The times of the latest events, as many as fit into a window of ``seconds``."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._times: deque[float] = deque()

    def add(self, now: float) -> None:
        self._times.append(now)

    def count(self, now: float) -> int:
        while self._times and self._times[0] <= now - self._seconds:
            self._times.popleft()
        return len(self._times)

    @property
    def oldest(self) -> float:
        return self._times[0]


class InvalidAnswers:
    """Counts the answers that Discord holds against an address; ``trace`` sees every one that a client gets."""

    def __init__(self, clock: Clock = monotonic) -> None:
        self._clock = clock
        self._latest = Latest(INVALID_WINDOW)

    def trace(self) -> aiohttp.TraceConfig:
        config = aiohttp.TraceConfig()
        config.on_request_end.append(self._on_request_end)
        return config

    def count(self, status: int, scope: str | None = None) -> None:
        # A limit that others share with us is not held against us.
        if status not in INVALID_ANSWERS or scope == "shared":
            return
        now = self._clock()
        self._latest.add(now)
        if self._latest.count(now) == INVALID_ANSWERS_AT_MOST:
            log.error("no more calls that change anything", invalid_answers=INVALID_ANSWERS_AT_MOST)

    def check(self) -> None:
        """Raises ``TryLater`` when there have been too many."""
        now = self._clock()
        if self._latest.count(now) < INVALID_ANSWERS_AT_MOST:
            return
        raise TryLater(
            say(
                "discord_refuses_much",
                count=f"{INVALID_ANSWERS_AT_MOST:,}",
                minutes=f"{INVALID_WINDOW / 60:.0f}",
                time=_time_in(self._latest.oldest + INVALID_WINDOW - now),
            )
        )

    async def _on_request_end(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, ended: aiohttp.TraceRequestEndParams
    ) -> None:
        self.count(ended.response.status, ended.response.headers.get("X-RateLimit-Scope"))


class Refusals:
    """A breaker per guild and kind of call: what Discord forbids again and again is not asked for a while."""

    def __init__(self, clock: Clock = monotonic) -> None:
        self._clock = clock
        self._latest: dict[tuple[int, str], Latest] = {}
        self._closed_until: dict[tuple[int, str], float] = {}

    def add(self, guild_id: int, deed: str) -> None:
        now, key = self._clock(), (guild_id, deed)
        latest = self._latest.setdefault(key, Latest(REFUSAL_WINDOW))
        latest.add(now)
        if latest.count(now) >= REFUSALS_AT_MOST:
            del self._latest[key]
            self._closed_until[key] = now + REFUSAL_PAUSE
            log.warning("call not made for a while", guild=guild_id, deed=deed, seconds=REFUSAL_PAUSE)

    def check(self, guild_id: int, deed: str) -> None:
        """Raises ``TryLater`` while this is not to be asked."""
        left = self._closed_until.get((guild_id, deed), 0.0) - self._clock()
        if left <= 0:
            self._closed_until.pop((guild_id, deed), None)
            return
        raise TryLater(
            say(
                "discord_keeps_refusing",
                deed=_named(deed),
                count=REFUSALS_AT_MOST,
                minutes=f"{REFUSAL_WINDOW / 60:.0f}",
                time=_time_in(left),
            )
        )


class Answers:
    """Stands around every call that changes something."""

    def __init__(self, invalid: InvalidAnswers, clock: Clock = monotonic) -> None:
        self._invalid = invalid
        self._refusals = Refusals(clock)

    @asynccontextmanager
    async def to(self, deed: str, guild_id: int) -> AsyncIterator[None]:
        """Turn discord.py's failures into ours: gone, forbidden, unreachable, or try later.

        ``deed``: what the call is to do, by the end of its text's name. Raises ``TryLater`` before the call where it
        had better not be made.
        """
        self._invalid.check()
        self._refusals.check(guild_id, deed)
        try:
            yield
        except discord.NotFound as error:
            raise Gone(say("nothing_left", deed=_named(deed))) from error
        except discord.Forbidden as error:
            if error.code in CANNOT_MESSAGE_THIS_USER:
                raise Unreachable(say("takes_no_messages")) from error
            self._refusals.add(guild_id, deed)
            why = error.text or say("no_reason")
            raise Forbidden(say("discord_refused", deed=_named(deed), why=why, code=error.code)) from error
        except discord.RateLimited as error:
            seconds = f"{error.retry_after:.0f}"
            raise TryLater(say("discord_asks_to_wait", seconds=seconds, deed=_named(deed))) from error
        except discord.HTTPException as error:
            if error.code in NOT_THERE:
                raise Gone(say("nothing_left", deed=_named(deed))) from error
            kind = TryLater if error.status >= 500 or error.status == 429 else DeedFailed
            answered = say("discord_answered", status=error.status, code=error.code, deed=_named(deed))
            raise kind(answered) from error
        except AWAY as error:
            raise Away(say("discord_away", deed=_named(deed), error=type(error).__name__)) from error


def _named(deed: str) -> Said:
    return say(f"deed_{deed}")


def _time_in(seconds: float) -> str:
    return f"{datetime.now(UTC) + timedelta(seconds=seconds):%H:%M} UTC"
