"""How fast a model is on this machine, on messages as they are in a chat."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.score.cores import usable_cores

if TYPE_CHECKING:
    from bot.score.model import Model

ONE_BY_ONE = 100  # messages
TOGETHER = 2048  # messages


@dataclass(frozen=True)
class SpeedFigures:
    """Milliseconds for a message alone, and messages a second when many are scored together."""

    cores: int
    number_type: str
    alone_p50_ms: float
    alone_p95_ms: float
    together_per_second: float


def speed(model: Model, texts: Sequence[str]) -> SpeedFigures:
    """Score some of ``texts``, timed."""
    list(model.score_many(texts[:8]))
    alone = []
    for text in texts[:ONE_BY_ONE]:
        started = time.perf_counter()
        list(model.score_many([text]))
        alone.append(time.perf_counter() - started)
    many = texts[:TOGETHER]
    started = time.perf_counter()
    list(model.score_many(many))
    took = time.perf_counter() - started
    middle, slow = np.quantile(alone, [0.5, 0.95]) * 1000
    return SpeedFigures(usable_cores(), model.number_type, float(middle), float(slow), len(many) / took)
