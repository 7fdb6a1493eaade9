"""backup, restore, record, health and unit, as an owner uses them."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox import Sandbox

TOP = Path(__file__).parents[2]


def bot(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=TOP, timeout=300, check=False)


@pytest.fixture
async def folder(run_bot: Any) -> Path:
    """The folder of a bot that has flagged two messages and was stopped."""
    async with Sandbox() as box, run_bot(box) as running:
        for text in ("you are evil", "so bad"):
            await box.say("general", "Mallory", text)
        await box.until(lambda: len(box.cards()) == 2)
    return Path(running.folder)


def texts(folder: Path) -> list[str | None]:
    return [flag["text"] for flag in json.loads(bot("flags", "list", "--json", "--data", folder).stdout)]


async def test_a_backup_made_while_the_bot_runs_is_restored_elsewhere(run_bot: Any, tmp_path: Path) -> None:
    file, elsewhere = tmp_path / "backup.zip", tmp_path / "elsewhere"
    async with Sandbox() as box, run_bot(box) as running:
        await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: box.cards())
        made = bot("backup", file, "--data", running.folder, "--with-key")
        assert made.returncode == 0, made.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    done = bot("restore", file, "--data", elsewhere)
    assert done.returncode == 0, done.stderr
    assert texts(elsewhere) == ["you are evil"]
    assert (elsewhere / "config.yaml").read_text() == (running.folder / "config.yaml").read_text()
    assert stat.S_IMODE((elsewhere / "key").stat().st_mode) == 0o600


def test_the_key_and_the_token_are_not_in_a_backup_unless_asked_for(folder: Path, tmp_path: Path) -> None:
    (folder / "token").write_text("a.secret.token")
    made = bot("backup", tmp_path / "backup.zip", "--data", folder)
    assert "The key is not in it" in made.stdout
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        assert set(archive.namelist()) == {"manifest.json", "record.sqlite", "config.yaml"}
    assert bot("backup", tmp_path / "backup.zip", "--data", folder).returncode == 8  # never over another one
    assert bot("backup", tmp_path / "backup.zip", "--data", folder, "--with-key", "--force").returncode == 0
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        assert set(archive.namelist()) == {"manifest.json", "record.sqlite", "config.yaml", "key"}


def test_restore_replaces_a_record_only_when_told_and_keeps_it_beside(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    bot("backup", file, "--data", folder)
    import sqlite3

    with sqlite3.connect(folder / "record.sqlite") as connection:
        connection.execute("DELETE FROM sealed_texts")
    connection.close()
    refused = bot("restore", file, "--data", folder)
    assert refused.returncode == 8
    assert "--force" in refused.stderr
    assert texts(folder) == [None, None]
    done = bot("restore", file, "--data", folder, "--force")
    assert done.returncode == 0, done.stderr
    assert texts(folder) == ["so bad", "you are evil"]
    [kept] = (folder / "backups").glob("record-*-replaced.sqlite")
    assert str(kept) in done.stdout


async def test_restore_refuses_while_a_bot_runs(run_bot: Any, tmp_path: Path) -> None:
    async with Sandbox() as box, run_bot(box) as running:
        bot("backup", tmp_path / "backup.zip", "--data", running.folder)
        assert bot("restore", tmp_path / "backup.zip", "--data", running.folder, "--force").returncode == 7
        assert bot("record", "vacuum", "--data", running.folder).returncode == 7


@pytest.mark.parametrize("harm", ["cut", "changed", "no backup", "newer", "not there"])
def test_a_backup_that_is_not_whole_leaves_everything_as_it_was(folder: Path, tmp_path: Path, harm: str) -> None:
    file = tmp_path / "backup.zip"
    bot("backup", file, "--data", folder)
    if harm == "cut":
        file.write_bytes(file.read_bytes()[:-500])
    elif harm == "no backup":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("../escaped", "x")
    elif harm == "not there":
        file.unlink()
    else:
        with zipfile.ZipFile(file) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        if harm == "changed":
            parts["record.sqlite"] = parts["record.sqlite"][:-10] + b"0123456789"
        else:
            parts["manifest.json"] = json.dumps({**json.loads(parts["manifest.json"]), "revision": "r9999"}).encode()
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
    done = bot("restore", file, "--data", folder, "--force")
    assert done.returncode == 8
    assert len(done.stderr.splitlines()) == 1
    assert texts(folder) == ["so bad", "you are evil"]
    assert not (tmp_path / "escaped").exists()


def test_record_info_and_vacuum(folder: Path) -> None:
    facts = json.loads(bot("record", "info", "--json", "--data", folder).stdout)
    assert (facts["flags"], facts["texts"], facts["open_flags"]) == (2, 2, 0)
    assert facts["is_current"]
    assert "kept 30 days, the oldest of 20" in bot("record", "info", "--data", folder).stdout
    import sqlite3

    with sqlite3.connect(folder / "record.sqlite") as connection:
        connection.execute("CREATE TABLE ballast AS SELECT randomblob(3000000) AS weight")
        connection.execute("DROP TABLE ballast")
    connection.close()
    done = bot("record", "vacuum", "--data", folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "record.sqlite").stat().st_size < 1_000_000
    assert texts(folder) == ["so bad", "you are evil"]


async def test_health_says_whether_the_bot_is_well(run_bot: Any, tmp_path: Path) -> None:
    async with Sandbox() as box, run_bot(box) as running:
        await box.until(lambda: box.is_bot_online)
        beat = json.loads((running.folder / "alive").read_text())
        assert beat["pid"] == os.getpid()
        stale = {**beat, "connected": True, "reasons": {"worker": "The model is broken."}}
        (running.folder / "alive").write_text(json.dumps(stale))
        troubled = bot("health", "--data", running.folder)
        (running.folder / "alive").write_text(json.dumps({**stale, "reasons": {}}))
        well = bot("health", "--data", running.folder)
        (running.folder / "alive").write_text(json.dumps({**stale, "at": "2026-01-01T00:00:00+00:00"}))
        silent = bot("health", "--data", running.folder, "--json")
    assert (troubled.returncode, well.returncode, silent.returncode) == (1, 0, 1)
    assert "The model is broken" in troubled.stdout
    assert "live mode" in well.stdout
    assert "No sign of life" in json.loads(silent.stdout)["sentence"]
    assert not (running.folder / "alive").exists()
    assert bot("health", "--data", running.folder).returncode == 1


def test_the_unit_names_the_real_paths(tmp_path: Path) -> None:
    text = bot("unit", "--data", tmp_path / "data", "--user", "tongue").stdout
    assert f"ExecStart={sys.executable} -m bot run --data {tmp_path / 'data'} --log-format json" in text
    assert f"ReadWritePaths={tmp_path / 'data'}" in text
    assert "CacheDirectory=civil-tongue" in text
    assert "User=tongue" in text
    assert "NoNewPrivileges=yes" in text
    assert bot("unit", "--data", tmp_path / "my data").returncode == 1
