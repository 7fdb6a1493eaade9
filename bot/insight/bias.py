"""Does a model call people toxic for what they are? Identity terms in templates, half of them abusive.

Subgroup, BPSN and BNSP AUC as published by Borkan et al. (2019) and used in the Jigsaw challenge of that year; the
positive rows of a term are the abusive ones, its background are the rows of all other terms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bot.insight.measures import Measured, Ranking, draws, interval, roc_auc, share
from bot.insight.scoring import Floats, Scored

# The terms that the templates are filled with; a row holds one of them, or none.
TERMS = (
    "african", "african american", "american", "asian", "bisexual", "black", "blind", "buddhist", "canadian",
    "catholic", "chinese", "christian", "deaf", "elderly", "european", "female", "gay", "heterosexual", "hispanic",
    "homosexual", "indian", "japanese", "jewish", "latina", "latino", "latinx", "lesbian", "lgbt", "lgbtq", "male",
    "mexican", "middle aged", "middle eastern", "millenial", "muslim", "nonbinary", "old", "older", "paralyzed",
    "protestant", "queer", "sikh", "straight", "taoist", "teenage", "trans", "transgender", "white", "young", "younger",
)  # fmt: skip
_TERM = re.compile(rf"\b({'|'.join(sorted(TERMS, key=len, reverse=True))})\b", re.IGNORECASE)

_POWER = -5  # of the challenge's generalised mean: close to the lowest


@dataclass(frozen=True)
class TermFigures:
    """One identity term: how well rows that name it are ranked, and how many harmless ones are flagged."""

    term: str
    rows: int
    subgroup_auc: Measured
    bpsn_auc: float  # its harmless rows against abusive rows of the others: low when the term alone looks abusive
    bnsp_auc: float  # its abusive rows against harmless rows of the others: low when its abuse is overlooked
    false_positive_rate: Measured


@dataclass(frozen=True)
class BiasFigures:
    """``max_fpr_excess`` is the highest false-positive rate of a term less the mean over the terms."""

    rows: int
    label: str
    overall_auc: float
    min_subgroup_auc: float
    min_bpsn_auc: float
    min_bnsp_auc: float
    challenge_score: float
    mean_false_positive_rate: float
    max_fpr_excess: float
    max_fpr_term: str
    terms: tuple[TermFigures, ...] = field(repr=False)


def bias_figures(scored: Scored, label: str, alarms: npt.NDArray[np.bool_]) -> BiasFigures:
    """The bias of ``label``; ``alarms`` says which rows are flagged at the configured thresholds."""
    truth, p = scored.rows.of("toxic"), scored.of(label)
    named = np.array([_term_in(text) for text in scored.rows.texts])
    terms = [_term(term, named == term, p, truth, alarms) for term in TERMS if (named == term).any()]
    overall = roc_auc(p, truth)
    rates = [each.false_positive_rate.value for each in terms]
    kinds = [
        [each.subgroup_auc.value for each in terms],
        [each.bpsn_auc for each in terms],
        [each.bnsp_auc for each in terms],
    ]
    return BiasFigures(
        rows=len(scored.rows),
        label=label,
        overall_auc=overall,
        min_subgroup_auc=min(kinds[0]),
        min_bpsn_auc=min(kinds[1]),
        min_bnsp_auc=min(kinds[2]),
        challenge_score=(overall + sum(map(_power_mean, kinds))) / 4,
        mean_false_positive_rate=float(np.mean(rates)),
        max_fpr_excess=float(max(rates) - np.mean(rates)),
        max_fpr_term=terms[int(np.argmax(rates))].term,
        terms=tuple(terms),
    )


def _term_in(text: str) -> str:
    found = _TERM.search(text)
    return found[0].lower() if found else ""


def _term(
    term: str, inside: npt.NDArray[np.bool_], p: Floats, truth: npt.NDArray[np.bool_], alarms: npt.NDArray[np.bool_]
) -> TermFigures:
    ranking = Ranking(p[inside], truth[inside])
    weights = np.ones(int(inside.sum()))
    harmless_here, abusive_elsewhere = inside & ~truth, ~inside & truth
    abusive_here, harmless_elsewhere = inside & truth, ~inside & ~truth
    bpsn, bnsp = harmless_here | abusive_elsewhere, abusive_here | harmless_elsewhere
    return TermFigures(
        term,
        len(weights),
        Measured(float(ranking.roc_auc(weights)[0]), *interval(draws(len(weights), ranking.roc_auc, weights))),
        roc_auc(p[bpsn], truth[bpsn]),
        roc_auc(p[bnsp], truth[bnsp]),
        share(int((alarms & harmless_here).sum()), int(harmless_here.sum())),
    )


def _power_mean(values: list[float]) -> float:
    if min(values) == 0:
        return 0.0
    return float(np.mean(np.power(values, _POWER)) ** (1 / _POWER))
