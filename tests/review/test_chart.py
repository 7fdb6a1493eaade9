"""The picture of /stats is drawn for whatever there is to draw."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.record.figures import Figures, Judged
from bot.review.chart import draw
from bot.texts import Texts

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("days", [1, 30, 90])
@pytest.mark.parametrize("labels", [["toxic"], ["$x_", "_hidden", "a" * 300, *(f"label {n}" for n in range(20))]])
def test_a_picture_is_drawn_of_any_days_and_labels(days: int, labels: list[str]) -> None:
    since = TODAY - timedelta(days=days - 1)
    figures = Figures(
        flags=9,
        judged=Judged(3, 2, 4),
        days={since: dict.fromkeys(labels, 3), TODAY: {labels[0]: 1}},
        labels={label: Judged(n, 1, 2) if n % 2 else Judged(0, 0, 1) for n, label in enumerate(labels)},
        channels=(),
    )
    picture = draw(figures, since, TODAY, Texts())
    assert picture.startswith(b"\x89PNG")
