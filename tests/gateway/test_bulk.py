"""Deletes of one channel that wait together go together, and each caller hears of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.errors import DeedFailed, Forbidden, Gone
from bot.gateway.bulk import LONGEST_REASON, MOST_AT_ONCE, Deletes, merged
from bot.texts.saying import say

NEW = discord.utils.time_snowflake(datetime.now(UTC))
OLD = discord.utils.time_snowflake(datetime.now(UTC) - timedelta(days=15))


class Channel:
    """Where messages are deleted; the first call waits for ``open``."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.reasons: list[str] = []
        self.open = asyncio.Event()
        self.reached = asyncio.Event()
        self.gone: set[int] = set()
        self.bulk_error: DeedFailed | None = None
        self.deletes = Deletes(self.one, self.many)

    async def one(self, guild_id: int, channel_id: int, message_id: int, reason: str) -> None:
        await self._called([message_id], reason)
        if message_id in self.gone:
            raise Gone(say("member_left"))

    async def many(self, guild_id: int, channel_id: int, message_ids: Sequence[int], reason: str) -> None:
        await self._called(list(message_ids), reason)
        if self.bulk_error:
            raise self.bulk_error

    async def _called(self, ids: list[int], reason: str) -> None:
        self.calls.append(ids)
        self.reasons.append(reason)
        self.reached.set()
        await self.open.wait()

    def delete(self, message_id: int, flag: int = 1) -> asyncio.Task[None]:
        return asyncio.create_task(self.deletes.delete(1, 2, message_id, f"Civil Tongue flag #{flag}: toxic"))


async def test_a_lone_delete_is_made_alone_and_at_once() -> None:
    channel = Channel()
    channel.open.set()
    await channel.delete(NEW)
    assert channel.calls == [[NEW]]
    assert channel.reasons == ["Civil Tongue flag #1: toxic"]


async def test_what_waits_while_a_call_is_under_way_goes_in_the_next_one() -> None:
    channel = Channel()
    first = channel.delete(NEW)
    await channel.reached.wait()
    rest = [channel.delete(NEW + number, flag=number) for number in range(1, MOST_AT_ONCE + 4)]
    await asyncio.sleep(0)
    channel.open.set()
    await asyncio.gather(first, *rest)
    assert [len(call) for call in channel.calls] == [1, MOST_AT_ONCE, 3]
    assert channel.reasons[1] == f"Civil Tongue flags #1-#{MOST_AT_ONCE}"


async def test_old_messages_go_singly_and_a_message_named_twice_once() -> None:
    channel = Channel()
    channel.open.set()
    await asyncio.gather(*(channel.delete(each) for each in (NEW, OLD, NEW + 1, OLD + 1, NEW)))
    assert channel.calls == [[NEW, NEW + 1], [OLD], [OLD + 1]]


async def test_a_refused_bulk_call_is_refused_to_all_in_one_call() -> None:
    channel = Channel()
    channel.open.set()
    channel.bulk_error = Forbidden(say("is_owner"))
    answers = await asyncio.gather(*(channel.delete(NEW + number) for number in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Forbidden] * 3
    assert len(channel.calls) == 1


async def test_a_bulk_call_that_one_message_spoils_is_made_singly_and_each_hears_its_own() -> None:
    channel = Channel()
    channel.open.set()
    channel.bulk_error, channel.gone = DeedFailed(say("reply_too_late")), {NEW + 1}
    answers = await asyncio.gather(*(channel.delete(NEW + number) for number in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [type(None), Gone, type(None)]


async def test_a_caller_who_went_away_takes_its_message_along() -> None:
    channel = Channel()
    first = channel.delete(NEW)
    await channel.reached.wait()
    leaving, staying = channel.delete(NEW + 1), channel.delete(NEW + 2)
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait([leaving])
    channel.open.set()
    await asyncio.gather(first, staying)
    assert channel.calls == [[NEW], [NEW + 2]]


async def test_closing_makes_no_further_call() -> None:
    channel = Channel()
    first = channel.delete(NEW)
    await channel.reached.wait()
    second = channel.delete(NEW + 1)
    await asyncio.sleep(0)
    await channel.deletes.close()
    await asyncio.wait([first, second])
    assert first.cancelled()
    assert second.cancelled()
    assert len(channel.calls) == 1


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([4], "Civil Tongue flag #4: x"), ([9, 1, 2, 3, 7], "Civil Tongue flags #1-#3, #7, #9")],
)
def test_reasons_are_merged_by_the_numbers_of_the_flags(numbers: list[int], text: str) -> None:
    assert merged([f"Civil Tongue flag #{number}: x" for number in numbers]) == text


def test_a_merged_reason_fits_the_audit_log() -> None:
    text = merged([f"Civil Tongue flag #{number * 1_000_003}: x" for number in range(100)])
    assert len(text) <= LONGEST_REASON
    assert text.endswith("...")
