"""The model: AutoTokenizer and AutoModelForSequenceClassification, logits, a sigmoid, labels from the config."""

from __future__ import annotations

import copy
import importlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import structlog

from bot.errors import ModelUnavailable
from bot.records import TextScores
from bot.score import number_type
from bot.score.calibration import Calibration
from bot.score.cores import usable_cores
from bot.score.hub import quieten
from bot.score.options import ModelOptions
from bot.score.round import Answer, Probabilities, score_posts
from bot.score.source import Source, labels_of, locate, usable_labels
from bot.score.windows import Tokens, trim

if TYPE_CHECKING:
    import torch

__all__ = ["Model", "ModelOptions", "labels_of", "load"]

log = structlog.get_logger()

SANE_LENGTH = 100_000  # tokens; a tokenizer that claims more has not been told the model's length
LONGEST_WINDOW = 512  # tokens; for models that name no length
SMALLEST_WINDOW = 8  # tokens; nothing can be read in less
BULK_TEXTS = 1024  # sorted by length together in bulk scoring
BULK_BATCH = 32  # windows

_PROBE = "hello"
_SINGLE_LABEL = "single_label_classification"


@dataclass(frozen=True)
class Frame:
    """The special tokens around every window."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    padding: int | None  # None: the model has no token to pad with, windows go one at a time

    def around(self, window: Tokens) -> list[int]:
        return [*self.before, *window, *self.after]


class Model:
    """A loaded model. Its methods may be called from several threads at once."""

    def __init__(
        self, source: Source, network: Any, tokenizer: Any, *, labels: tuple[str, ...], frame: Frame, window: int
    ) -> None:
        self.id = source.id
        self.folder: Path = source.folder
        self.labels = labels
        self.window = window  # tokens, special ones included
        self.room = window - len(frame.before) - len(frame.after)
        self.network = network
        self._tokenizer = tokenizer
        self._frame = frame
        self.is_single_label = source.config.get("problem_type") == _SINGLE_LABEL
        self.calibration = None if self.is_single_label else Calibration.of(source.config, labels, source.name)
        self.assumption = _assumption(source.config)

    @property
    def number_type(self) -> str:
        """float32 or bfloat16: what the model computes in."""
        return str(next(self.network.parameters()).dtype).removeprefix("torch.")

    @property
    def parameters(self) -> int:
        return sum(parameter.numel() for parameter in self.network.parameters())

    def uncalibrated(self) -> Model:
        """The same model, without the step that was fitted to it afterwards."""
        bare = copy.copy(self)
        bare.calibration = None
        return bare

    def tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        """The bare tokens of each text, uncut."""
        if not texts:
            return []
        encoded = self._tokenizer(
            list(texts),
            add_special_tokens=False,
            return_attention_mask=False,
            return_token_type_ids=False,
            verbose=False,
        )
        tokens: list[list[int]] = encoded["input_ids"]
        return tokens

    def probabilities(self, windows: Sequence[Tokens]) -> Probabilities:
        """``[windows, labels]``: the sigmoid of the calibrated logits, or for a single-label model their softmax."""
        import torch

        if self._frame.padding is None and len(windows) > 1:
            return np.concatenate([self.probabilities([window]) for window in windows])
        with torch.inference_mode():
            logits = self.network(**self._inputs(windows)).logits.float()
            if self.calibration is not None:
                return self.calibration.probabilities(logits.numpy())
            each = torch.softmax(logits, dim=-1) if self.is_single_label else torch.sigmoid(logits)
            return np.asarray(each.numpy(), np.float32)

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

    def _inputs(self, windows: Sequence[Tokens]) -> dict[str, torch.Tensor]:
        import torch

        framed = [self._frame.around(window) for window in windows]
        longest = max(map(len, framed))
        tokens = np.full((len(framed), longest), self._frame.padding or 0, np.int64)
        mask = np.zeros((len(framed), longest), np.int64)
        for row, window in enumerate(framed):
            tokens[row, : len(window)] = window
            mask[row, : len(window)] = 1
        return {"input_ids": torch.from_numpy(tokens), "attention_mask": torch.from_numpy(mask)}


def load(source: str, *, options: ModelOptions | None = None, threads: int = 1) -> Model:
    """Load ``embedded``, a folder, or a Hugging Face id (``owner/name``, ``owner/name@revision``).

    Takes seconds; may be called in any thread. ``threads`` is how many will call the model at the same time: the cores
    are shared out among them. Raises ``ModelUnavailable``, one sentence that says what to do.
    """
    options = options or ModelOptions()
    found = locate(source)
    labels = usable_labels(found.config, found.name)
    _refuse_other_architectures(found)
    found.weights()
    started = time.monotonic()
    _prepare(max(1, (options.cores or usable_cores()) // threads))
    try:
        tokenizer, network = _read(found)
        frame = _frame(tokenizer, found.name)
        window = _window(tokenizer, network, found)
    except ModelUnavailable:
        raise
    except Exception as error:
        raise _unloadable(found.name, error) from error
    model = Model(found, network, tokenizer, labels=labels, frame=frame, window=window)
    number_type.settle(model, options.number_type, reload=lambda: _read(found)[1])
    log.info(
        "model_loaded", model=model.id, number_type=model.number_type, seconds=round(time.monotonic() - started, 2)
    )
    return model


def _prepare(cores: int) -> None:
    """Set up torch and transformers, which are imported here: this takes seconds."""
    quieten()
    # By default the kernels' threads spin while they wait, for a core that the event loop, or anything else, wants.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    torch.set_num_threads(cores)
    logging: Any = importlib.import_module("transformers.utils.logging")
    logging.disable_progress_bar()
    logging.set_verbosity_error()


def _read(source: Source) -> tuple[Any, Any]:
    """Tokenizer and network in float32, from the folder alone."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    from bot.score.network import register

    register()
    tokenizer = AutoTokenizer.from_pretrained(source.folder, local_files_only=True, trust_remote_code=False)
    if tokenizer.is_fast:
        # Settings in tokenizer.json that cut or pad; windows do that, and changing them later is not thread-safe.
        tokenizer.backend_tokenizer.no_truncation()
        tokenizer.backend_tokenizer.no_padding()
    network, report = AutoModelForSequenceClassification.from_pretrained(
        source.folder,
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        dtype=torch.float32,
        output_loading_info=True,
    )
    if missing := sorted(report["missing_keys"]):
        raise ModelUnavailable(
            f"{source.name} has no trained weights for {missing[0]}, so it cannot classify: "
            "choose a model that was fine-tuned for sequence classification."
        )
    return tokenizer, network.eval()


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


def _frame(tokenizer: Any, name: str) -> Frame:
    """Find the special tokens around a window by encoding a word with and without them."""
    bare = tokenizer(_PROBE, add_special_tokens=False)["input_ids"]
    whole = tokenizer(_PROBE)["input_ids"]
    for at in range(len(whole) - len(bare) + 1):
        if bare and whole[at : at + len(bare)] == bare:
            return Frame(tuple(whole[:at]), tuple(whole[at + len(bare) :]), tokenizer.pad_token_id)
    raise ModelUnavailable(f"{name} has a tokenizer that cannot read the word {_PROBE!r}: choose another model.")


def _window(tokenizer: Any, network: Any, source: Source) -> int:
    """How many tokens the model takes at once: the least that tokenizer, config and position table allow."""
    limits = [LONGEST_WINDOW]
    claimed = [tokenizer.model_max_length, source.config.get("max_position_embeddings")]
    if sane := [int(limit) for limit in claimed if isinstance(limit, int) and 0 < limit <= SANE_LENGTH]:
        limits = sane
    for name, module in network.named_modules():
        if name.endswith("position_embeddings") and hasattr(module, "num_embeddings"):
            # RoBERTa counts positions from behind its padding token.
            limits.append(module.num_embeddings - (0 if module.padding_idx is None else module.padding_idx + 1))
    if min(limits) < SMALLEST_WINDOW:
        raise ModelUnavailable(f"{source.name} takes only {min(limits)} tokens at once: choose another model.")
    return min(limits)
