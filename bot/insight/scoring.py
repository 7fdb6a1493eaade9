"""The scores of a model on a set of rows, kept in a work folder so that a second report is cheap."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bot.insight.rows import Rows
from bot.read import views
from bot.read.allow import AllowList
from bot.records import Author, Named, Post, Surface
from bot.score.calibration import KEY, Calibration

if TYPE_CHECKING:
    from bot.score.model import Model

Floats = npt.NDArray[np.float64]
Progress = Callable[[str, int, int], None]  # what is scored, how many texts are done, of how many

_CONFIG = "config.json"
_PART = 1024  # texts that are scored, and kept, at a time: as many as the model sorts by length together
# Written about a model after it was made; none of it changes a score.
_ABOUT = frozenset(
    {"MODEL_CARD.md", "README.md", "evaluations.json", "figures.json", "thresholds.json", "training.json"}
)


def _no_progress(what: str, done: int, of: int) -> None: ...


@dataclass(frozen=True)
class Scored:
    """``probabilities`` is ``[n, labels]``; a text that the model failed on has 0 of everything and is counted."""

    rows: Rows
    labels: tuple[str, ...]
    probabilities: Floats = field(repr=False)
    failed: int = 0

    def of(self, label: str) -> Floats:
        return self.probabilities[:, self.labels.index(label)]


@dataclass(frozen=True)
class Scorer:
    """Scores rows with a model, or reads what an earlier run kept in ``work``.

    What is kept is not calibrated: a model that is calibrated anew is not scored anew.
    """

    model: Model
    work: Path
    progress: Progress = _no_progress

    def score(self, rows: Rows) -> Scored:
        name = f"{rows.name}-{rows.digest}.npy"
        file = self.work / f"{fingerprint(self.model.folder)}-{self.model.number_type}" / name
        known = kept(file, (len(rows), len(self.model.labels)))
        if known is None:
            known = self._computed(rows, file)
            keep(file, known)
            for part in file.parent.glob(f"{file.stem}.*.part.npy"):
                part.unlink()
        failed = int(np.isnan(known).any(axis=1).sum())
        known = np.nan_to_num(known)
        calibration = self.model.calibration
        return Scored(rows, self.model.labels, known if calibration is None else _again(calibration, known), failed)

    def as_read(self, rows: Rows) -> Scored:
        """The scores that the bot goes by: the highest over each text as written and as read through disguises."""
        written = self.score(rows)
        of, texts = other_readings(rows.texts)
        if not texts:
            return written
        others = self.score(Rows(f"{rows.name}-readings", tuple(texts), np.zeros((len(texts), 0)), ()))
        highest = written.probabilities.copy()
        np.maximum.at(highest, of, others.probabilities)
        return Scored(rows, written.labels, highest, written.failed)

    def _computed(self, rows: Rows, file: Path) -> Floats:
        """Part by part, each kept as soon as it is there: a broken-off run goes on where it was."""
        self.progress(rows.name, 0, len(rows))
        parts = []
        for start in range(0, max(1, len(rows)), _PART):
            texts = rows.texts[start : start + _PART]
            part = file.with_suffix(f".{start}.part.npy")
            known = kept(part, (len(texts), len(self.model.labels)))
            if known is None:
                known = self._answers(texts)
                keep(part, known)
            parts.append(known)
            self.progress(rows.name, start + len(texts), len(rows))
        return np.concatenate(parts)

    def _answers(self, texts: Sequence[str]) -> Floats:
        unknown = [np.nan] * len(self.model.labels)
        answers = self.model.uncalibrated().score_many(texts)
        each = [unknown if answer is None else [answer[label] for label in self.model.labels] for answer in answers]
        return np.array(each, np.float64).reshape(len(texts), len(self.model.labels))


def _again(calibration: Calibration, known: Floats) -> Floats:
    return calibration.again(known).astype(np.float64)


def other_readings(texts: Sequence[str]) -> tuple[list[int], list[str]]:
    """The readings of messages that differ from what is written, each with the place of its message."""
    of, others = [], []
    for at, text in enumerate(texts):
        for view in views.of(_post(text), AllowList()).scored:
            if view.name != views.WRITTEN:
                of.append(at)
                others.append(view.text)
    return of, others


def _post(text: str) -> Post:
    """A message as the bot meets it."""
    return Post(
        Named(0, ""), Named(0, ""), Author(0, ""), 0, (Surface("content", text),), datetime.fromtimestamp(0, UTC)
    )


def fingerprint(folder: Path) -> str:
    """SHA-256 over all files that a model's scores depend on, its calibration apart: 12 hexadecimal digits."""
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        if file.name == _CONFIG:
            config = json.loads(file.read_text("utf-8"))
            config.pop(KEY, None)
            digest.update(json.dumps(config, sort_keys=True).encode())
        elif file.is_file() and file.name not in _ABOUT:
            digest.update(f"{file.name}\0{file.stat().st_size}\0".encode())
            with file.open("rb") as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
    return digest.hexdigest()[:12]


def kept(file: Path, shape: tuple[int, int]) -> Floats | None:
    """What ``keep`` wrote, or None where nothing of this shape stands there."""
    try:
        values = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return values.astype(np.float64) if values.shape == shape else None


def keep(file: Path, values: Floats) -> None:
    """Write numbers so that a broken-off run leaves nothing half written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    with fresh.open("wb") as stream:
        np.save(stream, values.astype(np.float32), allow_pickle=False)
    os.replace(fresh, file)
