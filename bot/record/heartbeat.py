"""The sign of life that a running bot leaves in its data folder, for ``health`` and a container's health check."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

HEARTBEAT_NAME = "alive"
BEAT_SECONDS = 10.0
SILENCE = timedelta(seconds=45)  # this long without a beat and the bot is taken for dead or stuck


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """How the bot was at ``at``. ``reasons``: part in trouble → sentence, as in ``Health``."""

    pid: int
    at: datetime
    connected: bool
    model_loaded: bool
    mode: str
    servers: int = 0
    reasons: Mapping[str, str] = field(default_factory=dict)

    def age(self, now: datetime) -> timedelta:
        return now - self.at


def beat(folder: Path, heartbeat: Heartbeat) -> None:
    """Replace the file in one move. A full disk is no reason to stop, so a failure is the reader's to notice."""
    path = folder / HEARTBEAT_NAME
    unfinished = path.with_name(f".{HEARTBEAT_NAME}.new")
    content = asdict(heartbeat) | {"at": heartbeat.at.isoformat(), "reasons": dict(heartbeat.reasons)}
    with contextlib.suppress(OSError):
        unfinished.write_text(json.dumps(content), encoding="utf-8")
        unfinished.replace(path)


def last_beat(folder: Path) -> Heartbeat | None:
    """The newest sign of life; None where there is none that can be read."""
    try:
        content = json.loads((folder / HEARTBEAT_NAME).read_text(encoding="utf-8"))
        return Heartbeat(**content | {"at": datetime.fromisoformat(content["at"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def stop_beating(folder: Path) -> None:
    """Take the sign away: the bot has left in good order."""
    with contextlib.suppress(OSError):
        (folder / HEARTBEAT_NAME).unlink(missing_ok=True)


def now_beating(
    *, connected: bool, model_loaded: bool, mode: str, servers: int, reasons: Mapping[str, str]
) -> Heartbeat:
    """The sign of life of this process at this moment."""
    return Heartbeat(os.getpid(), datetime.now(UTC), connected, model_loaded, mode, servers, reasons)
