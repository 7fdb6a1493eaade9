"""``score``: what the model says about a text."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from bot import config
from bot.cli import options
from bot.cli.explanation import as_read, explanation, read_as, say
from bot.cli.explanation import show as show_explanation
from bot.cli.showing import as_json as written
from bot.cli.showing import cell, plain
from bot.errors import CivilTongueError

if TYPE_CHECKING:
    from bot.decide.rules import Rules
    from bot.records import View
    from bot.score.model import Model

_LINES_AT_ONCE = (
    4096  # lines of a JSONL file that are scored together; long enough to sort by length, short enough to stream
)


def command(
    texts: Annotated[
        list[str] | None, typer.Argument(metavar="TEXT...", help="Texts; without any, lines of standard input.")
    ] = None,
    as_json: options.Json = False,
    jsonl: Annotated[
        str | None,
        typer.Option(
            "--jsonl",
            metavar="FILE|-",
            help='Score every {"text": ...} line of a file (- is standard input), in order.',
        ),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--model", help="embedded, a Hugging Face id or a folder, instead of the config's.")
    ] = None,
    why: Annotated[
        bool, typer.Option("--explain", help="Tell which words moved which label, and what the rules make of it.")
    ] = False,
    data: options.Data = options.DEFAULT_DATA,
    path: options.Config = None,
) -> None:
    """Score texts with the model, read as the bot reads them: through disguises, too.

    A label is *on* at or over the lowest threshold of its ladder in the config, or 0.5 where it has none.

    `--json` and `--jsonl` print one JSON object a line:
    `{"text": ..., "labels": {"toxic": 0.98, ...}, "on": ["toxic", ...]}`.
    With `--jsonl` other fields of a line are kept, and texts are scored as they are written, to measure the model
    alone.

    `--explain` goes by the rules that hold where no override does.
    """
    from bot.score.model import load

    if texts and jsonl:
        raise CivilTongueError("Name texts or --jsonl, not both.")
    if why and jsonl:
        raise CivilTongueError("--explain wants texts, not --jsonl.")
    used = options.config_path(data, path)
    settings = config.load(used)
    model = load(source or settings.model, options=settings.model_options)
    if jsonl:
        raise typer.Exit(_score_lines(model, settings.rules, jsonl))
    console = Console()
    if why:
        for text in texts or _typed():
            found = explanation(text, model, settings, used)
            print(written(found)) if as_json else show_explanation(console, found)
        return
    for text in texts or _typed():
        scores, disguised = as_read(text, model, settings)
        on = settings.rules.on(scores.labels)
        if as_json:
            print(_object({"text": text}, scores.labels, on))
        else:
            _show(console, text, scores.labels, on, disguised)


def _typed() -> Iterator[str]:
    """The lines of standard input that have something in them, each as soon as it is there."""
    return (line.rstrip("\n") for line in sys.stdin if line.strip())


def _score_lines(model: Model, rules: Rules, source: str) -> int:
    """Score a JSONL file to standard output; the exit code. A bad line is named, and ``error`` stands in its place."""
    bad = 0
    with ExitStack() as stack:
        lines = sys.stdin if source == "-" else stack.enter_context(_opened(source))
        bar = stack.enter_context(_progress())
        task = bar.add_task("scoring", total=None)
        for some in _chunks((number, line) for number, line in enumerate(lines, start=1) if line.strip()):
            rows = [_parsed(line, f"{source}:{number}") for number, line in some]
            scores = iter(model.score_many(row["text"] for row, problem in rows if not problem))
            for row, problem in rows:
                labels = None if problem else next(scores)
                if labels is None:
                    bad += 1
                    problem = problem or f"{model.id} gave no probabilities for this text"
                    print(problem, file=sys.stderr)
                    print(written({**row, "error": problem}))
                else:
                    print(_object(row, labels, rules.on(labels)))
            bar.update(task, advance=len(rows))
    return 1 if bad else 0


def _parsed(line: str, place: str) -> tuple[dict[str, Any], str]:
    """The object on a line, and what is wrong with it, if anything."""
    wanted = 'each line must be an object such as {"text": "hello"}.'
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {}, f"{place} is not JSON ({error}): {wanted}"
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        return {}, f"{place} has no text: {wanted}"
    return row, ""


def _object(row: Mapping[str, Any], labels: Mapping[str, float], on: Iterable[str]) -> str:
    rounded = {label: round(probability, 4) for label, probability in labels.items()}
    return written({**row, "labels": rounded, "on": list(on)})


def _show(
    console: Console, text: str, labels: Mapping[str, float], on: Collection[str], disguised: Iterable[View]
) -> None:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
    for label, probability in sorted(labels.items(), key=lambda item: -item[1]):
        style = "bold red" if label in on else "dim"
        table.add_row(
            cell(label), "█" * round(probability * 20), f"{probability:.3f}", "on" if label in on else "", style=style
        )
    console.print(Text(plain(text), style="bold"))
    if labels:
        console.print(table)
    for sentence in [read_as(view.name, view.text) for view in disguised] if labels else ["Nothing to score."]:
        say(console, sentence)


def _chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(items)
    while some := list(islice(rest, _LINES_AT_ONCE)):
        yield some


def _opened(path: str) -> TextIO:
    try:
        return Path(path).open(encoding="utf-8")
    except OSError as error:
        raise CivilTongueError(f"{path} cannot be read: {error.strerror or error}.") from error


def _progress() -> Progress:
    """A line of progress on standard error, where a person looks on."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed:,} texts scored"), TimeElapsedColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
