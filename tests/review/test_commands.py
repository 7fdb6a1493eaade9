"""Commands without Discord: what their options mean, and that each is found by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import discord
import pytest

from bot import review
from bot.errors import CivilTongueError
from bot.review.commands import buttons, commands
from bot.review.commands.flags import EARLIEST, moment
from bot.review.commands.syncing import fingerprint

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HELPING = {"__init__", "syncing"}  # files of that folder without a command


def test_every_file_of_the_folder_brings_a_command() -> None:
    files = {path.stem for path in (Path(review.__file__).parent / "commands").glob("*.py")} - HELPING
    assert len(commands()) >= len(files)
    assert {command.module.rpartition(".")[2] for command in commands() if command.module} == files


def test_every_command_is_known_once_and_its_buttons_have_patterns_of_their_own() -> None:
    names = [command.name for command in commands()]
    assert len(names) == len(set(names))
    patterns = [button.__discord_ui_compiled_template__.pattern for button in buttons()]
    assert len(patterns) == len(set(patterns))


def test_the_fingerprint_changes_with_the_commands_and_with_nothing_else() -> None:
    def tree(count: int) -> discord.app_commands.CommandTree:
        made = discord.app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))
        for command in commands()[:count]:
            made.add_command(command)
        return made

    assert fingerprint(tree(3)) == fingerprint(tree(3))
    assert fingerprint(tree(3)) != fingerprint(tree(4))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("7d", NOW - timedelta(days=7)),
        ("12h", NOW - timedelta(hours=12)),
        ("1h 30m", NOW - timedelta(minutes=90)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01 10:30", datetime(2026, 11, 1, 10, 30, tzinfo=UTC)),
        ("2026-11-01T10:30+02:00", datetime(2026, 11, 1, 8, 30, tzinfo=UTC)),
        ("0001-01-01", EARLIEST),  # which no button could carry
    ],
)
def test_since_takes_durations_and_dates(text: str, meant: datetime) -> None:
    assert moment(text, NOW) == meant


@pytest.mark.parametrize("text", ["some time", "-3d", "9999999999999d", "2026-13-01", "<@1> `x`"])
def test_what_is_neither_is_refused_in_one_harmless_sentence(text: str) -> None:
    with pytest.raises(CivilTongueError, match="such as 7d") as refused:
        moment(text, NOW)
    assert "<@1>" not in str(refused.value)
