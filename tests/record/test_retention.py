"""What is past its time is gone from every file; what was said is never readable in one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from pydantic import ValidationError

from bot.record.ledger import Ledger
from bot.record.migrating import back_up
from bot.record.options import RetentionOptions
from bot.record.retention import Expired
from bot.records import Author, Decision, Post, Scores

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


async def test_a_member_is_forgotten_on_request_in_one_guild(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        await ledger.open_flag(post("theirs", message_id=1), scores, decision)
        await ledger.open_flag(post("another's", message_id=2, author=Author(71, "Bob")), scores, decision)
        back_up(folder / "record.sqlite", "test")
        sealed = list(ciphertexts(folder))
        gone = await ledger.erase_texts(9_000, 70)
        assert (gone.texts, gone.backups, gone.wal_emptied) == (1, 1, True)
        assert [flag.text for flag in await ledger.flags()] == ["another's", None]
        assert [ciphertext in contents(folder) for ciphertext in sealed] == [False, True]
        assert (await ledger.erase_texts(8_000, 71)).texts == 0


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


@pytest.mark.parametrize("field", ["text", "scores"])
def test_a_time_that_is_not_positive_is_refused(field: str):
    with pytest.raises(ValidationError):
        RetentionOptions(**{field: timedelta(0)})
