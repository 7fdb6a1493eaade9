"""The calls that change Discord, each checked before it is made and told apart when it fails."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic

import aiohttp
import discord
import structlog

from bot.errors import Forbidden, Gone, TryLater, Unreachable

DMS_PER_MINUTE = 5  # Discord puts bots that send many direct messages into quarantine
NOT_THERE = frozenset({10003, 10004, 10007, 10008, 10013})  # unknown channel, guild, member, message, user
_CANNOT_MESSAGE_THIS_USER = 50007

log = structlog.get_logger()


class DiscordDeeds:
    """``records.Deeds`` on a discord.py client. ``client`` is asked for at each call: it changes when we reconnect."""

    def __init__(self, client: Callable[[], discord.Client], clock: Callable[[], float] = monotonic) -> None:
        self._client = client
        self._clock = clock
        self._dms: deque[float] = deque()
        self._removals: set[asyncio.Task[None]] = set()

    async def delete_message(self, guild_id: int, channel_id: int, message_id: int, *, reason: str) -> None:
        """Delete a member's message. Its author need not be known, so this works for messages of any age."""
        self._require(guild_id, channel_id, "manage_messages")
        async with _told_apart("delete the message"):
            # discord.py's PartialMessage.delete takes no reason; the HTTP call does.
            await self._client().http.delete_message(channel_id, message_id, reason=reason)

    async def direct_message(self, guild_id: int, user_id: int, text: str) -> None:
        self._spend_dm()
        client = self._client()
        async with _told_apart("send a direct message"):
            user = client.get_user(user_id) or await client.fetch_user(user_id)
            await user.send(text, allowed_mentions=discord.AllowedMentions.none(), suppress_embeds=True)

    async def notice(self, guild_id: int, channel_id: int, user_id: int, text: str, *, seconds: float) -> None:
        channel = self._require(guild_id, channel_id, "send_messages")
        mention = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(user_id)])
        async with _told_apart("post a notice"):
            sent = await channel.send(f"<@{user_id}> {text}", allowed_mentions=mention, suppress_embeds=True)
        task = asyncio.create_task(self._remove_after(sent, seconds))
        self._removals.add(task)
        task.add_done_callback(self._removals.discard)

    async def close(self) -> None:
        """Take the notices that still stand away at once."""
        for task in self._removals:
            task.cancel()
        await asyncio.gather(*self._removals, return_exceptions=True)

    async def _remove_after(self, sent: discord.Message, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        finally:
            # Message.delete(delay=...) would hide a failure; a notice that stays is worth a log line.
            try:
                await sent.delete()
            except discord.NotFound:
                pass
            except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
                log.warning("notice stays", channel=sent.channel.id, message=sent.id, error=type(error).__name__)

    def _require(self, guild_id: int, channel_id: int, permission: str) -> discord.abc.MessageableChannel:
        """The channel, if the bot may do this there: asking in vain counts as one of Discord's invalid requests."""
        guild = self._client().get_guild(guild_id)
        if guild is None:
            raise Gone("The bot is no longer in this server.")
        channel = guild.get_channel_or_thread(channel_id)
        if channel is None:  # a thread that was archived when we connected; Discord will say what is allowed
            return self._client().get_partial_messageable(channel_id, guild_id=guild_id)
        if isinstance(channel, discord.ForumChannel | discord.CategoryChannel):
            raise Gone(f"#{channel.name} holds no messages.")
        place = channel.parent if isinstance(channel, discord.Thread) and channel.parent else channel
        allowed = place.permissions_for(guild.me)
        if not (allowed.view_channel and getattr(allowed, _in_threads(permission, channel))):
            raise Forbidden(f"The bot lacks the permission {_title(permission)} in #{channel.name}.")
        return channel

    def _spend_dm(self) -> None:
        now = self._clock()
        while self._dms and self._dms[0] <= now - 60:
            self._dms.popleft()
        if len(self._dms) >= DMS_PER_MINUTE:
            raise Unreachable(f"No direct message was sent: {DMS_PER_MINUTE} went out within the last minute.")
        self._dms.append(now)


@asynccontextmanager
async def _told_apart(deed: str) -> AsyncIterator[None]:
    """Turn discord.py's failures into ours: gone, forbidden, unreachable, or try later."""
    try:
        yield
    except discord.NotFound as error:
        raise Gone(f"There was nothing left to act on when the bot tried to {deed}.") from error
    except discord.Forbidden as error:
        if error.code == _CANNOT_MESSAGE_THIS_USER:
            raise Unreachable("The member takes no direct messages from this server.") from error
        raise Forbidden(
            f"Discord did not let the bot {deed}: {error.text or 'no reason given'} ({error.code})."
        ) from error
    except discord.RateLimited as error:
        raise TryLater(f"Discord asks the bot to wait {error.retry_after:.0f} s before it may {deed}.") from error
    except discord.HTTPException as error:
        if error.code in NOT_THERE:
            raise Gone(f"There was nothing left to act on when the bot tried to {deed}.") from error
        raise TryLater(f"Discord answered {error.status} when the bot tried to {deed}.") from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise TryLater(f"Discord could not be reached to {deed} ({type(error).__name__}).") from error


def _in_threads(permission: str, channel: object) -> str:
    is_thread = isinstance(channel, discord.Thread)
    return "send_messages_in_threads" if is_thread and permission == "send_messages" else permission


def _title(permission: str) -> str:
    return permission.replace("_", " ").title()
