from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

pytest.importorskip("pandas", reason="the `train` extra is not installed")

import bot.training
from bot.cli import app
from bot.doctor.machine import embedded_fault
from bot.errors import CivilTongueError
from bot.insight import essentials
from bot.insight.scoring import fingerprint
from bot.training import card

RECIPE = tomllib.loads((Path(bot.training.__file__).with_name("recipe.toml")).read_text())


def figure(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.01, "high": value + 0.01}


def report(folder: Path, **more: Any) -> dict[str, Any]:
    step = {"at": 0.7, "do": ["flag"], "precision": figure(0.8), "recall": figure(0.7), "promised_precision": 0.81}
    label = {
        "positives": 12, "roc_auc": figure(0.98), "pr_auc": figure(0.7), "tfidf_roc_auc": 0.97,
        "ece_if_perfect": 0.02, "steps": [step],
    }  # fmt: skip
    ranked = {
        "rows": 7022, "mean_auc": 0.9912, "mean_auc_interval": [0.989, 0.993], "tfidf_mean_auc": 0.986,
        "gain_over_tfidf": 0.0051, "gain_over_tfidf_interval": [0.002, 0.008], "ece": {"toxic": 0.03},
        "labels": {"toxic": label},
    }  # fmt: skip
    term = {
        "term": "gay", "subgroup_auc": figure(0.95), "bpsn_auc": 0.9, "bnsp_auc": 0.99,
        "false_positive_rate": figure(0.02),
    }  # fmt: skip
    civil = {"messages": 20000, "alarms": 9, "really_abusive": 2, "raw": figure(0.45), "after_audit": figure(0.35)}
    return {
        "final": True,
        "model": {"id": "model@1", "fingerprint": fingerprint(folder)},
        "runs": {"reports": 3, "models": 2, "of_this_model": 1},
        "fold9": ranked, "test_random": ranked, "test_all": {**ranked, "gain_over_tfidf": None},
        "civil": {"irc": civil}, "civil_false_alarms_per_1000": 0.35, "civil_false_alarms_per_1000_raw": 0.45,
        "civil_false_alarms_per_1000_mean_of_sources": 0.4,
        "written_sets": {"gaming": {"rows": 451, "false_alarm_rate": figure(0.01), "recall": None}},
        "gaming_false_alarm_rate": 0.01,
        "bias": {
            "rows": 76564, "overall_auc": 0.99, "min_subgroup_auc": 0.95, "min_bpsn_auc": 0.9, "min_bnsp_auc": 0.9,
            "challenge_score": 0.96, "mean_false_positive_rate": 0.01, "max_fpr_excess": 0.01, "max_fpr_term": "gay",
            "terms": [term],
        },
        "speed": {"cores": 2, "number_type": "bfloat16", "alone_p50_ms": 5.0, "together_per_second": 900.0},
        **more,
    }  # fmt: skip


@pytest.fixture
def folder(tiny: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny, tmp_path / "model"))


def test_a_freshly_trained_model_has_a_card_that_the_doctor_accepts(folder: Path) -> None:
    card.write(folder, RECIPE, {"fold8": {"mean": 0.99}}, rows=70_000, minutes=31.4)
    text = (folder / card.CARD).read_text()
    assert hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest() in text
    assert embedded_fault(folder) == ""
    assert "70,000 texts in 31 minutes" in text
    assert "Not measured yet" in text
    for section in ("Made of", "Errors it makes", "Known limits", "How to reproduce"):
        assert f"## {section}" in text


def test_every_source_of_the_recipe_is_named_with_its_licence(folder: Path) -> None:
    card.write(folder, RECIPE, {}, rows=1, minutes=1)
    text = (folder / card.CARD).read_text()
    for words in ("Jigsaw", "Ubuntu IRC", "GoEmotions", "CC BY-SA 3.0", "CC BY 4.0", "Apache-2.0"):
        assert words in text
    without = {
        **RECIPE,
        "runs": [{key: value for key, value in run.items() if key != "chat"} for run in RECIPE["runs"]],
    }
    card.write(folder, without, {}, rows=1, minutes=1)
    assert "Ubuntu IRC" not in (folder / card.CARD).read_text()


def test_a_final_report_fills_in_the_figures(folder: Path) -> None:
    card.write(folder, RECIPE, {}, rows=1, minutes=1)
    text = card.make(folder, report(folder)).read_text()
    assert "Not measured yet" not in text
    for words in (
        "0.9912 (0.9890-0.9930)",
        "+0.0051 (+0.0020 to +0.0080)",
        "| toxic | 0.7 | flag | 0.800 (0.790-0.810) | 0.81 | 0.700",
        "| gay | 0.950",
        "written for the test: gaming | 451 | 1.0 %",
        "made 3 times in all",
    ):
        assert words in text, words
    assert "\n\n\n" not in text.replace("\n\n\n| ", "\n\n| ")


def test_a_report_for_choosing_or_on_other_weights_makes_no_card(folder: Path) -> None:
    with pytest.raises(CivilTongueError, match="one for choosing"):
        card.make(folder, report(folder, final=False))
    with pytest.raises(CivilTongueError, match="not about what lies in"):
        card.make(folder, report(folder, model={"id": "other@1", "fingerprint": "0"}))


def test_model_info_prints_the_essentials_of_just_these_weights(folder: Path) -> None:
    essentials.write(folder, report(folder))
    told = json.loads(CliRunner().invoke(app, ["model", "info", str(folder), "--json"]).stdout.splitlines()[-1])
    assert told["mean_roc_auc_fold9"] == 0.9912
    assert told["civil_false_alarms_per_1000"] == 0.35
    assert told["identity_terms_lowest_auc"] == 0.95
    (folder / "extra.safetensors").write_bytes(b"1")
    assert essentials.of(folder) == {}
