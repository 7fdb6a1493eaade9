"""What the bot does when Discord is not as it should be."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.records import Status
from bot.sandbox import Sandbox, payloads
from bot.texts.saying import say


async def bot_run(folder: Path, **env: str) -> tuple[int, str]:
    """``python -m bot run`` to its end: exit code and standard error."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DISCORD_")}
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--data", str(folder), "--log-level", "debug",
        env={**clean, **env}, cwd=folder, stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    _, errors = await asyncio.wait_for(running.communicate(), 180)
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
        await box.until(lambda: box.is_bot_online)
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


POLL = {
    "question": {"text": "are you evil?"},
    "answers": [],
    "expiry": None,
    "allow_multiselect": False,
    "layout_type": 1,
}


async def test_an_event_that_breaks_discord_py_is_read_all_the_same_and_costs_no_connection(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        poll = await box.say("general", "Mallory", "a poll", extra={"poll": POLL})
        await box.until(lambda: poll.is_deleted)
        anonymous = await box.say("general", "Mallory", "hello")
        told = payloads.told_message(anonymous, box.world.bot) | {"content": "you are evil"}
        del told["author"], told["member"]
        box.gateway.dispatch("MESSAGE_UPDATE", told | {"edited_timestamp": datetime.now(UTC).isoformat()})
        await box.until(lambda: anonymous.is_deleted)
        assert (box.gateway.identifies, box.gateway.resumes) == (1, 0)
    edited, asked = await flags_in(bot.folder)
    assert (edited.author.name, edited.text) == ("Mallory", "you are evil")
    assert asked.surface == "poll question"


async def test_a_session_that_begins_wrong_ends_the_client_and_another_one_takes_its_place(run_bot) -> None:
    async with Sandbox() as box, run_bot(box):
        before = box.gateway.identifies
        box.gateway.dispatch("READY", {})
        await box.until(lambda: box.gateway.identifies > before and box.is_bot_online)
        after = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: after.is_deleted)


async def test_what_was_decided_before_the_client_broke_is_done_when_there_is_a_new_one(
    run_bot, flags_in, until_shown
) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        messages = [await box.say("general", f"Rude {number}", f"evil {number}") for number in range(20)]
        box.gateway.dispatch("READY", {})
        await box.until(lambda: all(message.is_deleted for message in messages))
        await until_shown(bot.folder, 20)
    for flag in await flags_in(bot.folder):
        status = {outcome.action: outcome.status for outcome in flag.outcomes}
        assert status["delete"] in (Status.DONE, Status.ALREADY_DONE)


async def test_news_while_there_is_no_client_are_told_by_the_next_one(run_bot) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        before = box.gateway.identifies
        box.gateway.dispatch("READY", {})
        await box.until(lambda: not box.is_bot_online)
        bot.pipeline.health.trouble("record", say("record_full"))
        await box.until(lambda: any(str(say("record_full")) in m.content for m in box.messages("mod-log")))
        assert box.gateway.identifies > before


async def test_a_pin_of_a_message_edited_long_ago_is_no_edit(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        old = await box.say("general", "Mallory", "evil of old", at=datetime.now(UTC) - timedelta(days=30))
        old.edited_at = datetime.now(UTC) - timedelta(days=29)
        flagged = box.cards()
        assert flagged == []
        box.gateway.dispatch("MESSAGE_UPDATE", payloads.told_message(old, box.world.bot))
        last = await box.say("general", "Mallory", "evil now")
        await box.until(lambda: last.is_deleted)
    assert "evil of old" not in [flag.text for flag in await flags_in(bot.folder) if flag.is_edit]


async def test_an_edit_that_comes_without_its_member_still_knows_a_moderator(run_bot, rules, flags_in) -> None:
    async with Sandbox() as box, run_bot(box, text=rules + "exempt: {roles: [Moderator]}\n") as bot:
        message = await box.say("general", "Morgan", "hello")
        message.content, message.edited_at = "evil edit", datetime.now(UTC)
        payload = payloads.told_message(message, box.world.bot)
        del payload["member"]
        box.gateway.dispatch("MESSAGE_UPDATE", payload)
        last = await box.say("general", "Mallory", "evil now")
        await box.until(lambda: last.is_deleted)
        assert not message.is_deleted
    assert [flag.author.name for flag in await flags_in(bot.folder)] == ["Mallory"]


async def test_what_was_written_while_the_connection_was_down_comes_with_the_resume(run_bot) -> None:
    async with Sandbox() as box, run_bot(box):
        box.gateway.close(4000)
        missed = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: missed.is_deleted)
        assert box.gateway.resumes == 1


async def test_after_an_invalid_session_the_bot_identifies_again_at_the_same_server(run_bot) -> None:
    async with Sandbox() as box, run_bot(box):
        before = box.gateway.identifies
        box.gateway.invalidate()
        await box.until(lambda: box.gateway.identifies > before)
        message = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: message.is_deleted)
