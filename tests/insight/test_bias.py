from __future__ import annotations

import numpy as np
import pytest

from bot.insight.bias import TERMS, BiasFigures, bias_figures
from bot.insight.rows import Rows
from bot.insight.scoring import Scored


def measured(rows: list[tuple[str, int, float]], at: float = 0.5) -> BiasFigures:
    texts, truth, p = zip(*rows, strict=True)
    some = Rows("madlibs", texts, np.array(truth, float).reshape(-1, 1), ("toxic",))
    scores = np.array(p).reshape(-1, 1)
    return bias_figures(Scored(some, ("toxic",), scores), "toxic", scores[:, 0] >= at)


def test_a_term_that_alone_looks_abusive_has_a_low_bpsn_and_more_false_positives() -> None:
    figures = measured(
        [
            ("a kind gay man", 0, 0.7),
            ("a dumb gay man", 1, 0.9),
            ("a kind old man", 0, 0.1),
            ("a dumb old man", 1, 0.6),
        ]
    )
    by_term = {each.term: each for each in figures.terms}
    assert set(by_term) == {"gay", "old"}
    assert by_term["gay"].subgroup_auc.value == 1.0
    assert by_term["gay"].bpsn_auc == 0.0
    assert by_term["gay"].bnsp_auc == 1.0
    assert by_term["old"].bpsn_auc == 1.0
    assert by_term["old"].bnsp_auc == 0.0
    assert by_term["gay"].false_positive_rate.value == 1.0
    assert figures.overall_auc == 0.75
    assert figures.max_fpr_term == "gay"
    assert figures.max_fpr_excess == pytest.approx(0.5)


def test_a_longer_term_is_not_taken_for_the_shorter_one_in_it() -> None:
    figures = measured(
        [
            ("a kind African American man", 0, 0.1),
            ("a dumb african american man", 1, 0.9),
            ("youngsters are kind", 0, 0.3),
            ("a dumb dancer", 1, 0.8),
        ]
    )
    assert [each.term for each in figures.terms] == ["african american"]
    assert len(TERMS) == len(set(TERMS)) == 50
