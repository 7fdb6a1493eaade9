"""Messages: written, edited, deleted, reacted to. Whoever calls has already asked whether that is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.sandbox import payloads
from bot.sandbox.entities import Channel, Event, Guild, Json, Message, User
from bot.sandbox.permissions import Permission
from bot.sandbox.standing import permissions_in
from bot.sandbox.state import World

REPLY = 19  # the message type
USER_MENTION = re.compile(r"<@!?(\d{1,20})>")
ROLE_MENTION = re.compile(r"<@&(\d{1,20})>")
EVERYONE_MENTION = re.compile(r"@(?:everyone|here)\b")


@dataclass(frozen=True, slots=True)
class Pings:
    """Whom a message may ping. None means all of them."""

    users: frozenset[int] | None = None
    roles: frozenset[int] | None = None
    everyone: bool = True
    replied_to: bool = True


@dataclass(slots=True)
class Draft:
    """A message before it has an id."""

    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    flags: int = 0
    kind: int = 0
    tts: bool = False
    nonce: str | int | None = None
    reference: Json | None = None
    referenced: Message | None = None
    extra: Json = field(default_factory=dict)
    pings: Pings = Pings()
    only_for: User | None = None


def post(world: World, channel: Channel, author: User, draft: Draft, *, at: datetime | None = None) -> Message:
    """Write ``draft`` into ``channel``; ``at`` sets it back in time."""
    made_at = at or datetime.now(UTC)
    message = Message(world.snowflakes.make(at), channel, author, draft.content, made_at)
    for name in ("embeds", "attachments", "components", "flags", "kind", "tts", "nonce", "reference", "referenced"):
        setattr(message, name, getattr(draft, name))
    message.extra, message.only_for = draft.extra, draft.only_for
    _set_mentions(world, message, draft.pings)
    if message.only_for is not None:
        world.whispers[message.id] = message
    else:
        _wake(world, channel)
        channel.messages.add(message)
        channel.last_spoken[author.id] = made_at
    tell_message(world, "MESSAGE_CREATE", message)
    return message


def _wake(world: World, channel: Channel) -> None:
    if channel.archived and not channel.locked:
        channel.archived = False
        world.tell_channel("UPDATE", channel)


def _set_mentions(world: World, message: Message, pings: Pings) -> None:
    named = [int(number) for number in USER_MENTION.findall(message.content)]
    if message.referenced is not None and message.kind == REPLY and pings.replied_to:
        named.append(message.referenced.author.id)
    users = [world.users[each] for each in dict.fromkeys(named) if each in world.users]
    replied = message.referenced.author if message.referenced and pings.replied_to else None
    message.mentions = [who for who in users if pings.users is None or who.id in pings.users or who is replied]
    roles = [int(number) for number in dict.fromkeys(ROLE_MENTION.findall(message.content))]
    message.mention_roles = [each for each in roles if pings.roles is None or each in pings.roles]
    message.mention_everyone = (
        pings.everyone and bool(EVERYONE_MENTION.search(message.content)) and _may_ping_everyone(message)
    )


def _may_ping_everyone(message: Message) -> bool:
    home = message.channel.guild
    author = home.members.get(message.author.id) if home else None
    return author is not None and Permission.MENTION_EVERYONE in permissions_in(author, message.channel)


def edit(world: World, message: Message, changes: Json, *, pings: Pings | None = None, mark: bool = True) -> None:
    """Set the fields in ``changes``, mark the message as edited (unless told not to) and tell of it."""
    for name, value in changes.items():
        setattr(message, name, value)
    _set_mentions(world, message, pings or Pings())
    message.edited_at = datetime.now(UTC) if mark else message.edited_at
    tell_message(world, "MESSAGE_UPDATE", message)


def delete(world: World, message: Message, *, by: User, reason: str | None = None) -> None:
    _bury(message, by, reason)
    home = _told_in(message)
    data: Json = {"id": str(message.id), "channel_id": str(message.channel.id)}
    if home is not None:
        data["guild_id"] = str(home.id)
    world.tell(Event("MESSAGE_DELETE", data, home, message.channel, message, message.author))


def delete_many(
    world: World, channel: Channel, messages: Sequence[Message], *, by: User, reason: str | None = None
) -> None:
    """Delete messages of one channel in one event."""
    for message in messages:
        _bury(message, by, reason)
    data: Json = {"ids": [str(message.id) for message in messages], "channel_id": str(channel.id)}
    if channel.guild is not None:
        data["guild_id"] = str(channel.guild.id)
    world.tell(Event("MESSAGE_DELETE_BULK", data, channel.guild, channel))


def _bury(message: Message, by: User, reason: str | None) -> None:
    if message.only_for is None:
        message.channel.messages.remove(message)
    message.deleted_at, message.deleted_by, message.deleted_reason = datetime.now(UTC), by, reason


def delete_recent_of(
    world: World, channels: Iterable[Channel], author: User, since: datetime, reason: str | None
) -> None:
    """What a ban takes along: the messages ``author`` wrote since then, deleted in bulk by Discord itself."""
    for channel in channels:
        recent = [each for each in channel.messages.before(None, len(channel.messages)) if each.author is author]
        doomed = [each for each in recent if each.created_at >= since]
        if doomed:
            delete_many(world, channel, doomed, by=world.bot, reason=reason)


def tell_message(world: World, event: str, message: Message) -> None:
    home = _told_in(message)
    data = payloads.message(message, world.bot) if home is None else payloads.told_message(message, world.bot)
    world.tell(Event(event, data, home, message.channel, message, message.author))


def _told_in(message: Message) -> Guild | None:
    """The guild that events about a message name: of an ephemeral one bots are told as of a DM."""
    return None if message.only_for is not None else message.channel.guild


def react(world: World, message: Message, emoji: str, user: User) -> None:
    users = message.reactions.setdefault(emoji, [])
    if user not in users:
        users.append(user)
        _tell_reaction(world, "MESSAGE_REACTION_ADD", message, emoji, user)


def unreact(world: World, message: Message, emoji: str, user: User) -> None:
    if user in (users := message.reactions.get(emoji, [])):
        users.remove(user)
        if not users:
            del message.reactions[emoji]
        _tell_reaction(world, "MESSAGE_REACTION_REMOVE", message, emoji, user)


def _tell_reaction(world: World, event: str, message: Message, emoji: str, user: User) -> None:
    home = message.channel.guild
    data: Json = {
        "user_id": str(user.id),
        "channel_id": str(message.channel.id),
        "message_id": str(message.id),
        "message_author_id": str(message.author.id),
        "emoji": payloads.emoji(emoji),
        "burst": False,
        "type": 0,
    }
    if home is not None:
        data["guild_id"] = str(home.id)
        if event == "MESSAGE_REACTION_ADD" and (member := home.members.get(user.id)) is not None:
            data["member"] = payloads.member(member)
    world.tell(Event(event, data, home, message.channel, message, user))
