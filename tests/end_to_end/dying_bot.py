"""A bot that is killed in the middle: ``python dying_bot.py FOLDER STEP NTH`` (run by test_kill.py).

STEP is ``METHOD:before`` or ``METHOD:after`` of the ledger, or ``never``; at its NTH call the process gets SIGKILL, as
from ``kill -9``: nothing is flushed, nothing is closed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from functools import wraps
from pathlib import Path
from typing import Any

import structlog

from bot import app, config
from bot.gateway.token import read_token
from bot.record.ledger import Ledger


def kill_at(step: str, nth: int) -> None:
    """Make the ledger's method the process's last."""
    method, _, when = step.partition(":")
    honest = getattr(Ledger, method)
    calls = 0

    @wraps(honest)
    async def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if when == "after":
            result = await honest(*args, **kwargs)
        if calls >= nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result if when == "after" else await honest(*args, **kwargs)

    setattr(Ledger, method, deadly)


async def main(folder: Path, step: str, nth: int) -> None:
    if step != "never":
        kill_at(step, nth)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)

    async def say_ready(_: object) -> None:
        print("ready", flush=True)

    settings = config.load(folder / "config.yaml")
    await app.run(settings, folder, read_token(), stop=stop, on_ready=say_ready)


if __name__ == "__main__":
    # Not to stdout, which nobody reads any more once it said that it is ready: a full pipe would stop the bot.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
