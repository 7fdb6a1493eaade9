"""Why a text scores what it does and what the rules make of that: for ``score --explain``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.cli.showing import cell, plain
from bot.config import Settings
from bot.decide.policy import decide, is_near, nearest
from bot.errors import CivilTongueError
from bot.explaining import reader
from bot.languages import in_another
from bot.read import views
from bot.records import Author, Decision, Named, Post, Scores, Span, Surface, View, ViewScores
from bot.texts import fill

if TYPE_CHECKING:
    from bot.score.model import Model

_BAR = 20  # characters
_STRONG = 0.75  # of the strongest word's weight
_HERE = Named(0, "")


def as_read(text: str, model: Model, settings: Settings) -> tuple[Scores, list[View]]:
    """The scores of ``text``, read as the bot does, and the readings that score the most, if it is not as written."""
    read = views.of(_post(text), settings.allow)
    scores = _scores(model, read)
    decisive = {scores.highest(label).view for label in _highest(scores)} - {views.WRITTEN}
    return scores, [view for view in read.scored if view.name in decisive]


def explanation(text: str, model: Model, settings: Settings, used: Path) -> dict[str, Any]:
    """All that ``--explain`` tells of ``text``, as the JSON that it prints. ``used`` is the config's file."""
    read = views.of(_post(text), settings.allow)
    scores = _scores(model, read)
    decision = decide(scores, settings.rules)
    language, english = in_another(read.scored)
    if language and not settings.models:
        alone = decide(_scores(model, views.Views(english, 0)), settings.rules)
        decision = decision.holding_back(fill(settings.texts.held_by_language, language=language), but=alone)
    labels = [fired.label for fired in decision.fired] or _highest(scores)
    return {
        "text": text,
        "model": model.id,
        "labels": {label: round(probability, 4) for label, probability in scores.labels.items()},
        "on": list(decision.on),
        "read_as": [
            {"view": view.name, "text": view.text, "labels": _rounded(each.labels)}
            for view, each in zip(read.scored, scores.views, strict=False)
            if view.name != views.WRITTEN
        ],
        "fired": _fired(decision, used),
        "actions": [action.name for action in decision.actions],
        "held_back": [action.name for action in decision.held_back],
        "held_back_because": decision.hold_reason or None,
        "language": language,
        "nearest": _nearest(scores, settings, used),
        "spans": [_span(span, text) for span in _spans(text, labels, scores, model, settings)],
    }


def show(console: Console, found: Mapping[str, Any]) -> None:
    """Print an explanation for a person: the words that moved it are marked in the text."""
    console.print(_marked(found["text"], found["spans"]))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
    for label, probability in sorted(found["labels"].items(), key=lambda item: -item[1]):
        words = dict.fromkeys(plain(span["text"]) for span in found["spans"] if span["label"] == label)
        style = "bold red" if label in found["on"] else "dim"
        bar = "█" * round(probability * _BAR)
        table.add_row(cell(label), bar, f"{probability:.3f}", cell(", ".join(words)), style=style)
    console.print(table)
    for sentence in _sentences(found):
        say(console, sentence)


def read_as(view: str, text: str) -> str:
    return f"Read as ({view}): {text}"


def say(console: Console, sentence: str) -> None:
    """Print a sentence below the table, indented like it."""
    console.print(Padding(Text(plain(sentence)), (0, 0, 0, 2), expand=False))


def _sentences(found: Mapping[str, Any]) -> list[str]:
    lines = [read_as(each["view"], each["text"]) for each in found["read_as"]]
    for fired in found["fired"]:
        through = "" if fired["view"] == views.WRITTEN else f", read through its disguise ({fired['view']})"
        lines.append(
            f"{fired['label']} {fired['probability']:.3f} reached {fired['at']:g}: {fired['rule']} "
            f"({fired['from']}){through}."
        )
    lines.append(f"The rules ask for: {', '.join(found['actions'])}." if found["fired"] else "No rule fired.")
    if found["held_back"]:
        lines.append(f"Held back: {', '.join(found['held_back'])}: {found['held_back_because']}.")
    elif found["language"]:
        lines.append(f"Not English ({found['language']}).")
    near = found["nearest"]
    if near and is_near(near["probability"], near["at"]):
        lines.append(
            f"Nearest threshold not reached: {near['label']} {near['probability']:.3f} of {near['at']:g}: "
            f"{near['rule']} ({near['from']})."
        )
    return lines


def _marked(text: str, spans: list[dict[str, Any]]) -> Text:
    """``text`` on one line; ``plain`` keeps every character in its place."""
    shown = Text(plain(text), style="bold")
    for span in spans:
        shown.stylize("bold white on red" if span["weight"] >= _STRONG else "bold red", span["start"], span["end"])
    return shown


def _scores(model: Model, read: views.Views) -> Scores:
    answers = list(model.score_many([view.text for view in read.scored]))
    if any(labels is None for labels in answers):
        raise CivilTongueError(f"{model.id} gave no probabilities for one of the texts: try another model.")
    scored = zip(read.scored, answers, strict=True)
    return Scores(model.id, tuple(ViewScores(view.surface, view.name, labels or {}) for view, labels in scored))


def _spans(text: str, labels: list[str], scores: Scores, model: Model, settings: Settings) -> tuple[Span, ...]:
    from bot.score.explain import explain

    if not labels:
        return ()
    in_disguise = any(scores.highest(label).view != views.WRITTEN for label in labels)
    read = reader(settings.allow, in_disguise=in_disguise)
    return explain(lambda texts: list(model.score_many(texts)), [(0, text)], labels, read, in_disguise=in_disguise)


def _highest(scores: Scores) -> list[str]:
    """The label to explain where no rule fired."""
    return sorted(scores.labels, key=lambda label: -scores.labels[label])[:1]


def _fired(decision: Decision, used: Path) -> list[dict[str, Any]]:
    return [
        {
            "label": fired.label,
            "probability": round(fired.probability, 4),
            "at": fired.at,
            "rule": fired.source,
            "from": _place(used, fired.line),
            "surface": fired.surface,
            "view": fired.view,
        }
        for fired in decision.fired
    ]


def _nearest(scores: Scores, settings: Settings, used: Path) -> dict[str, Any] | None:
    missed = nearest(scores.labels, settings.rules)
    if missed is None:
        return None
    return {
        "label": missed.label,
        "probability": round(missed.probability, 4),
        "at": missed.step.at,
        "rule": missed.step.source,
        "from": _place(used, missed.step.line),
    }


def _span(span: Span, text: str) -> dict[str, Any]:
    words = text[span.start : span.end]
    return {"label": span.label, "start": span.start, "end": span.end, "weight": round(span.weight, 3), "text": words}


def _rounded(labels: Mapping[str, float]) -> dict[str, float]:
    return {label: round(probability, 4) for label, probability in labels.items()}


def _place(used: Path, line: int | None) -> str:
    return f"{used}:{line}" if line else str(used)


def _post(text: str) -> Post:
    return Post(_HERE, _HERE, Author(0, ""), 0, (Surface("content", text),), datetime.now(UTC))
