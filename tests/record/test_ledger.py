"""Flags from intent to outcome, their cards, and the questions asked of them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from bot.errors import RecordFailed
from bot.record.ledger import Ledger
from bot.record.reading import FlagFilter
from bot.records import Author, CardPlace, Decision, Flag, Named, Outcome, Post, Scores, Status

MakePost = Callable[..., Post]


async def opened(ledger: Ledger, post: Post, scores: Scores, decision: Decision) -> Flag:
    flag = await ledger.open_flag(post, scores, decision)
    assert flag is not None
    return flag


async def test_a_flag_reads_back_as_it_was_opened(folder: Path, post: MakePost, scores: Scores, decision: Decision):
    async with Ledger.at(folder) as ledger:
        flag = await opened(ledger, post(), scores, decision)
        assert await ledger.flag(flag.guild.id, flag.number) == flag
    async with Ledger.at(folder) as ledger:
        assert await ledger.flag(flag.guild.id, flag.number) == flag
    assert flag.number == 1
    assert flag.text == post().text
    assert [outcome.status for outcome in flag.outcomes] == [Status.PLANNED] * 3
    assert flag.outcomes[2].options == {"text": "Mind your words."}


async def test_the_same_text_of_a_message_is_flagged_once_and_an_edit_of_it_again(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        racers = await asyncio.gather(*(ledger.open_flag(post(), scores, decision) for _ in range(20)))
        assert sum(flag is not None for flag in racers) == 1
        edit = await ledger.open_flag(post("another insult", is_edit=True), scores, decision)
        assert edit is not None
        assert edit.is_edit
    async with Ledger.at(folder) as ledger:
        assert await ledger.open_flag(post(), scores, decision) is None
        assert await ledger.flag_count() == 2


async def test_flags_are_numbered_per_guild_without_gaps(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        posts = [post(guild=Named(guild, "g"), message_id=number) for number in range(15) for guild in (1, 2)]
        flags = await asyncio.gather(*(opened(ledger, each, scores, decision) for each in posts))
        for guild in (1, 2):
            assert sorted(flag.number for flag in flags if flag.guild.id == guild) == list(range(1, 16))
        assert await ledger.flag_count(1) == 15
        assert await ledger.flag(3, 1) is None
        assert await ledger.guilds() == [Named(1, "g"), Named(2, "g")]


async def test_held_back_actions_are_recorded_with_the_reason(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        flag = await opened(ledger, post(), scores, decision.holding_back("shadow mode"))
        assert flag.hold_reason == "shadow mode"
        last = flag.outcomes[-1]
        assert (last.action, last.status, last.detail) == ("delete", Status.HELD_BACK, "shadow mode")
        assert not await ledger.start(flag, len(flag.outcomes) - 1)


async def test_an_action_starts_once_and_its_outcome_stays(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        flag = await opened(ledger, post(), scores, decision)
        assert await ledger.start(flag, 1)
        assert not await ledger.start(flag, 1)
        done = Outcome("delete", Status.DONE, "gone", took=0.25)
        assert await ledger.finish(flag, 1, done) == done
        assert await ledger.finish(flag, 1, Outcome("delete", Status.FAILED)) == done
        assert not await ledger.start(flag, 1)
        again = await ledger.flag(flag.guild.id, flag.number)
        assert again is not None
        assert again.outcomes == (flag.outcomes[0], done, flag.outcomes[2])


async def test_an_outcome_that_is_not_final_does_not_finish_an_action(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        flag = await opened(ledger, post(), scores, decision)
        with pytest.raises(ValueError, match="started"):
            await ledger.finish(flag, 0, Outcome("flag", Status.STARTED))


async def test_unfinished_flags_come_oldest_first_until_they_are_closed(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        flags = [await opened(ledger, post(message_id=number), scores, decision) for number in range(5)]
        await ledger.close(flags[1])
        assert await ledger.unfinished() == [flags[0], *flags[2:]]
        assert await ledger.unfinished(limit=2, after_id=flags[0].id) == flags[2:4]


async def test_a_card_is_due_from_the_close_of_a_flag_until_it_is_posted(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        flags = [await opened(ledger, post(message_id=number), scores, decision) for number in range(3)]
        assert await ledger.without_card(10) == []
        for flag in flags:
            await ledger.close(flag)
        assert [flag.id for flag in await ledger.without_card(2)] == [flag.id for flag in flags[:2]]
        await ledger.card_posted(flags[0], CardPlace(11, 12))
        await ledger.card_posted(flags[1], None)
        assert [flag.id for flag in await ledger.without_card(10)] == [flags[2].id]
        first = await ledger.flag(flags[0].guild.id, flags[0].number)
        assert first == replace(flags[0], card=CardPlace(11, 12))


@pytest.fixture
async def stocked(folder: Path, post: MakePost, scores: Scores, decision: Decision) -> Path:
    """Four flags: a spaced-out day of three members in two guilds."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    calm = replace(decision, on=("obscene",))
    async with Ledger.at(folder) as ledger:
        for day, (each, decided) in enumerate(
            [
                (post(message_id=1), decision),
                (post(message_id=2, author=Author(71, "ÉMILE"), channel=Named(501, "spam"), parent=None), calm),
                (post(message_id=3, author=Author(72, "500")), decision),
                (post(message_id=4, guild=Named(8_000, "Other")), decision),
            ]
        ):
            with time_machine.travel(start + timedelta(days=day), tick=False):
                await opened(ledger, each, scores, decided)
    with closing(sqlite3.connect(folder / "record.sqlite")) as connection, connection:
        connection.execute("UPDATE flags SET verdict = 'mistaken' WHERE message_id = 2")
    return folder


@pytest.mark.parametrize(
    ("wanted", "messages"),
    [
        (FlagFilter(), [4, 3, 2, 1]),
        (FlagFilter(limit=2), [4, 3]),
        (FlagFilter(guild_id=9_000), [3, 2, 1]),
        (FlagFilter(guild_id=9_000, number=2), [2]),
        (FlagFilter(guild_id=9_000, before_number=3), [2, 1]),
        (FlagFilter(channel="#General"), [4, 3, 1]),
        (FlagFilter(channel="lounge"), [4, 3, 1]),
        (FlagFilter(channel=501), [2]),
        (FlagFilter(channel="501"), [2]),
        (FlagFilter(member="@émile"), [2]),
        (FlagFilter(member=70), [4, 1]),
        (FlagFilter(member="500"), [3]),
        (FlagFilter(member="nobody"), []),
        (FlagFilter(label="obscene"), [2]),
        (FlagFilter(label="insul"), []),
        (FlagFilter(since=datetime(2026, 11, 3, tzinfo=UTC)), [4, 3]),
        (FlagFilter(verdict="mistaken"), [2]),
        (FlagFilter(verdict="upheld"), []),
        (FlagFilter(verdict="none"), [4, 3, 1]),
    ],
    ids=str,
)
async def test_a_filter_finds_what_it_asks_for_newest_first(stocked: Path, wanted: FlagFilter, messages: list[int]):
    async with Ledger.reading(stocked) as record:
        assert [flag.message_id for flag in await record.flags(wanted)] == messages


def test_a_number_without_a_guild_is_refused_as_a_mark_in_the_list():
    with pytest.raises(ValueError, match="guild_id"):
        FlagFilter(before_number=3)


async def test_an_export_goes_through_more_flags_than_one_page_holds(
    folder: Path, post: MakePost, scores: Scores, decision: Decision, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.record.reading.FLAGS_TOGETHER", 7)
    async with Ledger.at(folder) as ledger:
        for number in range(30):
            await opened(ledger, post(message_id=number), scores, decision)
        exported = [flag.message_id async for flag in ledger.every_flag(FlagFilter(limit=1))]
    assert exported == list(reversed(range(30)))


async def test_the_command_line_reads_texts_while_a_bot_writes(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger, Ledger.reading(folder) as record:
        flag = await opened(ledger, post(), scores, decision)
        assert await record.flags() == [flag]


async def test_a_reader_cannot_write(folder: Path, post: MakePost, scores: Scores, decision: Decision):
    async with Ledger.at(folder) as ledger:
        flag = await opened(ledger, post(), scores, decision)
    before = sorted(path.name for path in folder.iterdir())
    async with Ledger.reading(folder) as record:
        assert await record.flags() == [flag]
        assert not hasattr(record, "open_flag")
    assert sorted(path.name for path in folder.iterdir()) == before


async def test_reading_where_no_bot_has_been_says_so_and_makes_nothing(folder: Path):
    with pytest.raises(RecordFailed, match="holds no record yet"):
        async with Ledger.reading(folder):
            pass
    assert not folder.exists()


async def test_names_from_outside_that_no_database_takes_are_mended(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        odd = post("half a pair \ud83d and \x00", author=Author(5, "half \ud83d"))
        await opened(ledger, odd, scores, decision)
        (flag,) = await ledger.flags()
        assert flag.text == odd.text
        assert flag.author.name == "half ?"
        assert await ledger.open_flag(odd, scores, decision) is None


async def test_what_waits_when_the_ledger_closes_is_written(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        ledger.add_scores(post(), scores)
        tasks = [asyncio.create_task(ledger.open_flag(post(message_id=n), scores, decision)) for n in range(50)]
        await asyncio.sleep(0)
    assert all(await asyncio.gather(*tasks))
    with pytest.raises(RecordFailed, match="closed"):
        await ledger.open_flag(post(), scores, decision)
    async with Ledger.reading(folder) as record:
        assert (await record.flag_count(), await record.score_count()) == (50, 1)


async def test_a_caller_that_is_cancelled_does_no_harm_to_its_neighbours(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        tasks = [asyncio.create_task(ledger.open_flag(post(message_id=n), scores, decision)) for n in range(30)]
        await asyncio.sleep(0)
        for task in tasks[::3]:
            task.cancel()
        kept = await asyncio.gather(*tasks, return_exceptions=True)
        assert sum(isinstance(result, Flag) for result in kept) == 20
        stored = {flag.message_id for flag in await ledger.flags(FlagFilter(limit=100))}
        assert stored >= {result.message_id for result in kept if isinstance(result, Flag)}


async def test_a_job_at_fault_takes_none_of_the_others_with_it(
    folder: Path, post: MakePost, scores: Scores, decision: Decision
):
    async with Ledger.at(folder) as ledger:
        results = await asyncio.gather(
            *(ledger.open_flag(post(message_id=number), scores, decision) for number in (1, 2**63, 2)),
            return_exceptions=True,
        )
        assert isinstance(results[1], OverflowError)
        assert [flag.message_id for flag in await ledger.flags()] == [2, 1]
