"""Discord's messages as posts."""

from __future__ import annotations

from collections.abc import Iterator

import discord

from bot.records import Author, Named, Post, Surface

# Message types that a member writes; all others are Discord's own words ("Mallory pinned a message").
_WRITTEN_BY_MEMBERS = frozenset(
    {
        discord.MessageType.default,
        discord.MessageType.reply,
        discord.MessageType.chat_input_command,
        discord.MessageType.context_menu_command,
        discord.MessageType.thread_starter_message,
    }
)


def of(message: discord.Message, *, is_edit: bool = False) -> Post | None:
    """The post in a guild that this message is, with every text in it; None for a direct message."""
    guild = message.guild
    if guild is None:
        return None
    channel = message.channel
    parent = channel.parent if isinstance(channel, discord.Thread) else None
    category = getattr(parent or channel, "category", None)
    return Post(
        guild=Named(guild.id, guild.name),
        channel=Named(channel.id, _name(channel)),
        author=_author(message),
        message_id=message.id,
        surfaces=tuple(_surfaces(message)),
        created_at=message.created_at,
        parent=Named(parent.id, parent.name) if parent else None,
        category=Named(category.id, category.name) if category else None,
        is_edit=is_edit,
        is_system=message.type not in _WRITTEN_BY_MEMBERS,
    )


def _surfaces(message: discord.Message) -> Iterator[Surface]:
    if message.content:
        yield Surface("content", message.content)
    for snapshot in message.message_snapshots:  # a forward has no content of its own
        if snapshot.content:
            yield Surface("forward", snapshot.content)


def _author(message: discord.Message) -> Author:
    author = message.author
    roles = tuple(Named(role.id, role.name) for role in author.roles) if isinstance(author, discord.Member) else ()
    return Author(
        id=author.id,
        name=author.display_name,
        roles=roles,
        is_bot=author.bot or message.webhook_id is not None,
    )


def _name(channel: object) -> str:
    return getattr(channel, "name", None) or "unknown channel"
