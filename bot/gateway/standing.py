"""What the bot may do, and to whom: asked of what discord.py knows, before any call is made.

Asking in vain counts as one of Discord's invalid requests, and its answer does not say what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import discord

from bot.errors import Away, DeedFailed, Forbidden, Gone, NoSuchRole
from bot.texts.naming import permission_named
from bot.texts.saying import say

Channel: TypeAlias = "discord.abc.MessageableChannel"  # there for type checkers only


def guild_of(client: discord.Client, guild_id: int) -> discord.Guild:
    guild = client.get_guild(guild_id)
    if guild is not None and not guild.unavailable:
        return guild
    if guild is not None or not client.is_ready():
        raise Away(say("not_connected"))
    raise DeedFailed(say("not_in_server"))


def require(guild: discord.Guild, permission: str) -> None:
    """In the guild as a whole."""
    if not getattr(guild.me.guild_permissions, permission):
        raise Forbidden(say("lacks", permission=permission_named(permission)))


def require_in(client: discord.Client, guild: discord.Guild, channel_id: int, *permissions: str) -> Channel:
    """The channel, if the bot may do all this there."""
    channel = guild.get_channel_or_thread(channel_id)
    if channel is None:  # a thread that was archived when we connected; Discord will say what is allowed
        return client.get_partial_messageable(channel_id, guild_id=guild.id)
    if isinstance(channel, discord.ForumChannel | discord.CategoryChannel):
        raise Gone(say("holds_no_messages", channel=channel.name))
    place = channel.parent if isinstance(channel, discord.Thread) and channel.parent else channel
    allowed = place.permissions_for(guild.me)
    for permission in permissions:
        if not (allowed.view_channel and getattr(allowed, _in_threads(permission, channel))):
            raise Forbidden(say("lacks_in", permission=permission_named(permission), channel=channel.name))
    return channel


def require_above(guild: discord.Guild, user_id: int, role_ids: Iterable[int]) -> None:
    """Raises ``Forbidden`` for a member whom the bot may not touch; ``role_ids`` are their roles."""
    if user_id == guild.owner_id:
        raise Forbidden(say("is_owner"))
    roles = [role for role_id in role_ids if (role := guild.get_role(role_id)) is not None]
    if any(role.permissions.administrator for role in roles):
        raise Forbidden(say("is_administrator"))
    top, mine = max(roles, default=guild.default_role), guild.me.top_role
    if top >= mine and guild.owner_id != guild.me.id:
        raise Forbidden(say("stands_above", role=top.name, mine=mine.name))


def role_called(guild: discord.Guild, reference: str) -> discord.Role:
    wanted = reference.strip().removeprefix("@").casefold()
    for role in guild.roles:
        if wanted in (str(role.id), role.name.removeprefix("@").casefold()):
            return role
    raise NoSuchRole(say("no_such_role", name=reference))


def require_to_give(guild: discord.Guild, role: discord.Role) -> None:
    """Raises ``Forbidden`` for a role that the bot can neither give nor take."""
    if role.is_default() or role.managed:
        raise Forbidden(say("role_is_managed", role=role.name))
    mine = guild.me.top_role
    if role >= mine and guild.owner_id != guild.me.id:
        raise Forbidden(say("role_stands_above", role=role.name, mine=mine.name))


def channel_called(guild: discord.Guild, reference: str) -> discord.abc.GuildChannel | discord.Thread:
    """The channel of this name or id, or the thread of this id: anybody may open a thread of any name."""
    wanted = reference.strip().removeprefix("#").casefold()
    for channel in guild.channels:
        if wanted in (str(channel.id), channel.name.casefold()):
            return channel
    if wanted.isdecimal() and (thread := guild.get_thread(int(wanted))) is not None:
        return thread
    raise DeedFailed(say("no_such_channel", name=reference))


def _in_threads(permission: str, channel: object) -> str:
    """What a permission is called in a thread."""
    names = {"send_messages": "send_messages_in_threads", "manage_channels": "manage_threads"}
    return names.get(permission, permission) if isinstance(channel, discord.Thread) else permission
