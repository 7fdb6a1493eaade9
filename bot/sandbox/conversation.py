"""What one connected client says to the gateway, and the answers to it."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from typing import Any, Protocol

from bot.sandbox import payloads
from bot.sandbox.entities import Guild, Json
from bot.sandbox.forms import as_snowflake
from bot.sandbox.intents import KNOWN_BITS, PRIVILEGED, Intent
from bot.sandbox.sessions import Line, Session, encode
from bot.sandbox.state import World

MAX_SENDS, SEND_WINDOW = 120, 60.0  # what a client may send, in seconds
MAX_PAYLOAD = 4_096  # characters of one payload from a client
CHUNK = 1_000  # members
ACK_AFTER_S = 0.2  # about a far server's round trip
SESSION_ENDING_CODES = (1000, 1001)


class Closing(Exception):
    """The connection is to be closed with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Host(Protocol):
    """What a conversation needs of the gateway."""

    sessions: dict[str, Session]
    answers_heartbeats: bool
    heartbeats: int
    resumes: int

    def begin(self, intents: Intent, shard: tuple[int, int], line: Line) -> Session: ...


class Conversation:
    """What one connected client says, and the answers to it."""

    def __init__(self, gateway: Host, world: World, line: Line) -> None:
        self._gateway = gateway
        self._world = world
        self._line = line
        self._session: Session | None = None
        self._sends: deque[float] = deque()

    def hear(self, text: str) -> None:
        """Raises ``Closing`` for what Discord closes a connection for."""
        self._count()
        if len(text) > MAX_PAYLOAD:
            raise Closing(4002, "Error while decoding payload.")
        try:
            payload = json.loads(text)
            op, data = payload["op"], payload.get("d")
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Closing(4002, "Error while decoding payload.") from error
        self._answer(op, data)

    def _count(self) -> None:
        now = time.monotonic()
        self._sends.append(now)
        while self._sends[0] < now - SEND_WINDOW:
            self._sends.popleft()
        if len(self._sends) > MAX_SENDS:
            raise Closing(4008, "You are being rate limited.")

    def _answer(self, op: Any, data: Any) -> None:
        if op == 1:
            self._beat(data)
        elif op == 2:
            self._identify(data if isinstance(data, dict) else {})
        elif op == 6:
            self._resume(data if isinstance(data, dict) else {})
        elif op not in (3, 4, 8):
            raise Closing(4001, "Unknown opcode.")
        elif self._session is None:
            raise Closing(4003, "Not authenticated.")
        elif op == 3 and isinstance(data, dict):
            self._session.show(data)
        elif op == 8 and isinstance(data, dict):
            self._send_members(self._session, data)

    def _beat(self, sequence: Any) -> None:
        self._gateway.heartbeats += 1
        if self._session is not None and isinstance(sequence, int):
            self._session.acknowledge(sequence)
        if self._gateway.answers_heartbeats:
            # Over loopback an answer at once would come before the client, in another thread, has noted when it sent
            # the heartbeat; discord.py would then take the whole time since the last one for a delay.
            answer = encode({"t": None, "s": None, "op": 11, "d": None})
            asyncio.get_running_loop().call_later(ACK_AFTER_S, self._line.send, answer)

    def _identify(self, data: Json) -> None:
        if self._session is not None:
            raise Closing(4005, "Already authenticated.")
        self._check_token(data)
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~KNOWN_BITS:
            raise Closing(4013, "Invalid intent(s).")
        if Intent(intents) & PRIVILEGED & ~Intent(self._world.application.privileged_intents):
            raise Closing(4014, "Disallowed intent(s).")
        self._session = self._gateway.begin(Intent(intents), _shard(data.get("shard")), self._line)
        self._session.show(data.get("presence"))

    def _check_token(self, data: Json) -> None:
        if str(data.get("token")).removeprefix("Bot ") != self._world.application.token:
            raise Closing(4004, "Authentication failed.")

    def _resume(self, data: Json) -> None:
        self._check_token(data)
        session = self._gateway.sessions.get(str(data.get("session_id")))
        sequence = data.get("seq")
        missed = session.missed_since(sequence) if session is not None and isinstance(sequence, int) else None
        if session is None or missed is None:
            self._line.send(encode({"t": None, "s": None, "op": 9, "d": False}))
            return
        self._gateway.resumes += 1
        if session.line is not None:
            session.line.close(4000, "Resumed elsewhere.")
        session.line, self._session = self._line, session
        for text in missed:
            self._line.send(text)
        session.dispatch("RESUMED", {"_trace": ["sandbox"]})

    def _send_members(self, session: Session, data: Json) -> None:
        """REQUEST_GUILD_MEMBERS: by the beginning of their names, by id, or all."""
        guild = self._world.guilds.get(as_snowflake(data.get("guild_id")) or 0)
        if guild is None or self._world.bot.id not in guild.members:
            return
        wanted = data.get("user_ids")
        query, limit = str(data.get("query") or "").casefold(), as_snowflake(data.get("limit")) or 0
        if wanted is None and not query and not limit and Intent.GUILD_MEMBERS not in session.intents:
            return
        listed = wanted if isinstance(wanted, list) else [wanted]
        ids = [number for each in listed if (number := as_snowflake(each))] if wanted else []
        members = (
            [guild.members[each] for each in ids if each in guild.members] if ids else list(guild.members.values())
        )
        found = [payloads.member(each) for each in members if each.name.casefold().startswith(query)]
        missing = [str(each) for each in ids if each not in guild.members]
        self._send_chunks(session, guild, found[:limit] if limit else found, missing, data.get("nonce"))

    def _send_chunks(self, session: Session, guild: Guild, members: list[Json], missing: list[str], nonce: Any) -> None:
        count = max(1, -(-len(members) // CHUNK))
        for index in range(count):
            chunk: Json = {
                "guild_id": str(guild.id),
                "members": members[index * CHUNK : (index + 1) * CHUNK],
                "chunk_index": index,
                "chunk_count": count,
                "not_found": missing,
            }
            session.dispatch("GUILD_MEMBERS_CHUNK", chunk | ({"nonce": nonce} if nonce else {}))

    def ended(self, code: int) -> None:
        """The client closed; with some codes it says that it will not come back."""
        if self._session is not None and self._session.line is self._line and code in SESSION_ENDING_CODES:
            self._gateway.sessions.pop(self._session.id, None)

    def left(self) -> None:
        if self._session is not None and self._session.line is self._line:
            self._session.line = None


def _shard(given: Any) -> tuple[int, int]:
    if given is None:
        return 0, 1
    valid = isinstance(given, list) and len(given) == 2 and all(isinstance(each, int) for each in given)
    if not valid or not 0 <= given[0] < given[1]:
        raise Closing(4010, "Invalid shard.")
    return given[0], given[1]
