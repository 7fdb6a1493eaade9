from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app

RULES = "labels:\n  toxic: [{at: 0.5, do: flag}]\n"


@pytest.fixture
def model(tiny: Path, tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(tiny, tmp_path / "model"))
    (folder / "MODEL_CARD.md").write_text("# card")
    return folder


def evaluate(data: Path, model: Path, *more: str) -> Result:
    config = model.parent / "config.yaml"
    config.write_text(RULES)
    given = ["--data", data, "--model", model, "--config", config, "--work", model.parent / "work", *more]
    return CliRunner().invoke(app, ["evaluate", *map(str, given)], catch_exceptions=False)


def test_the_plain_command_makes_the_whole_report_and_counts_it(data: Path, model: Path, tmp_path: Path) -> None:
    page, alarms = tmp_path / "report.html", tmp_path / "alarms.tsv"
    first = evaluate(data, model, "--json", "--html", str(page), "--alarms", str(alarms))
    assert first.exit_code == 0
    report = json.loads(first.stdout[first.stdout.index("{\n") :])
    assert report["final"] is True
    assert report["runs"]["reports"] == 1
    assert report["thresholds"] == {"toxic": 0.5, "insult": 0.5, "threat": 0.5}
    assert "<svg" in page.read_text()
    assert "bad" in alarms.read_text()
    second = evaluate(data, model)
    assert "final report number 2, number 2 of just this model" in second.stdout
    assert json.loads((model / "evaluations.json").read_text())["reports"] == 2


def test_choosing_is_never_counted(data: Path, model: Path) -> None:
    result = evaluate(data, model, "--choosing", "--no-tfidf")
    assert result.exit_code == 0
    assert "fold 8 only" in result.stdout
    assert "fold8" in result.stdout
    assert "fold9" not in result.stdout
    assert not (model / "evaluations.json").exists()
