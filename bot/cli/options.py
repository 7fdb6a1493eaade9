"""Options that several commands take, and what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import config
from bot.errors import CivilTongueError, CommandInvalid
from bot.records import is_id

Data = Annotated[
    Path,
    typer.Option(
        "--data", metavar="DIR", help="Folder of the record and its key; its config.yaml is used if there is one."
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The rules. Default: DIR/config.yaml, else ./config.yaml, else the shipped one.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
DEFAULT_DATA = Path("data")
SANDBOX_MARK = "sandbox"  # a file that stands in the folders that the sandbox made, and in no others


def snowflake(option: str, text: str | None) -> int | None:
    """The id in ``text``; raises where it is none."""
    if text is None:
        return None
    if not (is_id(text) and int(text) > 0):
        shown = "".join(each if each.isprintable() else " " for each in text)[:50]
        raise CommandInvalid(f"{option} wants an id, a number, not {shown}.")
    return int(text)


def config_path(folder: Path, given: Path | None) -> Path:
    """The config file that a command uses."""
    if given is not None:
        return given
    candidates = (folder / "config.yaml", Path("config.yaml"))
    return next((path for path in candidates if path.exists()), config.shipped())


def refuse_sandbox(folder: Path) -> None:
    """Raise where ``folder`` is the sandbox's: its flags are about servers that are not on Discord."""
    if (folder / SANDBOX_MARK).exists():
        raise CivilTongueError(f"{folder} was made by `sandbox` and is for trying out only: choose another --data")
