"""What the bot may do, and to whom: asked of what discord.py knows, before any call is made.

Asking in vain counts as one of Discord's invalid requests, and its answer does not say what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import discord

from bot.errors import Away, DeedFailed, Forbidden, Gone
from bot.gateway.permissions import title

Channel: TypeAlias = "discord.abc.MessageableChannel"  # there for type checkers only


def guild_of(client: discord.Client, guild_id: int) -> discord.Guild:
    guild = client.get_guild(guild_id)
    if guild is not None and not guild.unavailable:
        return guild
    if guild is not None or not client.is_ready():
        raise Away("The bot is not connected to this server at the moment.")
    raise Gone("The bot is no longer in this server.")


def require(guild: discord.Guild, permission: str) -> None:
    """In the guild as a whole."""
    if not getattr(guild.me.guild_permissions, permission):
        raise Forbidden(f"The bot lacks the permission {title(permission)}.")


def require_in(client: discord.Client, guild: discord.Guild, channel_id: int, *permissions: str) -> Channel:
    """The channel, if the bot may do all this there."""
    channel = guild.get_channel_or_thread(channel_id)
    if channel is None:  # a thread that was archived when we connected; Discord will say what is allowed
        return client.get_partial_messageable(channel_id, guild_id=guild.id)
    if isinstance(channel, discord.ForumChannel | discord.CategoryChannel):
        raise Gone(f"#{channel.name} holds no messages.")
    place = channel.parent if isinstance(channel, discord.Thread) and channel.parent else channel
    allowed = place.permissions_for(guild.me)
    for permission in permissions:
        if not (allowed.view_channel and getattr(allowed, _in_threads(permission, channel))):
            raise Forbidden(f"The bot lacks the permission {title(permission)} in #{channel.name}.")
    return channel


def require_above(guild: discord.Guild, user_id: int, role_ids: Iterable[int]) -> None:
    """Raises ``Forbidden`` for a member whom the bot may not touch; ``role_ids`` are their roles."""
    if user_id == guild.owner_id:
        raise Forbidden("The member owns this server, so nothing can be done to them.")
    roles = [role for role_id in role_ids if (role := guild.get_role(role_id)) is not None]
    if any(role.permissions.administrator for role in roles):
        raise Forbidden("The member is an administrator of this server, so the bot does nothing to them.")
    top, mine = max(roles, default=guild.default_role), guild.me.top_role
    if top >= mine and guild.owner_id != guild.me.id:
        raise Forbidden(
            f"The member's role {top.name} is not below the bot's role {mine.name}: move the bot's role above it."
        )


def role_called(guild: discord.Guild, reference: str) -> discord.Role:
    wanted = reference.strip().removeprefix("@").casefold()
    for role in guild.roles:
        if wanted in (str(role.id), role.name.removeprefix("@").casefold()):
            return role
    raise DeedFailed(f'There is no role "{reference}" in this server.')


def require_to_give(guild: discord.Guild, role: discord.Role) -> None:
    """Raises ``Forbidden`` for a role that the bot can neither give nor take."""
    if role.is_default() or role.managed:
        raise Forbidden(f"The role {role.name} belongs to Discord or to an integration; nobody can give or take it.")
    mine = guild.me.top_role
    if role >= mine and guild.owner_id != guild.me.id:
        raise Forbidden(f"The role {role.name} is not below the bot's role {mine.name}: move the bot's role above it.")


def channel_called(guild: discord.Guild, reference: str) -> discord.abc.GuildChannel:
    wanted = reference.strip().removeprefix("#").casefold()
    for channel in guild.channels:
        if wanted in (str(channel.id), channel.name.casefold()):
            return channel
    raise DeedFailed(f'There is no channel "{reference}" in this server.')


def _in_threads(permission: str, channel: object) -> str:
    """What a permission is called in a thread."""
    names = {"send_messages": "send_messages_in_threads", "manage_channels": "manage_threads"}
    return names.get(permission, permission) if isinstance(channel, discord.Thread) else permission
