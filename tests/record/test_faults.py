"""A record that cannot be written says why, loses nothing, and goes on when the fault is gone."""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest

from bot.errors import RecordFailed
from bot.health import Health
from bot.record.ledger import Ledger
from bot.record.reading import FlagFilter
from bot.records import Decision, Flag, Outcome, Post, Scores, Status

PATIENCE = 60.0  # seconds until a test that hangs is called failed

MakePost = Callable[..., Post]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for locks only briefly."""
    monkeypatch.setattr(
        "bot.record.database.PRAGMAS",
        ("PRAGMA busy_timeout = 20", "PRAGMA foreign_keys = ON", "PRAGMA synchronous = FULL"),
    )


@pytest.fixture
def probing_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """After every write, and all the time where there are none."""
    monkeypatch.setattr("bot.record.writer.PROBE_SECONDS", 0.0)


@contextmanager
def held_by_another(database: Path) -> Iterator[None]:
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


async def until_well(health: Health) -> None:
    async with asyncio.timeout(PATIENCE):
        while not health.is_well:
            await asyncio.sleep(0.01)


@pytest.mark.usefixtures("probing_often")
async def test_a_locked_database_is_said_and_what_was_recorded_stays_readable(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    health = Health()
    async with Ledger.at(folder, health=health) as ledger:
        first = await ledger.open_flag(post(), scores, decision)
        assert first is not None
        assert await ledger.start(first, 0)
        with held_by_another(folder / "record.sqlite"):
            for write in (
                ledger.open_flag(post(message_id=2), scores, decision),
                ledger.start(first, 1),
                ledger.finish(first, 0, Outcome("flag", Status.DONE)),
                ledger.close(first),
            ):
                with pytest.raises(RecordFailed, match=r"record\.sqlite is locked by another program: close"):
                    await write
            assert "locked" in str(health.reasons["record"])
            assert (await ledger.flags())[0].outcomes[0].status is Status.STARTED
        assert await ledger.open_flag(post(message_id=2), scores, decision)
        await until_well(health)
        await ledger.finish(first, 0, Outcome("flag", Status.DONE))
        assert [flag.number for flag in await ledger.flags()] == [2, 1]


async def test_the_event_loop_runs_on_while_a_write_waits_for_a_lock(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        with held_by_another(folder / "record.sqlite"):
            write = asyncio.create_task(ledger.open_flag(post(), scores, decision))
            turns = 0
            while not write.done():
                turns += 1
                await asyncio.sleep(0)
            assert isinstance(write.exception(), RecordFailed)
        assert turns > 20


def refusing_flags(database: Path) -> AbstractAsyncContextManager[None]:
    """As a damaged page among the flags does it: they are not taken, other writes are."""
    trigger = "CREATE TRIGGER refusing BEFORE INSERT ON flags BEGIN SELECT abs(-9223372036854775808); END"
    return changed(database, trigger, "DROP TRIGGER refusing")


@asynccontextmanager
async def changed(database: Path, change: str, back: str) -> AsyncIterator[None]:
    # In a thread: the record's writer, which may be in the middle of a transaction, needs the event loop to end it.
    options = {"isolation_level": None, "timeout": PATIENCE, "check_same_thread": False}
    with closing(sqlite3.connect(database, **options)) as other:
        await asyncio.to_thread(other.execute, change)
        yield
        await asyncio.to_thread(other.execute, back)


@pytest.mark.usefixtures("probing_often")
async def test_writes_of_another_kind_do_not_end_the_trouble_of_flags_that_cannot_be_written(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    told: list[bool] = []
    health = Health()
    health.listen(lambda part, sentence: told.append(sentence is None))
    async with Ledger.at(folder, health=health) as ledger:
        async with refusing_flags(folder / "record.sqlite"):
            with pytest.raises(RecordFailed):
                await ledger.open_flag(post(), scores, decision)
            for number in range(20):
                await ledger.put_note(1, "note", str(number))
                ledger.add_scores(post(message_id=number), scores)
                await ledger.flush_scores()
            assert told == [False]
        await until_well(health)
        assert told == [False, True]
        assert await ledger.flag_count() == 0, "a probe leaves nothing behind"
        assert await ledger.open_flag(post(), scores, decision)


@pytest.mark.usefixtures("probing_often")
async def test_trouble_that_comes_back_is_believed_to_be_over_only_after_a_longer_calm(
    folder: Path, post: MakePost, scores: Scores, decision: Decision, monkeypatch: pytest.MonkeyPatch
):
    now = 1_000.0
    monkeypatch.setattr("bot.record.writer.monotonic", lambda: now)
    monkeypatch.setattr("bot.record.writer.PROBE_SECONDS", 5.0)
    health = Health()
    async with Ledger.at(folder, health=health) as ledger:

        async def calm_needed() -> float:
            nonlocal now
            with held_by_another(folder / "record.sqlite"), pytest.raises(RecordFailed):
                await ledger.open_flag(post(), scores, decision)
            since = now
            while not health.is_well:
                now += 5.0
                await ledger.put_note(1, "note", "a probe follows")
                await ledger.put_note(1, "note", "the probe is over")
            return now - since

        assert [await calm_needed() for _ in range(3)] == [5.0, 10.0, 20.0]
        now += 3_600.0
        assert await calm_needed() == 5.0


@pytest.mark.usefixtures("probing_often")
async def test_a_record_without_traffic_finds_out_by_itself_that_it_works_again(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    told: list[tuple[str, bool]] = []
    health = Health()
    health.listen(lambda part, sentence: told.append((part, sentence is None)))
    async with Ledger.at(folder, health=health) as ledger:
        with held_by_another(folder / "record.sqlite"), pytest.raises(RecordFailed):
            await ledger.open_flag(post(), scores, decision)
        await until_well(health)
        assert told == [("record", False), ("record", True)]


async def test_scores_wait_for_a_failing_record_and_the_oldest_are_given_up_when_too_many(
    folder: Path, post: MakePost, scores: Scores, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.record.scores.POSTS_KEPT", 5)
    async with Ledger.at(folder) as ledger:
        with held_by_another(folder / "record.sqlite"):
            for number in range(4):
                ledger.add_scores(post(message_id=number), scores)
            with pytest.raises(RecordFailed):
                await ledger.flush_scores()
            assert ledger.scores_dropped == 0
            for number in range(4, 8):
                ledger.add_scores(post(message_id=number), scores)
        await ledger.flush_scores()
        assert [row.message_id async for row in ledger.scores(9_000)] == [3, 4, 5, 6, 7]
        assert ledger.scores_dropped == 3


async def test_a_bot_that_is_stopped_while_the_record_fails_still_stops(folder: Path, post: MakePost, scores: Scores):
    async with Ledger.at(folder) as ledger:
        ledger.add_scores(post(), scores)
        other = sqlite3.connect(folder / "record.sqlite", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
    other.close()
    assert ledger.scores_dropped == 1


async def fill(ledger: Ledger, post: MakePost, scores: Scores, decision: Decision) -> list[Flag]:
    """Flags with long texts until the record fails; returns those it said it has."""
    flags: list[Flag] = []
    while True:
        try:
            flag = await ledger.open_flag(post(os.urandom(4_000).hex(), message_id=len(flags)), scores, decision)
        except RecordFailed:
            return flags
        assert flag is not None
        flags.append(flag)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A real file system of two megabytes."""
    with tempfile.TemporaryDirectory() as name:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", name], capture_output=True).returncode:
            pytest.skip("mounting a small file system needs more rights than these tests have")
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", name], check=True)


async def test_a_full_disk_loses_nothing_and_heals(
    small_disk: Path, post: MakePost, scores: Scores, decision: Decision, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.record.writer.PROBE_SECONDS", 0.01)
    health = Health()
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(500_000))
    async with Ledger.at(small_disk / "data", health=health) as ledger:
        flags = await fill(ledger, post, scores, decision)
        assert "the disk is full: free some space" in str(health.reasons["record"])
        assert await ledger.flags(FlagFilter(limit=10_000)) == list(reversed(flags))
        ballast.unlink()
        await until_well(health)
        flags.append(await ledger.open_flag(post("at last", message_id=10**6), scores, decision))
    async with Ledger.at(small_disk / "data") as ledger:
        assert await ledger.flags(FlagFilter(limit=10_000)) == list(reversed(flags))


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_file_that_may_not_grow_loses_nothing_and_heals(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    health = Health()
    async with Ledger.at(folder, health=health) as ledger:
        with no_file_larger_than(600_000):
            flags = await fill(ledger, post, scores, decision)
            assert "record.sqlite could not be read or written (disk I/O error): check" in str(health.reasons["record"])
            assert await ledger.flags(FlagFilter(limit=10_000)) == list(reversed(flags))
        flags.append(await ledger.open_flag(post("at last", message_id=10**6), scores, decision))
        assert await ledger.flags(FlagFilter(limit=10_000)) == list(reversed(flags))


@pytest.fixture
def as_somebody() -> Iterator[Path]:
    """A folder of a user without privileges, and this process as that user: nothing is read-only to root."""
    with tempfile.TemporaryDirectory() as name:
        if os.geteuid() != 0:
            yield Path(name)
            return
        os.chown(name, 65534, 65534)
        os.seteuid(65534)
        try:
            yield Path(name)
        finally:
            os.seteuid(0)


async def test_a_folder_without_the_right_to_write_is_said_and_heals(
    as_somebody: Path, post: MakePost, scores: Scores, decision: Decision
):
    folder = as_somebody / "data"
    async with Ledger.at(folder) as ledger:
        first = await ledger.open_flag(post(), scores, decision)
    for path in folder.iterdir():
        path.chmod(0o400)
    folder.chmod(0o500)
    with pytest.raises(RecordFailed, match="cannot be opened"):
        async with Ledger.at(folder):
            pass
    folder.chmod(0o700)
    (folder / "lock").chmod(0o600)
    with pytest.raises(RecordFailed, match="cannot be written: make it, the files beside it"):
        async with Ledger.at(folder):
            pass
    for path in folder.iterdir():
        path.chmod(0o600)
    async with Ledger.at(folder) as ledger:
        assert await ledger.flags() == [first]
        assert await ledger.open_flag(post(message_id=2), scores, decision)


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RecordFailed, match=r"file.* could not be read or written"):
        async with Ledger.at(tmp_path / "file" / "data"):
            pass


async def test_damage_in_the_middle_of_the_file_is_said_without_member_text(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        for number in range(200):
            await ledger.open_flag(post(message_id=number), scores, decision)
    database = folder / "record.sqlite"
    whole = database.read_bytes()
    intact = len(whole) // 4096 // 2 * 4096
    database.write_bytes(whole[:intact] + b"\xff" * (len(whole) - intact))
    async with Ledger.at(folder) as ledger:
        with pytest.raises(RecordFailed, match=r"is damaged .* put the newest file") as failed:
            await ledger.flags(FlagFilter(limit=1_000))
        assert "Mallory" not in str(failed.value)
        assert "Mallory" not in str(failed.value.__cause__)
    database.write_bytes(whole)
    async with Ledger.at(folder) as ledger:
        assert len(await ledger.flags(FlagFilter(limit=1_000))) == 200
