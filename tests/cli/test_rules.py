"""``rules`` prints what is active in a place, and which line it comes from."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.record.ledger import Ledger
from bot.records import GuildSettings, Named, Pause

RULES = """\
mode: live
labels:
  toxic: flag
  insult: [{at: 0.6, do: [flag, delete]}]
strikes: {weights: {insult: 1}, ladder: [{at: 3, do: [timeout: 1h]}]}
overrides:
  - channels: [memes]
    labels: {toxic: off, insult: shadow}
  - roles: [Newcomer]
    younger_than: 7d
    labels: {toxic: {at: 0.9, do: delete}}
  - members: [123]
    exempt: true
guilds:
  Second Home: {mode: shadow}
"""

Ask = Callable[..., str]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """What ``rules`` prints for these options."""
    path = tmp_path / "config.yaml"
    path.write_text(RULES)

    def run(*options: str) -> str:
        result = CliRunner().invoke(app, ["rules", "--config", str(path), *options], env={"COLUMNS": "160"})
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_without_options_it_shows_the_rules_of_the_whole_file_with_their_lines(ask: Ask) -> None:
    table = ask()
    assert "config.yaml:4 labels.insult[0]" in table
    assert "config.yaml:5 strikes.ladder[0]" in table
    assert "timeout (for: 1h)" in table
    assert "overridden" not in table


def test_in_a_place_it_shows_what_is_off_and_what_is_in_shadow_mode_and_by_what(ask: Ask) -> None:
    table = ask("--channel", "#memes")
    assert "overridden by overrides[0]" in table
    assert "No override fits this." in ask("--channel", "trash-talkk")
    assert "No override" not in ask()
    assert "shadow (overrides[0].labels.insult)" in table


def test_it_tells_that_a_member_is_not_read_at_all(ask: Ask) -> None:
    assert "not read: overrides[2] exempts them" in ask("--member", "123")


def test_the_age_of_an_account_and_a_role_count_together(ask: Ask) -> None:
    def toxic(*options: str) -> dict[str, object]:
        [step] = json.loads(ask("--json", *options))["labels"]["toxic"]
        return {"at": step["at"], "line": step["from"].rpartition(":")[2]}

    assert toxic("--role", "newcomer", "--age", "3d") == {"at": 0.9, "line": "11"}
    assert toxic("--role", "newcomer", "--age", "8d") == {"at": 0.5, "line": "3"}
    assert toxic("--role", "newcomer") == {"at": 0.5, "line": "3"}
    assert toxic("--age", "3d") == {"at": 0.5, "line": "3"}


def test_a_guild_has_its_own_mode(ask: Ask) -> None:
    assert json.loads(ask("--json", "--guild", "second home"))["mode"] == "shadow"
    assert json.loads(ask("--json"))["mode"] == "live"


def test_a_member_is_an_id(ask: Ask, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["rules", "--config", str(tmp_path / "config.yaml"), "--member", "Bob"])
    assert "--member wants an id" in str(result.exception)


def test_all_texts_are_printed_as_a_config_that_loads(tmp_path: Path) -> None:
    printed = CliRunner().invoke(app, ["check", "--texts"]).output
    path = tmp_path / "config.yaml"
    path.write_text("labels: {toxic: flag}\n" + printed)
    result = CliRunner().invoke(app, ["check", "--config", str(path)])
    assert "is fine" in result.output


def test_a_pause_by_moderators_is_told_for_their_server(ask: Ask, tmp_path: Path) -> None:
    pause = Pause("a rule runs wild", Named(7, "Morgan"), datetime(2026, 11, 23, 12, tzinfo=UTC))

    async def put() -> None:
        async with Ledger.at(tmp_path) as ledger:
            await ledger.put_guild_settings(123456789012345678, GuildSettings(pause=pause))

    asyncio.run(put())
    told = ask("--guild", "123456789012345678", "--data", str(tmp_path))
    assert "mode shadow" in told
    assert "paused by Morgan since 2026-11-23 12:00 UTC: a rule runs wild" in told
    assert "mode live" in ask("--guild", "223456789012345678", "--data", str(tmp_path))
