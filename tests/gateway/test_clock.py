"""The time by Discord, on a machine whose own clock is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.gateway.arrivals import edit_is_news
from bot.gateway.clock import DiscordClock

BY_DISCORD = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Machine:
    """A clock that is wrong by so much, and seconds that pass."""

    def __init__(self, wrong_by: timedelta) -> None:
        self.passed = 0.0
        self.wrong_by = wrong_by

    def clock(self) -> DiscordClock:
        return DiscordClock(lambda: 7_000 + self.passed, lambda: BY_DISCORD + self.wrong_by)


def id_of(time: datetime) -> int:
    return discord.utils.time_snowflake(time)


def edited(time: datetime) -> dict[str, str]:
    return {"id": str(id_of(BY_DISCORD - 90 * MINUTE)), "content": "x", "edited_timestamp": time.isoformat()}


@pytest.mark.parametrize("wrong_by", [-timedelta(days=400), -20 * MINUTE, timedelta(), 20 * MINUTE, timedelta(days=9)])
def test_an_edit_is_news_by_discords_time_whatever_this_machine_believes(wrong_by: timedelta) -> None:
    machine = Machine(wrong_by)
    clock = machine.clock()
    clock.seen(id_of(BY_DISCORD))
    machine.passed = 60.0
    assert edit_is_news(edited(BY_DISCORD + MINUTE), clock.now())
    assert edit_is_news(edited(BY_DISCORD - 10 * MINUTE), clock.now())
    assert not edit_is_news(edited(BY_DISCORD - 20 * MINUTE), clock.now())


def test_the_youngest_id_counts_for_what_arrives_late_says_little() -> None:
    machine = Machine(timedelta())
    clock = machine.clock()
    clock.seen(id_of(BY_DISCORD))
    machine.passed = 5.0
    clock.seen(id_of(BY_DISCORD - 3 * MINUTE))
    assert clock.now() == BY_DISCORD + timedelta(seconds=5)
    clock.seen(id_of(BY_DISCORD + MINUTE))
    assert clock.now() == BY_DISCORD + MINUTE


def test_before_anything_arrives_this_machine_is_believed() -> None:
    clock = Machine(MINUTE).clock()
    clock.seen(0)
    assert clock.now() == BY_DISCORD + MINUTE
