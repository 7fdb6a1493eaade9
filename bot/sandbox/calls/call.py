"""One call of the REST API, and the questions that every call asks of the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.entities import Channel, ChannelType, Guild, Json, Member, Message, Role, User
from bot.sandbox.forms import Form, as_snowflake
from bot.sandbox.permissions import Permission
from bot.sandbox.refusals import (
    invalid_form,
    missing_access,
    missing_permissions,
    unknown_channel,
    unknown_guild,
    unknown_member,
    unknown_message,
    unknown_role,
    unknown_user,
    wrong_in_a_dm,
)
from bot.sandbox.standing import can_see, outranks, permissions_in, permissions_of
from bot.sandbox.state import World


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with a status of its own."""

    status: int
    body: Any


Answer = Json | list[Any] | Reply | None  # None is 204 No Content


@dataclass(frozen=True, slots=True)
class Call:
    """``ids`` are the texts that stand in the path, by the names its template gives them."""

    world: World
    base_url: str
    gateway_url: str
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    attachments: list[Json] = field(default_factory=list)
    reason: str | None = None

    @property
    def bot(self) -> User:
        return self.world.bot

    def id(self, name: str) -> int:
        number = as_snowflake(self.ids[name])
        if number is None:
            error = {"code": "NUMBER_TYPE_COERCE", "message": f'Value "{self.ids[name]}" is not snowflake.'}
            raise invalid_form({name: {"_errors": [error]}})
        return number

    def asked(self) -> Form:
        """The query, to be read like a body."""
        return Form(dict(self.query))

    def guild(self) -> Guild:
        guild = self.world.guilds.get(self.id("guild_id"))
        if guild is None:
            raise unknown_guild()
        self.me(guild)
        return guild

    def me(self, guild: Guild) -> Member:
        """The bot as a member of ``guild``."""
        member = guild.members.get(self.bot.id)
        if member is None:
            raise missing_access()
        return member

    def require_in_guild(self, guild: Guild, needed: Permission) -> Member:
        me = self.me(guild)
        if needed not in permissions_of(me):
            raise missing_permissions()
        return me

    def channel(self, needed: Permission = Permission.VIEW_CHANNEL) -> Channel:
        """The channel of the path, where the bot has the ``needed`` permissions. DMs ask for none."""
        channel = self.world.channels.get(self.id("channel_id"))
        if channel is None:
            raise unknown_channel()
        if channel.guild is not None:
            me = self.me(channel.guild)
            if not can_see(me, channel):
                raise missing_access()
            if needed not in permissions_in(me, channel):
                raise missing_permissions()
        return channel

    def guild_channel(self, needed: Permission) -> tuple[Channel, Guild]:
        channel = self.channel(needed)
        if channel.guild is None:
            raise wrong_in_a_dm()
        return channel, channel.guild

    def may(self, needed: Permission, channel: Channel) -> bool:
        return channel.type is ChannelType.DM or (
            channel.guild is not None and needed in permissions_in(self.me(channel.guild), channel)
        )

    def message(self, channel: Channel) -> Message:
        message = channel.messages.get(self.id("message_id"))
        if message is None:
            raise unknown_message()
        return message

    def user(self) -> User:
        user = self.bot if self.ids["user_id"] == "@me" else self.world.users.get(self.id("user_id"))
        if user is None:
            raise unknown_user()
        return user

    def member(self, guild: Guild) -> Member:
        member = guild.members.get(self.user().id)
        if member is None:
            raise unknown_member()
        return member

    def role(self, guild: Guild) -> Role:
        role = guild.roles.get(self.id("role_id"))
        if role is None:
            raise unknown_role()
        return role

    def require_above(self, target: Member) -> None:
        if target.user is not self.bot and not outranks(self.me(target.guild), target):
            raise missing_permissions()

    def require_above_role(self, guild: Guild, role: Role) -> None:
        me = self.me(guild)
        if guild.owner is not self.bot and (role.position, -role.id) >= me.highest:
            raise missing_permissions()


@dataclass(frozen=True, slots=True)
class Route:
    """``path`` is a template below ``/api/v10``, such as ``/channels/{channel_id}``."""

    method: str
    path: str
    answer: Callable[[Call], Answer]
    needs_token: bool = True
