from __future__ import annotations

import numpy as np
import pytest

from bot.insight import measures
from bot.insight.measures import Ranking

RANDOM = np.random.default_rng(3)
ROWS = 800


def rows(ties: int) -> tuple[measures.Floats, measures.Truth, measures.Floats]:
    """Scores with ``ties`` different values, what is true, and weights."""
    truth = RANDOM.random(ROWS) < 0.2
    scores = np.clip(RANDOM.normal(0.4 + 0.2 * truth, 0.2), 0, 1).round(ties)
    return scores, truth, RANDOM.choice([1.1, 2.55], ROWS)


@pytest.mark.parametrize("ties", [1, 2, 9])
def test_ranking_agrees_with_sklearn_on_weighted_rows_with_ties(ties: int) -> None:
    sklearn = pytest.importorskip("sklearn.metrics", reason="the `train` extra is not installed")
    scores, truth, weights = rows(ties)
    ranking = Ranking(scores, truth)
    assert ranking.roc_auc(weights)[0] == pytest.approx(sklearn.roc_auc_score(truth, scores, sample_weight=weights))
    wanted = sklearn.average_precision_score(truth, scores, sample_weight=weights)
    assert ranking.average_precision(weights)[0] == pytest.approx(wanted)
    precise, found, thresholds = sklearn.precision_recall_curve(truth, scores, sample_weight=weights)
    ours = ranking.curve(weights)
    assert ours[0] == pytest.approx(thresholds[::-1])
    assert ours[1] == pytest.approx(precise[:-1][::-1])
    assert ours[2] == pytest.approx(found[:-1][::-1])


def test_each_row_of_weights_is_a_draw_of_its_own() -> None:
    scores, truth, weights = rows(2)
    each = Ranking(scores, truth).roc_auc(np.stack([weights, np.ones(ROWS)]))
    assert each[0] == pytest.approx(Ranking(scores, truth).roc_auc(weights)[0])
    assert each[1] == pytest.approx(measures.roc_auc(scores, truth))


def test_a_ranking_without_a_true_row_has_no_figure() -> None:
    nothing = Ranking(np.array([0.1, 0.2]), np.array([False, False]))
    assert np.isnan(nothing.roc_auc(np.ones(2)))
    assert np.isnan(nothing.average_precision(np.ones(2)))


def test_precision_and_recall_count_weights() -> None:
    on, truth = np.array([True, True, False, False]), np.array([True, False, True, False])
    weights = np.array([3.0, 1.0, 2.0, 5.0])
    assert measures.precision(on, truth, weights)[0] == pytest.approx(3 / 4)
    assert measures.recall(on, truth, weights)[0] == pytest.approx(3 / 5)
    assert np.isnan(measures.precision(np.zeros(4, bool), truth, weights)[0])


def test_the_interval_of_a_mean_is_as_wide_as_theory_says() -> None:
    values = RANDOM.normal(0, 1, 400)
    each = measures.draws(400, lambda times: (times @ values) / 400, np.ones(400))
    low, high = measures.interval(each)
    assert len(each) == measures.DRAWS
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.15)
    assert low < values.mean() < high


def test_two_models_are_measured_on_the_same_draws() -> None:
    first = measures.draws(50, lambda times: times[:, :3], np.ones(50))
    assert (first == measures.draws(50, lambda times: times[:, :3], np.ones(50))).all()


def test_a_share_of_nothing_found_still_has_an_upper_end() -> None:
    none = measures.share(0, 300)
    assert (none.value, none.low) == (0.0, 0.0)
    assert 0.01 < none.high < 0.02
    all_of_them = measures.share(300, 300)
    assert all_of_them.high == 1.0
    assert 0.98 < all_of_them.low < 0.99
    assert np.isnan(measures.share(0, 0).value)


def test_calibration_sees_a_model_that_claims_too_much() -> None:
    says = RANDOM.random(20_000)
    honest = RANDOM.random(20_000) < says
    boasting = RANDOM.random(20_000) < says**2
    weights = np.ones(20_000)
    assert measures.calibration_error(measures.reliability(says, honest, weights)) < 0.02
    assert measures.calibration_error(measures.reliability(says, boasting, weights)) > 0.1
    assert measures.error_of_a_perfect_model(says, weights) < 0.02


def test_bins_of_reliability_hold_the_same_weight_and_leave_low_scores_out() -> None:
    says = np.r_[np.full(5000, 0.01), RANDOM.uniform(0.1, 1, 3000)]
    weights = np.r_[np.ones(6500), np.full(1500, 4.0)]
    bins = measures.reliability(says, says > 2, weights)
    assert len(bins) == measures.MOST_BINS
    assert sum(each.rows for each in bins) == 3000
    assert max(each.weight for each in bins) / min(each.weight for each in bins) < 1.05
    assert [each.says for each in bins] == sorted(each.says for each in bins)


def test_few_rows_make_few_bins_and_none_make_none() -> None:
    says = RANDOM.uniform(0.2, 1, 250)
    assert len(measures.reliability(says, says > 0.5, np.ones(250))) == 2
    assert len(measures.reliability(says[:5], says[:5] > 0.5, np.ones(5))) == 1
    assert measures.reliability(says / 100, says > 0.5, np.ones(250)) == []
    assert np.isnan(measures.calibration_error([]))
