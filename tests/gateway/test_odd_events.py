"""Whatever Discord may send: nothing raises, and nothing that holds words is passed over in silence."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import discord
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.gateway.arrivals import Arrivals
from bot.gateway.posts import snowflake
from bot.read import surfaces
from bot.records import Post
from bot.sandbox import Sandbox, payloads
from bot.sandbox.intents import Intent

DESCRIPTION = Path(__file__).parents[2].parent / "shared" / "discord-openapi.json"
DEEPEST = 6
EVENTS = ("MESSAGE_CREATE", "MESSAGE_UPDATE")
BESIDE = (
    "THREAD_CREATE",
    "THREAD_UPDATE",
    "CHANNEL_UPDATE",
    "GUILD_SCHEDULED_EVENT_CREATE",
    "GUILD_MEMBER_ADD",
    "GUILD_MEMBER_UPDATE",
    "AUTO_MODERATION_ACTION_EXECUTION",
)


class Feed:
    """A real discord.py client that was told of one guild, fed by hand."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.handed: list[Post] = []
        self.loop.run_until_complete(self._begin())

    async def _begin(self) -> None:
        box = Sandbox()
        self.guild, channel = box.guild, box.channel("general")
        self.client = discord.AutoShardedClient(intents=discord.Intents.all(), chunk_guilds_at_startup=False)
        state: Any = self.client._connection
        state.user = discord.ClientUser(state=state, data=payloads.me(box.world.bot))  # type: ignore[arg-type]
        state._add_guild_from_data(box.gateway._whole(box.guild, Intent(0)))
        for call in ("get_member", "get_message", "get_audit_logs"):
            setattr(self.client.http, call, self._nobody_answers)
        said = await box.say(channel, "Mallory", "hello", embeds=[{"type": "rich", "title": "t"}])
        self.message = payloads.told_message(said, box.world.bot) | {
            "components": [{"type": 17, "components": [{"type": 10, "content": "c"}]}],
            "poll": {"question": {"text": "q"}, "answers": [{"answer_id": 1, "poll_media": {"text": "a"}}]},
            "sticker_items": [{"id": "1", "name": "s", "format_type": 1}],
            "message_snapshots": [{"message": {"content": "f", "embeds": [], "attachments": []}}],
            "attachments": [{"id": "2", "filename": "n", "url": "https://cdn.discordapp.com/n", "size": 1}],
        }
        self._arrivals = Arrivals(self.client, self._take)
        self._arrivals.watch()

    async def _nobody_answers(self, *_: object, **__: object) -> Any:
        raise discord.GatewayNotFound

    async def _take(self, post: Post) -> None:
        self.handed.append(post)

    def tell(self, event: str, data: Any) -> tuple[list[Post], list[str]]:
        """The posts that came of it, and what was logged."""
        self.handed = []

        async def feed() -> None:
            self.client._connection.parsers[event](data)
            await asyncio.gather(*self._arrivals._reading)

        with capture_logs() as logs:
            self.loop.run_until_complete(feed())
        return self.handed, [entry["event"] for entry in logs]


@pytest.fixture(scope="module")
def feed() -> Iterator[Feed]:
    made = Feed()
    yield made
    made.loop.close()


def test_what_an_application_fills_in_later_is_read_though_nothing_marks_it_as_edited(feed: Feed) -> None:
    said = feed.message | {"content": "filled in", "edited_timestamp": None}
    assert feed.tell("MESSAGE_UPDATE", said)[0] == []
    for sign in ({"interaction_metadata": {"id": "7"}}, {"application_id": "8"}):
        [post], _ = feed.tell("MESSAGE_UPDATE", said | sign)
        assert post.is_edit
        assert "filled in" in post.text


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside ``node``."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [each for key, value in inner for each in ((*path, key), *places(value, (*path, key)))]


def spoilt(data: Any, path: tuple[Any, ...], junk: Any, *, gone: bool) -> None:
    """Put ``junk`` at ``path``, or take away what is there."""
    for key in path[:-1]:
        if not isinstance(data, dict | list) or (isinstance(data, dict) and key not in data):
            return
        if isinstance(data, list) and not (isinstance(key, int) and key < len(data)):
            return
        data = data[key]
    if isinstance(data, dict) and gone:
        data.pop(path[-1], None)
    elif isinstance(data, dict) or (isinstance(data, list) and isinstance(path[-1], int) and path[-1] < len(data)):
        data[path[-1]] = junk


def check(feed: Feed, event: str, data: dict[str, Any]) -> None:
    """Every text of the message is in some post, or the log says that it was not read."""
    handed, logged = feed.tell(event, copy.deepcopy(data))
    assert "event not read" not in logged
    if snowflake(data.get("guild_id")) != feed.guild.id or data.get("author", {}) == {"id": str(feed.client.user.id)}:
        return
    if not snowflake(data.get("id")):
        assert handed or "message not read" in logged
        return
    wanted = [*surfaces.in_previews(data), *(surfaces.in_message(data) if event == "MESSAGE_CREATE" else ())]
    texts = [surface.text for post in handed for surface in post.surfaces]
    assert [surface.text for surface in wanted if surface.text not in texts] == []


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_message_with_anything_in_any_place_is_read_as_far_as_it_goes(feed: Feed, data: st.DataObject) -> None:
    message = copy.deepcopy(feed.message)
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(places(feed.message)))
        spoilt(message, path, data.draw(JUNK), gone=data.draw(st.booleans()))
    check(feed, data.draw(st.sampled_from(EVENTS)), message)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_event_beside_messages_raises_however_odd_it_is(feed: Feed, data: st.DataObject) -> None:
    ids = st.sampled_from([str(feed.guild.id), "1", "x", "9" * 19])
    known = st.fixed_dictionaries({"guild_id": st.just(str(feed.guild.id))})
    names = st.sampled_from(["id", "name", "user", "nick", "user_id", "channel_id", "content", "owner_id", "parent_id"])
    event = data.draw(known) | data.draw(st.dictionaries(names, JUNK | ids, max_size=6))
    _, logged = feed.tell(data.draw(st.sampled_from(BESIDE)), event)
    assert "event not read" not in logged


@cache
def schemas() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DESCRIPTION.read_text())["components"]["schemas"]
    return found


def described(schema: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Anything that fits ``schema``; below a depth, nothing much."""
    if name := schema.get("$ref", "").rpartition("/")[2]:
        return st.integers(1, 1 << 62).map(str) if name == "SnowflakeType" else described(schemas()[name], depth)
    if choices := [*schema.get("oneOf", ()), *schema.get("anyOf", ())]:
        return st.sampled_from(choices).flatmap(lambda each: described(each, depth))
    if "const" in schema or "enum" in schema:
        return st.sampled_from([schema["const"]] if "const" in schema else schema["enum"])
    kinds = schema.get("type", "object")
    match kinds if isinstance(kinds, str) else kinds[0]:
        case "string" if schema.get("format") == "date-time":
            return st.sampled_from(["2026-11-23T12:00:00+00:00", "2026-11-23T12:00:00.5+00:00"])
        case "string":
            return st.text(max_size=12)
        case "integer" | "number":
            return st.integers(0, 1 << 30)
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case "array":
            return st.lists(described(schema.get("items", {}), depth + 1), max_size=0 if depth > DEEPEST else 2)
        case _:
            return objects(schema, depth)


def objects(schema: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    required = schema.get("required", ())
    inner = {
        key: st.deferred(lambda value=value: described(value, depth + 1))
        for key, value in schema.get("properties", {}).items()
        if key in required or depth < 2
    }
    must = {key: value for key, value in inner.items() if key in required}
    return st.fixed_dictionaries(must, optional={key: value for key, value in inner.items() if key not in must})


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_every_message_that_discords_description_allows_is_read(feed: Feed, data: st.DataObject) -> None:
    if not DESCRIPTION.exists():
        pytest.skip(f"Discord's API description is not at {DESCRIPTION}")
    message = data.draw(described({"$ref": "#/components/schemas/MessageResponse"}))
    check(feed, "MESSAGE_CREATE", message | {"guild_id": str(feed.guild.id), "channel_id": feed.message["channel_id"]})
