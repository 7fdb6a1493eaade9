"""The lines of our own that the embedded model learns from."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import numpy as np
import pytest

from bot.training.data import letters_of
from bot.training.templates import LINES, TEMPLATES, chat_lines

LABELS = ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"]
SETS = Path(__file__).parents[1] / "evaluation_sets"


def test_the_same_seed_gives_the_same_lines_and_another_gives_others() -> None:
    first, again, other = (chat_lines(LABELS, rows=300, weight=1.0, seed=seed) for seed in (1, 1, 2))
    assert first.texts == again.texts
    assert np.array_equal(first.targets, again.targets, equal_nan=True)
    assert first.texts != other.texts


@pytest.mark.parametrize("frames_in", [TEMPLATES, LINES], ids=lambda path: path.stem)
def test_no_line_stands_twice_and_no_slot_is_left_open(frames_in: Path) -> None:
    lines = chat_lines(LABELS, rows=2000, weight=1.0, seed=1, frames_in=frames_in).texts
    assert len(set(lines)) == len(lines) == 2000
    assert not [line for line in lines if "{" in line or "}" in line]


@pytest.mark.parametrize("frames_in", [TEMPLATES, LINES], ids=lambda path: path.stem)
def test_every_label_that_is_taught_is_taught_both_ways(frames_in: Path) -> None:
    targets = chat_lines(LABELS, rows=3000, weight=1.0, seed=1, frames_in=frames_in).targets
    for label in ("toxic", "threat", "insult", "identity_hate"):
        column = targets[:, LABELS.index(label)]
        assert (column == 1).sum() > 50
        assert (column == 0).sum() > 500


def test_a_label_may_be_left_open() -> None:
    targets = chat_lines(LABELS, rows=2000, weight=1.0, seed=1).targets
    assert any(math.isnan(each) for each in targets[:, LABELS.index("obscene")])


@pytest.mark.parametrize("frames_in", [TEMPLATES, LINES], ids=lambda path: path.stem)
@pytest.mark.parametrize("path", sorted(SETS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_no_line_stands_in_a_set_that_the_model_is_judged_by(path: Path, frames_in: Path) -> None:
    judged = {_digest(json.loads(line)["text"]) for line in path.read_text(encoding="utf-8").splitlines()}
    lines = chat_lines(LABELS, rows=6000, weight=1.0, seed=20261123, frames_in=frames_in).texts
    ours = {_digest(line) for line in lines}
    assert len(judged & ours) <= len(judged) // 100  # "gg ez" is what everybody writes


def _digest(text: str) -> str:
    return hashlib.sha256(letters_of(text).encode()).hexdigest()
