"""Which precision each threshold was chosen for: ``thresholds.json`` beside the weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from bot.errors import CivilTongueError

FILE = "thresholds.json"


def promises_of(folder: Path) -> Mapping[str, Mapping[float, float]]:
    """Label → threshold → precision; empty for a model whose thresholds nobody chose here."""
    file = folder / FILE
    if not file.is_file():
        return {}
    try:
        written = json.loads(file.read_text("utf-8"))
        return {
            str(label): {float(step["at"]): float(step["precision"]) for step in steps}
            for label, steps in written.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CivilTongueError(
            f"{file} cannot be read ({error}): make it again with `python -m bot.training.thresholds`, or remove it."
        ) from error


def write(folder: Path, steps: Mapping[str, Mapping[float, float]]) -> None:
    """Keep label → threshold → precision beside the weights."""
    plain = {label: [{"at": at, "precision": each} for at, each in some.items()] for label, some in steps.items()}
    (folder / FILE).write_text(json.dumps(plain, indent=2) + "\n", "utf-8")
