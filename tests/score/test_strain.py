from __future__ import annotations

import pytest

from bot.health import Health
from bot.score.strain import OVERLOADS_FOR_TROUBLE, SCORED_TO_HEAL, Strain


@pytest.fixture
def health() -> Health:
    return Health()


def test_a_few_overloads_are_no_trouble(health: Health) -> None:
    strain = Strain(health)
    for _ in range(OVERLOADS_FOR_TROUBLE - 1):
        strain.overloaded(1)
    assert health.is_well
    strain.overloaded(1)
    assert not health.is_well


def test_a_raided_guild_alone_puts_nobody_into_fail_safe(health: Health) -> None:
    strain = Strain(health)
    strain.scored(2, has_backlog=True)
    strain.scored(3, has_backlog=True)
    for _ in range(50):
        strain.overloaded(1)
    assert health.is_well


def test_most_guilds_turned_away_is_a_trouble(health: Health) -> None:
    strain = Strain(health)
    strain.scored(3, has_backlog=True)
    for _ in range(20):
        strain.overloaded(1)
        strain.overloaded(2)
    assert not health.is_well


def test_scores_that_come_out_of_a_backlog_heal_nothing(health: Health) -> None:
    strain = Strain(health)
    for _ in range(OVERLOADS_FOR_TROUBLE):
        strain.overloaded(1)
    for _ in range(100):
        strain.scored(1, has_backlog=True)
    assert not health.is_well
    for _ in range(SCORED_TO_HEAL):
        strain.scored(1, has_backlog=False)
    assert health.is_well
