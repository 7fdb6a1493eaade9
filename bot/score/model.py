"""The model: tokens in windows, logits by a backend, a sigmoid, labels from config.json."""

from __future__ import annotations

import copy
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog

from bot.errors import ModelUnavailable
from bot.records import TextScores
from bot.score.calibration import Calibration, sigmoid, softmax
from bot.score.cores import usable_cores
from bot.score.options import ModelOptions
from bot.score.round import Answer, Probabilities, score_posts
from bot.score.source import Source, labels_of, locate, usable_labels
from bot.score.windows import Tokens, trim

__all__ = ["Frame", "Model", "ModelOptions", "labels_of", "load"]

log = structlog.get_logger()

BULK_TEXTS = 1024  # sorted by length together in bulk scoring
BULK_BATCH = 32  # windows

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

_SINGLE_LABEL = "single_label_classification"


@dataclass(frozen=True)
class Frame:
    """The special tokens around every window."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    padding: int | None  # None: the model has no token to pad with, windows go one at a time

    def around(self, window: Tokens) -> list[int]:
        return [*self.before, *window, *self.after]


class Model(ABC):
    """A loaded model; a backend says how tokens and logits are had. Its methods may be called from several threads."""

    def __init__(self, source: Source, *, labels: tuple[str, ...], frame: Frame, window: int) -> None:
        self.id = source.id
        self.folder: Path = source.folder
        self.labels = labels
        self.window = window  # tokens, special ones included
        self.room = window - len(frame.before) - len(frame.after)
        self.frame = frame
        self.is_single_label = source.config.get("problem_type") == _SINGLE_LABEL
        self.calibration = None if self.is_single_label else Calibration.of(source.config, labels, source.name)
        self.assumption = _assumption(source.config)

    @property
    @abstractmethod
    def number_type(self) -> str:
        """What the model computes in: float32, bfloat16 or int8."""

    @property
    @abstractmethod
    def parameters(self) -> int: ...

    @abstractmethod
    def tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        """The bare tokens of each text, uncut."""

    @abstractmethod
    def logits(self, tokens: Ints, mask: Ints) -> Floats:
        """``[windows, labels]`` of framed and padded token ids ``[windows, tokens]`` and their mask."""

    def uncalibrated(self) -> Model:
        """The same model, without the step that was fitted to it afterwards."""
        bare = copy.copy(self)
        bare.calibration = None
        return bare

    def probabilities(self, windows: Sequence[Tokens]) -> Probabilities:
        """``[windows, labels]``: the sigmoid of the calibrated logits, or for a single-label model their softmax."""
        if self.frame.padding is None and len(windows) > 1:
            return np.concatenate([self.probabilities([window]) for window in windows])
        logits = self.logits(*self.inputs(windows))
        if self.calibration is not None:
            return self.calibration.probabilities(logits)
        return (softmax(logits) if self.is_single_label else sigmoid(logits)).astype(np.float32)

    def score_many(
        self, texts: Iterable[str], progress: Callable[[int], None] | None = None
    ) -> Iterator[Mapping[str, float] | None]:
        """The probabilities of any number of texts, in order; None for a text that the model fails on.

        Texts are taken ``BULK_TEXTS`` at a time; after each such part ``progress`` is told how many are done.
        """
        left, done = iter(texts), 0
        while part := [trim([text]) for text in islice(left, BULK_TEXTS)]:
            answers: list[Answer | None] = [None] * len(part)

            def enter(told: list[tuple[int, Answer]], answers: list[Answer | None] = answers) -> None:
                for at, answer in told:
                    answers[at] = answer

            score_posts(self, part, batch_texts=BULK_BATCH, tell=enter)
            done += len(part)
            if progress is not None:
                progress(done)
            yield from (answer.each[0] if isinstance(answer, TextScores) else None for answer in answers)

    def inputs(self, windows: Sequence[Tokens]) -> tuple[Ints, Ints]:
        """Windows as ``logits`` takes them: framed, and padded to one length."""
        framed = [self.frame.around(window) for window in windows]
        longest = max(map(len, framed))
        tokens = np.full((len(framed), longest), self.frame.padding or 0, np.int64)
        mask = np.zeros((len(framed), longest), np.int64)
        for row, window in enumerate(framed):
            tokens[row, : len(window)] = window
            mask[row, : len(window)] = 1
        return tokens, mask


def load(source: str, *, options: ModelOptions | None = None, threads: int = 1) -> Model:
    """Load ``embedded``, a folder, or a Hugging Face id (``owner/name``, ``owner/name@revision``).

    Takes seconds; may be called in any thread. ``threads`` is how many will call the model at the same time: the cores
    are shared out among them. Raises ``ModelUnavailable``, one sentence that says what to do.
    """
    return load_from(locate(source), options=options, threads=threads)


def load_from(source: Source, *, options: ModelOptions | None = None, threads: int = 1) -> Model:
    """As ``load``, of a model that has been found."""
    options = options or ModelOptions()
    labels = usable_labels(source.config, source.name)
    _refuse_other_architectures(source)
    source.weights()
    started = time.monotonic()
    cores = max(1, (options.cores or usable_cores()) // threads)
    try:
        model = _load_with_backend(source, labels, options, cores)
    except ModelUnavailable:
        raise
    except Exception as error:
        raise _unloadable(source.name, error) from error
    log.info(
        "model_loaded", model=model.id, number_type=model.number_type, seconds=round(time.monotonic() - started, 2)
    )
    return model


def _load_with_backend(source: Source, labels: tuple[str, ...], options: ModelOptions, cores: int) -> Model:
    if options.name == "onnx":
        from bot.score.backends import onnx

        return onnx.load(source, labels, options, cores=cores)
    from bot.score.backends import torch

    return torch.load(source, labels, options, cores=cores)


def _refuse_other_architectures(source: Source) -> None:
    architectures = source.config.get("architectures") or []
    if architectures and not any("ForSequenceClassification" in str(each) for each in architectures):
        raise ModelUnavailable(
            f"{source.name} is a {architectures[0]}, not a model for sequence classification: choose one that is."
        )
    if source.config.get("problem_type") == "regression":
        raise ModelUnavailable(
            f"{source.name} gives numbers (regression), not probabilities of labels: choose another model."
        )


def _unloadable(name: str, error: Exception) -> ModelUnavailable:
    first_line = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
    return ModelUnavailable(
        f"{name} cannot be loaded ({type(error).__name__}: {first_line}): "
        "download or copy it again, or choose another model."
    )


def _assumption(config: Mapping[str, Any]) -> str:
    if config.get("problem_type"):
        return ""
    return "config.json does not say whether labels exclude each other (problem_type); they were taken as independent."
