from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ModelUnavailable
from bot.score.calibration import Bend, Calibration, Points, logit, sigmoid
from bot.score.model import load
from bot.score.options import ModelOptions

EXACT = ModelOptions(number_type="float32")
BEND = {"low": 0.7, "high": 1.4, "shift": -0.5}
POINTS = {"at": [-6.0, 0.0, 3.0], "to": [-7.0, -1.0, 0.5]}

logits = st.floats(-80, 80)


@given(
    st.lists(logits, min_size=2, max_size=20),
    st.sampled_from([Bend(0.7, 1.4, -0.5), Points((-6, 0, 3), (-7, -1, 0.5))]),
)
def test_a_curve_never_turns_a_ranking_round(values: list[float], curve: Any) -> None:
    ordered = curve(np.sort(np.array(values)))
    assert (np.diff(ordered) >= 0).all()


def test_plain_numbers_leave_a_logit_as_it_is() -> None:
    values = np.linspace(-30, 30, 101)
    assert np.allclose(Bend(1, 1, 0)(values), values)
    assert np.allclose(Points((0.0,), (0.0,))(values), values)
    assert np.allclose(logit(sigmoid(np.linspace(-15, 15, 31))), np.linspace(-15, 15, 31), atol=1e-6)


def test_points_are_met_and_left_with_slope_1() -> None:
    curve = Points((-6.0, 0.0, 3.0), (-7.0, -1.0, 0.5))
    assert curve(np.array([-6.0, 0.0, 1.5, 3.0, 5.0, -8.0])).tolist() == [-7.0, -1.0, -0.25, 0.5, 2.5, -9.0]


def test_what_is_written_is_what_is_read() -> None:
    calibration = Calibration.of({"calibration": {"b": BEND, "c": POINTS}}, ["a", "b", "c"], "m")
    assert calibration is not None
    written = [curve.written() if curve else None for curve in calibration.curves]
    assert written == [None, BEND, POINTS]


def test_probabilities_that_were_not_calibrated_can_be_afterwards() -> None:
    calibration = Calibration.of({"calibration": {"b": BEND, "c": POINTS}}, ["a", "b", "c"], "m")
    assert calibration is not None
    some = np.linspace(-12, 12, 30).reshape(10, 3)
    assert np.allclose(calibration.again(sigmoid(some)), calibration.probabilities(some), atol=1e-6)


def test_a_model_gives_calibrated_probabilities_and_one_without_curves_is_untouched(
    make_model: Callable[..., Path],
) -> None:
    plain = load(str(make_model(random=True)), options=EXACT)
    curved = load(str(make_model(random=True, calibration={"toxic": BEND})), options=EXACT)
    tokens = plain.tokenise(["hello bad", "evil"])
    before, after = plain.probabilities(tokens), curved.probabilities(tokens)
    assert plain.calibration is None
    assert np.allclose(after[:, 1:], before[:, 1:], atol=1e-6)
    assert np.allclose(logit(after[:, 0]), Bend(**BEND)(logit(before[:, 0])), atol=1e-4)
    assert np.allclose(curved.uncalibrated().probabilities(tokens), before)
    assert np.allclose(curved.probabilities(tokens), after)
    assert curved.id != plain.id


@pytest.mark.parametrize(
    "damaged",
    [
        {"toxic": {"low": 0, "high": 1, "shift": 0}},
        {"toxic": {"low": 1, "high": 1}},
        {"toxic": {"low": 1, "high": 1, "shift": "nan"}},
        {"toxic": {"at": [1, 0], "to": [0, 1]}},
        {"toxic": {"at": [0, 1], "to": [1, 1]}},
        {"toxic": {"at": [], "to": []}},
        {"toxic": [1]},
        {"joy": BEND},
        [BEND],
    ],
)
def test_curves_that_cannot_be_used_are_refused_in_one_sentence(
    make_model: Callable[..., Path], tmp_path: Path, damaged: Any
) -> None:
    folder = make_model(tmp_path / "damaged", calibration=damaged)
    with pytest.raises(ModelUnavailable, match="damaged calibration") as refused:
        load(str(folder), options=EXACT)
    assert "\n" not in str(refused.value)
