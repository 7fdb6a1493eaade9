"""Calibrates a trained model on fold 8: ``python -m bot.training.calibration --data DIR``, or ``calibrate``.

For each label four forms are tried by cross-validation within the fold, simplest first: as it is, Platt's line, beta
calibration, and straight lines between a few points. A richer form is taken only where it beats a simpler one by more
than the standard error of the difference.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table
from scipy.optimize import minimize
from sklearn.model_selection import StratifiedKFold

from bot.insight import measures
from bot.insight.rows import CHOICE_FOLD, LABELS, jigsaw
from bot.insight.scoring import Scorer
from bot.score.calibration import KEY, Bend, Curve, Points, logit, sigmoid
from bot.score.model import ModelOptions, load
from bot.score.source import EMBEDDED_FOLDER

Floats = measures.Floats

WORK = Path("work/evaluation")  # shared with `evaluate`: what one has scored the other reads
PARTS = 10  # of the cross-validation
SMALLEST_SLOPE = 0.02  # a flat piece would make ties of texts that the model can tell apart
_KNOTS = (0.05, 0.25, 0.5, 0.75, 0.95)  # of the true rows: there the curve may turn
FEWEST_TRUE = 20  # rows; a label with fewer is left as it is
_DIGITS = 4  # of the numbers in config.json
_SEED = 8


@dataclass(frozen=True)
class CalibrationFigures:
    """What was found for a label. ``losses`` is the log loss of each form on rows it was not fitted on."""

    form: str
    losses: dict[str, float]
    error_before: float
    error_after: float  # on rows it was not fitted on


def calibrate(
    folder: Path,
    data: Path,
    labels: Sequence[str] = LABELS,
    work: Path = WORK,
    options: ModelOptions | None = None,
) -> dict[str, CalibrationFigures]:
    """Fit a curve for each label on fold 8 and write them into ``folder/config.json``, in place of older ones."""
    model = load(str(folder), options=options).uncalibrated()
    fold = Scorer(model, work).score(jigsaw(data, [CHOICE_FOLD], f"fold{CHOICE_FOLD}"))
    curves: dict[str, Any] = {}
    figures: dict[str, CalibrationFigures] = {}
    for label in labels:
        curve, figures[label] = fitted(logit(fold.of(label)), fold.rows.of(label), fold.rows.weights)
        if curve is not None:
            curves[label] = {name: _rounded(value) for name, value in curve.written().items()}
    _write(folder / "config.json", curves)
    return figures


def fitted(logits: Floats, truth: measures.Truth, weights: Floats) -> tuple[Curve | None, CalibrationFigures]:
    """The curve that these rows favour, None for leaving the logits as they are."""
    forms = _FORMS if truth.sum() >= FEWEST_TRUE else {_AS_IT_IS: _plain}
    apart = {form: _predicted_apart(fit, logits, truth, weights) for form, fit in forms.items()}
    losses = {form: _losses(p, truth) for form, p in apart.items()}
    best = _AS_IT_IS
    for form in forms:
        gain = weights * (losses[best] - losses[form])
        if gain.sum() > np.sqrt(len(gain)) * gain.std():
            best = form
    figures = CalibrationFigures(
        form=best,
        losses={form: float((weights * each).sum() / weights.sum()) for form, each in losses.items()},
        error_before=measures.calibration_error(measures.reliability(sigmoid(logits), truth, weights)),
        error_after=measures.calibration_error(measures.reliability(apart[best], truth, weights)),
    )
    return _FORMS[best](logits, truth, weights), figures


def _plain(logits: Floats, truth: measures.Truth, weights: Floats) -> Curve | None:
    return None


def _platt(logits: Floats, truth: measures.Truth, weights: Floats) -> Curve:
    shift, slope = _steepness(logits[:, None], truth, weights)
    return Bend(slope, slope, shift)


def _beta(logits: Floats, truth: measures.Truth, weights: Floats) -> Curve:
    sides = np.stack([-np.logaddexp(0, -logits), np.logaddexp(0, logits)], axis=1)
    shift, low, high = _steepness(sides, truth, weights)
    return Bend(low, high, shift)


def _points(logits: Floats, truth: measures.Truth, weights: Floats) -> Curve:
    knots = np.unique(np.r_[logits.min(), np.quantile(logits[truth], _KNOTS), logits.max()].round(_DIGITS))
    pieces = np.stack([np.clip(logits, a, b) - a for a, b in itertools.pairwise(knots)], axis=1)
    start, *slopes = _steepness(pieces, truth, weights)
    to = start + np.r_[0, np.cumsum(np.array(slopes) * np.diff(knots))]
    return Points(tuple(knots.tolist()), tuple(to.tolist()))


_AS_IT_IS = "as it is"
_FORMS: dict[str, Callable[[Floats, measures.Truth, Floats], Curve | None]] = {
    _AS_IT_IS: _plain,
    "Platt": _platt,
    "beta": _beta,
    "points": _points,
}


def _steepness(features: Floats, truth: measures.Truth, weights: Floats) -> list[float]:
    """[shift, slopes...] of the likeliest rising line over the features."""
    inputs = np.c_[np.ones(len(features)), features]
    share = weights / weights.sum()

    def loss(line: Floats) -> tuple[float, Floats]:
        z = inputs @ line
        each = np.logaddexp(0, z) - truth * z
        return float(share @ each), inputs.T @ (share * (sigmoid(z) - truth))

    bounds = [(None, None), *[(SMALLEST_SLOPE, None)] * features.shape[1]]
    start = np.r_[0.0, np.ones(features.shape[1])]
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": 500, "ftol": 1e-12})
    return [float(each) for each in found.x]


def _predicted_apart(
    fit: Callable[[Floats, measures.Truth, Floats], Curve | None],
    logits: Floats,
    truth: measures.Truth,
    weights: Floats,
) -> Floats:
    """The probability of each row by a curve fitted without it."""
    if fit is _plain:
        return sigmoid(logits)
    parts = min(PARTS, int(truth.sum()), int((~truth).sum()))
    predicted = np.zeros(len(logits))
    for kept, left in StratifiedKFold(parts, shuffle=True, random_state=_SEED).split(logits[:, None], truth):
        curve = fit(logits[kept], truth[kept], weights[kept])
        predicted[left] = sigmoid(logits[left] if curve is None else curve(logits[left]))
    return predicted


def _losses(probabilities: Floats, truth: measures.Truth) -> Floats:
    z = logit(probabilities)
    return np.asarray(np.logaddexp(0, z) - truth * z)


def _rounded(value: Any) -> Any:
    return [round(each, _DIGITS) for each in value] if isinstance(value, list) else round(value, _DIGITS)


def _write(path: Path, curves: dict[str, Any]) -> None:
    config = json.loads(path.read_text("utf-8"))
    config.pop(KEY, None)
    if curves:
        config[KEY] = curves
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    os.replace(fresh, path)


def main(
    data: Annotated[Path, typer.Option(help="Folder with train/ and eval/ parquet files.")],
    folder: Annotated[Path, typer.Option(help="The model, in safetensors.")] = EMBEDDED_FOLDER,
    work: Annotated[Path, typer.Option(help="Where scores are kept.")] = WORK,
) -> None:
    """Calibrate a model on fold 8 and write the curves into its config.json."""
    table = Table("label", "form", *(f"log loss, {form}" for form in _FORMS), "error before", "after")
    for label, each in calibrate(folder, data, work=work).items():
        losses = [f"{each.losses[form]:.5f}" if form in each.losses else "-" for form in _FORMS]
        table.add_row(label, each.form, *losses, f"{each.error_before:.3f}", f"{each.error_after:.3f}")
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
