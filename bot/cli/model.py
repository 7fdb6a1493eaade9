"""``model``: which model scores, and getting others."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from bot import config
from bot.cli import options
from bot.cli.showing import as_json as written
from bot.cli.showing import cell, plain

if TYPE_CHECKING:
    from bot.score.exporting import Checked

_SAMPLE = 1000  # rows
_SEED = 8

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

    settings = config.load(options.config_path(data, path))
    model = load(source or settings.model, options=settings.model_options)
    facts = {
        "id": model.id,
        "labels": list(model.labels),
        "labels_exclude_each_other": model.is_single_label,
        "assumed": model.assumption or None,
        "backend": settings.model_options.name,
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


@app.command()
def export(
    source: Annotated[
        str | None, typer.Argument(help="embedded, a Hugging Face id, or a folder. Default: the config's.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="DIR", help="Compare on rows of fold 8 from here, as of `evaluate`, not on texts of ours."
        ),
    ] = None,
    path: options.Config = None,
    again: Annotated[bool, typer.Option("--again", help="Make it anew, also where there is one already.")] = False,
    as_json: options.Json = False,
) -> None:
    """Make the copy in 8 bits that `backend: onnx` works with, and compare it with the weights.

    It lies in the user's cache folder, or where `backend: {name: onnx, cache: FOLDER}` says. With `backend: onnx` the
    bot makes it by itself where it is missing; here you see what it costs in accuracy and what it brings in speed. One
    that differs too much is refused. It wants the `onnx` extra.
    """
    from bot.score import exports
    from bot.score.cores import usable_cores
    from bot.score.exporting import export as make
    from bot.score.source import locate

    used = options.config_path(options.DEFAULT_DATA, path)
    settings = config.load(used)
    chosen = settings.model_options
    began = time.monotonic()
    checked = make(
        locate(source or settings.model),
        exports.cache_folder(chosen.cache),
        texts=None if data is None else _rows(data),
        thresholds={label: [step.at for step in ladder.steps] for label, ladder in settings.rules.ladders.items()},
        again=again,
        cores=chosen.cores or usable_cores(),
        timed=True,
    )
    if as_json:
        typer.echo(written(_plain(checked)))
        return
    for line in _told(checked, used, "texts of ours" if data is None else "rows of fold 8", time.monotonic() - began):
        typer.echo(plain(line))


def _rows(data: Path) -> Sequence[str]:
    """The same rows at every call."""
    from bot.insight import rows

    rows.require_packages()
    fold = rows.jigsaw(data, [rows.CHOICE_FOLD], "fold8").texts
    chosen = np.random.default_rng(_SEED).permutation(len(fold))[:_SAMPLE]
    return [fold[at] for at in sorted(chosen)]


def _plain(checked: Checked) -> dict[str, Any]:
    return {
        "model": checked.export.facts.model,
        "folder": str(checked.export.folder),
        "bytes": checked.export.bytes,
        "is_new": checked.is_new,
        **asdict(checked.likeness),
        "cores": checked.cores,
        "torch_number_type": checked.torch_number_type,
        "speeds": [asdict(speed) for speed in checked.speeds],
    }


def _told(checked: Checked, used: Path, what: str, seconds: float) -> list[str]:
    from bot.score.likeness import MOST_OF_ANY, MOST_ON_AVERAGE

    export, alike = checked.export, checked.likeness
    made = f"Made in {seconds:.0f} s" if checked.is_new else "There already"
    lines = [
        f"{made}: {export.folder}, {export.bytes / 1e6:.1f} MB, of {export.facts.model}.",
        f"On {alike.texts:,} {what} its probabilities differ from those of the weights by {alike.on_average:.4f} on "
        f"average and {alike.of_any:.3f} at most ({MOST_ON_AVERAGE:g} and {MOST_OF_ANY:g} are allowed); in "
        f"{alike.decided_otherwise} of them another threshold of {used.name} is reached.",
    ]
    for speed in checked.speeds:
        times = speed.torch_ms / speed.export_ms
        compared = f"{times:.1f} times as fast" if times >= 1 else f"{1 / times:.1f} times as slow"
        texts = "A message alone takes" if speed.batch == 1 else f"{speed.batch} messages together take"
        lines.append(
            f"{texts} {speed.export_ms:.1f} ms, and {speed.torch_ms:.1f} ms with torch in {checked.torch_number_type}: "
            f"{compared} on {checked.cores} core{'' if checked.cores == 1 else 's'}."
        )
    return [*lines, "`backend: onnx` in the config uses it."]
