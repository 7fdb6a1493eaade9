"""``record``: how large the record is, and giving free space back."""

from __future__ import annotations

import json
from dataclasses import asdict

import typer
from rich.console import Console
from rich.table import Table

from bot import config
from bot.cli import options
from bot.cli.showing import cell

app = typer.Typer(help="How large the record is, and giving free space back.", no_args_is_help=True)


@app.command()
def info(data: options.Data = options.DEFAULT_DATA, path: options.Config = None, as_json: options.Json = False) -> None:
    """Sizes, counts and the oldest text. A bot may be running."""
    from bot.record.upkeep import facts_of

    facts = facts_of(data)
    kept = config.load(options.config_path(data, path)).retention
    if as_json:
        told = {**asdict(facts), "settles_at_bytes": facts.settles_at(kept)}
        typer.echo(json.dumps(told, default=str, indent=2))
        return
    settles = facts.settles_at(kept)
    rows = {
        "file": str(facts.database),
        "size": f"{facts.database_bytes:,} bytes, {facts.free_bytes:,} of them free",
        "log": f"{facts.log_bytes:,} bytes",
        "backups": f"{facts.backups}, {facts.backup_bytes:,} bytes",
        "flags": f"{facts.flags:,}, {facts.open_flags:,} of them open",
        "texts": f"{facts.texts:,}, kept {kept.text.days} days" + _since(facts.oldest_text),
        "scores": f"{facts.scores:,}, kept {kept.scores.days} days" + _since(facts.oldest_score),
        "pace": f"{facts.scores_a_day:,.0f} scores a day"
        + (f"; settles at about {settles:,} bytes" if settles else ""),
        "tables": f"revision {facts.revision}{'' if facts.is_current else ', not of this version'}",
    }
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for name, value in rows.items():
        table.add_row(name, cell(value))
    Console(highlight=False).print(table)


def _since(oldest: object) -> str:
    return f", the oldest of {oldest:%Y-%m-%d %H:%M} UTC" if oldest else ""


@app.command()
def vacuum(data: options.Data = options.DEFAULT_DATA) -> None:
    """Write the record anew without its free pages. The bot must not be running; needs as much free disk again.

    Seldom worth it: free pages are reused before the file grows.
    """
    from bot.record.upkeep import vacuum as write_anew

    before, after = write_anew(data)
    typer.echo(f"{before:,} bytes before, {after:,} after.")
