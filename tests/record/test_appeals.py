"""Appeals in the record: one a flag, by its author, decided once, sealed, and gone with their time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.record.appeals import APPEAL_WITHIN, APPEALS_A_DAY, NotTaken
from bot.record.ledger import Ledger
from bot.records import Appeal, Author, CardPlace, Decision, Flag, Named, Outcome, Post, Scores, Status

MakePost = Callable[..., Post]
MORGAN = Named(1, "Morgan")
WORDS = "the unmistakable words of an appeal"


@pytest.fixture
def flagged(post: MakePost, scores: Scores, decision: Decision) -> Callable[..., Any]:
    async def make(ledger: Ledger, message_id: int = 1, **fields: Any) -> Flag:
        flag = await ledger.open_flag(post(f"words {message_id}", message_id=message_id, **fields), scores, decision)
        assert flag is not None
        for position, outcome in enumerate(flag.outcomes):
            await ledger.finish(flag, position, Outcome(outcome.action, Status.DONE))
        await ledger.close(flag)
        return flag

    return make


async def made(ledger: Ledger, flag: Flag, now: datetime | None = None) -> Appeal:
    appeal = await ledger.appeals.make(flag.guild.id, flag.number, flag.author.id, WORDS, now or datetime.now(UTC))
    assert isinstance(appeal, Appeal)
    return appeal


async def test_an_appeal_is_sealed_read_back_and_decided_once(folder: Path, flagged: Any) -> None:
    now = datetime.now(UTC)
    async with Ledger.at(folder) as ledger:
        flag = await flagged(ledger)
        appeal = await made(ledger, flag)
        assert (await ledger.appeals.of(9_000, [flag.number]))[flag.number].text == WORDS
        assert WORDS.encode() not in b"".join(path.read_bytes() for path in folder.glob("record*"))
        assert await ledger.appeals.of(9_001, [flag.number]) == {}
        assert await ledger.appeals.decide(appeal, "refused", MORGAN, now)
        assert not await ledger.appeals.decide(appeal, "accepted", Named(2, "Ada"), now)
        [ended] = await ledger.appeals.of_member(9_000, 70)
        assert (ended.decision, ended.by, ended.is_told) == ("refused", MORGAN, False)
        assert (await ledger.flag(9_000, flag.number)).text == "words 1"  # type: ignore[union-attr]


async def test_what_is_not_taken_is_told_apart(folder: Path, flagged: Any) -> None:
    now = datetime.now(UTC)
    async with Ledger.at(folder) as ledger:
        flags = [await flagged(ledger, number) for number in range(1, 8)]
        book, mine = ledger.appeals, (flags[0].guild.id, flags[0].number, 70)
        assert await book.may(*mine, now) is None
        assert await book.may(9_000, 99, 70, now) is NotTaken.NO_FLAG
        assert await book.may(9_000, flags[0].number, 71, now) is NotTaken.NO_FLAG  # somebody else's
        assert await book.may(9_001, flags[0].number, 70, now) is NotTaken.NO_FLAG  # of another guild
        assert await book.may(*mine, now + APPEAL_WITHIN + timedelta(hours=1)) is NotTaken.TOO_OLD
        await ledger.decide(9_000, flags[1].number, "mistaken", MORGAN, via="card")
        assert await book.may(9_000, flags[1].number, 70, now) is NotTaken.TAKEN_BACK
        assert await book.block(9_000, 70, MORGAN, now)
        assert not await book.block(9_000, 70, MORGAN, now)
        assert await book.make(*mine, WORDS, now) is NotTaken.BLOCKED
        assert await book.unblock(9_000, 70)
        for flag in flags[2 : 2 + APPEALS_A_DAY]:
            await made(ledger, flag, now)
        assert await book.make(*mine, WORDS, now) is NotTaken.TOO_MANY
        assert await book.may(*mine, now + timedelta(days=1, minutes=1)) is None
        assert await book.may(9_000, flags[2].number, 70, now) is NotTaken.APPEALED


async def test_the_words_expire_by_their_own_time_and_go_from_the_card(folder: Path, flagged: Any) -> None:
    later = datetime.now(UTC) + timedelta(days=10)
    async with Ledger.at(folder) as ledger:
        flag = await flagged(ledger)
        appeal = await made(ledger, flag, later)
        await ledger.appeals.card_shown(appeal, CardPlace(600, 1))
        assert await ledger.appeals.cards_due(10) == []
        await ledger.expire(later + timedelta(days=29))
        assert (await ledger.appeals.of(9_000, [1]))[1].text == WORDS  # the flag's own text is gone by then
        assert (await ledger.flag(9_000, 1)).text is None  # type: ignore[union-attr]
        await ledger.expire(later + timedelta(days=31))
        assert await ledger.erasing.hide_texts(later + timedelta(days=1), 10) == 1
        [due] = await ledger.appeals.cards_due(10)
        assert (due.text, due.card) == (None, CardPlace(600, 1))


@pytest.mark.parametrize("is_hourly", [True, False])
async def test_what_was_flagged_goes_from_the_card_before_the_later_words_do(
    folder: Path, flagged: Any, is_hourly: bool
) -> None:
    flagged_at = datetime.now(UTC)
    async with Ledger.at(folder) as ledger:
        appeal = await made(ledger, await flagged(ledger), flagged_at + timedelta(days=10))
        await ledger.appeals.card_shown(appeal, CardPlace(600, 1))
        later = flagged_at + timedelta(days=31)
        if is_hourly:
            await ledger.expire(later)
        await ledger.erasing.hide_texts(later - timedelta(days=30), 10)
        [due] = await ledger.appeals.cards_due(10)
        assert due.text == WORDS
        assert (await ledger.flag(9_000, 1)).text is None  # type: ignore[union-attr]
        await ledger.appeals.card_shown(due, CardPlace(600, 1))
        assert await ledger.erasing.hide_texts(later - timedelta(days=30), 10) == 0
        assert await ledger.erasing.hide_texts(later - timedelta(days=20), 10) == 1


async def test_a_card_stays_due_where_more_happened_while_it_was_being_posted(folder: Path, flagged: Any) -> None:
    now = datetime.now(UTC)
    async with Ledger.at(folder) as ledger:
        appeal = await made(ledger, await flagged(ledger))
        await ledger.appeals.decide(appeal, "accepted", MORGAN, now)
        await ledger.appeals.card_shown(appeal, CardPlace(600, 1))  # as it was before
        [due] = await ledger.appeals.cards_due(10)
        await ledger.appeals.told(due, now)
        await ledger.appeals.card_shown(due, CardPlace(600, 1))
        [due] = await ledger.appeals.cards_due(10)
        assert due.is_told
        await ledger.appeals.card_shown(due, CardPlace(600, 1))
        assert await ledger.appeals.cards_due(10) == []


async def test_an_open_appeal_whose_card_was_deleted_is_shown_again(folder: Path, flagged: Any) -> None:
    async with Ledger.at(folder) as ledger:
        appeal = await made(ledger, await flagged(ledger))
        await ledger.appeals.card_shown(appeal, CardPlace(600, 1))
        await ledger.appeals.card_shown(appeal, None)
        [due] = await ledger.appeals.cards_due(10)
        assert due.card is None


async def test_a_key_rotation_reseals_appeals_too(folder: Path, flagged: Any) -> None:
    async with Ledger.at(folder) as ledger:
        await made(ledger, await flagged(ledger))
        assert await ledger.rotate_key() == 2
        assert (await ledger.appeals.of(9_000, [1]))[1].text == WORDS
    with closing(sqlite3.connect(folder / "record.sqlite")) as connection:
        assert len(connection.execute("SELECT DISTINCT key_id FROM sealed_texts").fetchall()) == 1


async def test_a_sealed_appeal_cannot_be_passed_off_as_the_message(folder: Path, flagged: Any) -> None:
    async with Ledger.at(folder) as ledger:
        await made(ledger, await flagged(ledger))
    with closing(sqlite3.connect(folder / "record.sqlite")) as connection, connection:
        connection.execute("DELETE FROM sealed_texts WHERE what = 'message'")
        connection.execute("UPDATE sealed_texts SET what = 'message'")
    async with Ledger.at(folder) as ledger:
        assert (await ledger.flag(9_000, 1)).text is None  # type: ignore[union-attr]


async def test_a_flag_found_mistaken_elsewhere_settles_the_appeal(folder: Path, flagged: Any) -> None:
    async with Ledger.at(folder) as ledger:
        await made(ledger, await flagged(ledger))
        assert await ledger.appeals.settled_otherwise(10) == []
        await ledger.decide(9_000, 1, "mistaken", MORGAN, via="card")
        [(appeal, by)] = await ledger.appeals.settled_otherwise(10)
        assert (appeal.number, by) == (1, MORGAN)


async def test_an_appeal_holds_back_the_erasing_of_its_flag_and_goes_with_it(folder: Path, flagged: Any) -> None:
    now = datetime.now(UTC)
    async with Ledger.at(folder) as ledger:
        flag = await flagged(ledger)
        await ledger.decide(9_000, 1, "upheld", MORGAN, via="card")
        appeal = await made(ledger, flag)
        assert (await ledger.erasing.erase_own(9_000, 70, now)).waiting == 1
        await ledger.appeals.decide(appeal, "refused", MORGAN, now)
        assert (await ledger.erasing.carry_out(now)).flags == 1
        assert await ledger.appeals.of_member(9_000, 70) == []


async def test_only_the_id_counts_for_a_members_own_flags(folder: Path, flagged: Any) -> None:
    """A name that looks like another member's id must not open that member's flags."""
    from bot.record.reading import FlagFilter

    async with Ledger.at(folder) as ledger:
        await flagged(ledger, 1, author=Author(71, "70"))
        assert await ledger.flags(FlagFilter(guild_id=9_000, author_id=70)) == []
