"""The scores of a post's views as one blob.

Per view: its reading (uint32), then one uint16 a label in ten-thousandths, little-endian; 65535 where a view has no
score for the label.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence

from bot.records import Scores

ABSENT = 0xFFFF
PARTS = 10_000


def labels_of(scores: Scores) -> tuple[str, ...]:
    """All labels of all views, in the order in which they first appear."""
    return tuple(dict.fromkeys(label for view in scores.views for label in view.labels))


def pack(scores: Scores, labels: Sequence[str], reading: Callable[[str, str], int]) -> bytes:
    """``reading`` numbers a (surface, view)."""
    layout = _layout(len(labels))
    return b"".join(
        layout.pack(reading(view.surface, view.view), *(_parts(view.labels.get(label)) for label in labels))
        for view in scores.views
    )


def unpack(blob: bytes, labels: Sequence[str]) -> Iterator[tuple[int, dict[str, float]]]:
    """Yields (reading, label → probability) per view."""
    for reading, *parts in _layout(len(labels)).iter_unpack(blob):
        yield reading, {label: part / PARTS for label, part in zip(labels, parts, strict=True) if part != ABSENT}


def _layout(labels: int) -> struct.Struct:
    return struct.Struct(f"<I{labels}H")


def _parts(probability: float | None) -> int:
    # The comparison is also false for NaN, which has no place between 0 and 1.
    if probability is None or not 0.0 <= probability <= 1.0:
        return ABSENT
    return round(probability * PARTS)
