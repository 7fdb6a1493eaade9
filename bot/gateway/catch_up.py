"""Reads what was written while the bot was not there: after a fresh session Discord does not send it again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

import discord
import structlog

from bot.errors import RecordFailed
from bot.gateway import posts
from bot.records import Post

MESSAGES_PER_CHANNEL = 500  # the newest ones; a channel with more in a quarter of an hour is better left to moderators
MESSAGES_IN_ALL = 5_000

Place = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
LastMessages = Callable[[int, datetime, datetime], Awaitable[Mapping[int, int]]]

log = structlog.get_logger()


async def catch_up(
    client: discord.Client,
    last_messages: LastMessages,
    window: timedelta,
    session_began: datetime,
    hand_on: Callable[[Post], Awaitable[None]],
) -> int:
    """Hand on every message since the last of its channel that was recorded, at most ``window`` old; gives how many.

    What was recorded after ``session_began`` tells nothing: it came live, after what was missed. One message at a time,
    so that live traffic goes first. A guild that the record did not know before is left alone: what was written before
    the bot came is none of its business.
    """
    now = datetime.now(UTC)
    found = 0
    for guild in list(client.guilds):
        try:
            known = await last_messages(guild.id, now - window, session_began)
        except RecordFailed as error:
            log.warning("server not caught up", guild=guild.id, why=str(error))
            continue
        if not known:
            continue
        for channel in _readable(guild):
            after = max(discord.utils.time_snowflake(now - window), known.get(channel.id, 0))
            async for message in _missed(channel, after, discord.utils.time_snowflake(now, high=True)):
                if client.user is not None and message.author.id == client.user.id:
                    continue
                for post in posts.every_of(message):
                    found += not post.doubt
                    await hand_on(post)
                if found >= MESSAGES_IN_ALL:
                    log.warning("catch-up cut short", messages=found)
                    return found
    log.info("caught up", messages=found)
    return found


def _readable(guild: discord.Guild) -> list[Place]:
    places: list[Place] = [*guild.text_channels, *guild.voice_channels, *guild.stage_channels, *guild.threads]
    return [place for place in places if _may_read(place, guild.me)]


def _may_read(place: Place, me: discord.Member) -> bool:
    if isinstance(place, discord.Thread) and place.parent is None:
        return False
    allowed = place.permissions_for(me)
    return allowed.view_channel and allowed.read_message_history


async def _missed(channel: Place, after: int, before: int) -> AsyncIterator[discord.Message]:
    """The newest messages between two snowflakes, oldest first; none when the channel cannot be read."""
    if channel.last_message_id is not None and channel.last_message_id <= after:
        return
    try:
        newest_first = [
            message
            async for message in channel.history(
                limit=MESSAGES_PER_CHANNEL,
                after=discord.Object(after),
                before=discord.Object(before),
                oldest_first=False,
            )
        ]
    except Exception as error:  # discord.py's parsers may raise anything; the other channels are read all the same
        log.warning("channel not caught up", channel=channel.id, error=type(error).__name__)
        return
    for message in reversed(newest_first):
        yield message
