"""How often a label is right, by moderators' verdicts, with an honest interval."""

from __future__ import annotations

from math import sqrt

Z95 = 1.959964  # the normal distribution's 97.5 % point


def wilson(right: int, decided: int, z: float = Z95) -> tuple[float, float]:
    """The interval of a share that Wilson gave in 1927: it stays in [0, 1], and is wide where there are few."""
    if decided == 0:
        return 0.0, 1.0
    share, square = right / decided, z * z
    middle = (share + square / (2 * decided)) / (1 + square / decided)
    half = z / (1 + square / decided) * sqrt(share * (1 - share) / decided + square / (4 * decided * decided))
    return max(0.0, middle - half), min(1.0, middle + half)
