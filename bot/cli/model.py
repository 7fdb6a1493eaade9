"""``model``: which model scores, and getting others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot import config
from bot.cli import options
from bot.cli.showing import cell

app = typer.Typer(help="Which model scores, and getting others.", no_args_is_help=True)


@app.command()
def info(
    source: Annotated[
        str | None, typer.Argument(help="embedded, a Hugging Face id, or a folder. Default: the config's.")
    ] = None,
    data: options.Data = options.DEFAULT_DATA,
    path: options.Config = None,
    as_json: options.Json = False,
) -> None:
    """Load a model and tell what it is: id, labels, how it decides, number type, window."""
    from bot.insight import essentials
    from bot.score.model import load

    model = load(source or config.load(options.config_path(data, path)).model)
    facts = {
        "id": model.id,
        "labels": list(model.labels),
        "labels_exclude_each_other": model.is_single_label,
        "assumed": model.assumption or None,
        "parameters": model.parameters,
        "number_type": model.number_type,
        "window_tokens": model.window,
        "folder": str(model.folder),
        **essentials.of(model.folder),
    }
    if as_json:
        typer.echo(json.dumps(facts))
        return
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for name, value in facts.items():
        table.add_row(name.replace("_", " "), cell(_words(value)))
    Console().print(table)


def _words(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "nothing"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@app.command("import")
def import_(
    source: Annotated[str, typer.Argument(help="A Hugging Face id (owner/name or owner/name@revision) or a folder.")],
    into: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the converted model is written.")] = Path(
        "models"
    ),
) -> None:
    """Convert a model that has only a pickle into safetensors, once, without running any of its code.

    Afterwards write the printed folder as `model:` into config.yaml.
    """
    from bot.score.importing import import_model

    folder = import_model(source, into)
    typer.echo(f"model: {folder}")
