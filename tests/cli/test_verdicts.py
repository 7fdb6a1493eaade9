"""A verdict from the command line: carried out by the bot that runs, or without one by REST."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from bot.records import Status
from bot.sandbox import Sandbox

TOP = Path(__file__).parents[2]


@pytest.fixture
def strict(rules: str) -> str:
    return rules.replace("do: [flag, delete, warn]", "do: [flag, delete, timeout: 1h]")


async def bot(*arguments: str | Path, **environment: str) -> tuple[int, str, str]:
    """``python -m bot`` beside this process: exit code, output, errors."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *map(str, arguments),
        cwd=TOP,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_a_running_bot_carries_out_what_the_command_line_asks(run_bot, flags_in, strict) -> None:
    async with Sandbox() as box, run_bot(box, text=strict) as running:
        await box.say("general", "Mallory", "my evil plan")
        await box.until(lambda: box.cards())
        code, out, _ = await bot("flags", "mistaken", "1", "--data", running.folder, "--by", "Olga")
        assert code == 0
        assert "Flag #1 was mistaken" in out
        assert "timeout taken back" in out
        assert box.member("Mallory").timed_out_until is None
        await box.until(lambda: "**Olga**" in str(box.cards()[0].components))
        [flag] = await flags_in(running.folder)
    assert [(ruling.verdict, ruling.by.name, ruling.via) for ruling in flag.rulings] == [
        ("mistaken", "Olga", "command line")
    ]


async def test_without_a_running_bot_it_is_done_by_rest_alone(run_bot, flags_in, strict) -> None:
    async with Sandbox() as box:
        async with run_bot(box, text=strict) as running:
            await box.say("general", "Mallory", "my evil plan")
            await box.until(lambda: box.cards())
        path = running.folder / "config.yaml"
        path.write_text(f"{path.read_text()}\ndiscord: {{api: {box.api_url!r}}}\n")
        sessions = box.gateway.identifies
        code, out, err = await bot("flags", "mistaken", "1", "--data", running.folder, DISCORD_TOKEN=box.token)
        assert (code, err) == (0, "")
        assert "timeout taken back" in out
        assert "delete taken back" in out
        assert box.member("Mallory").timed_out_until is None
        assert "my evil plan" in box.dms("Mallory")[-1].content
        assert box.gateway.identifies == sessions
        _, listed, _ = await bot("flags", "list", "--data", running.folder)
        assert "delete: taken back, timeout: taken back  |  mistaken" in listed
        [flag] = await flags_in(running.folder)
        assert {each.action: each.undo_status for each in flag.outcomes} == {
            "flag": None,
            "delete": Status.DONE,
            "timeout": Status.DONE,
        }
        async with run_bot(box, text=strict):
            await box.until(lambda: "Taken back" in str(box.cards()[0].components))


async def test_upholding_needs_neither_a_token_nor_discord(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as running:
        await box.say("general", "Mallory", "my evil plan")
        await box.until(lambda: box.cards())
    code, out, err = await bot("flags", "uphold", "1", "--data", running.folder, "--by", "Olga", DISCORD_TOKEN="")
    assert (code, err) == (0, "")
    assert "Flag #1 is upheld" in out
    [flag] = await flags_in(running.folder)
    assert flag.verdict == "upheld"
    code, _, err = await bot("flags", "uphold", "7", "--data", running.folder)
    assert code == 1
    assert "There is no flag 7" in err
