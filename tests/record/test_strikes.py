"""Strikes: given with a flag, fading one by one, taken back with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from bot.record.ledger import Ledger
from bot.records import Author, Decision, Flag, Named, Post, Scores, Struck

MakePost = Callable[..., Post]
MONTH = timedelta(days=30)
START = datetime(2026, 11, 1, 12, tzinfo=UTC)


async def standing(ledger: Ledger, guild: int, member: int, now: datetime) -> list[tuple[int, int]]:
    return [(strike.flag_number, strike.weight) for strike in await ledger.strikes(guild, member, now - MONTH)]


async def struck(ledger: Ledger, post: Post, scores: Scores, decision: Decision, given: int) -> Flag:
    flag = await ledger.open_flag(post, scores, replace(decision, struck=Struck(given, given + 2, 3, "strikes[0]", 7)))
    assert flag is not None
    return flag


async def test_strikes_are_given_with_the_flag_and_fade_one_by_one(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
) -> None:
    async with Ledger.at(folder) as ledger:
        for day, given in ((0, 1), (10, 3)):
            with time_machine.travel(START + timedelta(days=day), tick=False):
                flag = await struck(ledger, post(message_id=day + 1), scores, decision, given)
        assert await ledger.flag(flag.guild.id, flag.number) == flag
        assert flag.struck == Struck(3, 5, 3, "strikes[0]", 7)
        for day, left in ((10, [(1, 1), (2, 3)]), (29.9, [(1, 1), (2, 3)]), (30, [(2, 3)]), (40, [])):
            assert await standing(ledger, 9_000, 70, START + timedelta(days=day)) == left


async def test_a_flag_without_strikes_or_with_held_back_ones_gives_none(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
) -> None:
    async with Ledger.at(folder) as ledger:
        held = replace(decision, struck=Struck(1, 1)).holding_back("shadow mode")
        assert await ledger.open_flag(post(message_id=1), scores, held)
        assert await ledger.open_flag(post(message_id=2), scores, decision)
        assert await standing(ledger, 9_000, 70, datetime.now(UTC)) == []


async def test_a_message_that_was_flagged_before_gives_no_second_strike(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
) -> None:
    async with Ledger.at(folder) as ledger:
        await struck(ledger, post(), scores, decision, 1)
        assert await ledger.open_flag(post(), scores, replace(decision, struck=Struck(1, 2))) is None
        assert await standing(ledger, 9_000, 70, datetime.now(UTC)) == [(1, 1)]


async def test_strikes_count_for_one_member_in_one_guild(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
) -> None:
    async with Ledger.at(folder) as ledger:
        await struck(ledger, post(), scores, decision, 1)
        await struck(ledger, post(guild=Named(9_001, "Other")), scores, decision, 5)
        await struck(ledger, post(author=Author(71, "Alice"), message_id=3), scores, decision, 7)
        now = datetime.now(UTC)
        assert await standing(ledger, 9_000, 70, now) == [(1, 1)]
        assert await standing(ledger, 9_001, 70, now) == [(1, 5)]
        assert await standing(ledger, 9_001, 71, now) == []


async def test_forgiving_a_flag_takes_its_strikes_back_once_and_no_others(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
) -> None:
    async with Ledger.at(folder) as ledger:
        first = await struck(ledger, post(message_id=1), scores, decision, 2)
        await struck(ledger, post(message_id=2), scores, decision, 1)
        assert await ledger.forgive(first) == 2
        assert await ledger.forgive(first) == 0
        assert await standing(ledger, 9_000, 70, datetime.now(UTC)) == [(2, 1)]


async def test_strikes_that_no_rule_counts_any_more_are_deleted(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
) -> None:
    async with Ledger.at(folder) as ledger:
        for day in (0, 20):
            with time_machine.travel(START + timedelta(days=day), tick=False):
                await struck(ledger, post(message_id=day + 1), scores, decision, 1)
        now = START + timedelta(days=35)
        await ledger.expire(now, strikes_before=now - MONTH)
        assert [strike.weight for strike in await ledger.strikes(9_000, 70, START - MONTH)] == [1]
