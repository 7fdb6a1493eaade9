"""Chooses the number type that a model computes in, by timing it on this machine."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog

from bot.errors import ModelUnavailable
from bot.score.faults import described
from bot.score.options import NumberType

if TYPE_CHECKING:
    from bot.score.backends.torch import TorchModel
    from bot.score.model import Model

log = structlog.get_logger()

BATCHES = (1, 32)  # windows at a time
TOKENS = 32  # a window
TIMED_FOR = 0.25  # seconds for each batch size and number type, and at least one run after a warm-up

_PROBE = "hello"
_CANDIDATES = ("float32", "bfloat16")


def settle(model: TorchModel, wanted: NumberType, *, reload: Callable[[], Any]) -> None:
    """Leave the model's network in the number type wanted, or for ``auto`` in the faster one.

    It comes in float32; ``reload`` reads it anew, since what went through bfloat16 has lost its digits.
    Raises ``ModelUnavailable`` where the model gives no probabilities at all.
    """
    import torch

    took: dict[str, float] = {}
    for name in _CANDIDATES if wanted == "auto" else (wanted,):
        model.network.to(getattr(torch, name))
        if gives_probabilities(model):
            took[name] = seconds_a_window(model) if wanted == "auto" else 0.0
    if not took:
        raise ModelUnavailable(
            f"{model.id} gives no probabilities for any text: its weights are damaged, choose another."
        )
    best = min(took, key=lambda name: took[name])
    if model.number_type != best:
        model.network = reload().to(getattr(torch, best))
    log.info("number_type_chosen", chosen=best, **{name: f"{1000 * each:.2f} ms" for name, each in took.items()})


def gives_probabilities(model: Model) -> bool:
    """Whether the model survives one word and gives a number in [0, 1] for each label."""
    try:
        rows = model.probabilities(model.tokenise([_PROBE]))
    except Exception as error:
        log.warning("model_failed_its_first_text", model=model.id, number_type=model.number_type, **described(error))
        return False
    return rows.shape == (1, len(model.labels)) and bool(((rows >= 0) & (rows <= 1)).all())


def seconds_a_window(model: Model) -> float:
    """The geometric mean over the batch sizes of the best time that one window took."""
    window = (model.tokenise([_PROBE])[0] * TOKENS)[: min(TOKENS, model.room)]
    return math.prod(_best_run(model, [window] * size) / size for size in BATCHES) ** (1 / len(BATCHES))


def _best_run(model: Model, windows: list[list[int]]) -> float:
    model.probabilities(windows)
    best, until = math.inf, time.perf_counter() + TIMED_FOR
    while best == math.inf or time.perf_counter() < until:
        started = time.perf_counter()
        model.probabilities(windows)
        best = min(best, time.perf_counter() - started)
    return best
