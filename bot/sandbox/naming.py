"""What stands behind the names that a member picks in menus and options."""

from __future__ import annotations

from collections.abc import Sequence

from bot.sandbox.components import Kind
from bot.sandbox.entities import Channel, Guild, Json, Role, User
from bot.sandbox.refusals import Refused
from bot.sandbox.state import World

Thing = User | Role | Channel
CHECKBOXES = 22  # the component of a form with which several options are chosen


def chosen_things(world: World, channel: Channel, menu: Json, names: Sequence[str]) -> list[str | Thing]:
    """The values of a menu of options, or the members, roles and channels that were named."""
    label = menu.get("placeholder") or menu["custom_id"]
    _require_count(menu, label, len(names))
    if "options" in menu:
        return [_option(menu, label, name) for name in names]
    return [_thing(world, channel, menu, name) for name in names]


def _require_count(menu: Json, label: str, count: int) -> None:
    if not count and not menu.get("required", True):
        return
    least = 1 if menu.get("min_values") is None else menu["min_values"]
    most = menu.get("max_values") or (len(menu["options"]) if menu["type"] == CHECKBOXES else 1)
    if not least <= count <= most:
        raise Refused(400, f"In {label!r} {least} to {most} must be chosen, not {count}.")


def _option(menu: Json, label: str, name: str) -> str:
    for each in menu["options"]:
        if name in (each["value"], each["label"]):
            return str(each["value"])
    choices = ", ".join(repr(each["label"]) for each in menu["options"])
    raise Refused(400, f"{label!r} has no choice {name!r}; there are: {choices}.")


def _thing(world: World, channel: Channel, menu: Json, name: str) -> Thing:
    kind = menu["type"]
    if kind == Kind.USER_SELECT:
        return user_named(world, name)
    home = _home(channel)
    if kind == Kind.ROLE_SELECT:
        return world.role_called(name, home)
    if kind == Kind.CHANNEL_SELECT:
        return channel_named(world, home, name, menu.get("channel_types"))
    return mentionable_named(world, channel, name)


def _home(channel: Channel) -> Guild:
    if channel.guild is None:
        raise Refused(400, "There are no roles and channels in a DM.")
    return channel.guild


def user_named(world: World, name: str) -> User:
    """An account by name or id, a member or not: Discord takes the id of anyone."""
    user = world.known_person(name) or (world.users.get(int(name)) if name.isdecimal() else None)
    if user is None:
        raise Refused(404, f"There is nobody called {name!r}.")
    return user


def role_named(world: World, channel: Channel, name: str) -> Role:
    return world.role_called(name, _home(channel))


def channel_named(world: World, home: Guild, name: str, types: Sequence[int] | None) -> Channel:
    found = world.channel_called(name, home)
    if types and found.type not in types:
        raise Refused(400, f"#{found.name} is not of a kind that can be chosen here.")
    return found


def mentionable_named(world: World, channel: Channel, name: str) -> User | Role:
    known = world.known_person(name)
    return known if known is not None else role_named(world, channel, name)
