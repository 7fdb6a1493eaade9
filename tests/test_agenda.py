"""The agenda of a guild: most urgent first, one guild never in another's way."""

from __future__ import annotations

import asyncio

import pytest

from bot.agenda import AT_ONCE, Agenda, InOrder


class Door:
    """A job that notes when it begins and stays until it is let go."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.open = asyncio.Event()
        self.someone_is_in = asyncio.Event()

    def job(self, name: str):
        async def enter() -> str:
            self.began.append(name)
            self.someone_is_in.set()
            await self.open.wait()
            return name

        return enter


async def test_the_most_urgent_job_goes_first_and_equals_in_order_of_arrival() -> None:
    agenda, door = Agenda(calls_at_once=1), Door()
    first = asyncio.create_task(agenda.run(1, 0, door.job("first")))
    await door.someone_is_in.wait()
    rest = [
        asyncio.create_task(agenda.run(1, urgency, door.job(name)))
        for urgency, name in [(50, "card"), (90, "dm"), (10, "delete a"), (10, "delete b")]
    ]
    while agenda.backlog(1) < 4:
        await asyncio.sleep(0)
    door.open.set()
    await asyncio.gather(first, *rest)
    assert door.began == ["first", "delete a", "delete b", "card", "dm"]


async def test_what_is_to_be_done_at_once_waits_for_no_turn() -> None:
    agenda, door = Agenda(calls_at_once=1), Door()
    first = asyncio.create_task(agenda.run(1, 0, door.job("first")))
    await door.someone_is_in.wait()
    at_once = asyncio.create_task(agenda.run(1, AT_ONCE, door.job("delete")))
    while len(door.began) < 2:
        await asyncio.sleep(0)
    assert agenda.backlog(1) == 0
    door.open.set()
    await asyncio.gather(first, at_once)


async def test_a_busy_guild_does_not_hold_up_another() -> None:
    agenda, door, other = Agenda(calls_at_once=1), Door(), Door()
    other.open.set()
    busy = [asyncio.create_task(agenda.run(1, 0, door.job(str(n)))) for n in range(5)]
    await door.someone_is_in.wait()
    assert await agenda.run(2, 90, other.job("quiet guild")) == "quiet guild"
    door.open.set()
    await asyncio.gather(*busy)


async def test_a_job_that_raises_frees_its_place() -> None:
    agenda = Agenda(calls_at_once=1)

    async def fail() -> None:
        raise ValueError("no")

    for _ in range(3):
        with pytest.raises(ValueError, match="no"):
            await agenda.run(1, 0, fail)
    assert agenda.backlog(1) == 0


async def test_a_caller_that_gives_up_leaves_its_place_to_the_next() -> None:
    agenda, door = Agenda(calls_at_once=1), Door()
    first = asyncio.create_task(agenda.run(1, 0, door.job("first")))
    await door.someone_is_in.wait()
    gone = asyncio.create_task(agenda.run(1, 0, door.job("gone")))
    stays = asyncio.create_task(agenda.run(1, 1, door.job("stays")))
    while agenda.backlog(1) < 2:
        await asyncio.sleep(0)
    gone.cancel()
    door.open.set()
    assert await first == "first"
    assert await stays == "stays"
    assert door.began == ["first", "stays"]


async def test_in_order_lets_one_in_at_a_time_first_come_first_served_and_forgets_the_key() -> None:
    in_order, seen = InOrder(), []

    async def visit(number: int) -> None:
        async with in_order("message"):
            seen.append(number)
            await asyncio.sleep(0)
            seen.append(number)

    await asyncio.gather(*(visit(number) for number in range(5)))
    assert seen == [number for number in range(5) for _ in range(2)]
    assert not in_order._locks


async def test_in_order_survives_a_visitor_who_gives_up() -> None:
    in_order, held = InOrder(), asyncio.Event()

    async def hold() -> None:
        async with in_order(1):
            await held.wait()

    async def visit() -> str:
        async with in_order(1):
            return "in"

    holder, gives_up, visitor = (asyncio.create_task(work) for work in (hold(), visit(), visit()))
    await asyncio.sleep(0)
    gives_up.cancel()
    held.set()
    await holder
    assert await visitor == "in"
    assert not in_order._locks
