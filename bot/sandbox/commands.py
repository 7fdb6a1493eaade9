"""Commands as a bot registers them, checked as Discord checks them; and which of them a member may use where.

Source: https://docs.discord.com/developers/interactions/application-commands
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from bot.sandbox.entities import Channel, Json, Member, User
from bot.sandbox.forms import Form
from bot.sandbox.interaction_payloads import BOT_DM_CONTEXT, GUILD_CONTEXT
from bot.sandbox.permissions import ALL, NONE, Permission
from bot.sandbox.standing import permissions_in
from bot.sandbox.state import World

CHAT_INPUT, USER, MESSAGE = 1, 2, 3
MOST = {CHAT_INPUT: 100, USER: 15, MESSAGE: 15}  # commands of each type, in one scope
SUBCOMMAND, GROUP = 1, 2
TEXT, INTEGER, BOOLEAN, MEMBER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(3, 12)
# At the top all types, in a group of subcommands those, in a subcommand the options proper.
OPTIONS_AT = (range(1, 12), (SUBCOMMAND,), range(3, 12))
MAX_OPTIONS, MAX_CHOICES = 25, 25
MAX_NAME, MAX_DESCRIPTION, MAX_TEXT = 32, 100, 6_000
NAME = re.compile(r"[-_'\w]{1,32}")
CONTEXTS = (0, 1, 2)
KEPT = ("name_localizations", "description_localizations", "integration_types")


class Reader:
    """Reads the commands of one scope: ``scope`` is a guild's id, None for the global ones."""

    def __init__(self, world: World, scope: int | None) -> None:
        self._world = world
        self._scope = scope
        listed = world.application.commands.get(scope, [])
        self._known = {(each["type"], each["name"]): each["id"] for each in listed}

    def read(self, form: Form) -> Json:
        kind = form.choice("type", {CHAT_INPUT, USER, MESSAGE}) or CHAT_INPUT
        name = _name(form, strict=kind == CHAT_INPUT)
        body: Json = {
            "id": self._known.get((kind, name)) or str(self._world.snowflakes.make()),
            "application_id": str(self._world.application.id),
            "version": str(self._world.snowflakes.make()),
            "type": kind,
            "name": name,
            "description": self._description(form, kind),
            "default_member_permissions": _bits(form),
            "dm_permission": form.boolean("dm_permission", True),
            "nsfw": form.boolean("nsfw"),
        }
        body |= {key: form.data[key] for key in KEPT if form.data.get(key) is not None}
        contexts = form.items("contexts", most=len(CONTEXTS), least=1)
        body["contexts"] = contexts
        if any(each not in CONTEXTS for each in contexts or ()):
            form.wrong("contexts", "BASE_TYPE_CHOICES", "Value must be one of {0, 1, 2}.")
        if self._scope is not None:
            body["guild_id"] = str(self._scope)
        options = _options(form) if kind == CHAT_INPUT else []
        return body | ({"options": options} if options else {})

    def _description(self, form: Form, kind: int) -> str:
        if kind == CHAT_INPUT:
            return form.text("description", most=MAX_DESCRIPTION, least=1, required=True) or ""
        if form.data.get("description"):
            form.wrong("description", "APPLICATION_COMMAND_DESCRIPTION_INVALID", "Context menus have no description")
        return ""


def check_all(form: Form, commands: Iterable[Json]) -> None:
    """What holds for all commands of a scope together; noted at ``commands`` of ``form``."""
    listed = list(commands)
    for kind, most in MOST.items():
        if sum(each["type"] == kind for each in listed) > most:
            form.wrong(
                "commands", "APPLICATION_COMMANDS_MAX", f"Maximum number of application commands reached ({most})"
            )
    if doubled := [key for key, count in Counter((each["type"], each["name"]) for each in listed).items() if count > 1]:
        message = f"Application command names must be unique: {doubled[0][1]}"
        form.wrong("commands", "APPLICATION_COMMANDS_DUPLICATE_NAME", message)


def _name(form: Form, *, strict: bool) -> str:
    name = form.text("name", most=MAX_NAME, least=1, required=True) or ""
    if strict and name and (not NAME.fullmatch(name) or name != name.lower()):
        form.wrong("name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    return name


def _bits(form: Form) -> str | None:
    bits = form.integer("default_member_permissions")
    return None if bits is None else str(bits)


def _options(form: Form, *, depth: int = 0) -> list[Json]:
    found = [_option(part, depth) for part in form.parts("options", most=MAX_OPTIONS)]
    kinds = {each["type"] in (SUBCOMMAND, GROUP) for each in found}
    if len(kinds) > 1:
        form.wrong("options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Subcommands and options cannot be mixed")
    needed = [bool(each.get("required")) for each in found]
    if needed != sorted(needed, reverse=True):
        message = "Required options must be placed before non-required options"
        form.wrong("options", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
    if len({each["name"] for each in found}) < len(found):
        form.wrong("options", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option names must be unique")
    return found


def _option(form: Form, depth: int) -> Json:
    kind = form.choice("type", OPTIONS_AT[depth], required=True) or TEXT
    body: Json = {
        "type": kind,
        "name": _name(form, strict=True),
        "description": form.text("description", most=MAX_DESCRIPTION, least=1, required=True) or "",
    }
    body |= {key: form.data[key] for key in KEPT[:2] if form.data.get(key) is not None}
    if kind in (SUBCOMMAND, GROUP):
        return body | {"options": _options(form, depth=1 if kind == GROUP else 2)}
    if form.boolean("required"):
        body["required"] = True
    return body | _bounds(form, kind)


def _bounds(form: Form, kind: int) -> Json:
    body: Json = {}
    if kind == TEXT:
        for name, least in (("min_length", 0), ("max_length", 1)):
            if (length := form.integer(name, least=least, most=MAX_TEXT)) is not None:
                body[name] = length
    if kind in (INTEGER, NUMBER):
        body |= {name: form.data[name] for name in ("min_value", "max_value") if form.data.get(name) is not None}
    if kind == CHANNEL and (types := form.items("channel_types", most=20)):
        body["channel_types"] = types
    if kind in (TEXT, INTEGER, NUMBER):
        if choices := [_choice(part, kind) for part in form.parts("choices", most=MAX_CHOICES)]:
            body["choices"] = choices
        if form.boolean("autocomplete"):
            body["autocomplete"] = True
    return body


def _choice(form: Form, kind: int) -> Json:
    value: Any = form.data.get("value")
    if kind == TEXT:
        value = form.text("value", most=100, required=True)
    elif isinstance(value, bool) or not isinstance(value, int if kind == INTEGER else int | float):
        form.wrong("value", "NUMBER_TYPE_COERCE", f'Value "{value}" is not a number.')
    return {"name": form.text("name", most=100, least=1, required=True) or "", "value": value}


# Who may use them


def usable(world: World, user: User, channel: Channel) -> list[Json]:
    """The commands that Discord's client offers ``user`` in ``channel``."""
    listed = list(world.application.commands.get(None, []))
    home = channel.guild
    if home is None:
        shares_a_guild = any({user.id, world.bot.id} <= guild.members.keys() for guild in world.guilds.values())
        return [each for each in listed if _is_for(each, BOT_DM_CONTEXT)] if shares_a_guild else []
    listed += world.application.commands.get(home.id, [])
    member = home.members.get(user.id)
    if member is None or world.bot.id not in home.members:
        return []
    return [each for each in listed if _is_for(each, GUILD_CONTEXT) and _is_permitted(each, member, channel)]


def _is_for(command: Json, context: int) -> bool:
    if command["contexts"] is not None:
        return context in command["contexts"]
    return context == GUILD_CONTEXT or bool(command["dm_permission"])


def _is_permitted(command: Json, member: Member, channel: Channel) -> bool:
    """By default; a guild's own exceptions for single roles and members are not kept here."""
    may = permissions_in(member, channel)
    needed = command["default_member_permissions"]
    if may == ALL or Permission.USE_APPLICATION_COMMANDS not in may:
        return may == ALL
    if needed is None:
        return True
    asked = Permission(int(needed) & int(ALL))
    return asked != NONE and asked in may  # none at all: administrators only
