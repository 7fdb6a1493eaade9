"""``doctor``: what is missing for this bot to work."""

from __future__ import annotations

import asyncio
import re
import shlex
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli import options
from bot.cli.showing import as_json as written
from bot.cli.showing import plain

if TYPE_CHECKING:
    from bot.doctor import Finding

_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "bold red")}


def command(
    data: options.Data = options.DEFAULT_DATA,
    path: options.Config = None,
    as_json: options.Json = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for warnings too.")] = False,
) -> None:
    """Look at everything the bot needs, and say for each thing that is wrong how to mend it.

    Token, intents, every channel's permissions, role order, log channel, names in the config, model, disk, clock, key,
    record. Asks Discord by REST only and changes nothing, so the bot may be running meanwhile.

    Exits with 1 when there is an error (something the config asks for cannot be done), with 0 otherwise.
    """
    from bot.doctor import Severity, examine

    options.refuse_sandbox(data)
    with Console(stderr=True).status("Looking at everything ..."):
        found = asyncio.run(examine(data, options.config_path(data, path)))
    found = [replace(finding, mend=_about(data, finding.mend)) for finding in found]
    if as_json:
        typer.echo(written([asdict(finding) for finding in found], indent=2))
    else:
        _show(found)
    worst = {finding.severity for finding in found}
    if Severity.ERROR in worst or (strict and Severity.WARNING in worst):
        sys.exit(1)


def _about(folder: Path, mend: str) -> str:
    """Its commands as they have to be typed for this folder."""
    if folder == options.DEFAULT_DATA:
        return mend
    where = f"--data {shlex.quote(str(folder))}"
    return re.sub(r"`(python -m bot (?!check )[^`]+)`", lambda found: f"`{found[1]} {where}`", mend)


def _show(found: list[Finding]) -> None:
    console = Console(highlight=False)
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(max_width=30)
    table.add_column(overflow="fold")
    for finding in found:
        mark, style = _MARKS[finding.severity]
        words = Text(plain(finding.sentence))
        if finding.mend:
            words.append("\n→ " + plain(finding.mend), style="cyan")
        table.add_row(Text(mark, style=style), Text(plain(finding.what), style="bold"), words)
    console.print(table)
    errors, warnings = (sum(finding.severity == each for finding in found) for each in ("error", "warning"))
    if errors or warnings:
        console.print(f"\n{_count(errors, 'error')}, {_count(warnings, 'warning')}.")
    else:
        console.print("\nNothing is missing.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
