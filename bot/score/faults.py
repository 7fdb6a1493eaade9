"""Describes errors for the log without a word of what members wrote."""

from __future__ import annotations

import traceback
from pathlib import Path

DEEPEST_CALLS = 4


def described(error: BaseException) -> dict[str, str]:
    """Its type and the innermost calls; neither its message nor local variables, which may hold member text."""
    calls = traceback.extract_tb(error.__traceback__)[-DEEPEST_CALLS:]
    places = " > ".join(f"{Path(call.filename).name}:{call.lineno} {call.name}" for call in calls)
    return {"error": type(error).__name__, "where": places}
