"""kill -9, anywhere: what was said to be written is there, whole and once."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.record.ledger import Ledger
from bot.record.reading import FlagFilter
from bot.record.sealing import KeyRing
from bot.records import Decision, Flag, Post, Scores, Status

MakePost = Callable[..., Post]
BOT = Path(__file__).with_name("bot_to_kill.py")
ALL = FlagFilter(limit=1_000)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")


def run_bot(folder: Path, work: str, moment: str, count: int) -> tuple[int, list[list[str]]]:
    """Returns the exit code and the lines that the bot said."""
    done = subprocess.run(
        [sys.executable, str(BOT), str(folder), work, moment, str(count)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(BOT.parents[2])},
    )
    lines = [line.split() for line in done.stdout.decode().splitlines()]
    return done.returncode, [line for line in lines if line[0] in ("opened", "again", "started", "finished", "closed")]


def check(flag: Flag, said: list[list[str]], closed: set[int]) -> None:
    """The record knows at least as much as the bot had said, and nothing that cannot be."""
    for what, _number, position in (line for line in said if line[0] in ("started", "finished")):
        status = flag.outcomes[int(position)].status
        assert status is Status.DONE if what == "finished" else status in (Status.STARTED, Status.DONE)
    begun = [outcome.status for outcome in flag.outcomes]
    assert begun == sorted(begun, key=[Status.DONE, Status.STARTED, Status.PLANNED].index)
    if flag.id in closed:
        assert begun == [Status.DONE] * 3
    assert flag.text is not None


@pytest.mark.parametrize(
    ("moment", "count"),
    [("commit", 4), ("begin", 5), ("commit", 9), ("begin", 16), ("commit", 24), ("begin", 33), ("commit", 45)],
)
async def test_a_bot_killed_while_it_flags_leaves_a_consistent_record(folder: Path, moment: str, count: int):
    code, said = run_bot(folder, "flags", moment, count)
    assert code == -signal.SIGKILL
    async with Ledger.at(folder) as ledger:
        flags = await ledger.flags(ALL)
        open_ids = {flag.id for flag in await ledger.unfinished(limit=1_000)}
    by_message = {flag.message_id: flag for flag in flags}
    assert len(by_message) == len(flags)
    assert sorted(flag.number for flag in flags) == list(range(1, len(flags) + 1))
    for what, number, *rest in said:
        assert int(number) in by_message
        if what == "opened":
            assert by_message[int(number)].number == int(rest[0])
        if what == "closed":
            assert by_message[int(number)].id not in open_ids
    for flag in flags:
        about = [line for line in said if int(line[1]) == flag.message_id]
        check(flag, about, {flag.id for flag in flags} - open_ids)

    code, said = run_bot(folder, "flags", "commit", 10**6)
    assert code == 0
    assert {int(line[1]) for line in said if line[0] == "again"} == set(by_message)
    async with Ledger.at(folder) as ledger:
        assert sorted(flag.message_id for flag in await ledger.flags(ALL)) == list(range(40))


@pytest.mark.parametrize(("moment", "count"), [("commit", count) for count in range(4, 10)])
async def test_a_rotation_killed_anywhere_is_finished_by_the_next_start(
    folder: Path, moment: str, count: int, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        posts = [post(f"text {number}", message_id=number) for number in range(700)]
        await asyncio.gather(*(ledger.open_flag(each, scores, decision) for each in posts))
    code, _ = run_bot(folder, "rotate", moment, count)
    assert code == -signal.SIGKILL
    ring = KeyRing.read(folder / "key")
    assert ring is not None
    async with Ledger.at(folder) as ledger:
        assert ledger.key_trouble is None
        texts = [flag.text for flag in await ledger.flags(ALL)]
        assert texts == [f"text {number}" for number in reversed(range(700))]
        assert await ledger.open_flag(post("text 5", message_id=5), scores, decision) is None
    assert KeyRing.read(folder / "key") == ring.only_newest()
    with closing(sqlite3.connect(folder / "record.sqlite")) as connection:
        assert connection.execute("SELECT DISTINCT key_id FROM sealed_texts").fetchall() == [(ring.newest.id,)]
        assert connection.execute("SELECT DISTINCT key_id FROM hash_secrets").fetchall() == [(ring.newest.id,)]


async def test_a_bot_killed_before_it_dropped_the_old_key_drops_it_at_the_next_start(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        await ledger.open_flag(post(), scores, decision)
        old = KeyRing.read(folder / "key")
        await ledger.rotate_key()
    new = KeyRing.read(folder / "key")
    assert old is not None
    assert new is not None
    KeyRing((*old.keys, *new.keys)).write(folder / "key")
    async with Ledger.at(folder) as ledger:
        assert [flag.text for flag in await ledger.flags()] == [post().text]
    assert KeyRing.read(folder / "key") == new
