"""``score --explain``: why a text scores what it does, and what the rules make of that."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot import config
from bot.cli.explanation import explanation, show
from bot.score.model import Model, load
from bot.score.options import ModelOptions

RULES = """
model: {model}
labels:
  toxic: flag
  insult: [{{at: 0.6, do: flag}}, {{at: 0.9, do: [flag, delete]}}]
  threat: {{at: 0.4, do: flag}}
allow: [bad luck]
"""


@pytest.fixture(scope="module")
def model(tiny: Path) -> Model:
    return load(str(tiny), options=ModelOptions(number_type="float32"))


@pytest.fixture
def explained(tmp_path: Path, model: Model) -> Any:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES.format(model=model.folder))
    return lambda text: explanation(text, model, config.load(path), path)


def spans(found: Any) -> list[tuple[str, str]]:
    return [(span["label"], span["text"]) for span in found["spans"]]


def test_it_tells_the_words_the_rule_with_its_line_and_the_actions(explained: Any, tmp_path: Path) -> None:
    found = explained("hello you evil one")
    assert spans(found) == [("insult", "evil")]
    assert found["spans"][0]["start"] == 10
    [fired] = found["fired"]
    assert (fired["rule"], fired["from"], fired["view"]) == (
        "labels.insult[1]",
        f"{tmp_path / 'rules.yaml'}:5",
        "written",
    )
    assert found["actions"] == ["delete", "flag"]
    assert json.loads(json.dumps(found)) == found


def test_it_tells_the_threshold_that_came_nearest_to_being_reached(explained: Any) -> None:
    near = explained("hello you evil one")["nearest"]
    assert (near["label"], near["at"], near["rule"]) == ("threat", 0.4, "labels.threat")


def test_it_tells_what_was_read_through_a_disguise(explained: Any) -> None:
    found = explained("hello you e v i l one")
    assert spans(found) == [("insult", "e v i l")]
    assert found["fired"][0]["view"] == "spaced letters"
    assert found["read_as"][0]["text"] == "hello you evil one"


def test_it_leaves_out_what_the_config_allows(explained: Any) -> None:
    assert spans(explained("bad luck, you bad one")) == [("toxic", "bad")]
    nothing = explained("bad luck")
    assert (nothing["spans"], nothing["fired"], nothing["labels"]) == ([], [], {})


def test_it_tells_what_is_in_another_language(explained: Any) -> None:
    found = explained("ich glaube wirklich, du bist ein Krevilmann und das finde ich gar nicht gut")
    assert found["language"] == "de"
    assert found["held_back"] == ["delete"]
    assert explained("hello you evil one")["language"] is None


@pytest.mark.parametrize(
    "text",
    [
        "hello you evil one",
        "have a nice day",
        "",
        "bad\x1b[31m [bold]evil[/bold] \n bad",
        "ich glaube wirklich, du bist evil und das finde ich gar nicht gut",
    ],
)
def test_a_person_reads_it_as_text_that_cannot_steer_the_terminal(explained: Any, text: str) -> None:
    out = io.StringIO()
    show(Console(file=out, width=100), explained(text))
    assert "\x1b" not in out.getvalue()
    assert "[bold]" not in out.getvalue() or "[bold]" in text
    assert ("No rule fired." in out.getvalue()) == ("evil" not in text)
