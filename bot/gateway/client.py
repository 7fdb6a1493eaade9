"""The connection to Discord: its lifecycle, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import aiohttp
import discord
import structlog
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from pydantic import SecretStr

from bot.config import DiscordOptions
from bot.errors import DiscordUnreachable, IntentMissing, TokenRefused
from bot.gateway.arrivals import Arrivals, OnPost
from bot.gateway.tracing import innermost_frames

LONGEST_WAIT_FOR_A_RATE_LIMIT = 60.0  # seconds; unset, discord.py would wait for any time that Discord names
FIRST_RETRY, LAST_RETRY = 1.0, 60.0  # seconds between attempts to connect again
_BAD_TOKEN, _BAD_INTENTS, _FORBIDDEN_INTENTS = 4004, 4013, 4014

# This bot never speaks; discord.py need not warn that it cannot.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

MakeTree = Callable[[discord.Client], app_commands.CommandTree[Any]]

log = structlog.get_logger()


def intents_for(asks_for: Collection[str]) -> discord.Intents:
    """Guilds, their messages and what is in them, and events. Members only where ``names`` are asked for."""
    return discord.Intents(
        guilds=True,
        guild_messages=True,
        message_content=True,
        guild_scheduled_events=True,
        members="names" in asks_for,
        auto_moderation_execution="automod" in asks_for,
    )


class Client(commands.AutoShardedBot):
    """A discord.py client that hands on what is written, as posts."""

    def __init__(
        self,
        on_post: OnPost,
        on_open: Callable[[], Awaitable[None]],
        *,
        http_trace: aiohttp.TraceConfig | None = None,
        make_tree: MakeTree = app_commands.CommandTree,
        intents: discord.Intents,
    ) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            tree_cls=make_tree,  # type: ignore[arg-type]  # which is only ever called
            help_command=None,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=LONGEST_WAIT_FOR_A_RATE_LIMIT,
            max_messages=None,  # raw edits carry the whole message; nothing is looked up in a cache
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            enable_raw_presences=False,
            http_trace=http_trace or aiohttp.TraceConfig(),
        )
        self._on_open = on_open
        Arrivals(self, on_post).watch()

    async def on_ready(self) -> None:
        log.info("connected", guilds=len(self.guilds), shards=self.shard_count)
        await self._on_open()

    async def on_message(self, message: discord.Message, /) -> None:
        """Nothing: messages are read before discord.py makes something of them."""

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        """Log where it broke. Neither the exception's text nor the arguments: they may hold a member's words."""
        log.error("event failed", event_name=event_method, where=innermost_frames())


class Connection:
    """Keeps a client connected for as long as the bot runs.

    A discord.py client cannot be started twice, and an exception in one of its gateway parsers ends it. So it runs
    supervised: when it ends for a reason that may pass, a fresh one takes its place.
    """

    def __init__(self, token: SecretStr, options: DiscordOptions, make_client: Callable[[], Client]) -> None:
        self._token = token
        self._options = options
        self._make_client = make_client
        self._client: Client | None = None
        self._usable = asyncio.Event()
        self._was_ready = False  # whether this client ever was

    async def online(self) -> None:
        """Wait until there is a client that knows its guilds. A short loss that is resumed does not count."""
        await self._usable.wait()
        while self.client.is_closed():  # it is on its way out, and has forgotten its guilds already
            self._usable.clear()
            await self._usable.wait()

    @property
    def client(self) -> Client:
        if self._client is None:
            raise DiscordUnreachable("The bot is not connected to Discord.")
        return self._client

    @property
    def is_up(self) -> bool:
        """Whether every shard has its connection at this moment."""
        client = self._client
        if client is None or not client.is_ready():
            return False
        return bool(client.shards) and not any(shard.is_closed() for shard in client.shards.values())

    async def run(self) -> None:
        """Stay connected until cancelled.

        Raises ``TokenRefused``, ``IntentMissing``, and ``DiscordUnreachable`` when the very first attempt finds nobody.
        """
        Route.BASE = self._options.api.rstrip("/")  # global to discord.py, so it is set here and nowhere else
        wait, ever_ready = FIRST_RETRY, False
        while True:
            client = self._client = self._make_client()
            client.add_listener(self._on_ready, "on_ready")
            self._was_ready = False
            try:
                async with client:
                    try:
                        await self._connect(client)
                    finally:
                        self._usable.clear()  # before its session closes
            except (TokenRefused, IntentMissing):
                raise
            except (
                aiohttp.ClientError,
                OSError,
                TimeoutError,
                discord.HTTPException,
                discord.GatewayNotFound,
            ) as error:
                if not (ever_ready or self._was_ready):
                    raise DiscordUnreachable(_unreachable(self._options, error)) from error
                log.warning("connection lost", error=type(error).__name__)
            except Exception as error:  # discord.py's parsers may raise anything; the bot must outlive it
                log.error("client ended", error=type(error).__name__, where=innermost_frames())
            ever_ready = ever_ready or self._was_ready
            wait = FIRST_RETRY if self._was_ready else min(wait * 2, LAST_RETRY)
            log.info("connecting again", seconds=wait)
            await asyncio.sleep(wait)

    async def _on_ready(self) -> None:
        self._was_ready = True
        self._usable.set()

    async def _connect(self, client: Client) -> None:
        try:
            await client.login(self._token.get_secret_value())
            shards, url, _ = await client.http.get_bot_gateway()
            # Where a session cannot be resumed discord.py goes to this address and not to the one just learnt.
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self._options.gateway or url)
            client.shard_count = shards
            await client.connect()
        except discord.LoginFailure as error:
            raise TokenRefused(_REFUSED) from error
        except discord.PrivilegedIntentsRequired as error:
            raise IntentMissing(_INTENT_MISSING) from error
        except discord.ConnectionClosed as error:
            if error.code == _BAD_TOKEN:
                raise TokenRefused(_REFUSED) from error
            if error.code in (_BAD_INTENTS, _FORBIDDEN_INTENTS):
                raise IntentMissing(_INTENT_MISSING) from error
            raise


_REFUSED = (
    "Discord does not take this token: copy it again from https://discord.com/developers/applications "
    "(Bot, Reset Token) into DISCORD_TOKEN, DISCORD_TOKEN_FILE or .env."
)
_INTENT_MISSING = (
    "The bot may not read messages: switch on Message Content Intent at "
    "https://discord.com/developers/applications (Bot, Privileged Gateway Intents), then start again. With `names:` in "
    "the config it needs Server Members Intent as well."
)


def _unreachable(options: DiscordOptions, error: Exception) -> str:
    return (
        f"Discord cannot be reached at {options.api} ({type(error).__name__}): "
        "check the network and `discord.api` in the config."
    )
