"""A client without a gateway session, for deeds of the command line: one server as REST shows it, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
from discord.http import Route
from pydantic import SecretStr

from bot.config import DiscordOptions
from bot.errors import DiscordUnreachable, TokenRefused

# This bot never speaks; discord.py need not warn that it cannot.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

LONGEST_WAIT_FOR_A_RATE_LIMIT = 30.0  # seconds


class RestClient(discord.Client):
    """Knows one guild, so that permissions can be looked up as in a client that is connected."""

    def __init__(self) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=LONGEST_WAIT_FOR_A_RATE_LIMIT,
            member_cache_flags=discord.MemberCacheFlags.none(),
        )
        self._loaded: dict[int, discord.Guild] = {}

    def is_ready(self) -> bool:
        return True

    def get_guild(self, id: int, /) -> discord.Guild | None:
        return self._loaded.get(id)

    async def load(self, guild_id: int) -> None:
        """Look at a guild. Where the bot is no longer in it, it stays unknown, as in a client that is connected."""
        me = self.user
        if me is None:
            raise DiscordUnreachable("Discord did not say whose token this is.")
        try:
            guild: Any = await self.http.get_guild(guild_id, with_counts=False)
            channels: Any = await self.http.get_all_guild_channels(guild_id)
            member: Any = await self.http.get_member(guild_id, me.id)
        except (discord.NotFound, discord.Forbidden):
            return
        # Put together, this is what the gateway sends when a bot connects, and a Guild is made of that.
        data: Any = {**guild, "channels": channels, "threads": [], "members": [member]}
        self._loaded[guild_id] = discord.Guild(data=data, state=self._connection)


@asynccontextmanager
async def logged_in(token: SecretStr, options: DiscordOptions, guild_id: int) -> AsyncIterator[RestClient]:
    """Raises ``TokenRefused`` and ``DiscordUnreachable``."""
    Route.BASE = options.api.rstrip("/")
    async with RestClient() as client:
        try:
            await client.login(token.get_secret_value())
            await client.load(guild_id)
        except discord.LoginFailure as error:
            raise TokenRefused(
                "Discord does not take this token: give a new one to `python -m bot init`, or set DISCORD_TOKEN."
            ) from error
        except (aiohttp.ClientError, OSError, TimeoutError, discord.HTTPException, discord.RateLimited) as error:
            raise DiscordUnreachable(
                f"Discord cannot be reached at {options.api} ({type(error).__name__}): "
                "check the network and `discord.api` in the config."
            ) from error
        yield client
