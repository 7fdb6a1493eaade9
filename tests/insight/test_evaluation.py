from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot import config
from bot.errors import CivilTongueError
from bot.insight import promises, rows, runs
from bot.insight.evaluation import Evaluation, Report
from bot.insight.page import page
from bot.insight.showing import tables
from bot.score.model import load
from bot.score.options import ModelOptions

Measure = Callable[..., Evaluation]


@pytest.fixture(scope="module")
def measure(tiny: Path, data: Path, written_sets: Path, tmp_path_factory: pytest.TempPathFactory) -> Measure:
    """The tiny model under rules of two labels; ``at`` says where its data lies."""
    folder = Path(shutil.copytree(tiny, tmp_path_factory.mktemp("measured") / "model"))
    promises.write(folder, {"toxic": {0.5: 0.9}})
    model = load(str(folder), options=ModelOptions(number_type="float32"))
    file = folder.parent / "config.yaml"
    file.write_text("labels:\n  toxic: [{at: 0.5, do: flag}, {at: 0.9, do: [flag, delete]}]\n  insult: off\n")
    work = tmp_path_factory.mktemp("work")

    def make(at: Path = data, **more: Any) -> Evaluation:
        rules = config.load(file).rules
        return Evaluation(model, rules, "config.yaml", at, work, lambda *_: None, written_sets, **more)

    return make


@pytest.fixture(scope="module")
def final(measure: Measure) -> Report:
    return measure().final()


def test_the_final_report_has_every_figure_that_is_asked_for(final: Report) -> None:
    written = json.loads(json.dumps(final.as_json(), allow_nan=False))
    assert written["final"] is True
    for name in ("mean_auc", "mean_auc_interval", "gain_over_tfidf", "gain_over_tfidf_interval", "ece"):
        assert name in written["fold9"], name
    assert set(written["fold9"]["ece"]) == {"toxic", "insult", "threat"}
    assert 0.5 < written["test_random"]["mean_auc"] <= 1
    assert written["test_random"]["rows"] == 150
    assert written["bias"]["overall_auc"] == 1.0
    assert written["bias"]["min_subgroup_auc"] == 1.0
    assert written["bias"]["max_fpr_excess"] == 0.0
    assert written["gaming_false_alarm_rate"] == 0.5
    assert written["written_sets"]["chat_abuse"]["recall"]["value"] == 1.0
    assert 0 < written["civil_false_alarms_per_1000"] == written["civil_false_alarms_per_1000_raw"] < 100
    assert written["convabuse_auc"] > 0.8
    assert written["speed"]["together_per_second"] > 0


def test_the_interval_holds_the_figure_and_the_mean_is_that_of_the_labels(final: Report) -> None:
    fold = final.sets["fold9"]
    low, high = fold.mean_auc_interval
    assert low <= fold.mean_auc <= high
    assert fold.mean_auc == pytest.approx(sum(each.roc_auc.value for each in fold.labels.values()) / 3)
    assert fold.labels["toxic"].roc_auc.value > 0.9
    assert 0.3 < fold.labels["threat"].roc_auc.value < 0.7  # the model knows nothing of threats
    assert fold.gain_over_tfidf is not None
    assert fold.tfidf_mean_auc is not None
    assert fold.gain_over_tfidf == pytest.approx(fold.mean_auc - fold.tfidf_mean_auc)


def test_each_step_of_a_ladder_is_measured_beside_its_promise(final: Report) -> None:
    steps = final.sets["fold9"].labels["toxic"].steps
    assert [(step.at, step.do, step.promised_precision) for step in steps] == [
        (0.5, ("flag",), 0.9),
        (0.9, ("flag", "delete"), None),
    ]
    assert 0.8 < steps[0].precision.value <= 1
    assert final.sets["fold9"].labels["insult"].steps == ()
    assert [step.at for step in final.sets["fold9"].labels["threat"].steps] == [0.5]


def test_choosing_needs_nothing_that_is_held_out(measure: Measure, own_data: Callable[[], Path]) -> None:
    folder = own_data()
    shutil.rmtree(folder / "eval")
    report = measure(folder).choosing()
    assert list(report.sets) == ["fold8"]
    assert not report.is_final
    assert report.bias is None
    assert report.written_sets == {}
    assert "fold9" not in report.as_json()
    with pytest.raises(CivilTongueError, match="is missing"):
        measure(folder).final()


def test_the_linear_line_is_fitted_without_the_fold_that_it_is_measured_on(
    measure: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, folds = rows.jigsaw, {}

    def watched(data: Path, which: Any, name: str) -> Any:
        folds[name] = sorted(which)
        return really(data, which, name)

    monkeypatch.setattr(rows, "jigsaw", watched)
    measure().choosing()
    assert folds == {"fold8": [8], "train": list(range(8))}
    folds.clear()
    measure().final()
    assert folds == {"fold9": [9], "train": list(range(9))}


def test_without_the_linear_line_there_is_no_gain(measure: Measure) -> None:
    fold = measure(with_tfidf=False).choosing().sets["fold8"]
    assert fold.gain_over_tfidf is None
    assert fold.labels["toxic"].tfidf_roc_auc is None


def test_a_model_with_other_labels_is_refused_with_both_lists(
    make_model: Callable[..., Path], measure: Measure, data: Path, tmp_path: Path
) -> None:
    folder = make_model(tmp_path / "other", id2label={"0": "joy", "1": "anger", "2": "fear"})
    stranger = Evaluation(
        load(str(folder)), config.load(config.shipped()).rules, "config.yaml", data, tmp_path, lambda *_: None
    )
    with pytest.raises(CivilTongueError, match=r"toxic, .* only joy, anger, fear"):
        stranger.final()


def test_the_alarms_are_listed_for_the_audit_with_their_texts(measure: Measure) -> None:
    lines = measure().alarms_to_audit(is_final=True).splitlines()
    assert lines
    assert all("bad" in line.split("\t")[4] for line in lines)


def test_the_page_needs_nothing_else_and_shows_every_plot(final: Report) -> None:
    written = page(final)
    assert "http" not in written.replace("http://www.w3.org", "")
    assert "<script" not in written
    for name in ("fold9", "test_random", "test_all", "Civil chat", "Identity terms", "Reliability", "gaming"):
        assert name in written
    assert written.count("<svg") == 2 * 3 * 3  # reliability and precision-recall of three labels in three sets
    assert "hsl(" in written
    assert "&lt;svg" not in written


def test_the_terminal_shows_a_table_for_every_part(final: Report) -> None:
    assert len(list(tables(final))) == 1 + 2 * 3 + 4


def test_every_final_report_is_counted_beside_the_card(tiny: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "model"))
    work = tmp_path / "work"
    assert runs.note(folder, work, "aaa").file == work / runs.FILE  # no card of ours there
    (folder / "MODEL_CARD.md").write_text("# card")
    runs.note(folder, work, "aaa")
    runs.note(folder, work, "bbb")
    last = runs.note(folder, work, "aaa")
    assert (last.reports, last.models, last.of_this_model) == (3, 2, 2)
    assert last.file == folder / runs.FILE
    written = json.loads(last.file.read_text())
    assert set(written["models"]["aaa"]) == {"reports", "first", "last"}


def test_promises_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / promises.FILE).write_text('{"toxic": [{"at": 0.5}]}')
    with pytest.raises(CivilTongueError, match=r"thresholds\.json cannot be read"):
        promises.promises_of(tmp_path)
    assert promises.promises_of(tmp_path / "elsewhere") == {}
