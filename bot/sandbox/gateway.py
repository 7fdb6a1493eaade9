"""The gateway, version 10 in JSON: identify, heartbeat, resume, and every event a bot asked for.

Source: https://docs.discord.com/developers/events/gateway
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.sandbox import beside, payloads
from bot.sandbox.calls.application import application_flags
from bot.sandbox.conversation import Closing, Conversation
from bot.sandbox.entities import Event, Guild, Json
from bot.sandbox.intents import Intent, is_meant_for, shown
from bot.sandbox.sessions import Goodbye, Line, Session, encode, squeezer
from bot.sandbox.standing import can_see
from bot.sandbox.state import World

MISSED_BEATS = 2  # heartbeat intervals without a word from the client, and the connection is closed
MAX_AWAY = 4  # sessions kept for clients that are away

Cut = Callable[[WebSocket], None]


class Gateway:
    """Tells identified sessions of what happens in the world.

    ``heartbeat_interval`` is in seconds. ``answers_heartbeats`` is there for tests to switch off. ``on_change`` is told
    when a bot comes or goes.
    """

    def __init__(
        self, world: World, url: Callable[[], str], cut: Cut, on_change: Callable[[], None], heartbeat_interval: float
    ) -> None:
        self._world = world
        self._url = url
        self._cut = cut
        self._on_change = on_change
        self.heartbeat_interval = heartbeat_interval
        self.answers_heartbeats = True
        self.sessions: dict[str, Session] = {}
        self.identifies = 0
        self.resumes = 0
        self.heartbeats = 0
        world.listen(self._on_event)

    @property
    def connected(self) -> list[Session]:
        """The sessions whose client is there now."""
        return [session for session in self.sessions.values() if session.line is not None]

    def _on_event(self, event: Event) -> None:
        guild_id = event.guild.id if event.guild else None
        for session in self.sessions.values():
            if session.serves(guild_id) and is_meant_for(event, session.intents, self._world.bot):
                session.dispatch(event.type, self._data(event, session.intents))

    def _data(self, event: Event, intents: Intent) -> Json:
        if event.type == "GUILD_CREATE" and event.guild is not None:
            return self._whole(event.guild, intents)
        return shown(event, intents, self._world.bot)

    async def serve(self, socket: WebSocket) -> None:
        await socket.accept()
        line = Line()
        talk = Conversation(self, self._world, line)
        writer = asyncio.create_task(self._write(socket, line))
        try:
            self._check_version(socket)
            line.send(
                encode(
                    {"t": None, "s": None, "op": 10, "d": {"heartbeat_interval": int(self.heartbeat_interval * 1000)}}
                )
            )
            await self._read(socket, talk)
        except Closing as closing:
            line.close(closing.code, str(closing))
        except WebSocketDisconnect as gone:
            talk.ended(gone.code)
            line.close(None)
        finally:
            talk.left()
            self._on_change()
            await writer

    def _check_version(self, socket: WebSocket) -> None:
        if (
            socket.query_params.get("v", "10") not in ("9", "10")
            or socket.query_params.get("encoding", "json") != "json"
        ):
            raise Closing(4012, "Invalid API version.")

    async def _read(self, socket: WebSocket, talk: Conversation) -> None:
        while True:
            try:
                async with asyncio.timeout(self.heartbeat_interval * MISSED_BEATS):
                    text = await _receive(socket)
            except TimeoutError:
                raise Closing(4009, "Session timed out.") from None
            talk.hear(text)
            self._on_change()

    async def _write(self, socket: WebSocket, line: Line) -> None:
        squeeze = squeezer(socket.query_params.get("compress"))
        with suppress(WebSocketDisconnect, RuntimeError):  # the client went first
            while True:
                item = await line.outbox.get()
                if isinstance(item, Goodbye):
                    return await self._say_goodbye(socket, item)
                if squeeze is None:
                    await socket.send_text(item)
                else:
                    await socket.send_bytes(squeeze(item))

    async def _say_goodbye(self, socket: WebSocket, goodbye: Goodbye) -> None:
        if goodbye.code is None:
            self._cut(socket)
        elif socket.application_state is not WebSocketState.DISCONNECTED:
            await socket.close(goodbye.code, goodbye.reason)

    # What tests do to it

    def close(self, code: int = 4000, reason: str = "") -> None:
        """Close every connection; sessions can be resumed."""
        for session in self.connected:
            self._part(session, code, reason)

    def cut(self) -> None:
        """Cut every connection without a word."""
        for session in self.connected:
            self._part(session, None, "")

    def invalidate(self, *, resumable: bool = False, shard: int | None = None) -> None:
        """INVALID_SESSION to everyone, or to one shard; unless ``resumable``, their sessions are gone."""
        for session in self.connected:
            if shard not in (None, session.shard[0]):
                continue
            if session.line is not None:
                session.line.send(encode({"t": None, "s": None, "op": 9, "d": resumable}))
            if not resumable:
                self.sessions.pop(session.id, None)

    def ask_to_reconnect(self) -> None:
        """RECONNECT to everyone."""
        for session in self.connected:
            if session.line is not None:
                session.line.send(encode({"t": None, "s": None, "op": 7, "d": None}))

    def forget_sessions(self) -> None:
        """No session can be resumed any more; connections stay."""
        for session in list(self.sessions.values()):
            if session.line is None:
                del self.sessions[session.id]
            else:
                session.forget()

    def dispatch(self, event: str, data: Any) -> None:
        """Tell every session of something, whatever it is."""
        for session in self.sessions.values():
            session.dispatch(event, data)

    def _part(self, session: Session, code: int | None, reason: str) -> None:
        if session.line is not None:
            session.line.close(code, reason)
            session.line = None
        self._on_change()

    # What conversations ask for

    def begin(self, intents: Intent, shard: tuple[int, int], line: Line) -> Session:
        """Identify: READY, then every guild."""
        self.identifies += 1
        self._drop_oldest_away()
        session = Session(secrets.token_hex(16), intents, shard)
        session.line = line
        guilds = [
            each
            for each in self._world.guilds.values()
            if session.serves(each.id) and self._world.bot.id in each.members
        ]
        session.dispatch("READY", self._ready(session, guilds))
        if Intent.GUILDS in intents:
            for guild in guilds:
                session.dispatch("GUILD_CREATE", self._whole(guild, intents))
        self.sessions[session.id] = session
        return session

    def _drop_oldest_away(self) -> None:
        away = [session.id for session in self.sessions.values() if session.line is None]
        for session_id in away[: max(0, len(away) - MAX_AWAY + 1)]:
            del self.sessions[session_id]

    def _ready(self, session: Session, guilds: list[Guild]) -> Json:
        application = self._world.application
        return {
            "v": 10,
            "user": payloads.me(self._world.bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self._url(),
            "shard": list(session.shard),
            "application": {"id": str(application.id), "flags": application_flags(application.privileged_intents)},
            "private_channels": [],
            "relationships": [],
            "presences": [],
            "user_settings": {},
            "_trace": ["sandbox"],
        }

    def _whole(self, guild: Guild, intents: Intent) -> Json:
        """A guild as GUILD_CREATE tells it: without the presences intent, the bot is the only member in it."""
        me = guild.members[self._world.bot.id]
        members = list(guild.members.values()) if Intent.GUILD_PRESENCES in intents else [me]
        channels = guild.channels.values()
        return payloads.guild(guild) | {
            "joined_at": payloads.stamp(me.joined_at),
            "large": False,
            "unavailable": False,
            "member_count": len(guild.members),
            "members": [payloads.member(member) for member in members],
            "channels": [payloads.channel(each) for each in channels if not each.is_thread],
            "threads": [
                payloads.thread(each) for each in channels if each.is_thread and not each.archived and can_see(me, each)
            ],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [beside.event_payload(each) for each in guild.events.values()],
            "soundboard_sounds": [],
        }


async def _receive(socket: WebSocket) -> str:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code") or 1006, message.get("reason"))
    text = message.get("text")
    return text if text is not None else (message.get("bytes") or b"").decode("utf-8", "replace")
