"""The line to beat: logistic regression over TF-IDF of words and characters, one for each label."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.insight.measures import Truth
from bot.insight.rows import Rows
from bot.insight.scoring import Floats, Progress, Scored, keep, kept

WORDS = 100_000  # features: words and pairs of words
CHARACTERS = 150_000  # features: 2 to 5 characters within a word
INVERSE_PENALTY = 2.0
_VERSION = "1"  # raise it when what is fitted changes: it names the scores that are kept


def scores(train: Rows, held_out: Sequence[Rows], work: Path, progress: Progress) -> list[Scored]:
    """The probabilities of the labels of ``train`` on each of the held-out sets.

    Fitted at most once: the scores are kept in ``work``. Takes minutes and about 2 GB.
    """
    made_of = hashlib.sha256(f"{_VERSION} {WORDS} {CHARACTERS} {INVERSE_PENALTY} {train.digest}".encode()).hexdigest()
    files = [work / f"tfidf-{made_of[:12]}" / f"{rows.name}-{rows.digest}.npy" for rows in held_out]
    shapes = [(len(rows), len(train.labels)) for rows in held_out]
    known = [kept(file, shape) for file, shape in zip(files, shapes, strict=True)]
    if any(each is None for each in known):
        known = list(_fitted(train, held_out, progress))
        for file, values in zip(files, known, strict=True):
            if values is not None:
                keep(file, values)
    return [
        Scored(rows, train.labels, values) for rows, values in zip(held_out, known, strict=True) if values is not None
    ]


def _fitted(train: Rows, held_out: Sequence[Rows], progress: Progress) -> list[Floats]:
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer

    steps = 2 + len(train.labels)
    readers: list[Any] = [
        TfidfVectorizer(ngram_range=(1, 2), max_features=WORDS, sublinear_tf=True, dtype=np.float32),
        TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), max_features=CHARACTERS, sublinear_tf=True, dtype=np.float32
        ),
    ]
    seen: list[Any] = []
    for done, reader in enumerate(readers):
        progress("the TF-IDF line", done, steps)
        seen.append(reader.fit_transform(train.texts))
    features = hstack(seen, format="csr")
    del seen
    unseen = [hstack([reader.transform(rows.texts) for reader in readers], format="csr") for rows in held_out]
    columns: list[list[Floats]] = [[] for _ in held_out]
    for at, label in enumerate(train.labels):
        progress("the TF-IDF line", 2 + at, steps)
        fitted = _column(features, train.of(label), train.weights, unseen)
        for column, values in zip(columns, fitted, strict=True):
            column.append(values)
    progress("the TF-IDF line", steps, steps)
    return [np.stack(each, axis=1) for each in columns]


def _column(features: Any, truth: Truth, weights: Floats, unseen: Sequence[Any]) -> list[Floats]:
    """The probabilities of one label on each of the unseen sets; the same everywhere where nothing can be learnt."""
    from sklearn.linear_model import LogisticRegression

    if truth.all() or not truth.any():
        return [np.full(rows.shape[0], float(truth[0])) for rows in unseen]
    line = LogisticRegression(C=INVERSE_PENALTY, solver="liblinear", random_state=0)
    line.fit(features, truth, sample_weight=weights)
    return [line.predict_proba(rows)[:, 1] for rows in unseen]
