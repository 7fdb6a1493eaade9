"""The figures of a fitted model on held-out rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import precision_recall_curve, roc_auc_score

from bot.training.data import Examples


def auc_per_label(logits: np.ndarray[Any, Any], examples: Examples, labels: Sequence[str]) -> dict[str, float]:
    """ROC AUC of each label, weighted back to the data's prior, and their plain mean as ``mean``."""
    each = {
        label: float(roc_auc_score(examples.targets[:, at], logits[:, at], sample_weight=examples.weights))
        for at, label in enumerate(labels)
    }
    return {**each, "mean": sum(each.values()) / len(each)}


def threshold_for_precision(
    probabilities: np.ndarray[Any, Any], truth: np.ndarray[Any, Any], weights: np.ndarray[Any, Any], wanted: float
) -> tuple[float, float, float]:
    """(threshold, precision, recall): the lowest threshold whose precision is at least ``wanted``."""
    precision, recall, thresholds = precision_recall_curve(truth, probabilities, sample_weight=weights)
    good = np.flatnonzero(precision[:-1] >= wanted)
    at = int(good[0]) if len(good) else len(thresholds) - 1
    return float(thresholds[at]), float(precision[at]), float(recall[at])
