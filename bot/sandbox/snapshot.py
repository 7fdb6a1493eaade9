"""The whole world as JSON, and back: so that what was said outlasts the sandbox.

Interactions are left out, and so are the messages that only one member saw: Discord forgets them as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from bot.sandbox.entities import (
    Application,
    AuditAction,
    AuditEntry,
    Ban,
    Channel,
    ChannelType,
    Guild,
    Invite,
    Json,
    Member,
    Message,
    Overwrite,
    Role,
    ScheduledEvent,
    User,
)
from bot.sandbox.files import Files
from bot.sandbox.permissions import Permission
from bot.sandbox.state import World

VERSION = 1
MESSAGES_KEPT = 500  # of each channel, the latest

TAG, VALUE = "$", "v"  # what stands for anything that JSON has no form for: its kind, and its value
_NUMBERS = (AuditAction, ChannelType, Permission)
_PARTS = (AuditEntry, Ban, Invite, Member, Overwrite, Role, ScheduledEvent)  # written where they stand
_THINGS = (User, Guild, Channel, Message)  # written once, and elsewhere named by their ids
_NUMBER_BY_NAME: Mapping[str, Callable[[int], Any]] = {each.__name__: each for each in _NUMBERS}
_PART_BY_NAME: Mapping[str, type] = {each.__name__: each for each in _PARTS}

# What is written apart, or not at all.
_APART = {Guild: ("channels",), Channel: ("messages", "last_spoken"), Message: (), User: ()}


def taken(world: World, files: Files) -> Json:
    """All that is kept of ``world``."""
    application = world.application
    messages = [each for channel in world.channels.values() for each in channel.messages.everything()[-MESSAGES_KEPT:]]
    shown = {attachment["id"] for message in messages for attachment in message.attachments}
    return {
        "version": VERSION,
        "users": _things(world.users.values()),
        "guilds": _things(world.guilds.values()),
        "channels": _things(world.channels.values()),
        "messages": _things(messages),
        "bot": application.bot.id,
        "developer": application.owner.id,
        "intents": application.privileged_intents,
        "commands": _plain(application.commands),
        "files": files.packed(shown),
    }


def give_back(world: World, files: Files, kept: Json) -> None:
    """Make ``world`` what was ``taken``. Raises any exception for what was never written by it."""
    found = _Found()
    for each in kept["users"]:
        found.add(User, each)
    for each in kept["guilds"]:
        found.things[Guild][each["id"]] = Guild(each["id"], each["name"], found.one(User, each["owner"]))
    for each in kept["channels"]:  # a parent may stand behind its child
        found.add(Channel, each | {"parent": None})
    for each in kept["channels"]:
        found.things[Channel][each["id"]].parent = found.again(each["parent"])
    for each in sorted(kept["messages"], key=lambda each: int(each["id"])):
        message = found.add(Message, each)
        message.channel.messages.restore(message)
    for each in kept["guilds"]:
        _fill(found.things[Guild][each["id"]], each, found)
    files.unpack(kept["files"])
    _settle(world, found, kept)


def _fill(guild: Guild, data: Json, found: _Found) -> None:
    for name in ("roles", "members", "bans", "invites", "audit", "events"):
        setattr(guild, name, found.again(data[name]))
    channels = found.things[Channel].values()
    guild.channels = {channel.id: channel for channel in channels if channel.guild is guild}


def _settle(world: World, found: _Found, kept: Json) -> None:
    users, channels = found.things[User], found.things[Channel]
    bot, owner = users[kept["bot"]], users[kept["developer"]]
    token, commands = world.application.token, found.again(kept["commands"])
    world.application = Application(bot.id, bot.name, bot, owner, token, kept["intents"], commands)
    world.settle(users.values(), found.things[Guild].values(), channels.values())


# Writing


def _things(some: Iterable[Any]) -> list[Json]:
    return [_record(each, _APART[type(each)]) for each in some]


def _record(thing: Any, apart: Iterable[str] = ()) -> Json:
    return {field.name: _plain(getattr(thing, field.name)) for field in fields(thing) if field.name not in apart}


def _plain(value: Any) -> Any:
    if isinstance(value, _NUMBERS):
        return {TAG: type(value).__name__, VALUE: int(value)}
    if isinstance(value, datetime):
        return {TAG: "datetime", VALUE: value.isoformat()}
    if isinstance(value, _THINGS):
        return {TAG: type(value).__name__, VALUE: value.id}
    if isinstance(value, _PARTS):
        return {TAG: type(value).__name__, VALUE: _record(value)}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value) and TAG not in value:
            return {key: _plain(each) for key, each in value.items()}
        return {TAG: "dict", VALUE: [[key, _plain(each)] for key, each in value.items()]}
    return value


# Reading


class _Found:
    """What has been read so far, by kind and id."""

    def __init__(self) -> None:
        self.things: dict[type, dict[int, Any]] = {kind: {} for kind in _THINGS}
        self._by_name = {kind.__name__: kind for kind in _THINGS}

    def add(self, kind: type, data: Json) -> Any:
        thing = kind(**{name: self.again(value) for name, value in data.items()})
        self.things[kind][thing.id] = thing
        return thing

    def one(self, kind: type, reference: Json) -> Any:
        return self.things[kind][reference[VALUE]]

    def again(self, value: Any) -> Any:
        """The opposite of ``_plain``; a thing that is not kept any more is None."""
        if isinstance(value, list):
            return [self.again(each) for each in value]
        if not isinstance(value, dict):
            return value
        if TAG not in value:
            return {key: self.again(each) for key, each in value.items()}
        return self._tagged(value[TAG], value[VALUE])

    def _tagged(self, kind: str, value: Any) -> Any:
        if kind == "dict":
            return {key: self.again(each) for key, each in value}
        if kind == "datetime":
            return datetime.fromisoformat(value)
        if kind in _NUMBER_BY_NAME:
            return _NUMBER_BY_NAME[kind](value)
        if kind in _PART_BY_NAME:
            return _PART_BY_NAME[kind](**{name: self.again(each) for name, each in value.items()})
        return self.things[self._by_name[kind]].get(value)
