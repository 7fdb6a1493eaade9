"""Gateway sessions: numbered events, kept until the bot has them, replayed when it comes back."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import deque
from dataclasses import dataclass
from typing import Any, Protocol

from bot.sandbox.entities import Json
from bot.sandbox.intents import Intent

MAX_REPLAY = 50_000  # events a session keeps for a bot that is away


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The last thing on a connection: a close code, or without one a cut line."""

    code: int | None
    reason: str = ""


class Line:
    """What is on its way to one connected client, in order."""

    def __init__(self) -> None:
        self.outbox: asyncio.Queue[str | Goodbye] = asyncio.Queue()

    def send(self, text: str) -> None:
        self.outbox.put_nowait(text)

    def close(self, code: int | None, reason: str = "") -> None:
        self.outbox.put_nowait(Goodbye(code, reason))


class Session:
    """One identified shard. Its events go to ``line`` while a client is there, and are kept for replay."""

    def __init__(self, id: str, intents: Intent, shard: tuple[int, int]) -> None:
        self.id = id
        self.intents = intents
        self.shard = shard
        self.line: Line | None = None
        self.sequence = 0
        self.status = "online"
        self.activities: list[Json] = []
        self._forgotten = False
        self._log: deque[tuple[int, str]] = deque(maxlen=MAX_REPLAY)

    def serves(self, guild_id: int | None) -> bool:
        """Whether events of this guild (None: of DMs) belong to the session's shard."""
        index, count = self.shard
        return index == (0 if guild_id is None else (guild_id >> 22) % count)

    def show(self, presence: Any) -> None:
        """Take the status and activities of a presence, as far as they are any."""
        given = presence if isinstance(presence, dict) else {}
        activities = given.get("activities")
        self.status = str(given.get("status") or "online")
        listed = activities if isinstance(activities, list) else []
        self.activities = [each for each in listed if isinstance(each, dict)]

    def dispatch(self, event: str, data: Any) -> None:
        self.sequence += 1
        text = encode({"t": event, "s": self.sequence, "op": 0, "d": data})
        self._log.append((self.sequence, text))
        if self.line is not None:
            self.line.send(text)

    def acknowledge(self, sequence: int) -> None:
        """The client has everything up to here; it need not be kept."""
        while self._log and self._log[0][0] <= sequence:
            self._log.popleft()

    def forget(self) -> None:
        """Nothing can be replayed any more, not even nothing."""
        self._log.clear()
        self._forgotten = True

    def missed_since(self, sequence: int) -> list[str] | None:
        """The events after ``sequence``; None where they are no longer all there."""
        if self._forgotten or sequence > self.sequence:
            return None
        missed = [text for number, text in self._log if number > sequence]
        return missed if len(missed) == self.sequence - sequence else None


def encode(payload: Json) -> str:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


class Squeezer(Protocol):
    """Transport compression: one stream for a whole connection."""

    def __call__(self, text: str) -> bytes: ...


def zlib_stream() -> Squeezer:
    stream = zlib.compressobj()

    def squeeze(text: str) -> bytes:
        return stream.compress(text.encode("utf-8", "replace")) + stream.flush(zlib.Z_SYNC_FLUSH)

    return squeeze


def zstd_stream() -> Squeezer | None:
    """None where the zstandard package is missing: then the client is sent plain text, which it takes too."""
    try:
        import zstandard
    except ImportError:
        return None
    stream = zstandard.ZstdCompressor().compressobj()

    def squeeze(text: str) -> bytes:
        return stream.compress(text.encode("utf-8", "replace")) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    return squeeze


def squeezer(name: str | None) -> Squeezer | None:
    if name == "zlib-stream":
        return zlib_stream()
    return zstd_stream() if name == "zstd-stream" else None
