"""``check``: is this config right?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from bot import config
from bot.cli import options
from bot.errors import ModelUnavailable
from bot.score.model import labels_of
from bot.texts import GROUPS


def command(
    path: Annotated[Path | None, typer.Option("--config", metavar="FILE", help="The file to check.")] = None,
    data: options.Data = options.DEFAULT_DATA,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON schema for editors instead.")] = False,
    texts: Annotated[bool, typer.Option("--texts", help="Print all texts that `texts:` can replace instead.")] = False,
) -> None:
    """Check config.yaml: prints every error at once, `FILE:line:column: what and how to mend it`, and exits 2.

    Labels are compared with those that the model has, where the model is at hand.
    """
    if schema:
        typer.echo(json.dumps(config.schema(), indent=2))
        return
    if texts:
        typer.echo("\n".join(_texts()))
        return
    used = options.config_path(data, path)
    settings = config.load(used, _labels_if_at_hand)
    for code, model in settings.models.items():
        if (known := _labels_if_at_hand(model)) and (lacking := config.unknown_to(settings, known)):
            typer.echo(
                f"models.{code}: {model} does not know {', '.join(lacking)}; these rules never fire there.", err=True
            )
    if not _watches_anything(settings):
        typer.echo(f"{used}: no label has a step, so nothing would ever be flagged; give labels some.", err=True)
    typer.echo(f"{used} is fine: {config.summary(settings)}")


def _watches_anything(settings: config.Settings) -> bool:
    ladders = [settings.rules.ladders, *(layer.change.ladders for layer in settings.layers)]
    return any(ladder.steps for each in ladders for ladder in each.values())


def _texts() -> Iterator[str]:
    """The texts as they stand in a config.yaml, each with what it is for."""
    yield "texts:"
    for group in GROUPS:
        yield f"\n  # {group.__doc__}\n"
        for key, field in group.model_fields.items():
            yield f"  # {field.description}"
            yield f"  {key}: {json.dumps(field.default, ensure_ascii=False)}"


def _labels_if_at_hand(model: str) -> tuple[str, ...] | None:
    try:
        return labels_of(model)
    except ModelUnavailable as error:
        typer.echo(f"Labels were not compared with the model's: {error}", err=True)
        return None
