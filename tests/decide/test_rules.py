"""What a ladder is."""

from __future__ import annotations

import math

import pytest

from bot.decide.rules import Ladder, Rules
from bot.records import Step

LOW, HIGH = Step(0.3, (), "low"), Step(0.8, (), "high")


def test_a_ladder_sorts_its_steps() -> None:
    assert Ladder((HIGH, LOW)).steps == (LOW, HIGH)


@pytest.mark.parametrize(
    ("probability", "step"), [(0.29, None), (0.3, LOW), (0.79, LOW), (0.8, HIGH), (1.0, HIGH), (math.nan, None)]
)
def test_the_highest_step_at_or_under_a_probability_is_reached(probability: float, step: Step | None) -> None:
    assert Ladder((HIGH, LOW)).reached(probability) is step


def test_a_label_is_on_from_its_lowest_step_or_a_half_or_never() -> None:
    rules = Rules({"insult": Ladder((HIGH, LOW)), "obscene": Ladder()})
    assert rules.on_at("insult") == 0.3
    assert rules.on_at("toxic") == 0.5
    assert rules.on_at("obscene") == math.inf
