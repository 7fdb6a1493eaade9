"""What is erased is gone from every file, and nothing of anybody else's with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from bot.record.belongings import KEPT_OF_A_GUILD, Whom
from bot.record.beside import beside
from bot.record.erasing import Wish, ask
from bot.record.ledger import Ledger
from bot.record.migrating import back_up
from bot.record.options import RetentionOptions
from bot.record.tables import Base, FlagRow, ModelRow, NameRow, PlaceRow, ReadingRow, RoleSetRow, ScoreRow
from bot.records import Appeal, Author, CardPlace, Decision, Flag, Named, Outcome, Post, Scores, Status, Struck

MakePost = Callable[..., Post]
MALLORY, BOB = Author(70, "Mallory of the swamp"), Author(71, "Bob")
HERE, THERE = Named(9_000, "The Guild"), Named(9_001, "Elsewhere")
NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=365)


def contents(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "key")


def rows(folder: Path, table: str, where: str = "1") -> list[Any]:
    with closing(sqlite3.connect(folder / "record.sqlite")) as connection:
        return connection.execute(f"SELECT * FROM {table} WHERE {where}").fetchall()


async def carried_out(ledger: Ledger, made: Post, scores: Scores, decision: Decision) -> Flag:
    """The flag of a post, with all of it done."""
    flag = await ledger.open_flag(made, scores, decision)
    assert flag is not None
    for position, outcome in enumerate(flag.outcomes):
        await ledger.finish(flag, position, Outcome(outcome.action, Status.DONE))
    await ledger.close(flag)
    return flag


@pytest.fixture
def flagged(post: MakePost, scores: Scores, decision: Decision) -> Callable[..., Any]:
    """Records a scored and flagged post with one strike."""

    async def make(ledger: Ledger, message_id: int, author: Author = MALLORY, guild: Named = HERE) -> Flag:
        made = post(f"words {message_id} of {author.name}", message_id=message_id, author=author, guild=guild)
        ledger.add_scores(made, scores)
        await ledger.flush_scores()
        flag = await carried_out(ledger, made, scores, replace(decision, struck=Struck(1, 1)))
        await ledger.card_posted(flag, CardPlace(600, message_id + 1))
        return flag

    return make


def test_every_table_is_one_whose_erasing_is_understood() -> None:
    """What is about people or guilds names them in a column that erasing knows; this is the list of the rest."""
    about_nobody = {"hash_secrets", "names", "role_sets", "models", "readings"}
    flags = FlagRow.__table__
    for table in Base.metadata.sorted_tables:
        is_found = "guild_id" in table.c or any(key.column.table is flags for key in table.foreign_keys)
        assert is_found or table in (ScoreRow.__table__, PlaceRow.__table__) or table.name in about_nobody, table.name
    assert {table.__table__.name for table in (NameRow, RoleSetRow, ModelRow, ReadingRow)} < about_nobody


async def test_a_purged_member_is_gone_from_the_record_and_its_backups(folder: Path, flagged: Any) -> None:
    async with Ledger.at(folder) as ledger:
        for number in range(1, 4):
            await flagged(ledger, number * 10)
        await flagged(ledger, 100, BOB)
        await flagged(ledger, 200, guild=THERE)
        back_up(folder / "record.sqlite", "test")
        before = contents(folder)
        gone = await ledger.erasing.purge(Whom(9_000, 70))
        assert (gone.flags, gone.texts, gone.scores, gone.strikes, gone.backups) == (3, 3, 3, 3, 1)
        assert [(flag.guild.id, flag.author.id, flag.text) for flag in await ledger.flags()] == [
            (9_001, 70, "words 200 of Mallory of the swamp"),
            (9_000, 71, "words 100 of Bob"),
        ]
        assert await ledger.strikes(9_000, 70, LONG_AGO) == ()
        gone = await ledger.erasing.purge(Whom(member_id=70))
        assert (gone.flags, gone.scores) == (1, 1)
    assert MALLORY.name.encode() in before
    assert MALLORY.name.encode() not in contents(folder)
    assert BOB.name.encode() in contents(folder)


async def test_a_purged_guild_leaves_its_last_number_and_nothing_else(folder: Path, flagged: Any) -> None:
    async with Ledger.at(folder) as ledger:
        await flagged(ledger, 10)
        await flagged(ledger, 20, BOB)
        await flagged(ledger, 30, guild=THERE)
        await ledger.put_note(9_000, "introduction", "live")
        back_up(folder / "record.sqlite", "test")
        await ledger.erasing.purge(Whom(9_000))
        left = {
            table.name: rows(folder, table.name, "guild_id = 9000")
            for table in Base.metadata.sorted_tables
            if "guild_id" in table.c and table not in KEPT_OF_A_GUILD
        }
        assert not any(left.values()), left
        assert rows(folder, "names", "name = 'The Guild'") == []
        assert b"The Guild" not in contents(folder)
        assert b"Elsewhere" in contents(folder)
        again = await flagged(ledger, 40)
        assert again.number == 3
        assert await ledger.score_count(9_000) == 1


async def test_scores_that_come_in_during_a_purge_still_know_their_place(folder: Path, flagged: Any) -> None:
    async with Ledger.at(folder) as ledger:
        await flagged(ledger, 10)
        await ledger.erasing.purge(Whom(9_000))
        await flagged(ledger, 20)
        assert [score.channel.name async for score in ledger.scores(9_000)] == ["general"]
        assert ledger.scores_dropped == 0


async def test_a_member_erases_what_is_decided_and_keeps_the_strikes(folder: Path, flagged: Any) -> None:
    async with Ledger.at(folder) as ledger:
        first, second = await flagged(ledger, 10), await flagged(ledger, 20)
        await ledger.decide(first.guild.id, first.number, "upheld", Named(1, "Morgan"), via="card")
        gone = await ledger.erasing.erase_own(9_000, 70, NOW)
        assert (gone.flags, gone.texts, gone.scores, gone.strikes, gone.waiting) == (1, 1, 2, 0, 1)
        assert [flag.number for flag in await ledger.flags()] == [second.number]
        assert [(strike.flag_number, strike.weight) for strike in await ledger.strikes(9_000, 70, LONG_AGO)] == [
            (first.number, 1),
            (second.number, 1),
        ]
        assert (await ledger.erasing.carry_out(NOW)).flags == 0
        await ledger.decide(second.guild.id, second.number, "upheld", Named(1, "Morgan"), via="card")
        assert (await ledger.erasing.carry_out(NOW)).flags == 1
        assert await ledger.erasing.wishes() == []
        assert sum(strike.weight for strike in await ledger.strikes(9_000, 70, LONG_AGO)) == 2
        assert MALLORY.name.encode() not in contents(folder)


async def test_a_flag_that_nobody_decides_is_not_waited_for_for_ever(folder: Path, flagged: Any) -> None:
    async with Ledger.at(folder) as ledger:
        await flagged(ledger, 10)
        assert (await ledger.erasing.erase_own(9_000, 70, NOW)).waiting == 1
        assert (await ledger.erasing.carry_out(NOW + timedelta(days=29))).flags == 0
        assert (await ledger.erasing.carry_out(NOW + timedelta(days=31))).flags == 1
        assert await ledger.erasing.wishes() == []


async def test_the_cards_of_erased_flags_are_to_be_deleted(folder: Path, flagged: Any) -> None:
    async with Ledger.at(folder) as ledger:
        await flagged(ledger, 10)
        await ledger.erasing.purge(Whom(9_000, 70))
        [(guild_id, place)] = await ledger.erasing.cards_gone(10)
        assert (guild_id, place) == (9_000, CardPlace(600, 11))
        await ledger.erasing.card_deleted(guild_id, place)
        assert await ledger.erasing.cards_gone(10) == []


@pytest.mark.parametrize("in_digest", [False, True])
async def test_a_card_that_shows_others_too_is_handed_on(
    folder: Path, post: MakePost, scores: Scores, decision: Decision, in_digest: bool
) -> None:
    async with Ledger.at(folder) as ledger:
        flags = []
        for number, author in enumerate((MALLORY, BOB, Author(72, "Carol")), 1):
            made = post("the same words", message_id=number, author=author)
            flag = await carried_out(ledger, made, scores, decision)
            flags.append(flag)
        await ledger.card_posted(flags[0], CardPlace(600, 1, in_digest))
        with closing(sqlite3.connect(folder / "record.sqlite")) as connection, connection:
            connection.execute("UPDATE flags SET lead_id = ? WHERE id > ?", (flags[0].id, flags[0].id))
        await ledger.erasing.purge(Whom(9_000, 70))
        [carol, bob] = await ledger.flags()
        assert bob.card == CardPlace(600, 1, in_digest)
        assert (bob.lead, carol.lead) == (None, bob.id)
        assert await ledger.erasing.cards_gone(10) == []


@pytest.mark.parametrize("of_the_member", [True, False])
async def test_a_card_that_stays_no_longer_names_a_member_who_is_erased(
    folder: Path, post: MakePost, scores: Scores, decision: Decision, of_the_member: bool
) -> None:
    async with Ledger.at(folder) as ledger:
        flags = []
        for number, author in enumerate((BOB, MALLORY), 1):
            made = post("the same words", message_id=number, author=author)
            flag = await carried_out(ledger, made, scores, decision)
            flags.append(flag)
            await ledger.card_posted(flag, CardPlace(600, 1) if flag.lead is None else None)
        await ledger.decide(HERE.id, flags[0].number, "upheld", Named(1, "Morgan"), via="card")
        for each, version in await ledger.changed_cards():
            await ledger.card_shown(each, version)
        assert [member.name for member in (await ledger.group_of(flags[0])).members] == [BOB.name, MALLORY.name]
        if of_the_member:
            await ledger.erasing.erase_own(HERE.id, MALLORY.id, NOW)
        else:
            await ledger.erasing.purge(Whom(HERE.id, MALLORY.id))
        [(bob, _)] = await ledger.changed_cards()
        assert bob.id == flags[0].id
        assert [member.name for member in (await ledger.group_of(bob)).members] == [BOB.name]


async def test_a_card_that_is_still_to_be_posted_is_due_for_the_others_it_would_have_shown(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
) -> None:
    async with Ledger.at(folder) as ledger:
        for number, author in enumerate((MALLORY, BOB, Author(72, "Carol")), 1):
            made = post("the same words", message_id=number, author=author)
            flag = await carried_out(ledger, made, scores, decision)
            if author is MALLORY:
                await ledger.card_begun(9_000, flag.id)
            else:
                await ledger.card_posted(flag, None)
        assert [flag.author for flag in await ledger.without_card(10)] == [MALLORY]
        await ledger.erasing.purge(Whom(9_000, 70))
        assert [flag.author for flag in await ledger.without_card(10)] == [BOB]


async def test_a_backup_that_cannot_be_changed_is_deleted(folder: Path, flagged: Any) -> None:
    async with Ledger.at(folder) as ledger:
        await flagged(ledger, 10)
        backup = back_up(folder / "record.sqlite", "test")
        backup.write_bytes(b"not a record at all")
        await ledger.erasing.purge(Whom(9_000, 70))
        assert not backup.exists()


async def test_a_wish_written_beside_a_running_bot_is_carried_out_by_it(folder: Path, flagged: Any) -> None:
    async with Ledger.at(folder) as ledger:
        await flagged(ledger, 10)
        async with beside(folder) as writer:
            await writer.do(lambda session: ask(session, Wish(Whom(member_id=70), NOW, whole=True)))
        assert (await ledger.erasing.carry_out(NOW)).flags == 1
        assert await ledger.erasing.wishes() == []


async def test_a_guild_that_was_left_is_erased_after_its_time_unless_the_bot_is_back(
    folder: Path, flagged: Any
) -> None:
    async with Ledger.at(folder) as ledger:
        await flagged(ledger, 10)
        await flagged(ledger, 30, guild=THERE)
        assert await ledger.erasing.guilds_now({9_000, 9_001}, NOW) == set()
        assert await ledger.erasing.guilds_now(set(), NOW) == {9_000, 9_001}
        assert await ledger.erasing.guilds_now({9_001}, NOW + timedelta(days=1)) == set()
        assert await ledger.erasing.purge_left(NOW) == []
        assert await ledger.erasing.purge_left(NOW + timedelta(hours=1)) == [9_000]
        assert [flag.guild.id for flag in await ledger.flags()] == [9_001]
        assert await ledger.erasing.guilds_now({9_001}, NOW) == set()


async def test_expired_texts_are_to_go_from_cards_a_few_at_a_time(folder: Path, flagged: Any) -> None:
    async with Ledger.at(folder) as ledger:
        for number in range(1, 6):
            await flagged(ledger, number * 10)
        assert await ledger.erasing.hide_texts(NOW - timedelta(hours=1), 3) == 0
        later = datetime.now(UTC) + timedelta(minutes=1)
        assert [await ledger.erasing.hide_texts(later, 3) for _ in range(3)] == [3, 2, 0]


async def test_a_card_is_never_drawn_anew_with_the_text_that_has_just_expired(folder: Path, flagged: Any) -> None:
    async with Ledger.at(folder) as ledger:
        flag = await flagged(ledger, 10)
        assert await ledger.erasing.hide_texts(datetime.now(UTC) + timedelta(minutes=1), 3) == 1
        [(due, _)] = await ledger.changed_cards()
        assert (due.id, due.text) == (flag.id, None)


@pytest.mark.parametrize("expired_by", ["the hourly round", "the round of cards"])
async def test_a_late_note_goes_from_the_card_in_its_own_time(folder: Path, flagged: Any, expired_by: str) -> None:
    async with Ledger.at(folder, RetentionOptions(text=timedelta(days=30))) as ledger:
        with time_machine.travel(NOW, tick=False):
            flag = await flagged(ledger, 10)
        with time_machine.travel(NOW + timedelta(days=20), tick=False):
            assert await ledger.remark(flag, Named(11, "Morgan"), "He said he was sorry.")

        async def after(days: int) -> list[tuple[str | None, list[str | None]]]:
            now = NOW + timedelta(days=days)
            if expired_by == "the hourly round":
                await ledger.expire(now)
            await ledger.erasing.hide_texts(now - timedelta(days=30), 3)
            found = await ledger.changed_cards()
            for each, version in found:
                await ledger.card_shown(each, version)
            return [(each.text, [note.text for note in each.remarks]) for each, _ in found]

        assert await after(21) == [("words 10 of Mallory of the swamp", ["He said he was sorry."])]
        assert await after(31) == [(None, ["He said he was sorry."])]
        assert await after(32) == []
        assert await after(51) == [(None, [None])]
        assert await after(52) == []


async def test_a_card_that_was_being_posted_while_its_flag_was_erased_goes_too(folder: Path, flagged: Any) -> None:
    async with Ledger.at(folder) as ledger:
        flag = await flagged(ledger, 10)
        await ledger.erasing.purge(Whom(HERE.id, MALLORY.id))
        [(guild_id, before)] = await ledger.erasing.cards_gone(9)
        await ledger.erasing.card_deleted(guild_id, before)
        await ledger.card_posted(flag, CardPlace(600, 77, in_digest=True))  # which shows others too
        assert await ledger.erasing.cards_gone(9) == []
        await ledger.card_posted(flag, CardPlace(600, 99))
        assert await ledger.erasing.cards_gone(9) == [(HERE.id, CardPlace(600, 99))]


async def test_what_was_done_for_a_time_is_taken_back_before_it_is_forgotten(folder: Path, flagged: Any) -> None:
    async with Ledger.at(folder) as ledger:
        flag = await flagged(ledger, 10)
        with closing(sqlite3.connect(folder / "record.sqlite")) as connection, connection:
            connection.execute("UPDATE outcomes SET due_at = 1 WHERE position = 2")
        gone = await ledger.erasing.purge(Whom(9_000, 70))
        assert (gone.flags, gone.texts, gone.scores, gone.waiting) == (0, 1, 1, 1)
        assert (await ledger.erasing.carry_out(NOW)).flags == 0
        assert [position for _, position in await ledger.due(NOW)] == [2]
        await ledger.undone(flag, 2, Outcome("warn", Status.DONE))
        assert (await ledger.erasing.carry_out(NOW)).flags == 1
        assert await ledger.erasing.wishes() == []


async def test_the_card_of_an_appeal_goes_though_its_flag_waits(folder: Path, flagged: Any) -> None:
    async with Ledger.at(folder) as ledger:
        flag = await flagged(ledger, 10)
        made = await ledger.appeals.make(9_000, flag.number, 70, "I am sorry.", NOW)
        assert isinstance(made, Appeal)
        await ledger.appeals.card_shown(made, CardPlace(600, 99))
        with closing(sqlite3.connect(folder / "record.sqlite")) as connection, connection:
            connection.execute("UPDATE outcomes SET due_at = 1 WHERE position = 2")
        assert (await ledger.erasing.purge(Whom(9_000, 70))).waiting == 1
        assert (9_000, CardPlace(600, 99)) in await ledger.erasing.cards_gone(9)


async def test_a_guild_that_was_left_does_not_wait_for_what_cannot_be_taken_back(folder: Path, flagged: Any) -> None:
    async with Ledger.at(folder) as ledger:
        await flagged(ledger, 10)
        with closing(sqlite3.connect(folder / "record.sqlite")) as connection, connection:
            connection.execute("UPDATE outcomes SET due_at = 1 WHERE position = 2")
        await ledger.erasing.guilds_now(set(), NOW)
        assert await ledger.erasing.purge_left(NOW + timedelta(hours=1)) == [9_000]
        assert await ledger.flags() == []
        assert await ledger.erasing.cards_gone(10) == []  # nor what nobody there can delete
