"""The application's commands: global ones, and those of one guild."""

from __future__ import annotations

from bot.sandbox import commands
from bot.sandbox.calls.call import Answer, Call, Reply, Route
from bot.sandbox.entities import Json
from bot.sandbox.forms import Form
from bot.sandbox.refusals import invalid_form, missing_access, unknown_command

MAX_COMMANDS = sum(commands.MOST.values())


def _scope(call: Call) -> int | None:
    """The guild whose commands are meant; None for the global ones."""
    if call.id("application_id") != call.world.application.id:
        raise missing_access()
    return call.guild().id if "guild_id" in call.ids else None


def _listed(call: Call) -> list[Json]:
    return call.world.application.commands.setdefault(_scope(call), [])


def _named(call: Call) -> Json:
    for command in _listed(call):
        if command["id"] == call.ids["command_id"]:
            return command
    raise unknown_command()


def list_all(call: Call) -> Answer:
    return list(_listed(call))


def get_one(call: Call) -> Answer:
    return _named(call)


def put_all(call: Call) -> Answer:
    """All commands at once: those not named are gone, those known by name keep their id."""
    scope = _scope(call)
    if not isinstance(call.body, list):
        raise invalid_form(
            {"_errors": [{"code": "LIST_TYPE_CONVERT", "message": "Only iterables may be used in a ListType"}]}
        )
    reader = commands.Reader(call.world, scope)
    holder = Form({"commands": call.body})
    found = [reader.read(part) for part in holder.parts("commands", most=MAX_COMMANDS)]
    commands.check_all(holder, found)
    _check_list(holder)
    call.world.application.commands[scope] = found
    return list(found)


def _check_list(holder: Form) -> None:
    """Discord names the commands of a list by their number alone."""
    if "commands" in holder.errors:
        holder.errors = holder.errors["commands"]
    holder.check()


def post_one(call: Call) -> Answer:
    """Make a command; one of the same name and type is replaced."""
    listed, form = _listed(call), Form(call.body)
    command = commands.Reader(call.world, _scope(call)).read(form)
    form.check()
    known = next((each for each in listed if each["id"] == command["id"]), None)
    others = [each for each in listed if each is not known]
    commands.check_all(form, [*others, command])
    form.check()
    listed[:] = [*others, command]
    return Reply(201 if known is None else 200, command)


def patch_one(call: Call) -> Answer:
    listed, known = _listed(call), _named(call)
    form = Form({**known, **call.body} if isinstance(call.body, dict) else call.body)
    changed = commands.Reader(call.world, _scope(call)).read(form) | {"id": known["id"]}
    commands.check_all(form, [*(each for each in listed if each is not known), changed])
    form.check()
    listed[listed.index(known)] = changed
    return changed


def delete_one(call: Call) -> Answer:
    known = _named(call)
    _listed(call).remove(known)
    return None


GLOBAL = "/applications/{application_id}/commands"
IN_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"
ROUTES = tuple(
    Route(method, place + path, made)
    for place in (GLOBAL, IN_GUILD)
    for method, path, made in (
        ("GET", "", list_all),
        ("PUT", "", put_all),
        ("POST", "", post_one),
        ("GET", "/{command_id}", get_one),
        ("PATCH", "/{command_id}", patch_one),
        ("DELETE", "/{command_id}", delete_one),
    )
)
