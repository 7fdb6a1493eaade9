"""The options of a command as a member gives them, checked as Discord's client checks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox import commands, naming
from bot.sandbox.entities import Channel, Json, Member
from bot.sandbox.naming import Thing
from bot.sandbox.refusals import Refused
from bot.sandbox.state import World


def arguments(
    world: World, channel: Channel, command: Json, path: Sequence[str], given: Mapping[str, Any]
) -> tuple[list[Json], list[Thing]]:
    """The options as the bot is told them, and the members, roles and channels among them.

    ``path`` names the subcommand, where the command has any.
    """
    leaf, groups = _leaf(command, path)
    listed = leaf.get("options", [])
    if unknown := [name for name in given if name not in {each["name"] for each in listed}]:
        choices = ", ".join(each["name"] for each in listed) or "none"
        raise Refused(400, f"/{command['name']} has no option {unknown[0]!r}; there are: {choices}.")
    things: list[Thing] = []
    found = []
    for option in listed:
        value = given.get(option["name"])
        if value is not None:
            found.append(
                {"name": option["name"], "type": option["type"], **_value(world, channel, option, value, things)}
            )
        elif option.get("required"):
            raise Refused(400, f"/{command['name']} needs the option {option['name']!r}.")
    return _nested(groups, found), things


def one_option(command: Json, path: Sequence[str], name: str, typed: str) -> list[Json]:
    """The option that is being typed, for its suggestions."""
    leaf, groups = _leaf(command, path)
    option = next((each for each in leaf.get("options", []) if each["name"] == name), None)
    if option is None or not option.get("autocomplete"):
        raise Refused(400, f"/{command['name']} has no option {name!r} with suggestions.")
    return _nested(groups, [{"name": name, "type": option["type"], "value": typed, "focused": True}])


def _leaf(command: Json, path: Sequence[str]) -> tuple[Json, list[Json]]:
    leaf, groups = command, []
    for name in path:
        inner = [each for each in leaf.get("options", []) if each["type"] in (commands.SUBCOMMAND, commands.GROUP)]
        leaf = next((each for each in inner if each["name"] == name), {})
        if not leaf:
            raise Refused(404, f"/{command['name']} has no subcommand {name!r}; there are: {_names(inner)}.")
        groups.append(leaf)
    inner = [each for each in leaf.get("options", []) if each["type"] in (commands.SUBCOMMAND, commands.GROUP)]
    if inner:
        raise Refused(400, f"/{command['name']} needs one of its subcommands: {_names(inner)}.")
    return leaf, groups


def _names(options: Sequence[Json]) -> str:
    return ", ".join(each["name"] for each in options) or "none"


def _nested(groups: Sequence[Json], options: list[Json]) -> list[Json]:
    for group in reversed(groups):
        options = [{"name": group["name"], "type": group["type"], "options": options}]
    return options


def _value(world: World, channel: Channel, option: Json, given: Any, things: list[Thing]) -> Json:
    kind = option["type"]
    if kind in (commands.MEMBER, commands.CHANNEL, commands.ROLE, commands.MENTIONABLE):
        account = given.user if isinstance(given, Member) else given
        thing = _thing(world, channel, option, str(getattr(account, "id", account)))
        things.append(thing)
        return {"value": str(thing.id)}
    if kind == commands.ATTACHMENT:
        raise Refused(400, f"The sandbox cannot give a file for {option['name']!r}.")
    if kind == commands.BOOLEAN:
        return {"value": _boolean(option, given)}
    value = _picked(option, given) if option.get("choices") else _plain(option, given)
    return {"value": value}


def _thing(world: World, channel: Channel, option: Json, name: str) -> Thing:
    if option["type"] == commands.MEMBER:
        return naming.user_named(world, name)
    if option["type"] == commands.MENTIONABLE:
        return naming.mentionable_named(world, channel, name)
    if option["type"] == commands.ROLE:
        return naming.role_named(world, channel, name)
    if channel.guild is None:
        raise Refused(400, "There are no channels to choose from in a DM.")
    return naming.channel_named(world, channel.guild, name, option.get("channel_types"))


def _boolean(option: Json, given: Any) -> bool:
    known = {"true": True, "false": False}.get(str(given).lower())
    if known is None:
        raise Refused(400, f"{option['name']!r} must be true or false, not {given!r}.")
    return known


def _picked(option: Json, given: Any) -> Any:
    for each in option["choices"]:
        if given in (each["value"], each["name"]) or str(given) == str(each["value"]):
            return each["value"]
    choices = ", ".join(repr(each["name"]) for each in option["choices"])
    raise Refused(400, f"{option['name']!r} has no choice {given!r}; there are: {choices}.")


def _plain(option: Json, given: Any) -> Any:
    if option["type"] == commands.TEXT:
        least, most = option.get("min_length", 0), option.get("max_length", commands.MAX_TEXT)
        if not least <= len(str(given)) <= most:
            raise Refused(400, f"{option['name']!r} must be {least} to {most} characters long, not {len(str(given))}.")
        return str(given)
    try:
        number = int(str(given)) if option["type"] == commands.INTEGER else float(given)
    except (TypeError, ValueError) as error:
        raise Refused(400, f"{option['name']!r} must be a number, not {given!r}.") from error
    least, most = option.get("min_value"), option.get("max_value")
    if (least is not None and number < least) or (most is not None and number > most):
        raise Refused(400, f"{option['name']!r} must be between {least} and {most}, not {number}.")
    return number
