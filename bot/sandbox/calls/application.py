"""The bot's own account, its application and its commands, and where the gateway is."""

from __future__ import annotations

from typing import Any

from bot.sandbox import payloads
from bot.sandbox.calls.call import Answer, Call, Route
from bot.sandbox.entities import Json
from bot.sandbox.forms import Form
from bot.sandbox.refusals import invalid_form, missing_access, unknown_command

SESSION_STARTS = 1_000  # a day
MAX_COMMANDS = 100
# Under a hundred guilds Discord calls an allowed privileged intent "limited": intent bit → application flag.
LIMITED_FLAGS = {1 << 8: 1 << 13, 1 << 1: 1 << 15, 1 << 15: 1 << 19}


def application_flags(privileged_intents: int) -> int:
    return sum(flag for intent, flag in LIMITED_FLAGS.items() if privileged_intents & intent)


def get_me(call: Call) -> Answer:
    return payloads.me(call.bot)


def get_user(call: Call) -> Answer:
    return payloads.user(call.user())


def get_gateway(call: Call) -> Answer:
    return {"url": call.gateway_url}


def get_bot_gateway(call: Call) -> Answer:
    limit = {"total": SESSION_STARTS, "remaining": SESSION_STARTS, "reset_after": 0, "max_concurrency": 1}
    return {"url": call.gateway_url, "shards": 1, "session_start_limit": limit}


def get_application(call: Call) -> Answer:
    application = call.world.application
    flags = application_flags(application.privileged_intents)
    return payloads.application(application, flags, len(call.world.guilds))


def list_commands(call: Call) -> Answer:
    return call.world.application.commands.get(_scope(call), [])


def put_commands(call: Call) -> Answer:
    """All commands at once: those not named are gone, those known by name keep their id."""
    scope = _scope(call)
    if not isinstance(call.body, list):
        raise invalid_form(
            {"_errors": [{"code": "LIST_TYPE_CONVERT", "message": "Only iterables may be used in a ListType"}]}
        )
    holder = Form({"commands": call.body})
    known = {(each["type"], each["name"]): each["id"] for each in call.world.application.commands.get(scope, [])}
    commands = [_command(call, part, scope, known) for part in holder.parts("commands", most=5 * MAX_COMMANDS)]
    holder.check()
    call.world.application.commands[scope] = commands
    return list(commands)


def _command(call: Call, form: Form, scope: int | None, known: dict[tuple[int, str], str]) -> Json:
    kind = form.choice("type", {1, 2, 3, 4}) or 1
    name = form.text("name", most=32, least=1, required=True) or ""
    body: Json = {
        "id": known.get((kind, name)) or str(call.world.snowflakes.make()),
        "application_id": str(call.world.application.id),
        "version": str(call.world.snowflakes.make()),
        "type": kind,
        "name": name,
        "description": form.text("description", most=100, least=1, required=kind == 1) or "",
        "default_member_permissions": form.data.get("default_member_permissions"),
        "dm_permission": form.boolean("dm_permission", True),
        "nsfw": form.boolean("nsfw"),
    }
    if body["default_member_permissions"] is not None:
        body["default_member_permissions"] = str(body["default_member_permissions"])
    if scope is not None:
        body["guild_id"] = str(scope)
    kept = ("options", "contexts", "integration_types", "name_localizations", "description_localizations")
    return body | {key: form.data[key] for key in kept if form.data.get(key) is not None}


def delete_command(call: Call) -> Answer:
    commands = call.world.application.commands.get(_scope(call), [])
    for command in commands:
        if command["id"] == call.ids["command_id"]:
            commands.remove(command)
            return None
    raise unknown_command()


def _scope(call: Call) -> int | None:
    """The guild whose commands are meant; None for the global ones."""
    if call.id("application_id") != call.world.application.id:
        raise missing_access()
    return call.guild().id if "guild_id" in call.ids else None


def list_nothing(call: Call) -> Any:
    call.guild()
    return []


GLOBAL = "/applications/{application_id}/commands"
IN_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"
ROUTES = (
    Route("GET", "/users/@me", get_me),
    Route("GET", "/users/{user_id}", get_user),
    Route("GET", "/gateway", get_gateway, needs_token=False),
    Route("GET", "/gateway/bot", get_bot_gateway),
    Route("GET", "/applications/@me", get_application),
    Route("GET", "/oauth2/applications/@me", get_application),
    Route("GET", GLOBAL, list_commands),
    Route("PUT", GLOBAL, put_commands),
    Route("DELETE", GLOBAL + "/{command_id}", delete_command),
    Route("GET", IN_GUILD, list_commands),
    Route("PUT", IN_GUILD, put_commands),
    Route("DELETE", IN_GUILD + "/{command_id}", delete_command),
    Route("GET", "/guilds/{guild_id}/emojis", list_nothing),
    Route("GET", "/guilds/{guild_id}/stickers", list_nothing),
)
