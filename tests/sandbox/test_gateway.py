"""The gateway, spoken to in plain WebSocket frames."""

from __future__ import annotations

import asyncio
import contextlib
import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
import websockets

from bot.sandbox import Sandbox
from bot.sandbox.intents import Intent

EVERYTHING = (1 << 26) - 1
WAIT_S = 60.0


class Line:
    """One connection, spoken to in JSON."""

    def __init__(self, socket: websockets.ClientConnection, read: Callable[[Any], str] = str) -> None:
        self._socket = socket
        self._read = read

    async def send(self, op: int, data: Any) -> None:
        await self._socket.send(json.dumps({"op": op, "d": data}))

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(WAIT_S):
            payload: dict[str, Any] = json.loads(self._read(await self._socket.recv()))
            return payload

    async def until(self, event: str) -> dict[str, Any]:
        while (payload := await self.hear())["t"] != event:
            pass
        return payload

    async def events(self, last: str) -> list[str]:
        """The names of the events up to ``last``."""
        names: list[str] = []
        while not names or names[-1] != last:
            names.append((await self.hear())["t"])
        return names

    async def closed(self) -> int:
        """The code it is closed with."""
        async with asyncio.timeout(WAIT_S):
            with contextlib.suppress(websockets.ConnectionClosedError):
                async for _ in self._socket:
                    pass
            await self._socket.wait_closed()
        return self._socket.close_code or 0


def connected(box: Sandbox, query: str = "?v=10&encoding=json") -> Any:
    return websockets.connect(box.gateway_url + query, max_size=None, proxy=None)


async def identify(box: Sandbox, line: Line, intents: int = EVERYTHING, **more: Any) -> dict[str, Any]:
    assert (await line.hear())["op"] == 10
    await line.send(2, {"token": box.token, "intents": intents, "properties": {}} | more)
    return await line.until("READY")


async def test_hello_comes_first_and_heartbeats_are_answered(box: Sandbox) -> None:
    async with connected(box) as socket:
        line = Line(socket)
        hello = await line.hear()
        await line.send(1, None)
        assert hello["d"] == {"heartbeat_interval": 41_250}
        assert (await line.hear())["op"] == 11


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"token": "wrong"}, 4004),
        ({"intents": None}, 4013),
        ({"intents": 1 << 40}, 4013),
        ({"shard": [2, 2]}, 4010),
        ({"intents": 1 << 15}, 4014),
    ],
)
async def test_a_wrong_identify_closes_the_connection(box: Sandbox, data: dict[str, Any], code: int) -> None:
    box.switch_off_intents("message_content")
    async with connected(box) as socket:
        line = Line(socket)
        await line.send(2, {"token": box.token, "intents": 0, "properties": {}} | data)
        assert await line.closed() == code


@pytest.mark.parametrize(("op", "code"), [(99, 4001), (3, 4003), (8, 4003)])
async def test_what_cannot_be_said_closes_the_connection(box: Sandbox, op: int, code: int) -> None:
    async with connected(box) as socket:
        line = Line(socket)
        await line.send(op, {})
        assert await line.closed() == code


async def test_nonsense_twice_identified_and_too_much_are_closed(box: Sandbox) -> None:
    async with connected(box) as socket:
        await socket.send("nonsense")
        assert await Line(socket).closed() == 4002
    async with connected(box) as socket:
        line = Line(socket)
        await identify(box, line)
        await line.send(2, {"token": box.token, "intents": 0})
        assert await line.closed() == 4005
    async with connected(box) as socket:
        line = Line(socket)
        for _ in range(121):
            await line.send(1, None)
        assert await line.closed() == 4008
    async with connected(box, "?v=6") as socket:
        assert await Line(socket).closed() == 4012


async def test_a_client_that_sends_no_heartbeat_is_closed() -> None:
    async with Sandbox(heartbeat_interval=0.02) as box, connected(box) as socket:
        assert await Line(socket).closed() == 4009


async def test_only_what_the_intents_ask_for_is_told(box: Sandbox) -> None:
    heard: dict[int, list[str]] = {}
    for intents in (Intent.GUILDS, Intent.GUILDS | Intent.GUILD_MESSAGES, Intent.GUILDS | Intent.GUILD_MODERATION):
        async with connected(box) as socket:
            line = Line(socket)
            await identify(box, line, int(intents))
            await line.until("GUILD_CREATE")
            message = await box.say("general", f"New {int(intents)}", "hello")
            await box.delete(message)
            box.world.add_role(box.guild, "Last")
            heard[int(intents)] = await line.events("GUILD_ROLE_CREATE")
    assert list(heard.values()) == [
        ["GUILD_ROLE_CREATE"],
        ["MESSAGE_CREATE", "MESSAGE_DELETE", "GUILD_ROLE_CREATE"],
        ["GUILD_ROLE_CREATE"],
    ]


@pytest.mark.parametrize("compress", ["zlib-stream", "zstd-stream"])
async def test_the_stream_is_compressed_when_the_client_asks(box: Sandbox, compress: str) -> None:
    if compress == "zlib-stream":
        stream = zlib.decompressobj()
        read: Callable[[Any], str] = lambda data: stream.decompress(data).decode()  # noqa: E731
    else:
        zstandard = pytest.importorskip("zstandard")
        stream = zstandard.ZstdDecompressor().decompressobj()
        read = lambda data: stream.decompress(data).decode()  # noqa: E731
    async with connected(box, f"?v=10&encoding=json&compress={compress}") as socket:
        line = Line(socket, read)
        ready = await identify(box, line)
        assert ready["d"]["resume_gateway_url"] == box.gateway_url
        await box.say("general", "Alice", "grüße 🦊")
        assert (await line.until("MESSAGE_CREATE"))["d"]["content"] == "grüße 🦊"


async def test_a_resume_replays_by_number_and_goes_on(box: Sandbox) -> None:
    async with connected(box) as socket:
        line = Line(socket)
        ready = await identify(box, line)
        await box.say("general", "Alice", "one")
        last = (await line.until("MESSAGE_CREATE"))["s"]
        await box.say("general", "Alice", "two")
        await line.until("MESSAGE_CREATE")
        await socket.close(4000)
    await box.until(lambda: not box.is_bot_online)
    await box.say("general", "Alice", "three")
    async with connected(box) as socket:
        line = Line(socket)
        await line.hear()
        await line.send(6, {"token": box.token, "session_id": ready["d"]["session_id"], "seq": last})
        replayed = [await line.hear() for _ in range(3)]
        assert [(each["t"], each["s"] - last, each["d"].get("content")) for each in replayed] == [
            ("MESSAGE_CREATE", 1, "two"),
            ("MESSAGE_CREATE", 2, "three"),
            ("RESUMED", 3, None),
        ]


@pytest.mark.parametrize("session", ["unknown", "closed for good", "ahead of its time"])
async def test_a_session_that_cannot_be_resumed_is_invalid(box: Sandbox, session: str) -> None:
    session_id, seq = "nothing", 1
    if session != "unknown":
        async with connected(box) as socket:
            line = Line(socket)
            session_id = (await identify(box, line))["d"]["session_id"]
            seq = 9_999 if session == "ahead of its time" else 1
            await socket.close(1000 if session == "closed for good" else 4000)
        await box.until(lambda: not box.is_bot_online)
    async with connected(box) as socket:
        line = Line(socket)
        await line.hear()
        await line.send(6, {"token": box.token, "session_id": session_id, "seq": seq})
        invalid = await line.hear()
        assert (invalid["op"], invalid["d"]) == (9, False)


async def test_dispatches_are_as_discord_describes_them(box: Sandbox, described: Callable[[str, Any], None]) -> None:
    async with connected(box) as socket:
        line = Line(socket)
        ready = await identify(box, line)
        described("UserPIIResponse", ready["d"]["user"])
        guild = (await line.until("GUILD_CREATE"))["d"]
        described("GuildWithCountsResponse", guild)
        for channel in guild["channels"]:
            described("GuildChannelResponse", channel)
        for thread in guild["threads"]:
            described("ThreadResponse", thread)
        for member in guild["members"]:
            described("GuildMemberResponse", member)
        said = await box.say("general", "Zoe", "hello", files={"a.txt": b"x"})
        described("GuildMemberResponse", (await line.until("GUILD_MEMBER_ADD"))["d"])
        described("MessageResponse", (await line.until("MESSAGE_CREATE"))["d"])
        await box.edit(said, "goodbye")
        described("MessageResponse", (await line.until("MESSAGE_UPDATE"))["d"])
        box.world.add_role(box.guild, "Quiet")
        described("GuildRoleResponse", (await line.until("GUILD_ROLE_CREATE"))["d"]["role"])
        channel = box.world.add_channel(box.guild, "another")
        described("GuildChannelResponse", (await line.until("CHANNEL_CREATE"))["d"])
        box.world.add_thread(channel, "a thread", box.guild.owner)
        described("ThreadResponse", (await line.until("THREAD_CREATE"))["d"])


async def test_a_new_guild_is_told_of_at_once(box: Sandbox) -> None:
    async with connected(box) as socket:
        line = Line(socket)
        await identify(box, line)
        await line.until("GUILD_CREATE")
        made = box.world.add_guild("Another")
        assert (await line.until("GUILD_CREATE"))["d"]["id"] == str(made.id)


@pytest.mark.parametrize("value", [None, 5, "x", [], [5], ["x"], {}, {"a": None}, True])
async def test_no_payload_however_odd_ends_more_than_its_connection(box: Sandbox, value: Any) -> None:
    for op in (1, 3, 4, 6, 8):
        for field in ("guild_id", "user_ids", "query", "limit", "status", "activities", "session_id", "seq", "token"):
            async with connected(box) as socket:
                line = Line(socket)
                await identify(box, line, 0)
                await line.send(op, {field: value})
                await line.send(1, None)
                with contextlib.suppress(websockets.ConnectionClosed):
                    while (await line.hear())["op"] != 11:
                        pass
                assert socket.close_code != 1011, (op, field)
    async with connected(box) as socket:
        await identify(box, Line(socket), 0, presence=value)
    assert box.world.bot.name == "Civil Tongue"
