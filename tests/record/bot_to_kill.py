"""A bot that writes to a record, says what it was told is written, and kills itself at a given point.

Arguments: folder, ``flags`` or ``rotate``, then ``commit`` or ``begin`` and the count of it at which to die.
"""

from __future__ import annotations

import asyncio
import os
import runpy
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from bot.record import writer
from bot.record.ledger import Ledger
from bot.records import Outcome, Status

SHARED = runpy.run_path(str(Path(__file__).with_name("conftest.py")))
FLAGS = 40


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def die_at(moment: str, count: int) -> None:
    """SIGKILL just before the ``count``-th COMMIT, or the BEGIN that follows one."""
    left = count

    def tick(_: Any) -> None:
        nonlocal left
        if threading.current_thread().name.startswith("record writer"):  # not what is read, nor a migration
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, moment, tick)


async def flag_everything(folder: Path) -> None:
    async with Ledger.at(folder) as ledger:
        await asyncio.gather(*(flag_one(ledger, number) for number in range(FLAGS)))


async def flag_one(ledger: Ledger, number: int) -> None:
    post = SHARED["replace"](SHARED["POST"], message_id=number)
    flag = await ledger.open_flag(post, SHARED["SCORES"], SHARED["DECISION"])
    if flag is None:
        say("again", number)
        return
    say("opened", number, flag.number)
    for position, outcome in enumerate(flag.outcomes):
        await ledger.start(flag, position)
        say("started", number, position)
        await ledger.finish(flag, position, Outcome(outcome.action, Status.DONE, options=outcome.options))
        say("finished", number, position)
    await ledger.close(flag)
    say("closed", number)


async def rotate(folder: Path) -> None:
    async with Ledger.at(folder) as ledger:
        await ledger.rotate_key()


if __name__ == "__main__":
    work: dict[str, Callable[[Path], Any]] = {"flags": flag_everything, "rotate": rotate}
    writer.JOBS_TOGETHER = 7  # so that a kill finds flags at every stage
    die_at(sys.argv[3], int(sys.argv[4]))
    asyncio.run(work[sys.argv[2]](Path(sys.argv[1])))
