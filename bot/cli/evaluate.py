"""``evaluate``: how good a model is, on rows it was not trained on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bot import config
from bot.cli import options
from bot.cli.showing import as_json as written

if TYPE_CHECKING:
    from bot.insight.scoring import Progress as Told

_WORK = Path("work/evaluation")
_WIDTH = 150  # characters, where nobody looks on


def command(
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="Folder with train/ and eval/ parquet files.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--model", help="embedded, a Hugging Face id or a folder, instead of the config's.")
    ] = None,
    as_json: options.Json = False,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page with plots.")] = None,
    alarms: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what was flagged in civil chat, to be read and judged.")
    ] = None,
    path: options.Config = None,
    choosing: Annotated[
        bool,
        typer.Option(help="Read fold 8 only, which choices are made on; leave the held-out rows alone."),
    ] = False,
    tfidf: Annotated[bool, typer.Option(help="Compare with TF-IDF and logistic regression, fitted once.")] = True,
    work: Annotated[
        Path, typer.Option(metavar="DIR", help="Where scores are kept, so that a second report is quick.")
    ] = _WORK,
) -> None:
    """Measure a model: ranking, calibration, thresholds, bias, false alarms, speed.

    This is the final report, on rows that nothing was chosen on. Each is counted in `evaluations.json` beside the
    model card, since rows that are looked at often are held out no longer: compare candidates with `--choosing`.
    The thresholds are those of the config. It wants the `train` extra.
    """
    from bot.insight import rows, runs
    from bot.insight.evaluation import Evaluation
    from bot.insight.page import write_page
    from bot.insight.showing import tables

    rows.require_packages()
    if data is None or not data.is_dir():
        raise rows.where_to_get_it(data)
    from bot.score.model import load

    used = options.config_path(options.DEFAULT_DATA, path)
    settings = config.load(used)
    model = load(source or settings.model, options=settings.model_options)
    with _told() as told:
        evaluation = Evaluation(model, settings.rules, used.name, data, work, told, with_tfidf=tfidf)
        report = evaluation.choosing() if choosing else evaluation.final()
        audit = "" if alarms is None else evaluation.alarms_to_audit(is_final=not choosing)
    if alarms is not None:
        alarms.write_text(audit, "utf-8")
    if not choosing:
        counted = runs.note(model.folder, work, report.model.fingerprint)
        report = replace(report, runs=counted)
    if html is not None:
        write_page(report, html)
    if as_json:
        print(written(report.as_json(), indent=2))
        return
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    for table in tables(report):
        console.print(table)


@contextmanager
def _told() -> Iterator[Told]:
    """A bar for each set that is scored, on standard error, where a person looks on."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,}/{task.total:,}"))
    with Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal) as bar:
        tasks = {}

        def tell(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=of)
                if not console.is_terminal:
                    print(f"{what}: {of:,}", file=sys.stderr, flush=True)
            bar.update(tasks[what], completed=done)

        yield tell
