"""How many processors this process may really use."""

from __future__ import annotations

import os
from pathlib import Path

_CGROUP_LIMIT = Path("/sys/fs/cgroup/cpu.max")  # "200000 100000": microseconds allowed in each period, or "max 100000"


def usable_cores(limit: Path = _CGROUP_LIMIT) -> int:
    """The processors given to this process: its affinity, cut by a container's quota. At least 1."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        allowed, period = limit.read_text().split()
        return max(1, min(cores, round(int(allowed) / int(period))))
    except (OSError, ValueError):
        return max(1, cores)
