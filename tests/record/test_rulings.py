"""Verdicts in the record: one wins, a group's come together, and what is due stays due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.record.ledger import Ledger
from bot.record.rulings import RULINGS_A_MINUTE, Result
from bot.records import Author, CardPlace, Decision, Flag, Named, Outcome, Post, Scores, Status, Struck

MORGAN, ADA = Named(11, "Morgan"), Named(12, "Ada")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def opened(post: Callable[..., Post], scores: Scores, decision: Decision) -> Callable[..., object]:
    """Opens a flag: ``await opened(ledger, text, message_id=..., author=..., strikes=...)``."""

    async def open_flag(
        ledger: Ledger,
        text: str = "you are a jerk",
        *,
        message_id: int,
        author: Author | None = None,
        struck: Struck | None = None,
    ) -> Flag:
        fields = {"author": author} if author else {}
        flag = await ledger.open_flag(
            post(text, message_id=message_id, **fields), scores, replace(decision, struck=struck)
        )
        assert flag is not None
        return flag

    return open_flag


async def test_of_two_moderators_at_once_one_wins_and_the_other_learns_who(folder: Path, opened) -> None:
    async with Ledger.at(folder) as ledger:
        flag = await opened(ledger, message_id=1)
        ruled = await asyncio.gather(
            ledger.decide(flag.guild.id, 1, "upheld", MORGAN, via="card", seen=0),
            ledger.decide(flag.guild.id, 1, "mistaken", ADA, via="card", seen=0),
        )
        assert [each.result for each in ruled] == [Result.DECIDED, Result.TOO_LATE]
        assert ruled[1].before is not None
        assert (ruled[1].before.by, ruled[1].before.verdict) == (MORGAN, "upheld")
        found = await ledger.flag(flag.guild.id, 1)
    assert found is not None
    assert [(each.verdict, each.by) for each in found.rulings] == [("upheld", MORGAN)]


async def test_a_verdict_may_be_changed_by_who_has_seen_it_and_both_are_kept(folder: Path, opened) -> None:
    async with Ledger.at(folder) as ledger:
        guild_id = (await opened(ledger, message_id=1)).guild.id
        await ledger.decide(guild_id, 1, "upheld", MORGAN, via="card", seen=0)
        assert (await ledger.decide(guild_id, 1, "upheld", ADA, via="card", seen=1)).result is Result.SAME
        assert (await ledger.decide(guild_id, 1, "mistaken", ADA, via="appeal", seen=1)).result is Result.DECIDED
        found = await ledger.flag(guild_id, 1)
    assert found is not None
    assert found.verdict == "mistaken"
    assert [(each.verdict, each.by, each.via) for each in found.rulings] == [
        ("upheld", MORGAN, "card"),
        ("mistaken", ADA, "appeal"),
    ]


async def test_a_verdict_leaves_out_whom_it_does_not_cover_and_they_become_a_group(folder: Path, opened) -> None:
    async with Ledger.at(folder) as ledger:
        lead, known, *late = [await opened(ledger, message_id=each) for each in range(1, 6)]
        for flag in (lead, known, *late):
            await ledger.close(flag)
        await ledger.card_posted(lead, CardPlace(7, 8))
        ruled = await ledger.decide(lead.guild.id, 1, "upheld", MORGAN, via="card", seen=0, covers={lead.id, known.id})
        for flag in (known, *late):  # what an earlier task knew of them
            await ledger.card_posted(flag, None)
        assert ruled.also == (known.number,)
        assert [flag.number for flag in await ledger.without_card()] == [late[0].number]
        found = {flag.number: flag for flag in await ledger.flags()}
        new = await opened(ledger, message_id=6)
    assert [found[number].verdict for number in range(1, 6)] == ["upheld", "upheld", None, None, None]
    assert [found[number].lead for number in range(1, 6)] == [None, lead.id, None, late[0].id, late[0].id]
    assert new.lead == late[0].id


async def test_a_number_of_another_guild_is_no_flag_here(folder: Path, opened) -> None:
    async with Ledger.at(folder) as ledger:
        await opened(ledger, message_id=1)
        assert (await ledger.decide(1, 1, "upheld", MORGAN, via="card")).result is Result.NO_FLAG


async def test_a_mistaken_flag_gives_its_strikes_back_and_names_who_counted_them(folder: Path, opened) -> None:
    async with Ledger.at(folder) as ledger:
        first = await opened(ledger, "one", message_id=1, struck=Struck(2, 2))
        await opened(ledger, "two", message_id=2, struck=Struck(1, 3, at=3, source="strikes.ladder[0]"))
        await opened(ledger, "three", message_id=3, struck=Struck(4, 7, at=5, source="strikes.ladder[1]"))
        ruled = await ledger.decide(first.guild.id, 1, "mistaken", MORGAN, via="card", seen=0)
        assert (ruled.strikes, ruled.look_at) == (2, (2,))
        standing = await ledger.strikes(first.guild.id, first.author.id, LONG_AGO)
    assert [strike.flag_number for strike in standing] == [2, 3]


async def test_what_a_mistaken_flag_did_is_due_until_it_is_over(folder: Path, opened) -> None:
    async with Ledger.at(folder) as ledger:
        flag = await opened(ledger, message_id=1)
        await ledger.decide(flag.guild.id, 1, "mistaken", MORGAN, via="card")
        assert await ledger.undo_due() == []  # it is still being carried out
        await ledger.close(flag)
    async with Ledger.at(folder) as ledger:
        [due] = await ledger.undo_due()
        await ledger.undo_over(due)
        assert await ledger.undo_due() == []
        await ledger.decide(flag.guild.id, 1, "mistaken", ADA, via="card", seen=1)
        assert [each.number for each in await ledger.undo_due()] == [1]  # tried once more
        await ledger.decide(flag.guild.id, 1, "upheld", ADA, via="card", seen=1)
        assert await ledger.undo_due() == []


async def test_the_same_text_is_one_group_and_one_verdict_holds_for_it(folder: Path, opened) -> None:
    async with Ledger.at(folder) as ledger:
        lead = await opened(ledger, "Join  MY server", message_id=1)
        mates = [
            await opened(ledger, text, message_id=number, author=Author(100 + number, f"Raider {number}"))
            for number, text in enumerate(("join my server", "JOIN MY\nSERVER"), 2)
        ]
        other = await opened(ledger, "join my other server", message_id=9)
        assert [flag.lead for flag in (lead, *mates, other)] == [None, lead.id, lead.id, None]
        group = await ledger.group_of(mates[1])
        assert (group.count, group.authors) == (3, 3)
        assert [member.name for member in group.members] == ["Mallory", "Raider 2", "Raider 3"]
        await ledger.decide(lead.guild.id, 3, "upheld", ADA, via="command")
        ruled = await ledger.decide(lead.guild.id, 1, "mistaken", MORGAN, via="card", seen=0)
        assert ruled.also == (2,)  # of the third, somebody had decided by itself
        after = await opened(ledger, "join my server", message_id=10)
        assert after.lead is None  # nobody has decided on this one


async def test_one_moderators_verdicts_are_asked_for_twice_when_they_are_many(folder: Path, opened) -> None:
    async with Ledger.at(folder) as ledger:
        for number in range(RULINGS_A_MINUTE + 2):
            flag = await opened(ledger, f"text {number}", message_id=number + 1)
        guild_id = flag.guild.id
        for number in range(1, RULINGS_A_MINUTE + 1):
            ruled = await ledger.decide(guild_id, number, "upheld", MORGAN, via="card", seen=0)
            assert ruled.result is Result.DECIDED
        last = RULINGS_A_MINUTE + 1
        assert (await ledger.decide(guild_id, last, "upheld", MORGAN, via="card", seen=0)).result is Result.CONFIRM
        assert (await ledger.decide(guild_id, last, "upheld", ADA, via="card", seen=0)).result is Result.DECIDED
        confirmed = await ledger.decide(guild_id, last + 1, "upheld", MORGAN, via="card", seen=0, confirmed=True)
    assert confirmed.result is Result.DECIDED


async def test_a_card_is_drawn_anew_for_as_long_as_it_shows_something_older(folder: Path, opened) -> None:
    async with Ledger.at(folder) as ledger:
        flag = await opened(ledger, message_id=1)
        mate = await opened(ledger, message_id=2)
        await ledger.card_posted(flag, CardPlace(5, 6))
        assert await ledger.changed_cards() == []
        await ledger.card_posted(mate, None)  # it is on the first one's card
        [(changed, version)] = await ledger.changed_cards()
        await ledger.decide(flag.guild.id, 2, "upheld", MORGAN, via="command")
        await ledger.card_shown(changed, version)
        [(changed, version)] = await ledger.changed_cards()  # what came in between is not lost
        assert (changed.number, changed.card) == (1, CardPlace(5, 6))
        await ledger.card_shown(changed, version)
        assert await ledger.changed_cards() == []


async def test_a_note_is_sealed_and_read_again(folder: Path, opened) -> None:
    async with Ledger.at(folder) as ledger:
        flag = await opened(ledger, message_id=1)
        assert await ledger.remark(flag, MORGAN, "first, of the swamp")
        assert await ledger.remark(flag, ADA, "second")
        await ledger.rotate_key()
        found = await ledger.flag(flag.guild.id, 1)
    assert found is not None
    assert [(remark.by, remark.text) for remark in found.remarks] == [(MORGAN, "first, of the swamp"), (ADA, "second")]
    assert b"of the swamp" not in (folder / "record.sqlite").read_bytes()


async def test_a_deed_by_hand_stands_on_the_flag_which_is_open_until_it_is_done(folder: Path, opened, decision) -> None:
    async with Ledger.at(folder) as ledger:
        flag = await opened(ledger, message_id=1)
        await ledger.close(flag)
        position = await ledger.order(flag, decision.actions[1], MORGAN)
        [unfinished] = await ledger.unfinished()
        ordered = unfinished.outcomes[position]
        assert (ordered.action, ordered.by, ordered.status) == ("delete", MORGAN, Status.PLANNED)
        assert ordered.ordered_at is not None
        await ledger.start(flag, position)
        await ledger.finish(flag, position, Outcome("delete", Status.DONE))
        for earlier in range(position):
            await ledger.finish(flag, earlier, Outcome("flag", Status.DONE))
        await ledger.ordered_is_over(flag)
        assert await ledger.unfinished() == []


async def test_a_digest_counts_what_it_stands_for(folder: Path, opened) -> None:
    async with Ledger.at(folder) as ledger:
        for number in range(1, 5):
            flag = await opened(ledger, f"text {number}", message_id=number)
            await ledger.card_posted(flag, CardPlace(5, 6, in_digest=number > 1))
        await ledger.decide(flag.guild.id, 2, "upheld", MORGAN, via="command")
        flood = await ledger.flood(flag.guild.id, 6)
        assert flood is not None
        assert (flood.flags, flood.decided, flood.first, flood.last, flood.authors) == (3, 1, 2, 4, 1)
        assert flood.labels == (("insult", 3), ("toxic", 3)) or flood.labels == (("toxic", 3), ("insult", 3))
        waiting = await ledger.undecided_in(flag.guild.id, 6)
        assert waiting is not None
        assert waiting.number == 3
        since = datetime.now(UTC) - timedelta(minutes=1)
        shown = await ledger.shown_since(flag.guild.id, since)
    assert [each.place and each.place.in_digest for each in shown] == [False, True, True, True]
