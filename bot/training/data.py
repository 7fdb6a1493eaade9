"""Training rows out of the published data sets."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

TRAIN_FOLDS = frozenset(range(8))
CHOICE_FOLD = 8
REPORT_FOLD = 9

# GoEmotions ids of feelings that go with abuse; a comment tagged with one is not called clean.
_ANGRY_EMOTIONS = frozenset({"2", "3", "9", "10", "11", "14", "25"})
_SHORTEST_CHAT_LINE = 12  # characters; shorter lines ("ok", "lol") teach nothing


@dataclass(frozen=True)
class Examples:
    """Texts with their targets.

    ``targets`` is ``[n, labels]`` in {0, 1, nan}; nan means that the source says nothing about that label and the
    loss leaves it out. ``weights`` is ``[n]`` and restores the source's true prior.
    """

    texts: list[str]
    targets: np.ndarray[Any, np.dtype[np.float32]]
    weights: np.ndarray[Any, np.dtype[np.float32]]

    def __len__(self) -> int:
        return len(self.texts)


def fold_of(text: str) -> int:
    """The fold (0-9) of a text: md5 modulo 10, as in the published Jigsaw folds."""
    return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(), 16) % 10


def jigsaw(data: Path, labels: Sequence[str], folds: Collection[int]) -> Examples:
    """The Jigsaw 2018 rows of these folds, weighted back to the challenge's prior."""
    rows = pd.read_parquet(data / "train" / "jigsaw2018_train.parquet")
    rows = rows[rows["fold"].isin(list(folds))]
    return Examples(
        rows["text"].tolist(),
        rows[list(labels)].to_numpy(np.float32),
        rows["weight"].to_numpy(np.float32),
    )


def jigsaw_test(data: Path, labels: Sequence[str]) -> Examples:
    """The unbiased slice of the challenge's scored test set."""
    rows = pd.read_parquet(data / "eval" / "jigsaw2018_test.parquet")
    rows = rows[rows["sample"] == "random"]
    return Examples(rows["text"].tolist(), rows[list(labels)].to_numpy(np.float32), np.ones(len(rows), np.float32))


def civil_chat(
    data: Path, labels: Sequence[str], *, irc_rows: int, goemotions_rows: int, weight: float, seed: int
) -> Examples:
    """Short civil chat of the training folds as clean examples of every label."""
    irc = pd.read_parquet(data / "train" / "chat_ubuntu_irc.parquet")["text"].drop_duplicates()
    irc = irc[irc.str.len() >= _SHORTEST_CHAT_LINE]
    reddit = pd.read_parquet(data / "train" / "chat_goemotions_train.parquet")
    calm = reddit["emotion_ids"].map(lambda ids: _ANGRY_EMOTIONS.isdisjoint(ids.split(",")))
    texts = [
        *_sample(irc, irc_rows, seed, keep=lambda text: fold_of(text) in TRAIN_FOLDS),
        *_sample(reddit[calm]["text"], goemotions_rows, seed, keep=lambda text: fold_of(text) in TRAIN_FOLDS),
    ]
    clean = np.zeros((len(texts), len(labels)), np.float32)
    return Examples(texts, clean, np.full(len(texts), weight, np.float32))


def joined(*parts: Examples) -> Examples:
    """The parts as one set of examples, in order."""
    return Examples(
        [text for part in parts for text in part.texts],
        np.concatenate([part.targets for part in parts]),
        np.concatenate([part.weights for part in parts]),
    )


def _sample(texts: pd.Series[str], rows: int, seed: int, keep: Callable[[str], bool]) -> list[str]:
    kept = texts[texts.map(keep)]
    return kept.sample(min(rows, len(kept)), random_state=seed).tolist()
