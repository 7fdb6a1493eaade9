"""The world: accounts, guilds, channels. Pure: no I/O, it only tells its listeners what happened."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from bot.sandbox import payloads
from bot.sandbox.entities import (
    Application,
    Channel,
    ChannelType,
    Event,
    Guild,
    Json,
    Member,
    Message,
    Overwrite,
    Role,
    User,
)
from bot.sandbox.interactions import Interactions
from bot.sandbox.permissions import MODERATION_BOT, NONE, ORDINARY, Permission
from bot.sandbox.refusals import Refused
from bot.sandbox.snowflakes import Snowflakes

MAX_NAME = 32  # characters, as Discord counts them
BOT_NAME = "Civil Tongue"
DEVELOPER_NAME = "Olivia"
ALL_PRIVILEGED_INTENTS = 1 << 1 | 1 << 8 | 1 << 15  # members, presences, message content

Listener = Callable[[Event], None]


class World:
    """Everything there is, by id and by name. Names are matched without regard to case."""

    def __init__(self) -> None:
        self.snowflakes = Snowflakes()
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.dms: dict[int, Channel] = {}
        self.whispers: dict[int, Message] = {}  # the ephemeral ones, which stand in no channel's log
        self.interactions = Interactions()
        self._by_name: dict[str, User] = {}
        self._listeners: list[Listener] = []
        self.application = self._found_application()

    def _found_application(self) -> Application:
        owner = self.person(DEVELOPER_NAME)
        bot = self.person(BOT_NAME, is_bot=True)
        # The shape of a real token, so that nothing may take it for something else: id, time, secret.
        token = f"{secrets.token_urlsafe(18)}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(28)}"
        return Application(bot.id, BOT_NAME, bot, owner, token, ALL_PRIVILEGED_INTENTS)

    def settle(self, users: Iterable[User], guilds: Iterable[Guild], channels: Iterable[Channel]) -> None:
        """Hold these in place of all there was."""
        self.users = {user.id: user for user in users}
        self._by_name = {user.name.casefold(): user for user in self.users.values()}
        self.guilds = {guild.id: guild for guild in guilds}
        self.channels = {channel.id: channel for channel in channels}
        self.dms = {each.recipient.id: each for each in self.channels.values() if each.recipient is not None}

    @property
    def bot(self) -> User:
        return self.application.bot

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def tell(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)

    # People

    def person(self, name: str, *, is_bot: bool = False) -> User:
        """The account called ``name``, made on first use. Raises ``Refused`` for a name Discord would not take."""
        name = name.strip()
        if not 1 <= len(name) <= MAX_NAME:
            raise Refused(400, f"A member's name must be 1 to {MAX_NAME} characters long, not {len(name)}.")
        if (known := self._by_name.get(name.casefold())) is not None:
            return known
        user_id = self.snowflakes.make()
        slug = re.sub(r"[^a-z0-9_.]", "", name.lower()) or "member"
        user = User(user_id, name, name if is_bot else f"{slug}{user_id % 10_000:04}", is_bot)
        self.users[user.id] = self._by_name[name.casefold()] = user
        return user

    def known_person(self, name: str) -> User | None:
        return self._by_name.get(name.strip().casefold())

    def join(self, guild: Guild, user: User, roles: Iterable[Role] = ()) -> Member:
        """Make ``user`` a member of ``guild``; one who is a member already stays as it is."""
        if (present := guild.members.get(user.id)) is not None:
            return present
        member = Member(user, guild, datetime.now(UTC), [role.id for role in roles])
        guild.members[user.id] = member
        if user is self.bot:
            self.tell(Event("GUILD_CREATE", {}, guild))
        else:
            data = payloads.member(member) | {"guild_id": str(guild.id)}
            self.tell(Event("GUILD_MEMBER_ADD", data, guild, user=user))
        return member

    # Guilds

    def add_guild(self, name: str, *, owner: str = "Olivia", bot_permissions: Permission = MODERATION_BOT) -> Guild:
        """A guild with @everyone, its owner and the bot, whose own role carries ``bot_permissions``."""
        guild = Guild(self.snowflakes.make(), name, self.person(owner))
        guild.roles[guild.id] = Role(guild.id, "@everyone", ORDINARY, 0)
        self.guilds[guild.id] = guild
        self.join(guild, guild.owner)
        bot_role = Role(self.snowflakes.make(), self.bot.name, bot_permissions, 1, bot_id=self.bot.id)
        guild.roles[bot_role.id] = bot_role
        self.join(guild, self.bot, [bot_role])
        return guild

    def add_role(
        self, guild: Guild, name: str, permissions: Permission = NONE, *, position: int = 1, color: int = 0
    ) -> Role:
        """Roles at ``position`` and above move up, as when Discord makes a role above @everyone."""
        for other in guild.roles.values():
            if other.position >= position:
                other.position += 1
        role = Role(self.snowflakes.make(), name, permissions, position, color)
        guild.roles[role.id] = role
        self.tell_role("GUILD_ROLE_CREATE", guild, role)
        return role

    def drop_role(self, guild: Guild, role: Role) -> None:
        del guild.roles[role.id]
        for member in guild.members.values():
            if role.id in member.role_ids:
                member.role_ids.remove(role.id)
        self.tell(Event("GUILD_ROLE_DELETE", {"guild_id": str(guild.id), "role_id": str(role.id)}, guild))

    def tell_role(self, event: str, guild: Guild, role: Role) -> None:
        self.tell(Event(event, {"guild_id": str(guild.id), "role": payloads.role(role)}, guild))

    # Channels

    def add_channel(
        self,
        guild: Guild,
        name: str,
        *,
        type: ChannelType = ChannelType.TEXT,
        parent: Channel | None = None,
        topic: str | None = None,
        overwrites: Iterable[Overwrite] = (),
    ) -> Channel:
        position = sum(not channel.is_thread for channel in guild.channels.values())
        channel = Channel(self.snowflakes.make(), name, type, guild, parent, position=position, topic=topic)
        channel.overwrites = {each.id: each for each in overwrites}
        self._settle(guild, channel)
        self.tell(Event("CHANNEL_CREATE", payloads.channel(channel), guild, channel))
        return channel

    def add_thread(
        self, parent: Channel, name: str, owner: User, *, id: int | None = None, private: bool = False
    ) -> Channel:
        """A thread; one that hangs from a message has that message's ``id``."""
        if parent.guild is None:
            raise ValueError("a thread needs a channel of a guild")
        type = ChannelType.PRIVATE_THREAD if private else ChannelType.PUBLIC_THREAD
        number = id or self.snowflakes.make()
        thread = Channel(number, name, type, parent.guild, parent, owner_id=owner.id)
        thread.created_at = datetime.now(UTC)
        thread.member_ids = [owner.id]
        self._settle(parent.guild, thread)
        data = payloads.thread(thread) | {"newly_created": True}
        self.tell(Event("THREAD_CREATE", data, parent.guild, thread))
        return thread

    def _settle(self, guild: Guild, channel: Channel) -> None:
        guild.channels[channel.id] = channel
        self.channels[channel.id] = channel

    def tell_channel(self, what: str, channel: Channel, data: Json | None = None) -> None:
        """``what`` is UPDATE or DELETE."""
        family = "THREAD" if channel.is_thread else "CHANNEL"
        self.tell(Event(f"{family}_{what}", data or payloads.channel(channel), channel.guild, channel))

    def drop_channel(self, channel: Channel) -> None:
        """Delete a channel, and its threads with it."""
        if channel.guild is None:
            raise ValueError("a DM cannot be deleted")
        for thread in [each for each in channel.guild.channels.values() if each.is_thread and each.parent is channel]:
            self.drop_channel(thread)
        del channel.guild.channels[channel.id], self.channels[channel.id]
        gone = {"id": str(channel.id), "guild_id": str(channel.guild.id), "type": int(channel.type)}
        parent = {"parent_id": payloads.optional_id(channel.parent.id if channel.parent else None)}
        self.tell_channel("DELETE", channel, gone | parent if channel.is_thread else None)

    def dm_with(self, user: User) -> Channel:
        """The bot's conversation with ``user``, made on first use."""
        if (known := self.dms.get(user.id)) is None:
            known = Channel(self.snowflakes.make(), user.name, ChannelType.DM, recipient=user)
            self.dms[user.id] = self.channels[known.id] = known
        return known

    # Finding things by what a person calls them

    def guild_called(self, reference: str | int | None = None) -> Guild:
        """By id or name; without one, the first guild."""
        if reference is None:
            return next(iter(self.guilds.values()))
        wanted = str(reference).casefold()
        for guild in self.guilds.values():
            if wanted in (str(guild.id), guild.name.casefold()):
                return guild
        choices = ", ".join(guild.name for guild in self.guilds.values())
        raise Refused(404, f"There is no guild called {reference!r}; there are: {choices}.")

    def channel_called(self, reference: str | int, guild: Guild) -> Channel:
        """By id or name, with or without ``#``."""
        wanted = str(reference).strip().removeprefix("#").casefold()
        for channel in guild.channels.values():
            if channel.type is not ChannelType.CATEGORY and wanted in (str(channel.id), channel.name.casefold()):
                return channel
        choices = ", ".join(each.name for each in guild.channels.values() if each.type is not ChannelType.CATEGORY)
        raise Refused(404, f"There is no channel called {reference!r}; there are: {choices}.")

    def role_called(self, reference: str | int, guild: Guild) -> Role:
        wanted = str(reference).casefold()
        for role in guild.roles.values():
            if wanted in (str(role.id), role.name.casefold()):
                return role
        choices = ", ".join(role.name for role in guild.roles.values())
        raise Refused(404, f"There is no role called {reference!r}; there are: {choices}.")

    def member_called(self, name: str, guild: Guild) -> Member:
        """Someone who is in the guild now. Raises ``Refused`` for anyone else."""
        user = self.known_person(name)
        if user is None or user.id not in guild.members:
            raise Refused(404, f"There is no member called {name!r} in {guild.name}.")
        return guild.members[user.id]
