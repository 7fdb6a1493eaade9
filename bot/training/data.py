"""Training rows out of the published data sets."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bot.insight import rows as published
from bot.insight.rows import CHOICE_FOLD, REPORT_FOLD, TRAIN_FOLDS, fold_of, md5

# GoEmotions ids of feelings that go with abuse; a comment tagged with one is not called clean.
_ANGRY_EMOTIONS = frozenset({"2", "3", "9", "10", "11", "14", "25"})
_SHORTEST_CHAT_LINE = 12  # characters; shorter lines ("ok", "lol") teach nothing
_JUDGED = Path(__file__).with_name("judged_chat.tsv")
_UNCLEAR = "unclear"
_CALM = frozenset({"civil", "swearing", _UNCLEAR})
DEBATABLE = 0.3  # the target where some annotators would say yes and more would say no


@dataclass(frozen=True)
class Examples:
    """Texts with their targets.

    ``targets`` is ``[n, labels]`` in [0, 1] or nan; nan means that the source says nothing about that label and the
    loss leaves it out. ``weights`` is ``[n]`` and restores the source's true prior.
    """

    texts: list[str]
    targets: np.ndarray[Any, np.dtype[np.float32]]
    weights: np.ndarray[Any, np.dtype[np.float32]]

    def __len__(self) -> int:
        return len(self.texts)


def jigsaw(data: Path, labels: Sequence[str], folds: Collection[int]) -> Examples:
    """The Jigsaw 2018 rows of these folds, weighted back to the challenge's prior."""
    found = published.jigsaw(data, folds, "train")
    targets = np.stack([found.of(label) for label in labels], axis=1)
    return Examples(list(found.texts), targets.astype(np.float32), found.weights.astype(np.float32))


def jigsaw_extra(data: Path, labels: Sequence[str]) -> Examples:
    """More rows of the challenge, lower-cased by those who published them."""
    rows = pd.read_parquet(data / "train" / "jigsaw2018_extra_normalised.parquet")
    return Examples(rows["text"].tolist(), rows[list(labels)].to_numpy(np.float32), np.ones(len(rows), np.float32))


def held_out(data: Path) -> frozenset[str]:
    """The letters of every text that a model is chosen or judged by."""
    parts = (
        published.jigsaw(data, {CHOICE_FOLD, REPORT_FOLD}, "held out"),
        published.jigsaw_test(data),
        published.madlibs(data),
        published.convabuse(data),
        *(published.civil_chat(data, fold) for fold in (CHOICE_FOLD, REPORT_FOLD)),
    )
    return frozenset(letters_of(text) for part in parts for text in part.texts)


def letters_of(text: str) -> str:
    """The letters and digits of a text in lower case: the extra rows were published without what stood between."""
    return re.sub(r"[\W_]+", "", text.casefold())


def peaceful_articles(data: Path, labels: Sequence[str], *, rows: int, seed: int) -> Examples:
    """Sentences of encyclopaedia articles, full of identity words and clean on every label."""
    texts = pd.read_parquet(data / "train" / "wiki_article_debias_nontoxic.parquet")["text"].drop_duplicates()
    kept = _sample(texts, rows, seed, keep=lambda text: fold_of(text) in TRAIN_FOLDS)
    return Examples(kept, np.zeros((len(kept), len(labels)), np.float32), np.ones(len(kept), np.float32))


def civil_chat(data: Path, labels: Sequence[str], *, irc_rows: int, goemotions_rows: int, seed: int) -> Examples:
    """Short civil chat of the training folds as clean examples of every label, without the lines that were judged."""
    judged = judgements()
    irc = pd.read_parquet(data / "train" / "chat_ubuntu_irc.parquet")["text"].drop_duplicates()
    irc = irc[irc.str.len() >= _SHORTEST_CHAT_LINE]
    reddit = pd.read_parquet(data / "train" / "chat_goemotions_train.parquet")
    calm = reddit["emotion_ids"].map(lambda ids: _ANGRY_EMOTIONS.isdisjoint(ids.split(",")))

    def is_taken(text: str) -> bool:
        return fold_of(text) in TRAIN_FOLDS and md5(text) not in judged

    texts = [
        *_sample(irc, irc_rows, seed, keep=is_taken),
        *_sample(reddit[calm]["text"], goemotions_rows, seed, keep=is_taken),
    ]
    clean = np.zeros((len(texts), len(labels)), np.float32)
    return Examples(texts, clean, np.ones(len(texts), np.float32))


def judged_chat(data: Path, labels: Sequence[str], *, repeat: int) -> Examples:
    """The chat lines that were read one by one, each ``repeat`` times: what looks like abuse and is none, and is.

    Whether a swear word among friends is obscene is debatable; how severe abuse is was not asked of all.
    """
    judged = judgements()
    files = ("chat_ubuntu_irc", "chat_goemotions_train", "chat_goemotions_dev")
    texts = pd.concat([pd.read_parquet(data / "train" / f"{file}.parquet")["text"] for file in files])
    found = {text: judged[md5(text)] for text in texts if judged.get(md5(text), _UNCLEAR) != _UNCLEAR}
    targets = np.array([[_judged(said, label) for label in labels] for said in found.values()], np.float32)
    targets = targets.reshape(len(found), len(labels))  # also where none was found
    return Examples([*found] * repeat, np.tile(targets, (repeat, 1)), np.ones(len(found) * repeat, np.float32))


def _judged(said: str, label: str) -> float:
    if label == "obscene" and said == "swearing":
        return DEBATABLE
    on = said.split(",")
    return float("nan") if label == "severe_toxic" and said not in _CALM and label not in on else float(label in on)


def judgements(file: Path = _JUDGED) -> dict[str, str]:
    """MD5 of a line of chat → what was said of it: its labels, ``civil``, ``swearing`` or ``unclear``."""
    lines = file.read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))


def without(examples: Examples, held_out: Collection[str]) -> Examples:
    """The examples but for those whose letters are those of a text that a model is judged by."""
    kept = np.array([letters_of(text) not in held_out for text in examples.texts], bool)
    texts = [text for text, keep in zip(examples.texts, kept, strict=True) if keep]
    return Examples(texts, examples.targets[kept], examples.weights[kept])


def some(examples: Examples, *, rows: int, seed: int) -> Examples:
    """At most ``rows`` of the examples, drawn at random."""
    drawn = np.random.default_rng(seed).choice(len(examples), min(rows, len(examples)), replace=False)
    return Examples([examples.texts[row] for row in drawn], examples.targets[drawn], examples.weights[drawn])


def joined(*parts: Examples) -> Examples:
    """The parts as one set of examples, in order."""
    return Examples(
        [text for part in parts for text in part.texts],
        np.concatenate([part.targets for part in parts]),
        np.concatenate([part.weights for part in parts]),
    )


def _sample(texts: pd.Series[str], rows: int, seed: int, keep: Callable[[str], bool]) -> list[str]:
    kept = texts[texts.map(keep)]
    return [*kept.sample(min(rows, len(kept)), random_state=seed)]
