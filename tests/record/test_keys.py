"""The key at the service of a record: first start, loss, the wrong key, rotation."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.errors import KeyUnusable
from bot.record.ledger import Ledger
from bot.record.sealing import KeyRing
from bot.records import Decision, Post, Scores

MakePost = Callable[..., Post]


def ask(folder: Path, question: str) -> list[Any]:
    with closing(sqlite3.connect(folder / "record.sqlite")) as connection:
        return connection.execute(question).fetchall()


async def test_the_first_start_makes_a_key_that_later_starts_use(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        assert ledger.key_trouble is None
        await ledger.open_flag(post(), scores, decision)
    made = (folder / "key").read_bytes()
    assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o600 or os.name != "posix"
    async with Ledger.at(folder) as ledger:
        (flag,) = await ledger.flags()
        assert flag.text == post().text
    assert (folder / "key").read_bytes() == made


async def test_a_lost_key_is_not_replaced_and_flagging_goes_on_without_texts(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        await ledger.open_flag(post("first"), scores, decision)
    kept = (folder / "key").read_bytes()
    (folder / "key").unlink()
    async with Ledger.at(folder) as ledger:
        assert "is gone" in (ledger.key_trouble or "")
        assert "1 kept text" in (ledger.key_trouble or "")
        second = await ledger.open_flag(post("second", message_id=2), scores, decision)
        assert second is not None
        assert second.text == "second"
        assert [flag.text for flag in await ledger.flags()] == [None, None]
        with pytest.raises(KeyUnusable, match="cannot be rotated"):
            await ledger.rotate_key()
        assert not (folder / "key").exists()
    (folder / "key").write_bytes(kept)
    async with Ledger.at(folder) as ledger:
        assert ledger.key_trouble is None
        assert [flag.text for flag in await ledger.flags()] == [None, "first"]
        assert await ledger.open_flag(post("third", message_id=3), scores, decision)
        assert (await ledger.flags())[0].text == "third"


async def test_the_wrong_key_is_never_used_to_seal(folder: Path, post: MakePost, scores: Scores, decision: Decision):
    async with Ledger.at(folder) as ledger:
        await ledger.open_flag(post("first"), scores, decision)
    KeyRing(()).grown().write(folder / "key")
    async with Ledger.at(folder) as ledger:
        assert "lacks the key of 1 kept text" in (ledger.key_trouble or "")
        await ledger.open_flag(post("second", message_id=2), scores, decision)
    assert len(ask(folder, "SELECT * FROM sealed_texts")) == 1
    async with Ledger.reading(folder) as record:
        assert "lacks the key" in (record.key_trouble or "")
        assert [flag.text for flag in await record.flags()] == [None, None]


async def test_a_malformed_key_file_is_left_as_it_is(folder: Path, post: MakePost, scores: Scores, decision: Decision):
    folder.mkdir()
    (folder / "key").write_text("oops\n")
    async with Ledger.at(folder) as ledger:
        assert "key:1: not a key" in (ledger.key_trouble or "")
        assert await ledger.open_flag(post(), scores, decision)
    assert (folder / "key").read_text() == "oops\n"


async def test_a_named_key_file_is_used_and_never_made(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, post: MakePost, scores: Scores, decision: Decision
):
    named = tmp_path / "secret"
    monkeypatch.setenv("CIVIL_TONGUE_KEY_FILE", str(named))
    async with Ledger.at(folder) as ledger:
        assert "openssl rand -base64 32" in (ledger.key_trouble or "")
    assert not named.exists()
    KeyRing(()).grown().write(named)
    async with Ledger.at(folder) as ledger:
        assert ledger.key_trouble is None
        await ledger.open_flag(post(), scores, decision)
    assert not (folder / "key").exists()
    async with Ledger.reading(folder) as record:
        assert [flag.text for flag in await record.flags()] == [post().text]


@pytest.mark.parametrize("first_with_key", [True, False])
async def test_a_replay_is_known_whether_the_key_was_lost_or_found_in_between(
    folder: Path, post: MakePost, scores: Scores, decision: Decision, first_with_key: bool
):
    async with Ledger.at(folder) as ledger:
        await ledger.open_flag(post("some text", message_id=99), scores, decision)
    key = (folder / "key").read_bytes()

    def turn(*, with_key: bool) -> None:
        if with_key:
            (folder / "key").write_bytes(key)
        else:
            (folder / "key").unlink(missing_ok=True)

    turn(with_key=first_with_key)
    async with Ledger.at(folder) as ledger:
        assert await ledger.open_flag(post(), scores, decision)
        assert await ledger.open_flag(post(), scores, decision) is None
    turn(with_key=not first_with_key)
    for _restart in range(2):
        async with Ledger.at(folder) as ledger:
            assert await ledger.open_flag(post(), scores, decision) is None


async def test_hashes_cannot_be_guessed_from_the_database_alone(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        await ledger.open_flag(post(), scores, decision)
        await ledger.rotate_key()
    assert [key_id is not None for (key_id,) in ask(folder, "SELECT key_id FROM hash_secrets")] == [True]


async def test_a_rotation_reseals_everything_drops_the_old_key_and_knows_old_messages(
    folder: Path, post: MakePost, scores: Scores, decision: Decision, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.record.rotation.TEXTS_TOGETHER", 3)
    async with Ledger.at(folder) as ledger:
        for number in range(10):
            await ledger.open_flag(post(f"text {number}", message_id=number), scores, decision)
        old = KeyRing.read(folder / "key")
        assert await ledger.rotate_key() == 10
        assert await ledger.open_flag(post("text 4", message_id=4), scores, decision) is None
        await ledger.open_flag(post("text 10", message_id=10), scores, decision)
    new = KeyRing.read(folder / "key")
    assert old is not None
    assert new is not None
    assert len(new.keys) == 1
    assert new.newest.id not in old
    assert ask(folder, "SELECT DISTINCT key_id FROM sealed_texts") == [(new.newest.id,)]
    async with Ledger.at(folder) as ledger:
        assert [flag.text for flag in await ledger.flags()] == [f"text {number}" for number in reversed(range(11))]
        assert await ledger.open_flag(post("text 4", message_id=4), scores, decision) is None


async def test_a_text_that_was_tampered_with_keeps_its_key_and_does_not_stop_a_rotation(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        for number in range(2):
            await ledger.open_flag(post(message_id=number), scores, decision)
        with closing(sqlite3.connect(folder / "record.sqlite")) as connection, connection:
            connection.execute("UPDATE sealed_texts SET ciphertext = zeroblob(40) WHERE flag_id = 1")
        await ledger.rotate_key()
        assert [flag.text for flag in await ledger.flags()] == [post().text, None]
        ring = KeyRing.read(folder / "key")
        assert ring is not None
        assert len(ring.keys) == 2


async def test_a_key_file_that_cannot_be_written_is_not_rotated(
    folder: Path, tmp_path: Path, post: MakePost, scores: Scores, decision: Decision, monkeypatch: pytest.MonkeyPatch
):
    named = tmp_path / "mount" / "key"
    named.parent.mkdir()
    KeyRing(()).grown().write(named)
    async with Ledger.at(folder, key_file=named) as ledger:
        await ledger.open_flag(post(), scores, decision)
        before = named.read_bytes()
        named.unlink()
        named.mkdir()  # what nobody can write a file over, not even root
        with pytest.raises(KeyUnusable, match="cannot be written"):
            await ledger.rotate_key()
        named.rmdir()
        named.write_bytes(before)
        assert [flag.text for flag in await ledger.flags()] == [post().text]
