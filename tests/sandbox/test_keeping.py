"""What was said in a sandbox with a file outlasts it."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.sandbox import Sandbox, moderation, snapshot
from bot.sandbox.entities import Overwrite
from bot.sandbox.permissions import Permission


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.json"


async def live(box: Sandbox) -> None:
    """A bit of everything that can happen."""
    box.widen()
    first = await box.say("general", "Zoë", "hello <@1> @everyone")
    answer = await box.say("general", "Bob", "hello yourself", reply_to=first)
    await box.edit(answer, "hello you")
    await box.say("off-topic", "Alice", forward=first)
    await box.poll("general", "Bob", "Tea?", ["yes", "no"])
    await box.say("general", "Mallory", files={"a.txt": b"a long story", "b.bin": bytes(range(256))})
    await box.delete(await box.say("general", "Bob", "never mind"))
    await box.say("general", "Bob", "an odd one", extra={"$": {"v": [1, None]}, "call": {"user": {"id": "5"}}})
    thread = box.thread("general", "Mallory", "chess", of=first)
    await box.say(thread, "Mallory", "e4")
    box.forum_post(box.channel("ideas"), "Alice", "a bot", "for chess")
    box.voice_status(box.channel("Lounge"), "tea time", by="Bob")
    box.schedule("Bob", "chess evening", location="the park")
    box.nickname("Bob", "Bobby")
    box.close_dms("Alice")
    moderation.set_timeout(box.world, box.member("Bob"), datetime.now(UTC) + timedelta(hours=1), by=box.guild.owner)
    moderation.ban(box.world, box.guild, box.member("Trudy").user, by=box.guild.owner, reason="spam")
    box.channel("trash-talk").overwrites[box.guild.id] = Overwrite(box.guild.id, 0, deny=Permission.SEND_MESSAGES)
    box.channel("trash-talk").slowmode = 30
    box.world.dm_with(box.member("Zoë").user)


def kept(box: Sandbox) -> dict[str, Any]:
    return snapshot.taken(box.world, box._files)


async def test_a_world_is_the_same_after_a_restart(file: Path) -> None:
    async with Sandbox(file=file) as box:
        await live(box)
        before = kept(box)
    async with Sandbox(file=file) as box:
        assert box.trouble == ""
        assert kept(box) == before
        said = box.messages("general")
        assert [message.content for message in said][:2] == ["hello <@1> @everyone", "hello you"]
        assert said[1].referenced is said[0]
        assert said[0].author is box.member("Zoë").user
        assert box.world.known_person("Trudy").id in box.guild.bans
        assert not box.member("Alice").user.takes_dms


async def test_life_goes_on_after_a_restart(file: Path) -> None:
    async with Sandbox(file=file) as box:
        await live(box)
    async with Sandbox(file=file) as box, httpx.AsyncClient(base_url=box.url) as web:
        [old] = [each for each in box.messages("general") if each.attachments]
        path = httpx.URL(old.attachments[0]["url"]).path
        assert (await web.get(path)).content == b"a long story"
        new = await box.say("general", "Alice", "good morning", reply_to=box.messages("general")[0])
        assert new.id > max(each.id for each in box.messages("general") if each is not new)
        box.thread("general", "Alice", "chess")
        twins = [each for each in box.guild.channels.values() if each.name == "chess"]
        assert len({each.id for each in twins}) == 2
        await box.edit(box.messages("general")[0], "hello again")
        await box.delete(box.messages("general")[1])


async def test_what_happened_is_saved_while_it_runs(file: Path) -> None:
    async with Sandbox(file=file) as box:
        await box.until(file.exists)
        await box.say("general", "Alice", "good morning")
        await box.until(lambda: "good morning" in file.read_text())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "is damaged"),
        ("{", "is damaged"),
        ("[" * 100_000, "is damaged"),
        ("[]", "was not written by this version"),
        ("{}", "was not written by this version"),
        ('{"version": 99}', "was not written by this version"),
        ('{"version": 1}', "is damaged"),
        ('{"version": 1, "users": 5}', "is damaged"),
        ('{"version": 1, "users": [{"id": "x", "nonsense": 1}], "guilds": [], "channels": []}', "is damaged"),
    ],
)
async def test_a_file_that_cannot_be_read_is_put_aside(file: Path, content: str, why: str) -> None:
    file.write_text(content)
    async with Sandbox(file=file) as box:
        assert why in box.trouble
        assert "sandbox.json.1" in box.trouble
        await box.say("general", "Alice", "good morning")
    assert file.with_name("sandbox.json.1").read_text() == content
    file.write_text("{")
    async with Sandbox(file=file) as box:
        assert "sandbox.json.2" in box.trouble


async def test_half_a_file_is_damaged_and_leaves_the_world_whole(file: Path) -> None:
    async with Sandbox(file=file) as box:
        await live(box)
    whole = json.loads(file.read_text())
    for key in ("users", "guilds", "channels", "messages", "commands", "files", "bot"):
        file.write_text(json.dumps({name: value for name, value in whole.items() if name != key}))
        async with Sandbox(file=file) as box:
            assert "is damaged" in box.trouble, key
            await box.say("general", "Alice", "good morning")
            assert len(box.messages("general")) == 1


async def test_where_it_cannot_be_saved_the_old_file_stays(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with Sandbox(file=file) as box:
        await box.say("general", "Alice", "good morning")
    before = file.read_text()
    beside = file.with_name(file.name + ".new")
    beside.mkdir()
    with caplog.at_level(logging.WARNING):
        async with Sandbox(file=file) as box:
            await box.say("general", "Alice", "good night")
    assert file.read_text() == before
    assert "cannot be saved" in caplog.text


async def test_only_the_latest_messages_and_their_files_are_kept(file: Path) -> None:
    async with Sandbox(file=file) as box:
        await box.say("general", "Alice", files={"old.txt": b"old"})
        for number in range(snapshot.MESSAGES_KEPT):
            await box.say("general", "Alice", str(number))
    async with Sandbox(file=file) as box:
        said = box.messages("general")
        assert (len(said), said[0].content) == (snapshot.MESSAGES_KEPT, "0")
    assert json.loads(file.read_text())["files"] == {}
