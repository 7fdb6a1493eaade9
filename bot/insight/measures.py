"""What is measured of probabilities: ranking, precision and recall, calibration; all for weighted rows.

Every measure takes weights ``[draws, n]``, a row of them for each bootstrap draw, and gives ``[draws]``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]

DRAWS = 1000
LEVEL = 0.95
_DRAWS_AT_ONCE = 50  # bounds the memory: 50 x 77,000 rows are 30 MB
_SEED = 2019

CALIBRATED_FROM = 0.1  # lower scores are sure of themselves and would hide every error of the others
MOST_BINS = 10
ROWS_A_BIN = 100  # at least: with fewer, the error of a perfect model is larger than what is to be seen


@dataclass(frozen=True)
class Measured:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def interval(self) -> tuple[float, float]:
        return self.low, self.high


class Ranking:
    """The rows of one label sorted by score, highest first, ties together."""

    def __init__(self, scores: Floats, truth: Truth) -> None:
        self._order = np.argsort(-scores, kind="stable")
        ranked = scores[self._order]
        self._starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
        self._truth = truth[self._order]
        self.thresholds: Floats = ranked[self._starts]

    def counts(self, weights: Floats) -> tuple[Floats, Floats]:
        """The weight of true and of false rows at each threshold, ``[draws, thresholds]`` each."""
        ordered = np.atleast_2d(weights)[:, self._order]
        return (
            np.add.reduceat(ordered * self._truth, self._starts, axis=1),
            np.add.reduceat(ordered * ~self._truth, self._starts, axis=1),
        )

    def roc_auc(self, weights: Floats) -> Floats:
        """How often a true row is ranked above a false one; a tie is half a win. NaN where one kind is missing."""
        true, false = self.counts(weights)
        below = false.sum(axis=1, keepdims=True) - false.cumsum(axis=1)
        wins = (true * (below + false / 2)).sum(axis=1)
        return _ratio(wins, true.sum(axis=1) * false.sum(axis=1))

    def average_precision(self, weights: Floats) -> Floats:
        """The area under the precision-recall curve, in steps."""
        true, false = self.counts(weights)
        found = true.cumsum(axis=1)
        precision = _ratio(found, found + false.cumsum(axis=1))
        return _ratio((true * np.nan_to_num(precision)).sum(axis=1), true.sum(axis=1))

    def curve(self, weights: Floats) -> tuple[Floats, Floats, Floats]:
        """(thresholds, precision, recall), the highest threshold first."""
        true, false = self.counts(weights)
        found, wrong = true[0].cumsum(), false[0].cumsum()
        return self.thresholds, _ratio(found, found + wrong), _ratio(found, found[-1:])


def roc_auc(scores: Floats, truth: Truth, weights: Floats | None = None) -> float:
    return float(Ranking(scores, truth).roc_auc(np.ones(len(scores)) if weights is None else weights)[0])


def precision(on: Truth, truth: Truth, weights: Floats) -> Floats:
    """How much of what is on is true; NaN where nothing is on."""
    weights = np.atleast_2d(weights)
    return _ratio(weights @ (on & truth).astype(np.float64), weights @ on.astype(np.float64))


def recall(on: Truth, truth: Truth, weights: Floats) -> Floats:
    """How much of what is true is on."""
    return precision(truth, on, weights)


def draws(rows: int, measure: Callable[[Floats], Floats], weights: Floats, seed: int = _SEED) -> Floats:
    """``measure`` over ``DRAWS`` bootstrap draws of the rows: what it gives (``[draws, ...]``), one after another.

    The draws depend on the seed and the number of rows alone, so that two models are measured on the same ones.
    """
    random = np.random.default_rng(seed)
    each = []
    for _ in range(0, DRAWS, _DRAWS_AT_ONCE):
        times = random.multinomial(rows, np.full(rows, 1 / rows), size=_DRAWS_AT_ONCE)
        each.append(measure(times * weights))
    return np.concatenate(each)


def interval(values: Floats) -> tuple[float, float]:
    """The middle 95 % of bootstrap draws; NaN where not one draw gave a number."""
    known = values[~np.isnan(values)]
    if not len(known):
        return np.nan, np.nan
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def measured(measure: Callable[[Floats], Floats], weights: Floats) -> Measured:
    """The figure on all rows, and its interval."""
    return Measured(float(measure(weights)[0]), *interval(draws(len(weights), measure, weights)))


def share(part: int, whole: int) -> Measured:
    """A share of equally weighted rows with Wilson's interval, which is honest about 0 of n."""
    if not whole:
        return Measured(np.nan, np.nan, np.nan)
    z = 1.959964
    p = part / whole
    middle, spread = p + z * z / (2 * whole), z * np.sqrt(p * (1 - p) / whole + z * z / (4 * whole**2))
    low, high = (float(each / (1 + z * z / whole)) for each in (middle - spread, middle + spread))
    return Measured(p, 0.0 if part == 0 else low, 1.0 if part == whole else high)


@dataclass(frozen=True)
class Bin:
    """Scores next to each other: what they say on average, and how much of them is true."""

    says: float
    true: float
    weight: float
    rows: int


def reliability(scores: Floats, truth: Truth, weights: Floats) -> list[Bin]:
    """Bins of equal weight among the scores of ``CALIBRATED_FROM`` or more."""
    at = np.flatnonzero(scores >= CALIBRATED_FROM)
    at = at[np.argsort(scores[at], kind="stable")]
    if not len(at):
        return []
    bins = max(1, min(MOST_BINS, len(at) // ROWS_A_BIN))
    mass = weights[at].cumsum()
    place = np.minimum((bins * (mass - weights[at] / 2) / mass[-1]).astype(int), bins - 1)
    parts = [at[place == each] for each in range(bins)]
    return [_bin(scores[some], truth[some], weights[some]) for some in parts if len(some)]


def calibration_error(bins: list[Bin]) -> float:
    """The average distance between what a bin says and what is true; NaN without bins."""
    if not bins:
        return np.nan
    return sum(each.weight * abs(each.says - each.true) for each in bins) / sum(each.weight for each in bins)


def error_of_a_perfect_model(scores: Floats, weights: Floats, times: int = 50) -> float:
    """What the calibration error would be on these rows, by chance alone, if every score were right."""
    random = np.random.default_rng(_SEED)
    errors = [
        calibration_error(reliability(scores, random.random(len(scores)) < scores, weights)) for _ in range(times)
    ]
    return float(np.mean(errors))


def _bin(scores: Floats, truth: Truth, weights: Floats) -> Bin:
    total = float(weights.sum())
    says, true = (weights * scores).sum() / total, (weights * truth).sum() / total
    return Bin(float(says), float(true), total, len(scores))


def _ratio(part: Floats, whole: Floats) -> Floats:
    nothing = np.full(np.broadcast(part, whole).shape, np.nan)
    ratio: Floats = np.divide(part, whole, out=nothing, where=whole > 0)
    return ratio
