"""The README cannot lie: what it names exists, what exists it names, and its YAML loads."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

from bot import act, cli, config, errors
from bot.act.wording import PLACEHOLDERS
from bot.config.settings import keys
from bot.review.commands import commands as in_discord
from bot.score.model import labels_of

TOP = Path(__file__).parents[1]
README = (TOP / "README.md").read_text()


def commands() -> list[str]:
    """Every command as one types it: ``sandbox``, ``flags list``, ..."""
    top: Any = typer.main.get_command(cli.app)
    found = []
    for name, command in top.commands.items():
        inner = getattr(command, "commands", None)
        found += [f"{name} {each}" for each in inner] if inner else [name]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_stands_in_the_readme(command: str) -> None:
    assert re.search(rf"`{re.escape(command)}\b", README), f"`{command}` is missing"


@pytest.mark.parametrize("command", in_discord(), ids=lambda command: command.name)
def test_every_command_in_discord_stands_in_the_readme(command: Any) -> None:
    shown = f"*{command.name}*" if hasattr(command, "type") else f"`/{command.name}`"
    assert shown in README, f"{shown} is missing"


@pytest.mark.parametrize("action", sorted(act.actions()))
def test_every_action_stands_in_the_readme_with_its_options(action: str) -> None:
    row = next((line for line in README.splitlines() if line.startswith(f"| `{action}`")), None)
    assert row, f"no row for {action}"
    for name, field in act.actions()[action].model_fields.items():
        option = field.alias or name
        assert f"`{option}`" in row, f"{action} has an option {option} that its row does not name"


@pytest.mark.parametrize("key", keys())
def test_every_config_key_stands_in_the_readme_or_the_shipped_config(key: str) -> None:
    shipped = config.shipped().read_text()
    assert re.search(rf"`{key}:?[ `]", README) or re.search(rf"^{key}:", shipped, re.MULTILINE), f"{key} is nowhere"


def test_every_placeholder_of_a_warning_stands_in_the_readme() -> None:
    for placeholder in PLACEHOLDERS:
        assert f"{{{placeholder}}}" in README


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", README, re.DOTALL))
def test_its_yaml_loads(block: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(block)
    config.load(path, labels_of)


def test_every_exit_code_stands_in_the_readme() -> None:
    line = next(line for line in README.splitlines() if line.startswith("Exit codes"))
    codes = {kind.exit_code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "exit_code")}
    for code in codes | {0}:
        assert re.search(rf"\b{code} \w", line), f"exit code {code} is missing"


def test_its_links_and_pictures_are_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (TOP / target).exists(), f"{target} does not exist"


def test_the_versions_it_names_are_those_of_the_project() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    assert "torch==2.13.0" in project["dependencies"]
    assert "torch==2.13.0" in README
    assert project["requires-python"] == ">=3.11,<3.14"
    assert "Python 3.11 to 3.13" in README
