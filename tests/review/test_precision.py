"""The share that moderators uphold, and its interval."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.review.precision import Z95, wilson


@given(some.integers(0, 500), some.integers(0, 500))
def test_at_its_ends_the_share_found_is_just_as_unlikely_as_the_interval_allows(right: int, wrong: int) -> None:
    decided = right + wrong
    for end in wilson(right, decided):
        if decided and 1e-9 < end < 1 - 1e-9:
            away = abs(right / decided - end)
            assert away == pytest.approx(Z95 * sqrt(end * (1 - end) / decided), rel=1e-6)


@given(some.integers(0, 500), some.integers(0, 500))
def test_the_share_lies_within_its_interval(right: int, wrong: int) -> None:
    low, high = wilson(right, right + wrong)
    assert 0.0 <= low <= high <= 1.0
    if right + wrong:
        assert low - 1e-9 <= right / (right + wrong) <= high + 1e-9


def test_without_verdicts_nothing_is_known_and_few_tell_little() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(1, 1)[0] < 0.25
    assert wilson(1000, 1000)[0] > 0.99
