"""How alike two models score: whether an export may stand in for the weights that it was made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from bot.errors import ModelUnavailable
from bot.score.model import Model

# What 8 bits cost an embedded model was 0.001 and 0.08 on comments, 0.002 and 0.05 on texts of ours; a conversion gone
# wrong was at 0.011 and 0.5 on comments.
MOST_ON_AVERAGE = 0.01  # of probability, over all texts and labels
MOST_OF_ANY = 0.2  # of probability

_TOGETHER = (4, 12)  # texts of ours that are joined to longer ones
_OUR_TEXTS = "likeness.txt"

Probabilities = npt.NDArray[np.float64]
Thresholds = Mapping[str, Sequence[float]]  # label → where something is done about it


@dataclass(frozen=True)
class Likeness:
    """Differences of probability over ``texts``; in ``decided_otherwise`` of them another threshold is reached."""

    texts: int
    on_average: float
    of_any: float
    decided_otherwise: int | None  # None: without thresholds

    @property
    def is_close(self) -> bool:
        return self.on_average <= MOST_ON_AVERAGE and self.of_any <= MOST_OF_ANY


def likeness(model: Model, original: Model, texts: Sequence[str], thresholds: Thresholds | None = None) -> Likeness:
    """Compare the two on real texts. Raises ``ModelUnavailable`` where they do not even read them alike."""
    if model.tokenise(texts) != original.tokenise(texts):
        raise ModelUnavailable(
            f"{original.id} has a tokenizer that reads texts otherwise without transformers: set `backend: torch`."
        )
    one, other = scored(model, texts), scored(original, texts)
    differences = np.abs(one - other)
    decided = None
    if thresholds is not None:
        reached, once = (_reached(each, model.labels, thresholds) for each in (one, other))
        decided = int((reached != once).any(axis=1).sum())
    return Likeness(len(texts), float(differences.mean()), float(differences.max()), decided)


def scored(model: Model, texts: Sequence[str]) -> Probabilities:
    """``[texts, labels]``. Raises ``ModelUnavailable`` where the model fails on one of them."""
    answers = list(model.score_many(texts))
    if None in answers:
        raise ModelUnavailable(f"{model.id} gave no probabilities for one of the texts: choose another model.")
    return np.array([[answer[label] for label in model.labels] for answer in answers if answer is not None])


@cache
def our_texts() -> tuple[str, ...]:
    """Lines written for this purpose: civil, heated and abusive, alone and joined to longer texts."""
    lines = resources.files("bot.score").joinpath(_OUR_TEXTS).read_text("utf-8").splitlines()
    joined = [" ".join(lines[at : at + size]) for size in _TOGETHER for at in range(0, len(lines), size)]
    return (*lines, *joined)


def _reached(probabilities: Probabilities, labels: Sequence[str], thresholds: Thresholds) -> npt.NDArray[np.bool_]:
    """``[texts, thresholds]``: which are reached."""
    limits = [(at, limit) for at, label in enumerate(labels) for limit in thresholds.get(label, ())]
    return probabilities[:, [at for at, _ in limits]] >= np.array([limit for _, limit in limits])
