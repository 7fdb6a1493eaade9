"""``/api/sandbox/*``: how pages and scripts play the members."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox import playing, view
from bot.sandbox.calls.call import Reply
from bot.sandbox.entities import Guild, Json, Message
from bot.sandbox.forms import as_snowflake
from bot.sandbox.gateway import Gateway
from bot.sandbox.refusals import Refused
from bot.sandbox.rest import respond
from bot.sandbox.state import World
from bot.sandbox.stream import Stream
from bot.sandbox.talk import Draft

PREFIX = "/api/sandbox"
FIELDS = {"channel": str, "member": str, "content": str, "name": str, "guild": str, "takes_dms": bool}
KINDS = {str: "a text", bool: "true or false"}

Endpoint = Callable[[Request], Awaitable[Response]]


class Control:
    def __init__(self, world: World, gateway: Gateway, stream: Stream) -> None:
        self._world = world
        self._gateway = gateway
        self._stream = stream

    def routes(self) -> list[Route]:
        return [
            Route(f"{PREFIX}/messages", _answered(self.list_messages), methods=["GET"]),
            Route(f"{PREFIX}/messages", _answered(self.create_message), methods=["POST"]),
            Route(f"{PREFIX}/messages/{{id}}", _answered(self.edit_message), methods=["PATCH"]),
            Route(f"{PREFIX}/messages/{{id}}", _answered(self.delete_message), methods=["DELETE"]),
            Route(f"{PREFIX}/members", _answered(self.put_member), methods=["POST"]),
            Route(f"{PREFIX}/history", _answered(self.history), methods=["GET"]),
            Route(f"{PREFIX}/state", _answered(self.state), methods=["GET"]),
            Route(f"{PREFIX}/events", self.events, methods=["GET"]),
        ]

    async def create_message(self, request: Request) -> Reply:
        body = await _body(request, required=("channel", "member", "content"))
        guild = self._world.guild_called(body.get("guild"))
        channel = self._world.channel_called(body["channel"], guild)
        member = playing.someone(self._world, guild, body["member"])
        message = playing.speak(self._world, channel, member, Draft(body["content"]))
        return Reply(201, {"id": str(message.id)})

    async def list_messages(self, request: Request) -> Reply:
        channel = self._world.channel_called(_asked(request, "channel"), self._guild(request))
        return Reply(200, [playing.listed(message) for message in channel.messages.everything()])

    async def edit_message(self, request: Request) -> Reply:
        body = await _body(request, required=("content",))
        message = self._message(request)
        playing.edit(self._world, message, body["content"])
        return Reply(200, playing.listed(message))

    async def delete_message(self, request: Request) -> Reply:
        if request.headers.get("content-type") is not None:
            _require_json(request)
        playing.delete(self._world, self._message(request))
        return Reply(204, None)

    async def put_member(self, request: Request) -> Reply:
        """Make a member, or say whether one takes DMs."""
        body = await _body(request, required=("name",))
        guild = self._world.guild_called(body.get("guild"))
        member = playing.someone(self._world, guild, body["name"])
        if "takes_dms" in body:
            member.user.takes_dms = body["takes_dms"]
            self._stream.tell({"kind": "state"})
        return Reply(201, {"id": str(member.user.id)})

    async def history(self, request: Request) -> Reply:
        channel = self._world.channel_called(_asked(request, "channel"), self._guild(request))
        return Reply(200, view.history(channel))

    async def state(self, request: Request) -> Reply:
        return Reply(200, view.whole(self._world, self._guild(request), self._gateway.connected))

    async def events(self, request: Request) -> Response:
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(self._stream.follow(), media_type="text/event-stream", headers=headers)

    def _guild(self, request: Request) -> Guild:
        return self._world.guild_called(request.query_params.get("guild"))

    def _message(self, request: Request) -> Message:
        message_id = as_snowflake(request.path_params["id"])
        if message_id is None:
            raise Refused(404, f"{request.path_params['id']!r} is not the id of a message.")
        return playing.find_message(self._world.channels.values(), message_id)


def _answered(endpoint: Callable[[Request], Awaitable[Reply]]) -> Endpoint:
    async def answered(request: Request) -> Response:
        try:
            reply = await endpoint(request)
        except Refused as refused:
            reply = Reply(refused.status, {"error": str(refused)})
        return respond(reply, {"Cache-Control": "no-store"})

    return answered


def _asked(request: Request, name: str) -> str:
    value = request.query_params.get(name)
    if not value:
        raise Refused(400, f'The query must name a {name}, as in "?{name}=general".')
    return value


def _require_json(request: Request) -> None:
    given = request.headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, f"Send the body as application/json, not as {given or 'nothing in particular'!r}.")


async def _body(request: Request, *, required: tuple[str, ...]) -> Json:
    """The JSON object sent, whose known fields are all of the right kind."""
    _require_json(request)
    try:
        body: Any = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"The body is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise Refused(400, "The body must be a JSON object.")
    for name in required:
        if name not in body:
            raise Refused(400, f'The body must have "{name}"; it needs {_listing(required)}.')
    for name, value in body.items():
        if name not in FIELDS:
            raise Refused(400, f'The body has an unknown field "{name}"; it may have {_listing(tuple(FIELDS))}.')
        if not isinstance(value, FIELDS[name]):
            raise Refused(400, f'"{name}" must be {KINDS[FIELDS[name]]}, not {json.dumps(value)[:40]}.')
    return body


def _listing(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)
