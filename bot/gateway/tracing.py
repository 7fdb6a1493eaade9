"""Where an exception came from, without its text."""

from __future__ import annotations

import sys
import traceback


def innermost_frames(count: int = 3) -> str:
    """Where the current exception comes from; its text is left out, as it may hold a member's words."""
    stack = traceback.extract_tb(sys.exc_info()[2])[-count:]
    return " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in reversed(stack))
