"""What the bot does when Discord is not as it should be."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

import pytest

from bot.sandbox import Sandbox


async def bot_run(folder: Path, **env: str) -> tuple[int, str]:
    """``python -m bot run`` to its end: exit code and standard error."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DISCORD_")}
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--data", str(folder), "--log-level", "debug",
        env={**clean, **env}, cwd=folder, stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    _, errors = await asyncio.wait_for(running.communicate(), 60)
    return running.returncode or 0, errors.decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def write_config(folder: Path, rules: str, api: str) -> None:
    (folder / "config.yaml").write_text(rules + f"discord: {{api: {api}}}\n")


async def test_without_a_token_one_sentence_says_where_to_put_it(folder: Path, rules: str) -> None:
    write_config(folder, rules, "http://127.0.0.1:1/api/v10")
    code, errors = await bot_run(folder)
    assert code == 3
    assert errors.splitlines()[-1].startswith("There is no token. Set DISCORD_TOKEN")


async def test_a_wrong_token_is_one_sentence_and_never_printed(folder: Path, rules: str) -> None:
    async with Sandbox() as box:
        write_config(folder, rules, box.api_url)
        (folder / "token").write_text("not-the-token.at.all\n")
        code, errors = await bot_run(folder, DISCORD_TOKEN_FILE=str(folder / "token"))
    assert code == 3
    assert "Discord does not take this token" in errors
    assert "Traceback" not in errors
    assert "not-the-token" not in errors


async def test_a_right_token_is_never_printed_even_at_debug_level(folder: Path, rules: str) -> None:
    async with Sandbox() as box:
        write_config(folder, rules, box.api_url)
        (folder / ".env").write_text(f"DISCORD_TOKEN={box.token}\n")
        running = asyncio.create_task(bot_run(folder))
        await box.until(lambda: box.is_bot_online, within=30)
        box.world.application.privileged_intents = 0
        box.gateway.forget_sessions()
        box.gateway.close(4000)
        code, errors = await running
    assert code == 4
    assert box.token not in errors
    assert "connected" in errors


async def test_a_missing_intent_is_one_sentence_that_names_the_switch(folder: Path, rules: str) -> None:
    async with Sandbox() as box:
        box.world.application.privileged_intents = 0
        write_config(folder, rules, box.api_url)
        code, errors = await bot_run(folder, DISCORD_TOKEN=box.token)
    assert code == 4
    assert "Message Content Intent" in errors.splitlines()[-1]
    assert "Traceback" not in errors


async def test_no_network_is_one_sentence(folder: Path, rules: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        write_config(folder, rules, f"http://127.0.0.1:{nobody.getsockname()[1]}/api/v10")
        code, errors = await bot_run(folder, DISCORD_TOKEN="abc.def.ghi")
    assert code == 5
    assert "Discord cannot be reached at http://127.0.0.1" in errors.splitlines()[-1]
    assert "Traceback" not in errors


async def test_a_second_bot_on_the_same_folder_is_refused(folder: Path, rules: str, run_bot) -> None:
    async with Sandbox() as box, run_bot(box, folder=folder):
        write_config(folder, rules, box.api_url)
        code, errors = await bot_run(folder, DISCORD_TOKEN=box.token)
    assert code == 7
    assert str(os.getpid()) in errors.splitlines()[-1]


async def test_an_event_that_breaks_the_parser_does_not_end_the_bot(run_bot) -> None:
    async with Sandbox() as box, run_bot(box):
        before = box.gateway.identifies
        poll = {"question": {"text": "?"}, "answers": [], "expiry": None, "allow_multiselect": False, "layout_type": 1}
        await box.say("general", "Mallory", "a poll", extra={"poll": poll})
        await box.until(lambda: box.gateway.identifies > before and box.is_bot_online, within=30)
        after = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: after.is_deleted)


async def test_what_was_written_while_the_connection_was_down_comes_with_the_resume(run_bot) -> None:
    async with Sandbox() as box, run_bot(box):
        box.gateway.close(4000)
        missed = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: missed.is_deleted, within=30)
        assert box.gateway.resumes == 1


async def test_after_an_invalid_session_the_bot_identifies_again_at_the_same_server(run_bot) -> None:
    async with Sandbox() as box, run_bot(box):
        before = box.gateway.identifies
        box.gateway.invalidate()
        await box.until(lambda: box.gateway.identifies > before, within=30)
        message = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: message.is_deleted, within=30)
