"""MODEL_CARD.md: what a model is for, what it was made of, how good it is and where it errs.

``write`` is called at the end of training; ``python -m bot.training.card --report FILE`` adds the figures of a final
report (``python -m bot evaluate --data DIR --json > FILE``). What no program can know stands in two files that are
written by hand: ``ablation.md``, what was tried, and ``errors.md``, the errors it makes.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.errors import CivilTongueError
from bot.insight import essentials
from bot.insight.scoring import fingerprint
from bot.score.source import EMBEDDED_FOLDER, WEIGHTS

RECIPE = Path(__file__).with_name("recipe.toml")
FACTS = "training.json"  # beside the weights: what training knew
CARD = "MODEL_CARD.md"

_HERE = Path(__file__).parent
_TEMPLATE = "card.md.jinja"
_BY_HAND = ("ablation", "errors")
_WORST_TERMS = 12

# Section of the recipe (empty: in every recipe), the key in it that says how many rows; what it is; its licence.
SOURCES: tuple[tuple[str, str, str, str], ...] = (
    (
        "",
        "",
        "Jigsaw Toxic Comment Classification Challenge (2018), folds 0-7",
        "labels CC0, text CC BY-SA 3.0 (Wikipedia)",
    ),
    ("", "", "further rows of the same challenge in normalised spelling, without those of folds 8 and 9", "as above"),
    ("chat", "irc_rows", "Ubuntu IRC logs, taken as clean", "CC BY 4.0"),
    ("chat", "goemotions_rows", "GoEmotions comments without an angry emotion, taken as clean", "Apache-2.0"),
    (
        "",
        "",
        "lines of both that an earlier model thought abusive, read and judged one by one by a language model "
        "(`bot/training/judged_chat.tsv`)",
        "as above; judgements MIT",
    ),
    ("articles", "rows", "Wikipedia sentences with identity terms (article debias set), taken as clean", "CC BY 4.0"),
    (
        "identities",
        "rows",
        "at most, of all these with an identity word put into them, `bot/training/identities.toml`",
        "as theirs",
    ),
    ("templates", "rows", "lines made from our own templates, `bot/training/templates.toml`", "MIT, as this project"),
    (
        "lines",
        "rows",
        "lines that a language model wrote one by one from a brief, `bot/training/lines.toml`",
        "MIT, as this project",
    ),
    ("", "", "encoder: sentence-transformers/all-MiniLM-L6-v2", "Apache-2.0"),
)


def write(out: Path, settings: Mapping[str, Any], figures: Mapping[str, Any], *, rows: int, minutes: float) -> None:
    """Note what training knew beside the weights in ``out``, and write a card that has no figures yet.

    ``figures["fold8"]`` is label → ROC AUC on the fold that choices are made on.
    """
    facts = {"rows": rows, "minutes": round(minutes, 1), "recipe": settings, "fold8": figures.get("fold8")}
    (out / FACTS).write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
    make(out)


def make(folder: Path, report: Mapping[str, Any] | None = None) -> Path:
    """Write ``folder/MODEL_CARD.md``. ``report`` is the JSON of a final report on just this model."""
    if report is not None:
        _check(report, folder)
        essentials.write(folder, report)
    environment = Environment(  # noqa: S701
        loader=FileSystemLoader(_HERE), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(n=_number, interval=_interval, percent=_percent, shares=_shares)
    facts = _facts(folder)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    text = environment.get_template(_TEMPLATE).render(
        facts=facts,
        has_moved_on="recipe" in facts and facts["recipe"] != tomllib.loads(RECIPE.read_text("utf-8")),
        config=config,
        labels=[config["id2label"][place] for place in sorted(config["id2label"], key=int)],
        sources=_sources(facts.get("recipe", {})),
        sha256=hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest(),
        megabytes=(folder / WEIGHTS).stat().st_size / 1e6,
        report=report,
        worst_terms=sorted(report["bias"]["terms"], key=lambda each: each["subgroup_auc"]["value"])[:_WORST_TERMS]
        if report and report["bias"]
        else [],
        **{name: _by_hand(name) for name in _BY_HAND},
    )
    (folder / CARD).write_text(text, "utf-8")
    return folder / CARD


def _check(report: Mapping[str, Any], folder: Path) -> None:
    if not report.get("final"):
        raise CivilTongueError("The report is one for choosing, on fold 8: make the card from a final one.")
    if report["model"]["fingerprint"] != fingerprint(folder):
        raise CivilTongueError(
            f"The report is about {report['model']['id']}, not about what lies in {folder} now: "
            "run `python -m bot evaluate` again."
        )


def _facts(folder: Path) -> dict[str, Any]:
    file = folder / FACTS
    return json.loads(file.read_text("utf-8")) if file.is_file() else {}


def _sources(recipe: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was learnt from in all: what the last run saw holds what the ones before it saw."""
    seen = {**recipe, **recipe["runs"][-1]} if recipe else {}
    named = []
    for section, key, what, licence in SOURCES:
        rows = seen.get(section, {}).get(key)
        if rows or not section:
            named.append((f"{what} ({rows:,} rows)" if rows else what, licence))
    return named


def _by_hand(name: str) -> str:
    file = _HERE / f"{name}.md"
    return file.read_text("utf-8").strip() if file.is_file() else ""


def _number(value: float | None, digits: int = 4) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _percent(value: float | None, digits: int = 1) -> str:
    return "-" if value is None else f"{value:.{digits}%}"


def _interval(measured: Mapping[str, float | None] | None, digits: int = 4) -> str:
    """``0.9900 (0.9880-0.9920)``."""
    if measured is None or measured["value"] is None:
        return "-"
    return f"{measured['value']:.{digits}f} ({_number(measured['low'], digits)}-{_number(measured['high'], digits)})"


def _shares(measured: Mapping[str, float | None] | None) -> str:
    """``1.2 % (0.5-2.9)``."""
    if measured is None or measured["value"] is None:
        return "-"
    value, low, high = (100 * (measured[key] or 0.0) for key in ("value", "low", "high"))
    return f"{value:.1f} % ({low:.1f}-{high:.1f})"


def main(
    report: Annotated[Path, typer.Option(help="What `python -m bot evaluate --data DIR --json` printed.")],
    folder: Annotated[Path, typer.Option(help="The model.")] = EMBEDDED_FOLDER,
) -> None:
    """Write the model card with the figures of a final report."""
    print(make(folder, json.loads(report.read_text("utf-8"))))


if __name__ == "__main__":
    typer.run(main)
