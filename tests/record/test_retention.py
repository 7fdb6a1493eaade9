"""What is past its time is gone from every file; what was said is never readable in one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from pydantic import ValidationError

from bot.record.ledger import Ledger
from bot.record.migrating import back_up
from bot.record.options import RetentionOptions
from bot.record.retention import Expired
from bot.record.upkeep import facts_of
from bot.records import Decision, Named, Outcome, Post, Scores, Status, Struck

MakePost = Callable[..., Post]
SPOKEN = "the unmistakable words of Mallory"


def contents(folder: Path) -> bytes:
    """All bytes of all files of a record, its write-ahead log and its backups."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "key")


def ciphertexts(folder: Path) -> Iterator[bytes]:
    with closing(sqlite3.connect(folder / "record.sqlite")) as connection:
        for (ciphertext,) in connection.execute("SELECT ciphertext FROM sealed_texts"):
            yield ciphertext


@pytest.fixture(params=[200, 20_000], ids=["short texts", "texts longer than a page"])
def spoken(request: pytest.FixtureRequest) -> str:
    return (SPOKEN + " ") * (request.param // len(SPOKEN))


async def test_expired_texts_are_in_no_file_in_the_clear_or_sealed(
    folder: Path, post: MakePost, scores: Scores, decision: Decision, spoken: str
):
    async with Ledger.at(folder) as ledger:
        for number in range(20):
            await ledger.open_flag(post(f"{spoken} {number}", message_id=number), scores, decision)
            ledger.add_scores(post(f"{spoken} {number}", message_id=number), scores)
        await ledger.flush_scores()
        back_up(folder / "record.sqlite", "test")
        sealed = list(ciphertexts(folder))
        stored = contents(folder)
        assert len(sealed) == 20
        assert all(ciphertext[:64] in stored for ciphertext in sealed)
        assert SPOKEN.encode() not in stored

        later = datetime.now(UTC) + timedelta(days=31)
        assert await ledger.expire(later) == Expired(texts=20, scores=0, backups=1, wal_emptied=True)
        stored = contents(folder)
        assert not any(ciphertext[:64] in stored or ciphertext[-64:] in stored for ciphertext in sealed)
        assert SPOKEN.encode() not in stored
        assert {flag.text for flag in await ledger.flags()} == {None}
        assert await ledger.flag_count() == 20
    assert SPOKEN.encode() not in contents(folder)


async def test_each_kind_is_kept_for_its_own_time_and_no_longer(
    folder: Path, post: MakePost, scores: Scores, decision: Decision, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.record.retention.TEXTS_TOGETHER", 2)
    monkeypatch.setattr("bot.record.retention.SCORES_TOGETHER", 2)
    start = datetime(2026, 11, 1, tzinfo=UTC)
    keep = RetentionOptions(text=timedelta(days=3), scores=timedelta(days=5))
    async with Ledger.at(folder, keep) as ledger:
        for day in range(8):
            with time_machine.travel(start + timedelta(days=day), tick=False):
                await ledger.open_flag(post(message_id=day), scores, decision)
                ledger.add_scores(post(message_id=day), scores)
                await ledger.flush_scores()
        now = start + timedelta(days=8)
        assert await ledger.expire(now) == Expired(texts=5, scores=3, backups=0, wal_emptied=True)
        assert await ledger.expire(now) == Expired(texts=0, scores=0, backups=0, wal_emptied=True)
        kept = [flag.message_id for flag in await ledger.flags() if flag.text is not None]
        assert kept == [7, 6, 5]
        assert [scored.message_id async for scored in ledger.scores(9_000)] == [3, 4, 5, 6, 7]


async def test_a_backup_outlives_its_week_only_when_texts_do(folder: Path):
    start = datetime.now(UTC)
    async with Ledger.at(folder) as ledger:
        back_up(folder / "record.sqlite", "test")
        assert (await ledger.expire(start + timedelta(days=6))).backups == 0
        assert (await ledger.expire(start + timedelta(days=8))).backups == 1
    async with Ledger.at(folder, RetentionOptions(text=timedelta(days=1))) as ledger:
        back_up(folder / "record.sqlite", "test")
        assert (await ledger.expire(start + timedelta(days=2))).backups == 1


async def test_a_reader_in_the_way_of_emptying_the_log_is_reported(
    folder: Path, post: MakePost, scores: Scores, decision: Decision, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.record.database.PRAGMAS", ("PRAGMA busy_timeout = 50", "PRAGMA secure_delete = ON"))
    later = datetime.now(UTC) + timedelta(days=31)
    async with Ledger.at(folder) as ledger:
        await ledger.open_flag(post(), scores, decision)
        with closing(sqlite3.connect(folder / "record.sqlite")) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM flags").fetchone()
            assert not (await ledger.expire(later)).wal_emptied
        assert (await ledger.expire(later)).wal_emptied


@pytest.mark.parametrize("field", ["text", "scores", "flags", "left_servers"])
def test_a_time_that_is_not_positive_is_refused(field: str):
    with pytest.raises(ValidationError):
        RetentionOptions(**{field: timedelta(0)})


async def test_a_text_that_expires_goes_out_of_the_backups_too_and_younger_ones_stay(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    now = datetime.now(UTC)
    async with Ledger.at(folder, RetentionOptions(text=timedelta(days=3))) as ledger:
        with time_machine.travel(now - timedelta(days=2)):
            await ledger.open_flag(post("old", message_id=1), scores, decision)
        await ledger.open_flag(post("young", message_id=2), scores, decision)
        [young, old] = [bytes(each) for each in reversed(list(ciphertexts(folder)))]
        backup = back_up(folder / "record.sqlite", "test")
        expired = await ledger.expire(now + timedelta(days=2))
    assert (expired.texts, expired.backups) == (1, 0)
    assert old not in backup.read_bytes()
    assert young in backup.read_bytes()


async def test_a_backup_that_cannot_be_read_is_kept_for_a_day(folder: Path):
    async with Ledger.at(folder) as ledger:
        damaged = back_up(folder / "record.sqlite", "test")
        damaged.write_bytes(b"no database" * 1_000)
        await ledger.expire(datetime.now(UTC) + timedelta(hours=23))
        assert damaged.exists()
        assert (await ledger.expire(datetime.now(UTC) + timedelta(hours=25))).backups == 1
        assert not damaged.exists()


async def test_what_a_killed_process_left_half_made_is_deleted_at_the_next_start(folder: Path):
    async with Ledger.at(folder):
        whole = back_up(folder / "record.sqlite", "test")
    half, half_log = whole.with_suffix(".unfinished"), whole.with_suffix(".unfinished-journal")
    unpacked = folder / ".restore-abc" / "record.sqlite"
    unpacked.parent.mkdir()
    for path in (half, half_log, unpacked):
        path.write_bytes(b"half")
    async with Ledger.at(folder):
        pass
    assert whole.exists()
    assert not any(path.exists() for path in (half, half_log, unpacked.parent))


async def test_a_flag_goes_after_its_own_time_and_its_number_is_not_given_again(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    keep = RetentionOptions(flags=timedelta(days=100))
    async with Ledger.at(folder, keep) as ledger:
        flag = await ledger.open_flag(post(), scores, replace(decision, struck=Struck(1, 1)))
        assert flag is not None
        later = datetime.now(UTC) + timedelta(days=101)
        assert (await ledger.expire(later)).flags == 0  # it is not over
        for position, outcome in enumerate(flag.outcomes):
            await ledger.finish(flag, position, Outcome(outcome.action, Status.DONE))
        await ledger.close(flag)
        assert (await ledger.expire(datetime.now(UTC) + timedelta(days=99))).flags == 0
        assert (await ledger.expire(later)).flags == 1
        assert len(await ledger.strikes(9_000, 70, datetime.now(UTC) - timedelta(days=1))) == 1
        again = await ledger.open_flag(post(message_id=2), scores, decision)
        assert again is not None
        assert again.number == 2


async def test_the_oldest_text_is_the_one_that_was_written_first_of_those_still_kept(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
) -> None:
    flagged_at = datetime(2026, 11, 1, tzinfo=UTC)
    async with Ledger.at(folder, RetentionOptions(text=timedelta(days=30))) as ledger:
        with time_machine.travel(flagged_at, tick=False):
            flag = await ledger.open_flag(post("words"), scores, decision)
        assert flag is not None
        with time_machine.travel(flagged_at + timedelta(days=20), tick=False):
            assert await ledger.remark(flag, Named(11, "Morgan"), "He said he was sorry.")
        assert facts_of(folder).oldest_text == flagged_at
        await ledger.expire(flagged_at + timedelta(days=31))
        assert facts_of(folder).oldest_text == flagged_at + timedelta(days=20)
