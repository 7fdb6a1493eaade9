"""How well a model tells a set's labels apart, how sure it may be, and what the configured thresholds cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.decide.rules import Rules
from bot.insight.measures import (
    Bin,
    Floats,
    Measured,
    Ranking,
    calibration_error,
    draws,
    error_of_a_perfect_model,
    interval,
    precision,
    recall,
    reliability,
)
from bot.insight.scoring import Scored

Promises = Mapping[str, Mapping[float, float]]  # label → threshold → the precision that it was chosen for

_CURVE_POINTS = 120  # of a precision-recall curve in the report


@dataclass(frozen=True)
class StepFigures:
    """One step of a label's ladder: at this threshold, these actions."""

    at: float
    do: tuple[str, ...]
    precision: Measured
    recall: Measured
    promised_precision: float | None = None


@dataclass(frozen=True)
class LabelFigures:
    """One label on one set."""

    positives: int
    roc_auc: Measured
    pr_auc: Measured
    steps: tuple[StepFigures, ...]
    ece_if_perfect: float
    reliability: tuple[Bin, ...]
    precision_recall: tuple[tuple[float, float, float], ...] = field(repr=False)  # (threshold, precision, recall)
    tfidf_roc_auc: float | None = None
    tfidf_pr_auc: float | None = None


@dataclass(frozen=True)
class SetFigures:
    """A model on one set of rows; the means are over the labels that have true and false rows."""

    rows: int
    failed: int
    mean_auc: float
    mean_auc_interval: tuple[float, float]
    mean_pr_auc: float
    ece: dict[str, float]
    labels: dict[str, LabelFigures]
    tfidf_mean_auc: float | None = None
    gain_over_tfidf: float | None = None
    gain_over_tfidf_interval: tuple[float, float] | None = None


def set_figures(scored: Scored, line: Scored | None, rules: Rules, promises: Promises) -> SetFigures:
    """The figures of ``scored``, and of the TF-IDF ``line`` on the same rows and the same bootstrap draws."""
    labels = measurable(scored)
    book = _Book(scored.rows.weights)
    rankings = [Ranking(scored.of(label), scored.rows.of(label)) for label in labels]
    aucs = [book.enter(ranking.roc_auc) for ranking in rankings]
    areas = [book.enter(ranking.average_precision) for ranking in rankings]
    steps = [_enter_steps(book, scored, label, rules) for label in labels]
    others = [Ranking(line.of(label), line.rows.of(label)) for label in labels] if line else []
    other_aucs = [book.enter(ranking.roc_auc) for ranking in others]
    book.close()
    each = {}
    for at, label in enumerate(labels):
        p, truth, weights = scored.of(label), scored.rows.of(label), scored.rows.weights
        each[label] = LabelFigures(
            positives=int(truth.sum()),
            roc_auc=book.measured(aucs[at]),
            pr_auc=book.measured(areas[at]),
            steps=tuple(_step(book, *step, promises.get(label, {})) for step in steps[at]),
            ece_if_perfect=error_of_a_perfect_model(p, weights),
            reliability=tuple(reliability(p, truth, weights)),
            precision_recall=_curve(rankings[at], weights),
            tfidf_roc_auc=book.value(other_aucs[at]) if line else None,
            tfidf_pr_auc=float(others[at].average_precision(weights)[0]) if line else None,
        )
    mean = book.mean(aucs)
    gain = book.mean(aucs, minus=other_aucs) if line else None
    return SetFigures(
        rows=len(scored.rows),
        failed=scored.failed,
        mean_auc=mean.value,
        mean_auc_interval=mean.interval,
        mean_pr_auc=book.mean(areas).value,
        ece={label: calibration_error(list(figures.reliability)) for label, figures in each.items()},
        labels=each,
        tfidf_mean_auc=book.mean(other_aucs).value if line else None,
        gain_over_tfidf=gain.value if gain else None,
        gain_over_tfidf_interval=gain.interval if gain else None,
    )


def measurable(scored: Scored) -> list[str]:
    """The labels that both the model and the rows have, with true and false rows."""
    shared = [label for label in scored.rows.labels if label in scored.labels]
    return [label for label in shared if 0 < scored.rows.of(label).sum() < len(scored.rows)]


class _Book:
    """Measures entered one by one, then all of them bootstrapped on the same draws."""

    def __init__(self, weights: Floats) -> None:
        self._weights = weights
        self._measures: list[Callable[[Floats], Floats]] = []
        self._values = self._draws = np.zeros((0, 0))

    def enter(self, measure: Callable[[Floats], Floats]) -> int:
        self._measures.append(measure)
        return len(self._measures) - 1

    def close(self) -> None:
        def all_of_them(weights: Floats) -> Floats:
            return np.stack([measure(weights) for measure in self._measures], axis=1)

        self._values = all_of_them(np.atleast_2d(self._weights))[0]
        self._draws = draws(len(self._weights), all_of_them, self._weights)

    def value(self, at: int) -> float:
        return float(self._values[at])

    def measured(self, at: int) -> Measured:
        return Measured(self.value(at), *interval(self._draws[:, at]))

    def mean(self, places: Sequence[int], minus: Sequence[int] = ()) -> Measured:
        """The mean over these measures, less the mean over those, draw by draw.

        A draw that held no true row of some label says nothing about the mean and is left out.
        """
        value, each = self._values[list(places)].mean(), self._draws[:, list(places)].mean(axis=1)
        if minus:
            value = value - self._values[list(minus)].mean()
            each = each - self._draws[:, list(minus)].mean(axis=1)
        return Measured(float(value), *interval(each))


_Entered = tuple[float, tuple[str, ...], int, int]


def _enter_steps(book: _Book, scored: Scored, label: str, rules: Rules) -> list[_Entered]:
    ladder = rules.ladders.get(label)
    steps = ladder.steps if ladder else ()
    wanted = [(step.at, tuple(action.name for action in step.do)) for step in steps]
    truth = scored.rows.of(label)
    entered = []
    for at, do in wanted or ([] if ladder else [(rules.on_at(label), ())]):
        on = scored.of(label) >= at
        entered.append(
            (
                at,
                do,
                book.enter(lambda weights, on=on: precision(on, truth, weights)),  # type: ignore[misc]
                book.enter(lambda weights, on=on: recall(on, truth, weights)),  # type: ignore[misc]
            )
        )
    return entered


def _step(
    book: _Book, at: float, do: tuple[str, ...], precise: int, found: int, promised: Mapping[float, float]
) -> StepFigures:
    return StepFigures(at, do, book.measured(precise), book.measured(found), promised.get(at))


def _curve(ranking: Ranking, weights: Floats) -> tuple[tuple[float, float, float], ...]:
    thresholds, precise, found = ranking.curve(weights)
    places = np.unique(np.searchsorted(found, np.linspace(0, 1, _CURVE_POINTS)).clip(max=len(found) - 1))
    return tuple((float(thresholds[at]), float(precise[at]), float(found[at])) for at in places)
