"""Places in a server: where a flag's message stands, and the post that somebody's message would be there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import discord

from bot.records import Author, Flag, Named, Post, Surface
from bot.review.desk import guild_of, named

NOBODY_IN_PARTICULAR = Author(0, "")


def place_of(guild: discord.Guild, flag: Flag) -> discord.abc.GuildChannel | discord.Thread | None:
    """Where a flag's message stands; of a thread that the bot does not know any more, the channel it hangs from."""
    place = guild.get_channel_or_thread(flag.channel.id)
    return guild.get_channel(flag.parent.id) if place is None and flag.parent is not None else place


def post_here(
    interaction: discord.Interaction[Any], surfaces: tuple[Surface, ...], channel_id: int | None = None
) -> Post:
    """A message of a member without roles, in this channel of the guild or where the command was given."""
    guild = guild_of(interaction)
    place = guild.get_channel_or_thread(channel_id) if channel_id else interaction.channel
    parent = place.parent if isinstance(place, discord.Thread) else None
    category = getattr(parent or place, "category", None)
    return Post(
        guild=named(guild),
        channel=Named(place.id if place else channel_id or 0, getattr(place, "name", None) or ""),
        author=NOBODY_IN_PARTICULAR,
        message_id=0,
        surfaces=surfaces,
        created_at=datetime.now(UTC),
        parent=Named(parent.id, parent.name) if parent else None,
        category=Named(category.id, category.name) if category else None,
    )
