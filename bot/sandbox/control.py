"""``/api/sandbox/*``: how pages and scripts play the members."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox import composing, playing, view
from bot.sandbox.bodies import PREFIX, answered, asked, read_body, require_json
from bot.sandbox.calls.call import Reply
from bot.sandbox.entities import Channel, Guild, Json, Member, Message
from bot.sandbox.forms import as_snowflake
from bot.sandbox.gateway import Gateway
from bot.sandbox.refusals import Refused
from bot.sandbox.state import World
from bot.sandbox.stream import Stream


class Control:
    """``describe`` says of a guild in which mode the bot is there, and by which rules; ``attach`` keeps files."""

    def __init__(
        self,
        world: World,
        gateway: Gateway,
        stream: Stream,
        describe: Callable[[int], Json],
        attach: composing.Attach,
    ) -> None:
        self._describe = describe
        self._attach = attach
        self._world = world
        self._gateway = gateway
        self._stream = stream

    def routes(self) -> list[Route]:
        return [
            Route(f"{PREFIX}/messages", answered(self.list_messages), methods=["GET"]),
            Route(f"{PREFIX}/messages", answered(self.create_message), methods=["POST"]),
            Route(f"{PREFIX}/messages/{{id}}", answered(self.edit_message), methods=["PATCH"]),
            Route(f"{PREFIX}/messages/{{id}}", answered(self.delete_message), methods=["DELETE"]),
            Route(f"{PREFIX}/threads", answered(self.open_thread), methods=["POST"]),
            Route(f"{PREFIX}/threads/{{id}}", answered(self.rename_thread), methods=["PATCH"]),
            Route(f"{PREFIX}/statuses", answered(self.set_voice_status), methods=["POST"]),
            Route(f"{PREFIX}/members", answered(self.put_member), methods=["POST"]),
            Route(f"{PREFIX}/history", answered(self.history), methods=["GET"]),
            Route(f"{PREFIX}/state", answered(self.state), methods=["GET"]),
            Route(f"{PREFIX}/events", self.events, methods=["GET"]),
        ]

    async def create_message(self, request: Request) -> Reply:
        """Beside its text, ``composing.FIELDS`` says what it may hold."""
        needed = {"channel": str, "member": str, "content": str}
        body = await read_body(request, needed, {"guild": str, **composing.FIELDS})
        channel, member = self._place(body)
        draft = composing.read(self._world, channel, member, body, self._attach)
        message = playing.speak(self._world, channel, member, draft)
        return Reply(201, {"id": str(message.id)})

    async def open_thread(self, request: Request) -> Reply:
        """A thread in a channel, of one of its ``message``s if so wished; in a forum, a post."""
        needed = dict.fromkeys(("channel", "member", "title", "content"), str)
        body = await read_body(request, needed, {"guild": str, "message": str})
        channel, member = self._place(body)
        of = playing.find_message([channel], as_snowflake(body["message"]) or 0) if "message" in body else None
        thread = playing.open_thread(self._world, channel, member, body["title"], body["content"], of=of)
        return Reply(201, {"id": str(thread.id)})

    async def rename_thread(self, request: Request) -> Reply:
        body = await read_body(request, {"member": str, "title": str}, {"guild": str})
        thread, member = self._place(body | {"channel": request.path_params["id"]})
        playing.rename_thread(self._world, thread, member, body["title"])
        return Reply(204, None)

    async def set_voice_status(self, request: Request) -> Reply:
        body = await read_body(request, dict.fromkeys(("channel", "member", "status"), str), {"guild": str})
        channel, member = self._place(body)
        playing.set_voice_status(self._world, channel, member, body["status"])
        return Reply(204, None)

    def _place(self, body: Json) -> tuple[Channel, Member]:
        guild = self._world.guild_called(body.get("guild"))
        channel = self._world.channel_called(body["channel"], guild)
        return channel, playing.someone(self._world, guild, body["member"])

    async def list_messages(self, request: Request) -> Reply:
        channel = self._world.channel_called(asked(request, "channel"), self._guild(request))
        return Reply(200, [playing.listed(message) for message in channel.messages.everything()])

    async def edit_message(self, request: Request) -> Reply:
        body = await read_body(request, {"content": str})
        message = self._message(request)
        playing.edit(self._world, message, body["content"])
        return Reply(200, playing.listed(message))

    async def delete_message(self, request: Request) -> Reply:
        if request.headers.get("content-type") is not None:
            require_json(request)
        playing.delete(self._world, self._message(request))
        return Reply(204, None)

    async def put_member(self, request: Request) -> Reply:
        """Make a member, give one a nickname, or say whether one takes DMs."""
        body = await read_body(request, {"name": str}, {"guild": str, "takes_dms": bool, "nickname": str})
        guild = self._world.guild_called(body.get("guild"))
        member = playing.someone(self._world, guild, body["name"])
        if "nickname" in body:
            playing.take_nickname(self._world, member, body["nickname"])
        if "takes_dms" in body:
            member.user.takes_dms = body["takes_dms"]
            self._stream.tell({"kind": "state"})
        return Reply(201, {"id": str(member.user.id)})

    async def history(self, request: Request) -> Reply:
        channel = self._world.channel_called(asked(request, "channel"), self._guild(request))
        return Reply(200, view.history(self._world, channel))

    async def state(self, request: Request) -> Reply:
        guild = self._guild(request)
        return Reply(200, view.whole(self._world, guild, self._gateway.connected, self._describe(guild.id)))

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
