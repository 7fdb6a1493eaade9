"""What the world is made of. Ids are integers here and become strings in ``payloads``."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from bot.sandbox.permissions import NONE, Permission

Json = dict[str, Any]


class ChannelType(IntEnum):
    TEXT = 0
    DM = 1
    VOICE = 2
    CATEGORY = 4
    ANNOUNCEMENT = 5
    ANNOUNCEMENT_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    STAGE = 13
    FORUM = 15


THREADS = frozenset({ChannelType.ANNOUNCEMENT_THREAD, ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD})


class AuditAction(IntEnum):
    CHANNEL_CREATE = 10
    CHANNEL_UPDATE = 11
    CHANNEL_DELETE = 12
    OVERWRITE_CREATE = 13
    OVERWRITE_UPDATE = 14
    OVERWRITE_DELETE = 15
    MEMBER_KICK = 20
    MEMBER_BAN_ADD = 22
    MEMBER_BAN_REMOVE = 23
    MEMBER_UPDATE = 24
    MEMBER_ROLE_UPDATE = 25
    ROLE_CREATE = 30
    ROLE_UPDATE = 31
    ROLE_DELETE = 32
    INVITE_CREATE = 40
    MESSAGE_DELETE = 72
    MESSAGE_BULK_DELETE = 73
    SCHEDULED_EVENT_CREATE = 100
    SCHEDULED_EVENT_UPDATE = 101
    SCHEDULED_EVENT_DELETE = 102
    THREAD_CREATE = 110
    THREAD_UPDATE = 111
    THREAD_DELETE = 112
    VOICE_CHANNEL_STATUS_CREATE = 192
    VOICE_CHANNEL_STATUS_DELETE = 193


@dataclass(slots=True, eq=False)
class User:
    """An account. ``name`` is the display name, which the sandbox knows its members by."""

    id: int
    name: str
    username: str
    is_bot: bool = False
    takes_dms: bool = True


@dataclass(slots=True, eq=False)
class Role:
    id: int
    name: str
    permissions: Permission
    position: int
    color: int = 0
    hoist: bool = False
    mentionable: bool = False
    bot_id: int | None = None  # a bot's own role, which nobody can give away


@dataclass(slots=True)
class Overwrite:
    """What a channel allows and denies one role (``kind`` 0) or member (``kind`` 1)."""

    id: int
    kind: int
    allow: Permission = NONE
    deny: Permission = NONE


@dataclass(slots=True, eq=False)
class Member:
    user: User
    guild: Guild
    joined_at: datetime
    role_ids: list[int] = field(default_factory=list)
    nick: str | None = None
    timed_out_until: datetime | None = None

    @property
    def name(self) -> str:
        return self.nick or self.user.name

    @property
    def roles(self) -> list[Role]:
        """The roles given to the member, without @everyone."""
        return [self.guild.roles[role_id] for role_id in self.role_ids if role_id in self.guild.roles]

    @property
    def highest(self) -> tuple[int, int]:
        """Where the member stands in the hierarchy; of equal positions the older role (the smaller id) is higher."""
        return max(((role.position, -role.id) for role in self.roles), default=(0, 0))


@dataclass(slots=True, eq=False)
class Message:
    id: int
    channel: Channel
    author: User
    content: str
    created_at: datetime
    kind: int = 0
    flags: int = 0
    embeds: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    mentions: list[User] = field(default_factory=list)
    mention_roles: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    tts: bool = False
    pinned: bool = False
    nonce: str | int | None = None
    reference: Json | None = None
    referenced: Message | None = None
    reactions: dict[str, list[User]] = field(default_factory=dict)
    extra: Json = field(default_factory=dict)  # poll, message_snapshots, sticker_items: as Discord writes them
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    deleted_by: User | None = None
    deleted_reason: str | None = None
    only_for: User | None = None  # whoever alone sees it: an ephemeral answer to an interaction
    is_dismissed: bool = False  # by whom it was for

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None


class MessageLog:
    """The messages of a channel in the order of their ids, the deleted ones among them."""

    def __init__(self) -> None:
        self._by_id: dict[int, Message] = {}
        self._alive: list[int] = []
        self.last_id: int | None = None

    def add(self, message: Message) -> None:
        self._by_id[message.id] = message
        self.last_id = max(message.id, self.last_id or 0)
        insort(self._alive, message.id)

    def restore(self, message: Message) -> None:
        """Add one as it was kept, which may have been deleted."""
        self._by_id[message.id] = message
        self.last_id = max(message.id, self.last_id or 0)
        if not message.is_deleted:
            insort(self._alive, message.id)

    def __len__(self) -> int:
        """How many have not been deleted."""
        return len(self._alive)

    def remove(self, message: Message) -> None:
        """Take it from the living; it stays on record."""
        del self._alive[bisect_left(self._alive, message.id)]

    def get(self, message_id: int) -> Message | None:
        """A message that has not been deleted."""
        message = self._by_id.get(message_id)
        return None if message is None or message.is_deleted else message

    def ever(self, message_id: int) -> Message | None:
        return self._by_id.get(message_id)

    def everything(self) -> list[Message]:
        return [self._by_id[message_id] for message_id in sorted(self._by_id)]

    def before(self, message_id: int | None, limit: int) -> list[Message]:
        """The newest first, as Discord lists them."""
        end = len(self._alive) if message_id is None else bisect_left(self._alive, message_id)
        return [self._by_id[each] for each in reversed(self._alive[max(0, end - limit) : end])]

    def after(self, message_id: int, limit: int) -> list[Message]:
        start = bisect_right(self._alive, message_id)
        return [self._by_id[each] for each in reversed(self._alive[start : start + limit])]

    def around(self, message_id: int, limit: int) -> list[Message]:
        middle = bisect_left(self._alive, message_id)
        start = max(0, middle - limit // 2)
        return [self._by_id[each] for each in reversed(self._alive[start : start + limit])]


@dataclass(slots=True, eq=False)
class Channel:
    """A guild's channel, a thread, or (without a guild) a DM with ``recipient``."""

    id: int
    name: str
    type: ChannelType
    guild: Guild | None = None
    parent: Channel | None = None
    recipient: User | None = None
    position: int = 0
    topic: str | None = None
    nsfw: bool = False
    slowmode: int = 0  # seconds
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    messages: MessageLog = field(default_factory=MessageLog)
    last_spoken: dict[int, datetime] = field(default_factory=dict)  # user id → the last message, for slowmode
    owner_id: int = 0
    archived: bool = False
    locked: bool = False
    auto_archive_minutes: int = 1440
    created_at: datetime | None = None
    member_ids: list[int] = field(default_factory=list)
    tags: list[Json] = field(default_factory=list)  # of a forum, as Discord writes them
    applied_tags: list[int] = field(default_factory=list)  # of a post in a forum
    status: str | None = None  # of a voice channel

    @property
    def is_thread(self) -> bool:
        return self.type in THREADS


@dataclass(slots=True)
class Invite:
    """The way back into a guild. ``max_age`` in seconds and ``max_uses`` are 0 for no limit."""

    code: str
    channel: Channel
    inviter: User
    max_age: int
    max_uses: int
    temporary: bool
    created_at: datetime


@dataclass(slots=True)
class Ban:
    user: User
    reason: str | None


@dataclass(slots=True)
class AuditEntry:
    id: int
    guild: Guild
    action: AuditAction
    actor: User
    target_id: int | None
    reason: str | None = None
    changes: list[Json] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class ScheduledEvent:
    """Something to come. Without a ``channel`` it takes place at a ``location``."""

    id: int
    guild: Guild
    name: str
    description: str | None
    creator: User
    starts_at: datetime
    channel: Channel | None = None
    location: str | None = None


@dataclass(slots=True, eq=False)
class Guild:
    id: int
    name: str
    owner: User
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)  # threads among them
    members: dict[int, Member] = field(default_factory=dict)
    bans: dict[int, Ban] = field(default_factory=dict)
    invites: dict[str, Invite] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)
    events: dict[int, ScheduledEvent] = field(default_factory=dict)

    @property
    def everyone(self) -> Role:
        return self.roles[self.id]


@dataclass(slots=True)
class Application:
    """The bot's application: what it may do, and the commands it registered."""

    id: int
    name: str
    bot: User
    owner: User
    token: str
    privileged_intents: int
    commands: dict[int | None, list[Json]] = field(default_factory=dict)  # guild id, None for global ones
    shards: int = 1  # that Discord recommends


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, as the gateway would tell it; ``user`` is whom it is about."""

    type: str
    data: Json
    guild: Guild | None = None
    channel: Channel | None = None
    message: Message | None = None
    user: User | None = None
