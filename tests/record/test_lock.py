"""One folder, one bot."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import FolderInUse
from bot.record.ledger import Ledger
from bot.record.lock import locked

HOLD = """
import sys
from pathlib import Path
from bot.record.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


async def test_a_second_bot_is_refused_and_told_who_has_the_folder(folder: Path):
    async with Ledger.at(folder):
        with pytest.raises(FolderInUse, match=f"process {os.getpid()}"):
            async with Ledger.at(folder):
                pass
    async with Ledger.at(folder) as ledger:
        assert await ledger.flag_count() == 0


def test_the_lock_of_a_killed_bot_is_free(tmp_path: Path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(FolderInUse, match=f"process {holder.pid}"), locked(tmp_path):
            pass
        holder.send_signal(signal.SIGKILL)
    with locked(tmp_path):
        assert (tmp_path / "lock").read_text() == str(os.getpid())
