"""``health``: is the bot on this folder alive and well? For people, and for a container's health check."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer

from bot.cli import options
from bot.record.heartbeat import SILENCE, Heartbeat, last_beat
from bot.record.lock import holder_of


@dataclass(frozen=True, slots=True)
class Condition:
    is_well: bool
    sentence: str


def command(data: options.Data = options.DEFAULT_DATA, as_json: options.Json = False) -> None:
    """Say whether the bot on DIR is alive, connected and well: exits with 0 if it is, with 1 if not.

    The running bot writes a sign of life into DIR every 10 s; nothing is asked over the network.
    """
    beat = last_beat(data)
    condition = judge(data, beat, datetime.now(UTC))
    if as_json:
        last = asdict(beat) | {"at": beat.at.isoformat(), "reasons": dict(beat.reasons)} if beat else None
        typer.echo(json.dumps({**asdict(condition), "last_sign_of_life": last}, ensure_ascii=False, indent=2))
    else:
        typer.echo(condition.sentence)
    sys.exit(0 if condition.is_well else 1)


def judge(folder: Path, beat: Heartbeat | None, now: datetime) -> Condition:
    """What the last sign of life means at ``now``."""
    if holder_of(folder) is None:
        return Condition(False, f"No bot runs on {folder}.")
    if beat is None:
        return Condition(False, "The bot is starting.")
    if beat.age(now) > SILENCE:
        return Condition(False, f"No sign of life for {beat.age(now).total_seconds():.0f} s: look into its log.")
    if not beat.connected:
        return Condition(False, "Not connected to Discord; it goes on trying.")
    if beat.reasons:
        return Condition(False, f"Flagging only: {'; '.join(beat.reasons.values())}")
    return Condition(True, f"Well: {beat.mode} mode, in {beat.servers} server{'' if beat.servers == 1 else 's'}.")
