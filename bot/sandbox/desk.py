"""``/api/sandbox/*`` for buttons, menus, forms and commands: how the page plays members at them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from bot.sandbox import commands, invoking, playing
from bot.sandbox.bodies import PREFIX, answered, asked, read_body
from bot.sandbox.calls.call import Reply
from bot.sandbox.entities import Channel, Json, Message, User
from bot.sandbox.forms import as_snowflake
from bot.sandbox.interactions import Interaction
from bot.sandbox.naming import user_named
from bot.sandbox.refusals import Refused
from bot.sandbox.state import World

NO_ANSWER = "The application did not respond."
DIRECT = "@bot"  # in place of a channel: the DM with the bot


class Desk:
    """Each deed is answered when the bot has answered it, or when its three seconds have passed."""

    def __init__(self, world: World, on_late: Callable[[], None]) -> None:
        self._world = world
        self._on_late = on_late

    def routes(self) -> list[Route]:
        return [
            Route(f"{PREFIX}/presses", answered(self.press), methods=["POST"]),
            Route(f"{PREFIX}/forms", answered(self.submit), methods=["POST"]),
            Route(f"{PREFIX}/commands", answered(self.list_commands), methods=["GET"]),
            Route(f"{PREFIX}/commands", answered(self.use_command), methods=["POST"]),
            Route(f"{PREFIX}/suggestions", answered(self.suggest), methods=["POST"]),
            Route(f"{PREFIX}/dismissals", answered(self.dismiss), methods=["POST"]),
        ]

    async def press(self, request: Request) -> Reply:
        """Press a button; with ``values``, choose in a menu."""
        body = await read_body(request, {"member": str, "message": str, "component": str}, {"values": list})
        user, message = user_named(self._world, body["member"]), self._message(body["message"])
        if "values" in body:
            return await self._done(invoking.choose, user, message, body["component"], body["values"])
        return await self._done(invoking.press, user, message, body["component"])

    async def submit(self, request: Request) -> Reply:
        body = await read_body(request, {"member": str, "interaction": str, "values": dict})
        opener = self._world.interactions.get(as_snowflake(body["interaction"]) or 0)
        if opener is None or opener.modal is None:
            raise Refused(404, f"No form was opened by interaction {body['interaction']!r}.")
        return await self._done(invoking.submit, user_named(self._world, body["member"]), opener.modal, body["values"])

    async def list_commands(self, request: Request) -> Reply:
        """The commands and context menus that a member is offered in a channel."""
        query = request.query_params
        user, channel = self._place(asked(request, "member"), asked(request, "channel"), query.get("guild"))
        return Reply(200, commands.usable(self._world, user, channel))

    async def use_command(self, request: Request) -> Reply:
        """A slash command, or with ``message`` or ``about`` (a member) an entry of their context menus."""
        body = await read_body(
            request,
            {"member": str, "channel": str, "name": str},
            {"guild": str, "options": dict, "message": str, "about": str},
        )
        user, channel = self._place(body["member"], body["channel"], body.get("guild"))
        if "message" in body or "about" in body:
            return await self._done(invoking.context_menu, user, channel, body["name"], self._target(body))
        return await self._done(invoking.command, user, channel, body["name"], body.get("options", {}))

    async def suggest(self, request: Request) -> Reply:
        """What the bot suggests for an option while it is typed."""
        needed = dict.fromkeys(("member", "channel", "name", "option", "typed"), str)
        body = await read_body(request, needed, {"guild": str})
        user, channel = self._place(body["member"], body["channel"], body.get("guild"))
        what = (channel, body["name"], body["option"], body["typed"])
        interaction = invoking.autocomplete(self._world, user, *what, self._on_late)
        await interaction.first_answer()
        return Reply(200, interaction.choices)

    async def dismiss(self, request: Request) -> Reply:
        """Take an answer that only this member sees out of its sight."""
        body = await read_body(request, {"member": str, "message": str})
        message = self._world.whispers.get(as_snowflake(body["message"]) or 0)
        if message is None or message.only_for is not user_named(self._world, body["member"]):
            raise Refused(404, f"{body['member']} has no such message to dismiss.")
        playing.dismiss(self._world, message)
        return Reply(204, None)

    async def _done(self, deed: Callable[..., Interaction], user: User, *what: Any) -> Reply:
        interaction = deed(self._world, user, *what, self._on_late)
        await interaction.first_answer()
        return Reply(201, _outcome(interaction))

    def _place(self, name: str, channel: str, guild: str | None) -> tuple[User, Channel]:
        if channel == DIRECT:
            user = user_named(self._world, name)
            return user, self._world.dm_with(user)
        home = self._world.guild_called(guild)
        return playing.someone(self._world, home, name).user, self._world.channel_called(channel, home)

    def _target(self, body: Json) -> Message | User:
        return self._message(body["message"]) if "message" in body else user_named(self._world, body["about"])

    def _message(self, given: str) -> Message:
        number = as_snowflake(given)
        if number is None:
            raise Refused(404, f"{given!r} is not the id of a message.")
        return self._world.whispers.get(number) or playing.find_message(self._world.channels.values(), number)


def _outcome(interaction: Interaction) -> Json:
    modal = interaction.modal
    form = None if modal is None else {"title": modal.title, "components": modal.components}
    error = None if interaction.answered else NO_ANSWER
    return {"id": str(interaction.id), "answered": interaction.answered, "error": error, "modal": form}
