"""init, invite and doctor, as an owner meets them in the first hour."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import pty
import stat
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest

from bot import config
from bot.cli.sandbox import write_config
from bot.gateway.permissions import OWN_NEEDS, bits
from bot.sandbox import Sandbox

ACCOUNT = 123_456_789_012_345_678
TOKEN = base64.urlsafe_b64encode(str(ACCOUNT).encode()).decode().rstrip("=") + ".GabcdE.a-secret-that-nobody-may-see"
NOBODY = "discord: {api: http://127.0.0.1:9/api/v10}\n"  # the discard port: nobody answers


async def bot(*arguments: str | Path, given: str = "", cwd: Path, **env: str) -> tuple[int, str, str]:
    """``python -m bot`` while this process goes on serving a sandbox: exit code, standard output, standard error."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DISCORD_", "CIVIL_TONGUE_"))}
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *map(str, arguments),
        env={**clean, **env}, cwd=cwd, stdin=pipe, stdout=pipe, stderr=pipe,
    )  # fmt: skip
    out, errors = await asyncio.wait_for(running.communicate(given.encode()), 300)
    return running.returncode or 0, out.decode(), errors.decode()


def permissions_in(link: str) -> int:
    return int(parse_qs(urlparse(link).query)["permissions"][0])


def link_in(text: str) -> str:
    return next(word for word in text.split() if word.startswith("https://discord.com/oauth2/authorize"))


@pytest.fixture
def offline(tmp_path: Path) -> Path:
    """A folder whose config points at nobody, so that no test asks the real Discord."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "config.yaml").write_text(config.shipped().read_text() + NOBODY)
    return folder


async def test_init_writes_a_private_folder_with_a_config_that_is_right(offline: Path, tmp_path: Path) -> None:
    code, out, errors = await bot("init", "--data", offline, "--force", given=TOKEN + "\n", cwd=tmp_path)
    assert code == 0, errors
    assert stat.S_IMODE(offline.stat().st_mode) == 0o700
    assert stat.S_IMODE((offline / "token").stat().st_mode) == 0o600
    assert (offline / "token").read_text().strip() == TOKEN
    assert "$schema" not in (offline / "config.yaml").read_text()
    written, shipped = config.load(offline / "config.yaml"), config.load(config.shipped())
    assert config.summary(written) == config.summary(shipped)
    assert "Message Content Intent" in out
    assert f"run --data {offline}" in out


async def test_without_a_network_init_says_that_the_token_was_not_checked(offline: Path, tmp_path: Path) -> None:
    code, out, _ = await bot("init", "--data", offline, given=TOKEN + "\n", cwd=tmp_path)
    assert code == 0
    assert "The token was not checked" in out
    assert f"client_id={ACCOUNT}" in link_in(out)


async def test_the_token_is_never_shown(offline: Path, tmp_path: Path) -> None:
    for command in (
        ("init", "--data", offline),
        ("invite", "--data", offline),
        ("doctor", "--data", offline, "--json"),
    ):
        _, out, errors = await bot(*command, given=TOKEN + "\n", cwd=tmp_path)
        assert "a-secret-that-nobody-may-see" not in out + errors


async def test_a_token_typed_at_a_terminal_is_not_echoed(offline: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DISCORD_")}
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "init", "--data", str(offline),
        env=clean, cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while b"Token: " not in shown:  # the space comes once the echo is off
        shown += await asyncio.to_thread(os.read, ours, 4096)
    os.write(ours, TOKEN.encode() + b"\n")

    def rest() -> bytes:
        found = b""
        try:
            while part := os.read(ours, 4096):
                found += part
        except OSError:  # the terminal is closed at its other end
            return found
        return found

    shown += await asyncio.to_thread(rest)
    os.close(ours)
    assert await running.wait() == 0
    assert b"Next:" in shown
    assert b"a-secret" not in shown
    assert (offline / "token").read_text().strip() == TOKEN


async def test_init_overwrites_nothing_unless_told_and_then_keeps_a_copy(offline: Path, tmp_path: Path) -> None:
    before = (offline / "config.yaml").read_text()
    await bot("init", "--data", offline, given=TOKEN + "\n", cwd=tmp_path)
    assert (offline / "config.yaml").read_text() == before
    code, _, errors = await bot("init", "--data", offline, given="another.token.here\n", cwd=tmp_path)
    assert code == 1
    assert "there already" in errors
    assert (offline / "token").read_text().strip() == TOKEN
    code, out, _ = await bot("init", "--data", offline, "--force", given="another.token.here\n", cwd=tmp_path)
    assert code == 0
    assert (offline / "token").read_text().strip() == "another.token.here"
    [kept_config] = offline.glob("config.yaml.*")
    [kept_token] = offline.glob("token.*")
    assert kept_config.read_text() == before
    assert kept_token.read_text().strip() == TOKEN
    assert stat.S_IMODE(kept_token.stat().st_mode) == 0o600
    assert str(kept_config) in out


async def test_init_with_a_token_that_discord_refuses_writes_nothing(tmp_path: Path) -> None:
    async with Sandbox() as box:
        folder = tmp_path / "data"
        folder.mkdir()
        (folder / "config.yaml").write_text(config.shipped().read_text() + f"discord: {{api: {box.api_url}}}\n")
        (tmp_path / "wrong").write_text("not-the-token.at.all")
        code, _, errors = await bot("init", "--data", folder, "--token-file", tmp_path / "wrong", cwd=tmp_path)
    assert code == 3
    assert "does not take this token" in errors
    assert not (folder / "token").exists()


async def test_what_init_wrote_is_found_by_run_invite_and_doctor(tmp_path: Path, rules: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    async with Sandbox() as box:
        (folder / "config.yaml").write_text(rules + f"discord: {{api: {box.api_url}}}\n")
        code, out, errors = await bot("init", "--data", folder, cwd=tmp_path, DISCORD_TOKEN=box.token)
        assert code == 0, errors
        assert "it is Civil Tongue's" in out
        assert "Message Content Intent is on already" in out
        code, out, _ = await bot("invite", "--data", folder, cwd=tmp_path)
        assert f"client_id={box.world.application.id}" in link_in(out)
        code, out, errors = await bot("doctor", "--data", folder, "--json", cwd=tmp_path)
        assert code == 0, out
        found = {finding["what"]: finding for finding in json.loads(out)}
        assert found["token"]["severity"] == "ok"
        box.switch_off_intents("message_content")
        code, out, _ = await bot("doctor", "--data", folder, cwd=tmp_path)
        assert code == 1
        assert "1 error" in out
        code, _, errors = await bot("run", "--data", folder, cwd=tmp_path)
        assert code == 4  # it found the token and came as far as the intent


async def test_the_mends_of_doctor_can_be_typed_as_they_stand(tmp_path: Path) -> None:
    folder = tmp_path / "my data"
    folder.mkdir(mode=0o755)
    async with Sandbox() as box:
        (folder / "config.yaml").write_text(f"labels: {{toxic: flag}}\ndiscord: {{api: {box.api_url}}}\n")
        _, out, _ = await bot("doctor", "--data", folder, "--json", cwd=tmp_path, DISCORD_TOKEN="not-the-token.at.all")
        mend = next(finding["mend"] for finding in json.loads(out) if finding["what"] == "token")
        assert f"`python -m bot init --data '{folder}'`" in mend
        mend = next(finding["mend"] for finding in json.loads(out) if finding["what"] == "folder")
        assert f"`chmod 700 '{folder}'`" in mend
        (folder / "config.yaml").write_text("mode: loud\n")
        _, out, _ = await bot("doctor", "--data", folder, "--json", cwd=tmp_path)
        mend = next(finding["mend"] for finding in json.loads(out) if finding["what"] == "config")
        assert f"`python -m bot check --config '{folder}/config.yaml'`" in mend


async def test_the_link_asks_for_what_the_actions_need_and_nothing_else(offline: Path, tmp_path: Path) -> None:
    (offline / "token").write_text(TOKEN)
    (offline / "config.yaml").write_text("labels: {toxic: flag}\n" + NOBODY)
    _, out, _ = await bot("invite", "--data", offline, cwd=tmp_path)
    assert permissions_in(link_in(out)) == bits(OWN_NEEDS)
    (offline / "config.yaml").write_text(
        "labels: {toxic: flag}\n"
        "overrides: [{channels: [a], labels: {insult: {at: 0.9, do: [delete, timeout: 1h]}}}]\n" + NOBODY
    )
    _, out, errors = await bot("invite", "--data", offline, cwd=tmp_path)
    assert permissions_in(link_in(out)) == bits(OWN_NEEDS | {"manage_messages", "manage_threads", "moderate_members"})
    assert "Timeout Members" in errors


async def test_an_application_that_cannot_be_known_is_said_with_the_way_around(offline: Path, tmp_path: Path) -> None:
    (offline / "token").write_text("no-id-in-here.abc.def")
    code, out, errors = await bot("invite", "--data", offline, cwd=tmp_path)
    assert code == 1
    assert out == ""
    assert "Manage Messages" in errors


@pytest.mark.parametrize("held", ["record.sqlite", "key", "token"])
async def test_the_sandbox_refuses_the_folder_of_a_real_bot(tmp_path: Path, held: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / held).write_bytes(b"")
    code, _, errors = await bot("sandbox", "--no-browser", "--port", "0", "--data", folder, cwd=tmp_path)
    assert (code, len(errors.splitlines())) == (1, 1)
    assert "belongs to a real bot" in errors
    assert [path.name for path in folder.iterdir()] == [held]


async def test_the_sandbox_refuses_a_folder_with_anything_else_in_it(tmp_path: Path) -> None:
    for name in ("config.yaml", "holiday.jpg", "letter.txt", "notes.md", "plan.txt"):
        (tmp_path / name).write_text("mine")
    code, _, errors = await bot("sandbox", "--no-browser", "--port", "0", "--data", tmp_path, cwd=tmp_path)
    assert (code, len(errors.splitlines())) == (1, 1)
    assert "holds other things (holiday.jpg, letter.txt, notes.md and 1 more)" in errors
    assert (tmp_path / "config.yaml").read_text() == "mine"


def test_the_sandbox_takes_the_rules_that_wait_alone_in_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.yaml").write_text("mode: shadow\n")
    assert write_config(tmp_path).read_text() == "mode: shadow\n"
    assert "is the sandbox's from now on" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "doctor"])
async def test_what_is_for_a_real_bot_refuses_the_folder_of_a_sandbox(tmp_path: Path, command: str) -> None:
    write_config(tmp_path / "data")
    write_config(tmp_path / "data")  # its own folder is taken again
    code, _, errors = await bot(command, "--data", tmp_path / "data", cwd=tmp_path, DISCORD_TOKEN=TOKEN)
    assert (code, len(errors.splitlines())) == (1, 1)
    assert "made by `sandbox`" in errors
