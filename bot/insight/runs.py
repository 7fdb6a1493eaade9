"""How often the final report was made: a held-out set that is looked at again and again is held out no longer."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILE = "evaluations.json"


@dataclass(frozen=True)
class Runs:
    """``of_this_model`` counts the reports on just these weights, ``models`` how many different ones there were."""

    reports: int
    models: int
    of_this_model: int
    file: Path


def note(folder: Path, instead: Path, fingerprint: str) -> Runs:
    """Count one more final report of the model in ``folder``, beside its card; ``instead``, where it has none.

    A model without a card of ours (one from the hub, one in a read-only package) is counted in the work folder.
    """
    file = folder / FILE if (folder / "MODEL_CARD.md").is_file() and os.access(folder, os.W_OK) else instead / FILE
    counted = _read(file)
    models = counted["models"]
    here = models.setdefault(fingerprint, {"reports": 0})
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    here.setdefault("first", now)
    here["reports"], here["last"] = int(here["reports"]) + 1, now
    counted["reports"] = int(counted["reports"]) + 1
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(counted, indent=2) + "\n", "utf-8")
    os.replace(fresh, file)
    return Runs(counted["reports"], len(models), here["reports"], file)


def _read(file: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError, TypeError):
        counted = json.loads(file.read_text("utf-8"))
        return {"reports": int(counted["reports"]), "models": dict(counted["models"])}
    return {"reports": 0, "models": {}}
