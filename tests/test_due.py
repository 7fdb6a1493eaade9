"""What was done for a time is taken back on time, once, however often the bot looks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.act import make
from bot.agenda import Agenda
from bot.due import ASK_AGAIN_AFTER, TRY_AGAIN_AFTER, Due
from bot.errors import DeedFailed, Forbidden, NoSuchRole, TryLater
from bot.record.ledger import Ledger
from bot.records import (
    Author,
    CardPlace,
    Decision,
    Flag,
    MemberNow,
    Named,
    Outcome,
    Post,
    Scores,
    Status,
    Surface,
)
from bot.texts.saying import say

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Discord:
    """A server where the member has the role 21."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.error: Exception | None = None

    @asynccontextmanager
    async def alone(self, *about: Hashable) -> AsyncIterator[None]:
        yield

    async def role(self, guild_id: int, reference: str) -> Named:
        if self.error is not None:
            raise self.error
        return Named(int(reference), "Muted")

    async def member(self, guild_id: int, user_id: int, role_ids: Sequence[int], *, to: str) -> MemberNow:
        return MemberNow(guild_id, user_id, frozenset({21}), None, None)

    async def remove_role(self, member: MemberNow, role_id: int, *, reason: str) -> None:
        self.done.append(member.id)


class Day:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


async def a_timed_role(ledger: Ledger, author_id: int = 3) -> Flag:
    action = make("add_role", {"role": "Muted", "for": "PT1H"})
    post = Post(
        Named(1, "G"), Named(2, "c"), Author(author_id, "M"), 100 + author_id, (Surface("content", "x"),), START
    )
    flag = await ledger.open_flag(post, Scores("m", ()), Decision(actions=(action,)))
    assert flag is not None
    await ledger.finish(flag, 0, Outcome("add_role", Status.DONE, "", action.options, 0.1, {"role": 21}, START + HOUR))
    return flag


async def reread(ledger: Ledger, flag: Flag) -> Outcome:
    found = await ledger.flag(flag.guild.id, flag.number)
    assert found is not None
    return found.outcomes[0]


async def test_nothing_is_taken_back_early_and_all_of_it_once_on_time(tmp_path: Path) -> None:
    discord, day = Discord(), Day()
    async with Ledger.at(tmp_path) as ledger:
        flags = [await a_timed_role(ledger, author) for author in (3, 4)]
        due = Due(ledger, discord, Agenda(), clock=day)  # type: ignore[arg-type]
        assert ((await reread(ledger, flags[0])).before, (await reread(ledger, flags[0])).due) == (
            {"role": 21},
            START + HOUR,
        )
        assert await due.take_back() == 0
        day.now += HOUR
        assert await due.take_back() == 2
        assert await due.take_back() == 0
        assert sorted(discord.done) == [3, 4]
        outcome = await reread(ledger, flags[0])
        assert (outcome.status, outcome.undo_status, outcome.due) == (Status.DONE, Status.DONE, None)
        assert outcome.undo_detail == "The role Muted was taken back."


async def test_what_cannot_be_taken_back_now_is_tried_again_later(tmp_path: Path) -> None:
    discord, day = Discord(), Day()
    discord.error = TryLater(say("not_connected"))
    async with Ledger.at(tmp_path) as ledger:
        await a_timed_role(ledger)
        due = Due(ledger, discord, Agenda(), clock=day)  # type: ignore[arg-type]
        day.now += HOUR
        assert await due.take_back() == 1
        discord.error = None
        assert await due.take_back() == 0
        day.now += TRY_AGAIN_AFTER
        assert await due.take_back() == 1
        assert discord.done == [3]


async def test_what_is_forbidden_is_said_on_the_card_once_and_done_when_it_may_be(tmp_path: Path) -> None:
    discord, day = Discord(), Day()
    discord.error = Forbidden(say("is_administrator"))
    day.now += HOUR
    async with Ledger.at(tmp_path) as ledger:
        flag = await a_timed_role(ledger)
        await ledger.card_posted(flag, CardPlace(5, 6))
        due = Due(ledger, discord, Agenda(), clock=day)  # type: ignore[arg-type]
        assert await due.take_back() == 1
        assert await due.take_back() == 0
        outcome = await reread(ledger, flag)
        assert (outcome.undo_status, outcome.undo_detail) == (Status.FORBIDDEN, str(discord.error))
        [(_, version)] = await ledger.changed_cards()
        await ledger.card_shown(flag, version)
        day.now += ASK_AGAIN_AFTER
        assert await due.take_back() == 1
        assert await ledger.changed_cards() == []
        discord.error = None
        day.now += ASK_AGAIN_AFTER
        assert await due.take_back() == 1
        assert discord.done == [3]
        assert (await reread(ledger, flag)).undo_status is Status.DONE
        assert len(await ledger.changed_cards()) == 1


async def test_what_ends_while_the_bot_is_not_in_the_server_is_taken_back_when_it_is_there_again(
    tmp_path: Path,
) -> None:
    discord, day = Discord(), Day()
    discord.error = DeedFailed(say("not_in_server"))
    day.now += HOUR
    async with Ledger.at(tmp_path) as ledger:
        flag = await a_timed_role(ledger)
        due = Due(ledger, discord, Agenda(), clock=day)  # type: ignore[arg-type]
        assert await due.take_back() == 1
        discord.error = None
        day.now += ASK_AGAIN_AFTER
        assert await due.take_back() == 1
        assert (await reread(ledger, flag)).undo_status is Status.DONE
    assert discord.done == [3]


async def test_a_role_that_was_deleted_is_not_looked_for_for_ever(tmp_path: Path) -> None:
    discord, day = Discord(), Day()
    discord.error = NoSuchRole(say("no_such_role", name="21"))
    day.now += HOUR
    async with Ledger.at(tmp_path) as ledger:
        flag = await a_timed_role(ledger)
        assert await Due(ledger, discord, Agenda(), clock=day).take_back() == 1  # type: ignore[arg-type]
        outcome = await reread(ledger, flag)
    assert (outcome.undo_status, outcome.due) == (Status.ALREADY_DONE, None)


@pytest.mark.parametrize(
    ("undo", "is_due", "is_noted_again"),
    [
        (Status.DONE, False, False),
        (Status.HELD_BACK, False, False),
        (Status.FAILED, True, True),
        (Status.FORBIDDEN, True, True),
    ],
)
async def test_an_undo_by_hand_ends_what_was_due_unless_it_failed(
    tmp_path: Path, undo: Status, is_due: bool, is_noted_again: bool
) -> None:
    async with Ledger.at(tmp_path) as ledger:
        flag = await a_timed_role(ledger)
        assert await ledger.undone(flag, 0, Outcome("add_role", undo))
        assert bool(await ledger.due(START + HOUR)) is is_due
        assert await ledger.undone(flag, 0, Outcome("add_role", Status.DONE)) is is_noted_again


async def test_what_fell_due_while_the_bot_was_away_is_found_after_a_restart(tmp_path: Path) -> None:
    discord, day = Discord(), Day()
    async with Ledger.at(tmp_path) as ledger:
        await a_timed_role(ledger)
    day.now += 3 * HOUR
    async with Ledger.at(tmp_path) as ledger:
        assert await Due(ledger, discord, Agenda(), clock=day).take_back() == 1  # type: ignore[arg-type]
    assert discord.done == [3]
