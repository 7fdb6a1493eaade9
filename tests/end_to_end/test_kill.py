"""``kill -9`` at every step of the path during a burst, then a restart: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.records import Status
from bot.review.grouping import CARDS_A_MINUTE
from bot.sandbox import Sandbox

PATIENCE = 120.0  # seconds until a test that waits in vain is called failed
BURST, EVERY = 500, 10  # messages, and which of them is abusive
SCRIPT = Path(__file__).with_name("dying_bot.py")


@asynccontextmanager
async def process(box: Sandbox, folder: Path, step: str, nth: int = 1) -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot in a process of its own, ready unless it died first."""
    running = await asyncio.create_subprocess_exec(
        sys.executable, str(SCRIPT), str(folder), step, str(nth),
        env={**os.environ, "DISCORD_TOKEN": box.token}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert running.stdout is not None
        async for line in running.stdout:
            if line.strip() == b"ready":
                break
        yield running
    finally:
        if running.returncode is None:
            running.terminate()
        await running.communicate()


async def write_burst(box: Sandbox) -> list[Any]:
    """Ordinary talk with an abusive message here and there; gives the abusive ones."""
    abusive = []
    for number in range(BURST):
        if number % EVERY:
            await box.say("general", f"Member {number % 7}", f"hello {number}")
        else:
            abusive.append(await box.say("general", f"Rude {number % 3}", f"evil {number}"))
        await asyncio.sleep(0)
    return abusive


STEPS = [
    ("open_flag:before", 5),
    ("open_flag:after", 5),
    ("start:before", 7),
    ("start:after", 7),
    ("finish:before", 9),
    ("finish:after", 9),
    ("close:before", 4),
    ("close:after", 4),
    ("card_begun:after", 3),
    ("card_posted:before", 3),
    ("card_posted:after", 3),
    ("card_posted:before", CARDS_A_MINUTE + 1),  # the digest is there, and counts nothing
    ("card_posted:after", CARDS_A_MINUTE + 1),  # it counts something, and has not been drawn
]


@pytest.mark.parametrize(("step", "nth"), STEPS, ids=[f"{step}-{nth}" for step, nth in STEPS])
async def test_killed_at_this_step_nothing_is_lost_and_nothing_doubled(
    step: str, nth: int, tmp_path: Path, rules: str, flags_in, until_shown
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    async with Sandbox() as box:
        # Without catching up: what is asked here is what became of the messages that the killed bot had read.
        text = rules + f"catch_up: 0s\ndiscord: {{api: {box.api_url}}}\n"
        (folder / "config.yaml").write_text(text)
        async with process(box, folder, step, nth) as bot:
            abusive = await write_burst(box)
            assert await asyncio.wait_for(bot.wait(), PATIENCE) == -9
        opened = await flags_in(folder)
        async with process(box, folder, "never"):
            last = await box.say("general", "Mallory", "evil at last")
            await box.until(lambda: last.is_deleted)
            flags = await until_shown(folder, len(opened) + 1)
            if counted := sum(flag.card is not None and flag.card.in_digest for flag in flags):
                await box.until(lambda: any(f"**{counted} flags" in str(card.components) for card in box.cards()))
        posted = [message.id for message in box.cards()]
        warned = Counter(message.content for message in box.messages("general") if message.author is box.world.bot)
    written = {message.id: message for message in [*abusive, last]}
    assert {flag.id for flag in opened} <= {flag.id for flag in flags}, "a flag was lost"
    assert len({flag.message_id for flag in flags}) == len(flags) == len(opened) + 1, "a message was flagged twice"
    assert [flag.number for flag in flags] == list(range(len(flags), 0, -1))
    for flag in flags:
        assert flag.text == written[flag.message_id].content, "a text was lost"
        status = {outcome.action: outcome.status for outcome in flag.outcomes}
        assert status["delete"] in (Status.DONE, Status.ALREADY_DONE)
        assert all(each.is_final for each in status.values())
        assert written[flag.message_id].is_deleted
    deleted = {message.id for message in written.values() if message.is_deleted}
    assert deleted == {flag.message_id for flag in flags}, "something was deleted that no flag speaks of"
    shown_by = Counter(flag.card.message_id for flag in flags if flag.card and not flag.card.in_digest)
    assert set(shown_by.values()) == {1}
    assert set(posted) == {flag.card.message_id for flag in flags if flag.card}, "a card was posted twice"
    assert sum(warned.values()) <= len(flags)
