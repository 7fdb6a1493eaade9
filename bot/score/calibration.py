"""Makes the probabilities of a model mean what they say: a curve for each label, kept in the model's config.json.

``"calibration": {"toxic": {"low": 1.2, "high": 0.9, "shift": -0.3}, "threat": {"at": [-6, 0, 2], "to": [-7, -1, 3]}}``:
both forms take a logit and give a logit, always rising, so that what ranks above something else still does. The first
is beta calibration (Kull, Silva Filho and Flach 2017; with ``low`` = ``high`` it is Platt's), the second goes straight
from point to point and on beside its ends. A label without a curve keeps its sigmoid.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bot.errors import ModelUnavailable

KEY = "calibration"  # in config.json

Logits = npt.NDArray[Any]


class Curve(Protocol):
    """A logit as the model gives it → the logit of the probability that is true."""

    def __call__(self, logits: Logits) -> Logits: ...

    def written(self) -> dict[str, Any]:
        """As it stands in config.json."""
        ...


@dataclass(frozen=True)
class Bend:
    """Beta calibration: far below 0 the slope is ``low``, far above it is ``high``."""

    low: float
    high: float
    shift: float

    def __post_init__(self) -> None:
        if not (self.low > 0 and self.high > 0 and all(map(math.isfinite, (self.low, self.high, self.shift)))):
            raise ValueError("low and high must be above 0")

    def __call__(self, logits: Logits) -> Logits:
        return self.high * np.logaddexp(0, logits) - self.low * np.logaddexp(0, -logits) + self.shift

    def written(self) -> dict[str, Any]:
        return {"low": self.low, "high": self.high, "shift": self.shift}


@dataclass(frozen=True)
class Points:
    """Straight lines from point to point; beside the first and the last one it goes on with slope 1."""

    at: tuple[float, ...]
    to: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.at or len(self.at) != len(self.to):
            raise ValueError("at and to must have the same number of points, at least one")
        for row in (self.at, self.to):
            if not all(map(math.isfinite, row)) or any(a >= b for a, b in itertools.pairwise(row)):
                raise ValueError("at and to must rise from point to point")

    def __call__(self, logits: Logits) -> Logits:
        between = np.interp(logits, self.at, self.to)
        below, above = np.minimum(logits - self.at[0], 0), np.maximum(logits - self.at[-1], 0)
        return np.asarray(between + below + above)

    def written(self) -> dict[str, Any]:
        return {"at": list(self.at), "to": list(self.to)}


@dataclass(frozen=True)
class Calibration:
    """A curve, or None, for each label in the order of the logits."""

    curves: tuple[Curve | None, ...]

    @classmethod
    def of(cls, config: Mapping[str, Any], labels: Sequence[str], name: str) -> Calibration | None:
        """What config.json says; None where it says nothing. Raises ``ModelUnavailable`` for what cannot be used."""
        written = config.get(KEY)
        if not written:
            return None
        try:
            curves = {str(label): _read(curve) for label, curve in written.items()}
            if strangers := sorted(set(curves) - set(labels)):
                raise ValueError(f"there is no label {strangers[0]}")
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ModelUnavailable(
                f"{name}/config.json has a damaged {KEY} ({error}): download or copy the model again."
            ) from None
        return cls(tuple(curves.get(label) for label in labels))

    def probabilities(self, logits: Logits) -> npt.NDArray[np.float32]:
        """``[n, labels]`` logits → probabilities."""
        curved = np.asarray(logits, np.float64).copy()
        for at, curve in enumerate(self.curves):
            if curve is not None:
                curved[:, at] = curve(curved[:, at])
        return sigmoid(curved).astype(np.float32)

    def again(self, probabilities: Logits) -> npt.NDArray[np.float32]:
        """The same for probabilities that went through a plain sigmoid."""
        return self.probabilities(logit(probabilities))


def sigmoid(logits: Logits) -> Logits:
    return np.asarray(np.exp(-np.logaddexp(0, -logits)))


def softmax(logits: Logits) -> Logits:
    """Over the last axis."""
    raised = np.exp(np.asarray(logits, np.float64) - np.max(logits, axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def logit(probabilities: Logits) -> Logits:
    """The inverse of a sigmoid; 0 and 1, which none gives, become about -87 and 16.6: the ends of float32."""
    low, high = np.finfo(np.float32).tiny, 1 - np.finfo(np.float32).epsneg
    p = np.clip(np.asarray(probabilities, np.float64), low, high)
    return np.asarray(np.log(p) - np.log1p(-p))


def _read(curve: Mapping[str, Any]) -> Curve:
    if "at" in curve:
        return Points(tuple(map(float, curve["at"])), tuple(map(float, curve["to"])))
    return Bend(float(curve["low"]), float(curve["high"]), float(curve["shift"]))
