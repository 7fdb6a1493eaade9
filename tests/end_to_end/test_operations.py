"""What an owner relies on without looking: a clean end, logs without words, an introduction, a daily digest."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.config import DiscordOptions, Rulebook, Settings
from bot.gateway.client import Client, Connection, intents_for
from bot.record.ledger import Ledger
from bot.records import Named, Post, Status
from bot.review.announcing import DIGEST_HOUR, Announcer, Facts, last_digest_hour
from bot.review.log_channel import LogChannel
from bot.sandbox import Sandbox

SECRETS = ("Xylophonist", "Quetzalcoatl", "Brobdingnag")  # words that stand nowhere but in members' messages


@asynccontextmanager
async def bot_running(box: Sandbox, folder: Path, rules: str, *options: str) -> AsyncIterator[Any]:
    """``python -m bot run`` as a process of its own, until it is online; gives the process."""
    folder.mkdir(exist_ok=True)
    (folder / "config.yaml").write_text(rules + f"discord: {{api: {box.api_url}}}\n")
    (folder / "token").write_text(box.token)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DISCORD_")}
    errors = (folder / "errors.txt").open("wb")
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--data", str(folder), *options,
        env=clean, cwd=folder, stderr=errors, stdout=errors,
    )  # fmt: skip
    try:
        await box.until(lambda: box.is_bot_online)
        yield running
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
        errors.close()


def said(box: Sandbox, channel: str = "mod-log", guild: Any = None) -> list[str]:
    """What the bot said in plain words."""
    return [message.content for message in box.messages(channel, guild=guild) if message.content]


async def test_sigterm_in_the_middle_of_a_burst_ends_what_was_begun_and_exits_with_0(
    tmp_path: Path, rules: str, flags_in: Callable[[Path], Awaitable[list[Any]]]
) -> None:
    async with Sandbox() as box, bot_running(box, tmp_path / "data", rules) as running:
        messages = [await box.say("general", f"Member {n % 20}", f"you are evil {n}") for n in range(100)]
        await box.until(lambda: sum(message.is_deleted for message in messages) >= 5)
        running.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(running.wait(), 180)
        assert code == 0
        flags = await flags_in(tmp_path / "data")
        assert not (tmp_path / "data" / "alive").exists()
        assert "Traceback" not in (tmp_path / "data" / "errors.txt").read_text()
    done = {flag.message_id: {o.action: o.status for o in flag.outcomes} for flag in flags}
    assert len(done) == len(flags), "no message is flagged twice"
    for message in messages:
        statuses = done.get(message.id, {})
        assert message.is_deleted == (statuses.get("delete") is Status.DONE), "what is recorded is what was done"
        # Nothing is left as begun and unknown; what was not begun in time is still planned and done at the next start.
        assert Status.STARTED not in statuses.values()


@pytest.mark.parametrize("form", ["text", "json"])
async def test_logs_never_hold_what_members_wrote_nor_the_token(tmp_path: Path, rules: str, form: str) -> None:
    folder = tmp_path / "data"
    options = ("--log-level", "debug", "--log-format", form)
    async with Sandbox() as box, bot_running(box, folder, rules, *options) as running:
        token = box.token
        first, second, third = SECRETS
        box.faults.answer("DELETE /channels/{channel}/messages/{message}", 403, code=50013, message=first)
        await box.say("general", first, f"you are evil {first}")
        mild = await box.say("general", "Alice", f"so bad {second}", embeds=[{"title": third}])
        edited = await box.say("general", "Bob", f"hello {third}")
        await box.edit(edited, f"evil {third}")
        poll = {
            "question": {"text": first},
            "answers": [],
            "expiry": None,
            "allow_multiselect": False,
            "layout_type": 1,
        }
        await box.say("general", "Alice", second, extra={"poll": poll})  # discord.py's parser breaks on it
        await box.until(lambda: edited.is_deleted and len(box.messages("mod-log")) >= 4)
        assert not mild.is_deleted
        running.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(running.wait(), 180) == 0
    logged = (folder / "errors.txt").read_text()
    assert "acted" in logged
    for word in (*SECRETS, token, token.split(".")[-1]):
        assert word.casefold() not in logged.casefold()
    if form == "json":
        assert all(isinstance(json.loads(line), dict) for line in logged.splitlines())


async def test_the_bot_introduces_itself_once_per_server_and_again_when_the_mode_changes(
    run_bot: Any, rules: str, tmp_path: Path
) -> None:
    async with Sandbox() as box:
        async with run_bot(box, introduce=True):
            [first] = await box.until(lambda: said(box))
            assert "**live**" in first
            assert "toxic, insult" in first
        async with run_bot(box, introduce=True):
            message = await box.say("general", "Mallory", "you are evil")
            await box.until(lambda: message.is_deleted)
            assert said(box) == [first]
        async with run_bot(box, introduce=True, text=rules.replace("mode: live", "mode: shadow")):
            await box.until(lambda: len(said(box)) == 2)
            assert "**shadow**" in said(box)[1]


async def test_a_server_that_the_bot_joins_later_is_told_as_soon_as_it_has_a_log_channel(run_bot: Any) -> None:
    async with Sandbox() as box, run_bot(box):
        other = box.world.add_guild("Other", owner="Olivia")
        box.world.add_channel(other, "mod-log")
        await box.until(lambda: said(box, guild=other))
        assert said(box) == []


class Desk:
    """An announcer on a real connection and a real record, with a clock that is set by hand."""

    def __init__(self, ledger: Ledger, box: Sandbox, log_channel: LogChannel) -> None:
        self.now = datetime.now(UTC)
        self.ledger, self.box, self.log_channel = ledger, box, log_channel

    def announcer(self) -> Announcer:
        """A fresh one, as after a restart."""
        facts = Facts("shadow", ("toxic", "insult"), Path("config.yaml"))
        return Announcer(self.ledger, self.log_channel, lambda _: facts, lambda: self.now)

    def digests(self) -> list[str]:
        return [text for text in said(self.box) if text.startswith("**Shadow mode")]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    settings = Settings(log_channel="mod-log")
    ready = asyncio.Event()

    async def on_post(_: Post) -> None: ...

    async def on_open() -> None:
        ready.set()

    async with Sandbox() as box, Ledger.at(tmp_path / "data") as ledger:
        connection = Connection(
            SecretStr(box.token),
            DiscordOptions(api=box.api_url),
            lambda: Client(on_post, on_open, intents=intents_for([])),
        )
        running = asyncio.create_task(connection.run())
        await asyncio.wait_for(ready.wait(), 120)
        yield Desk(ledger, box, LogChannel(lambda: connection.client, Rulebook(settings)))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def flag(desk: Desk, number: int, channel: str) -> None:
    """Record a flag of this moment that shadow mode held back."""
    from bot import act
    from bot.records import Author, Decision, Fired, Scores, Surface, ViewScores

    guild, place = desk.box.guild, desk.box.channel(channel)
    post = Post(
        guild=Named(guild.id, guild.name),
        channel=Named(place.id, place.name),
        author=Author(7, "Mallory"),
        message_id=number,
        surfaces=(Surface("content", f"evil {number}"),),
        created_at=datetime.now(UTC),
    )
    fired = Fired("insult", 0.9, 0.6, "labels.insult[0]", "content", "written")
    decision = Decision(on=("insult",), fired=(fired,), actions=(act.make("flag"), act.make("delete")))
    scores = Scores("tiny@1", (ViewScores("content", "written", {"insult": 0.9}),))
    opened = await desk.ledger.open_flag(post, scores, decision.holding_back("shadow mode"))
    assert opened is not None
    await desk.ledger.close(opened)


async def test_shadow_mode_is_summed_up_once_a_day_even_across_a_restart(desk: Desk) -> None:
    await desk.announcer().round()
    assert desk.digests() == []  # nothing has happened
    for number in range(3):
        await flag(desk, number, "general")
    await flag(desk, 3, "off-topic")
    desk.now = next_digest(desk.now)
    await desk.announcer().round()
    [text] = desk.digests()
    assert "4 messages flagged (insult 4)" in text
    assert "delete 4" in text
    assert f"<#{desk.box.channel('general').id}> 3, <#{desk.box.channel('off-topic').id}> 1" in text
    await desk.announcer().round()
    desk.now = next_digest(desk.now)
    await desk.announcer().round()
    assert len(desk.digests()) == 1  # a day without flags is not worth a message


async def test_a_digest_that_discord_did_not_take_is_posted_later(desk: Desk) -> None:
    announcer = desk.announcer()
    await announcer.round()
    await flag(desk, 1, "general")
    desk.now = next_digest(desk.now)
    desk.box.faults.answer("POST /channels/{channel}/messages", 400, code=0, times=1)
    await announcer.round()
    assert desk.digests() == []
    await announcer.round()
    assert len(desk.digests()) == 1


@pytest.mark.parametrize(("hour", "last"), [(9, "2026-11-23 09:00"), (18, "2026-11-22 18:00"), (0, "2026-11-23 00:00")])
def test_the_digest_hour_is_the_owners_choice(hour: int, last: str) -> None:
    now = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    assert f"{last_digest_hour(now, hour):%Y-%m-%d %H:%M}" == last


async def test_a_busy_week_is_still_one_short_message(desk: Desk) -> None:
    for number in range(60):
        name = f"room-{number % 30}"
        if number < 30:
            desk.box.world.add_channel(desk.box.guild, name)
        await flag(desk, number, name)
    desk.now = next_digest(desk.now)
    await desk.announcer().round()
    [text] = desk.digests()
    assert "60 messages" in text
    assert text.count("<#") == 5


def next_digest(now: datetime) -> datetime:
    """Just after the next digest hour."""
    today = now.replace(hour=DIGEST_HOUR, minute=1, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)
