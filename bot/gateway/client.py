"""The connection to Discord: its lifecycle, and nothing else."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable
from datetime import timedelta

import aiohttp
import discord
import structlog
import yarl
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from pydantic import SecretStr

from bot.config import DiscordOptions
from bot.errors import DiscordUnreachable, IntentMissing, TokenRefused
from bot.gateway import posts
from bot.records import Post

LONGEST_WAIT_FOR_A_RATE_LIMIT = 60.0  # seconds; unset, discord.py would wait for any time that Discord names
EDIT_IS_NEWS = timedelta(minutes=15)  # an event whose edit is older is about something else
FIRST_RETRY, LAST_RETRY = 1.0, 60.0  # seconds between attempts to connect again
_BAD_TOKEN, _BAD_INTENTS, _FORBIDDEN_INTENTS = 4004, 4013, 4014

# This bot never speaks; discord.py need not warn that it cannot.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

log = structlog.get_logger()


def least_intents() -> discord.Intents:
    """Guilds, their messages and what is in them. Not members, not presences."""
    return discord.Intents(guilds=True, guild_messages=True, message_content=True)


class Client(commands.AutoShardedBot):
    """A discord.py client that turns messages and edits into posts and hands them on."""

    def __init__(
        self,
        on_post: Callable[[Post], Awaitable[None]],
        on_open: Callable[[], Awaitable[None]],
        *,
        http_trace: aiohttp.TraceConfig | None = None,
    ) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=least_intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=LONGEST_WAIT_FOR_A_RATE_LIMIT,
            max_messages=None,  # raw edits carry the whole message; nothing is looked up in a cache
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            enable_raw_presences=False,
            http_trace=http_trace or aiohttp.TraceConfig(),
        )
        self._on_post = on_post
        self._on_open = on_open
        self.has_been_ready = False

    async def on_ready(self) -> None:
        self.has_been_ready = True
        log.info("connected", guilds=len(self.guilds), shards=self.shard_count)
        await self._on_open()

    async def on_message(self, message: discord.Message, /) -> None:
        await self._hand_on(message, is_edit=False)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        edited_at = event.message.edited_at
        if edited_at is None or discord.utils.utcnow() - edited_at > EDIT_IS_NEWS:
            return  # a link's preview was added, the message was pinned, ...: nobody edited anything
        await self._hand_on(event.message, is_edit=True)

    async def _hand_on(self, message: discord.Message, *, is_edit: bool) -> None:
        if self.user is not None and message.author.id == self.user.id:
            return  # cards quote what was flagged
        if isinstance(message.author, discord.User) and message.guild and not message.webhook_id:
            message.author = await self._member(message.guild, message.author)
        if post := posts.of(message, is_edit=is_edit):
            await self._on_post(post)

    async def _member(self, guild: discord.Guild, user: discord.User) -> discord.Member | discord.User:
        """Who this is in the guild: an event may come without it, and a moderator's roles exempt them."""
        try:
            return guild.get_member(user.id) or await guild.fetch_member(user.id)
        except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError, RuntimeError):
            return user

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        """Log where it broke. Neither the exception's text nor the arguments: they may hold a member's words."""
        log.error("event failed", event_name=event_method, where=_innermost_frames())


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
                if not (ever_ready or client.has_been_ready):
                    raise DiscordUnreachable(_unreachable(self._options, error)) from error
                log.warning("connection lost", error=type(error).__name__)
            except Exception as error:  # discord.py's parsers may raise anything; the bot must outlive it
                log.error("client ended", error=type(error).__name__, where=_innermost_frames())
            ever_ready = ever_ready or client.has_been_ready
            wait = FIRST_RETRY if client.has_been_ready else min(wait * 2, LAST_RETRY)
            log.info("connecting again", seconds=wait)
            await asyncio.sleep(wait)

    async def _on_ready(self) -> None:
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
    "https://discord.com/developers/applications (Bot, Privileged Gateway Intents), then start again."
)


def _unreachable(options: DiscordOptions, error: Exception) -> str:
    return (
        f"Discord cannot be reached at {options.api} ({type(error).__name__}): "
        "check the network and `discord.api` in the config."
    )


def _innermost_frames(count: int = 3) -> str:
    """Where the current exception comes from; its text is left out, as it may hold a member's words."""
    stack = traceback.extract_tb(sys.exc_info()[2])[-count:]
    return " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in reversed(stack))
