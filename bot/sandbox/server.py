"""The sandbox as a whole: the world, its REST server, its gateway and its page, on one loopback port."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route, WebSocketRoute

from bot.sandbox import composing, drafts, playing, town
from bot.sandbox.acting import Acting
from bot.sandbox.buckets import DISCORD_LIMITS, DISCORD_OVERALL, Buckets
from bot.sandbox.calls.call import Reply
from bot.sandbox.control import Control
from bot.sandbox.desk import Desk
from bot.sandbox.entities import Channel, Event, Guild, Json, Member, Message, Overwrite
from bot.sandbox.faults import Dropped, Received, RestFaults, route_pattern
from bot.sandbox.files import Files, named
from bot.sandbox.forms import as_snowflake
from bot.sandbox.gateway import Gateway
from bot.sandbox.guard import Guard, TooLarge, too_large
from bot.sandbox.keeping import Keeper
from bot.sandbox.permissions import Permission
from bot.sandbox.playing_beside import PlayingBeside
from bot.sandbox.refusals import not_found
from bot.sandbox.rest import PREFIX, Rest, respond
from bot.sandbox.state import World
from bot.sandbox.stream import Changes, Stream
from bot.sandbox.talk import Draft
from bot.sandbox.wire import LOOPBACK, Server, Silence, Wire, listen

T = TypeVar("T")
PAGE = Path(__file__).parent / "page"
PAGE_FILES = {"/": "index.html"} | {f"/{file.name}": file.name for file in sorted(PAGE.glob("*.[jc]s*"))}
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
HEARTBEAT_INTERVAL_S = 41.25
PRIVILEGED_BITS = {"members": 1 << 1, "presences": 1 << 8, "message_content": 1 << 15}
WAIT_S = 120.0  # for ``until``: it only keeps a test that waits in vain from hanging


class Sandbox(Acting, PlayingBeside):
    """A Discord of its own: enter it, and it listens on ``127.0.0.1:port``; 0 takes a free port.

    ``rate_limits="discord"`` counts calls about as strictly as Discord does; ``generous`` lets bursts through.
    Members, channels and guilds are named by what a person calls them. With a ``file`` it is the same world at the next
    start, messages and all; ``trouble`` says why it is not, where the file could not be read.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        heartbeat_interval: float = HEARTBEAT_INTERVAL_S,
        rate_limits: Literal["generous", "discord"] = "generous",
        file: Path | None = None,
    ) -> None:
        self._asked_port = port
        self.port = 0
        self.world = World()
        town.furnish(self.world)
        buckets = Buckets(DISCORD_LIMITS, DISCORD_OVERALL) if rate_limits == "discord" else Buckets()
        self.faults = RestFaults(buckets)
        self._changes = Changes()
        self._stream = Stream()
        self._files = Files()
        self._keeper = Keeper(file, self.world, self._files, self._changes.notify) if file else None
        self.trouble = self._keeper.load() if self._keeper else ""
        self.guild: Guild = next(iter(self.world.guilds.values()))
        self._wire = Wire()
        self.rest = Rest(
            self.world,
            self.faults,
            buckets,
            self._files,
            lambda: (self.url, self.gateway_url),
            lambda _: self._changes.notify(),
        )
        self.gateway = Gateway(
            self.world,
            lambda: self.gateway_url,
            lambda socket: self._wire.cut(socket.scope),
            self._on_gateway,
            heartbeat_interval,
        )
        self.describe: Callable[[int], Json] = lambda _: {}  # what the page says of the bot's rules in a guild
        self._was_online = ""
        self.world.listen(self._on_event)
        self._server: Server | None = None

    def widen(self) -> None:
        """Add a forum and a voice channel to the starting guild."""
        town.widen(self.world, self.guild)

    # Where it is

    @property
    def url(self) -> str:
        """The page."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def api_url(self) -> str:
        """What a bot calls instead of ``https://discord.com/api/v10``."""
        return self.url + PREFIX

    @property
    def gateway_url(self) -> str:
        """What a bot connects to instead of ``wss://gateway.discord.gg``."""
        return f"ws://{LOOPBACK}:{self.port}/gateway"

    @property
    def token(self) -> str:
        """The bot's token, made up anew by every sandbox."""
        return self.world.application.token

    async def __aenter__(self) -> Self:
        listener = listen(self._asked_port)
        self.port = listener.getsockname()[1]
        self._server = Server(Guard(self._app(), lambda: self.port), self._wire)
        await self._server.start(listener)
        self._save_soon()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.faults.clear()
        self.world.interactions.end()
        self._stream.end()
        self.gateway.close(1001, "The sandbox is closing.")
        if self._server is not None:
            await self._server.stop()
            self._server = None
        if self._keeper is not None:
            self._keeper.save()

    def _app(self) -> Starlette:
        control = Control(
            self.world, self.gateway, self._stream, lambda guild_id: self.describe(guild_id), self._attach
        )
        pages = [Route(path, _page(name), methods=["GET"]) for path, name in PAGE_FILES.items()]
        gateway = [WebSocketRoute(path, self.gateway.serve) for path in ("/gateway", "/gateway/")]
        api = Route(PREFIX + "/{path:path}", self.rest.answer, methods=METHODS)
        files = Route("/attachments/{id}/{name}", self._attachment, methods=["GET"])
        desk = Desk(self.world, self._on_late)
        routes = [*pages, *control.routes(), *desk.routes(), *gateway, api, files]
        return Starlette(routes=routes, exception_handlers={Dropped: self._drop, TooLarge: _refuse_too_large})

    async def _drop(self, request: Request, error: Exception) -> Response:
        return Silence(self._wire)

    async def _attachment(self, request: Request) -> Response:
        file = self._files.get(as_snowflake(request.path_params["id"]) or 0)
        if file is None:
            return respond(Reply(404, not_found().body))
        disposition = {"Content-Disposition": f'attachment; filename="{file.name}"'}
        return Response(file.content, media_type=file.media_type, headers=disposition)

    def _on_event(self, event: Event) -> None:
        self._stream.on_event(event)
        self._changes.notify()
        self._save_soon()

    def _save_soon(self) -> None:
        if self._keeper is not None and self._server is not None:
            self._keeper.note_change()

    def _on_gateway(self) -> None:
        statuses = ",".join(session.status for session in self.gateway.connected)
        if statuses != self._was_online:
            self._was_online = statuses
            self._stream.tell({"kind": "state"})
        self._changes.notify()

    def _on_late(self) -> None:
        self._stream.tell({"kind": "state"})
        self._changes.notify()

    # Playing the members

    async def say(
        self,
        channel: str | int | Channel,
        member: str,
        content: str = "",
        *,
        guild: str | int | Guild | None = None,
        files: Mapping[str, bytes] | None = None,
        embeds: Sequence[Json] = (),
        reply_to: Message | None = None,
        forward: Message | None = None,
        extra: Mapping[str, Any] | None = None,
        at: datetime | None = None,
    ) -> Message:
        """Write a message as a member, who joins on first use. Raises ``Refused`` where Discord would not let them.

        ``extra`` holds further fields of the message as Discord writes them (``poll``, ``sticker_items``);
        ``at`` sets it back in time.
        """
        home, place = self._place(channel, guild)
        draft = Draft(content, list(embeds), self._attach(files or {}), extra=dict(extra or {}))
        if reply_to is not None:
            drafts.reply(draft, reply_to)
        if forward is not None:
            composing.forward(draft, forward)
        return playing.speak(self.world, place, playing.someone(self.world, home, member), draft, at=at)

    def _attach(self, files: Mapping[str, bytes]) -> list[Json]:
        return [
            self._files.keep(named(name, content), self.world.snowflakes.make(), self.url)
            for name, content in files.items()
        ]

    async def edit(self, message: Message, content: str) -> None:
        """Edit a member's message as its author."""
        playing.edit(self.world, message, content)

    async def delete(self, message: Message) -> None:
        """Delete a member's message as its author."""
        playing.delete(self.world, message)

    def switch_off_intents(self, *names: Literal["members", "presences", "message_content"]) -> None:
        """As in the developer portal: asking for one of these now closes the connection with 4014."""
        for name in names:
            self.world.application.privileged_intents &= ~PRIVILEGED_BITS[name]

    def grant(self, permissions: Permission, guild: str | int | Guild | None = None) -> None:
        """Give the bot's own role exactly these permissions."""
        home = self._home(guild)
        role = next(role for role in home.roles.values() if role.bot_id == self.world.bot.id)
        role.permissions = permissions
        self.world.tell_role("GUILD_ROLE_UPDATE", home, role)

    def deny_everyone(self, guild: Guild) -> Overwrite:
        """The overwrite that makes a channel private."""
        return Overwrite(guild.id, 0, deny=Permission.VIEW_CHANNEL)

    def close_dms(self, member: str) -> None:
        """From now on the bot's DMs to this member fail with 50278."""
        self.member(member).user.takes_dms = False

    # Looking at what came of it

    def channel(self, name: str | int, guild: str | int | Guild | None = None) -> Channel:
        return self._place(name, guild)[1]

    def member(self, name: str, guild: str | int | Guild | None = None) -> Member:
        """A member by name, who joins on first use."""
        return playing.someone(self.world, self._home(guild), name)

    def messages(self, channel: str | int | Channel, *, guild: str | int | Guild | None = None) -> list[Message]:
        """All messages ever written there, the deleted ones too, oldest first."""
        return self._place(channel, guild)[1].messages.everything()

    def cards(
        self, channel: str | int | Channel = "mod-log", *, guild: str | int | Guild | None = None
    ) -> list[Message]:
        """The messages there that are made of components, oldest first."""
        return [message for message in self.messages(channel, guild=guild) if message.components]

    def dms(self, member: str) -> list[Message]:
        """What was written between the bot and this member, oldest first."""
        user = self.world.known_person(member)
        return [] if user is None or user.id not in self.world.dms else self.world.dms[user.id].messages.everything()

    @property
    def received(self) -> list[Received]:
        """Every call of the REST API so far."""
        return self.rest.received

    def calls(self, route: str = "*") -> list[Received]:
        """The calls of one route, named as in ``faults``."""
        pattern = route_pattern(route)
        return [call for call in self.received if pattern.fullmatch(call.line)]

    @property
    def invalid_calls(self) -> int:
        """How many calls were answered 401, 403 or 429."""
        return sum(call.is_invalid for call in self.received)

    @property
    def is_bot_online(self) -> bool:
        return bool(self.gateway.connected)

    async def until(self, condition: Callable[[], T], *, within: float = WAIT_S) -> T:
        """Wait until ``condition`` gives something true, and give that.

        It is asked whenever the world, a call or a connection changes. Raises ``TimeoutError`` with what happened last.
        """
        try:
            return await self._changes.until(condition, within)
        except TimeoutError:
            last = "; ".join(f"{call.line} → {call.status}" for call in self.received[-5:]) or "no call at all"
            raise TimeoutError(f"Nothing of the kind within {within:g} s. The last calls: {last}.") from None

    def _home(self, guild: str | int | Guild | None) -> Guild:
        return guild if isinstance(guild, Guild) else self.world.guild_called(guild)

    def _place(self, channel: str | int | Channel, guild: str | int | Guild | None) -> tuple[Guild, Channel]:
        if isinstance(channel, Channel):
            return channel.guild or self._home(guild), channel
        home = self._home(guild)
        return home, self.world.channel_called(channel, home)


async def _refuse_too_large(request: Request, error: Exception) -> Response:
    most = error.most if isinstance(error, TooLarge) else 0
    return respond(too_large(most), {"Connection": "close"})


def _page(name: str) -> Callable[[Request], Response]:
    def serve(request: Request) -> Response:
        return FileResponse(PAGE / name, headers={"Cache-Control": "no-cache"})

    return serve
