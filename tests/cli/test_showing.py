"""What members wrote does nothing to the terminal on which it is shown."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.showing import as_json, cell, for_terminal, plain

TOP = Path(__file__).parents[2]
HOSTILE = "bad [/b] [link=https://evil.example]here[/link] \x1b[31m \x9b31m \u202e:x:"


def bot(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=TOP, timeout=300, check=False)


def on_terminal(*arguments: str | Path) -> str:
    """What the command writes to a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "bot", *map(str, arguments)]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, cwd=TOP) as process:
        os.close(theirs)
        written = b""
        try:
            while some := os.read(ours, 4096):
                written += some
        except OSError:  # Linux says so when the other end is closed
            pass
        process.wait(120)
    os.close(ours)
    return written.decode()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_markup_in_a_cell_stays_text() -> None:
    assert cell("[/b] [red]x").plain == "[/b] [red]x"
    assert cell("[/b] [red]x").spans == []


def test_json_is_ascii_on_a_terminal_and_readable_in_a_file() -> None:
    assert as_json("é\u202e", Terminal()) == '"\\u00e9\\u202e"'
    assert as_json("é\u202e", io.StringIO()) == '"é\u202e"'


def test_what_cannot_be_printed_is_written_out_on_a_terminal_only() -> None:
    assert for_terminal("é\x1b\u202e", Terminal()) == "é\\x1b\\u202e"
    assert for_terminal("é\x1b", io.StringIO()) == "é\x1b"
    assert plain("a\x1b\nb") == "a  b"


async def test_a_hostile_message_is_shown_as_it_is_and_steers_nothing(run_bot) -> None:
    from bot.sandbox import Sandbox

    async with Sandbox() as box, run_bot(box) as running:
        await box.say("general", "Mallory", HOSTILE)
        await box.until(lambda: box.cards())
        folder = running.folder
    listed = bot("flags", "list", "--data", folder)
    assert listed.returncode == 0, listed.stderr
    assert "[/b]" in listed.stdout.replace("\n", "")
    assert json.loads(bot("flags", "list", "--json", "--data", folder).stdout)[0]["text"] == HOSTILE
    exported = bot("flags", "export", "--format", "csv", "--data", folder).stdout
    assert next(csv.DictReader(io.StringIO(exported)))["text"] == HOSTILE
    for command in (["show", "1"], ["show", "1", "--json"], ["export"], ["export", "--format", "csv"]):
        seen = on_terminal("flags", *command, "--data", folder)
        assert "evil.example" in seen
        assert not [each for each in seen if not each.isprintable() and each not in "\r\n"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["list", "--guild", "99999999999999999999"],
        ["list", "--guild", "²"],
        ["list", "--guild", ""],
        ["list", "--member", "9" * 5_000],
        ["show", "99999999999999999999"],
    ],
)
async def test_a_number_beyond_all_numbers_is_one_sentence(arguments: list[str], tmp_path: Path) -> None:
    from bot.record.ledger import Ledger

    async with Ledger.at(tmp_path):
        pass
    done = bot("flags", *arguments, "--data", tmp_path)
    assert "Traceback" not in done.stderr
    assert len((done.stdout + done.stderr).strip().splitlines()) == 1
