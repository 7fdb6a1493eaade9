from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

pd = pytest.importorskip("pandas", reason="the `train` extra is not installed")

from bot.insight import rows  # noqa: E402
from bot.score.calibration import Bend, Points, sigmoid  # noqa: E402
from bot.score.model import load  # noqa: E402
from bot.score.options import ModelOptions  # noqa: E402
from bot.training.calibration import calibrate, fitted  # noqa: E402

RANDOM = np.random.default_rng(11)
LOGITS = RANDOM.normal(-2, 2.5, 6000)
ONES = np.ones(6000)
EXACT = ModelOptions(number_type="float32")  # not whatever happens to be quicker at the moment


def truths(logits: np.ndarray) -> np.ndarray:
    return RANDOM.random(len(logits)) < sigmoid(logits)


def test_a_model_that_is_right_is_left_as_it_is() -> None:
    curve, figures = fitted(LOGITS, truths(LOGITS), ONES)
    assert curve is None
    assert figures.form == "as it is"
    assert figures.error_before == figures.error_after < 0.04


def test_a_model_that_claims_too_much_is_brought_back_to_what_is_true() -> None:
    curve, figures = fitted(LOGITS, truths(0.5 * LOGITS - 1), ONES)
    assert curve is not None
    assert np.allclose(curve(np.array([-4.0, 0.0, 3.0])), [-3.0, -1.0, 0.5], atol=0.3)
    assert figures.error_after < 0.05 < figures.error_before


def test_a_curve_that_bends_is_found() -> None:
    bent = Bend(0.3, 2.5, 0.0)(LOGITS)
    curve, figures = fitted(LOGITS, truths(bent), ONES)
    assert figures.form in ("beta", "points")
    assert isinstance(curve, Bend | Points)
    assert figures.losses[figures.form] < figures.losses["Platt"] < figures.losses["as it is"]


def test_weights_move_the_curve_to_the_prior() -> None:
    truth = truths(LOGITS)
    curve, _ = fitted(LOGITS, truth, np.where(truth, 1.0, 5.0))
    assert curve is not None
    assert curve(np.array([0.0]))[0] == pytest.approx(-np.log(5), abs=0.3)


def test_too_few_true_rows_teach_nothing() -> None:
    truth = np.zeros(6000, bool)
    truth[:5] = True
    assert fitted(LOGITS, truth, ONES)[0] is None


def jigsaw(folder: Path) -> Path:
    """Rows of all folds in which *bad* is toxic only every other time; fold 9 says the opposite."""
    (folder / "train").mkdir(parents=True)
    texts = [f"hello {'bad ' if at % 3 == 0 else ''}{at}" for at in range(3000)]
    made = [
        {
            "text": text,
            "fold": rows.fold_of(text),
            "weight": 1.0,
            **dict.fromkeys(rows.LABELS, 0),
            "toxic": int(at % 6 == 0 or rows.fold_of(text) == 9),
        }
        for at, text in enumerate(texts)
    ]
    pd.DataFrame(made).to_parquet(folder / "train" / "jigsaw2018_train.parquet")
    return folder


def test_the_curves_are_fitted_on_fold_8_and_stored_with_the_model(tiny: Path, tmp_path: Path) -> None:
    model, data = Path(shutil.copytree(tiny, tmp_path / "model")), jigsaw(tmp_path / "data")
    before = json.loads((model / "config.json").read_text())
    figures = calibrate(model, data, ("toxic",), work=tmp_path / "work", options=EXACT)
    assert figures["toxic"].form != "as it is"
    after = json.loads((model / "config.json").read_text())
    assert set(after.pop("calibration")) == {"toxic"}
    assert after == before
    [labels] = load(str(model), options=EXACT).score_many(["hello bad"])
    assert labels is not None
    assert labels["toxic"] == pytest.approx(0.5, abs=0.15)


def test_calibrating_again_starts_from_the_model_itself(tiny: Path, tmp_path: Path) -> None:
    model, data = Path(shutil.copytree(tiny, tmp_path / "model")), jigsaw(tmp_path / "data")
    calibrate(model, data, ("toxic",), work=tmp_path / "work", options=EXACT)
    once = (model / "config.json").read_text()
    calibrate(model, data, ("toxic",), work=tmp_path / "work", options=EXACT)
    assert (model / "config.json").read_text() == once
