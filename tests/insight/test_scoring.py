from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.insight.rows import Rows
from bot.insight.scoring import Scorer, fingerprint
from bot.score.model import Model, load
from bot.score.options import ModelOptions

EXACT = ModelOptions(number_type="float32")
TEXTS = ("hello", "bad", "evil one", "")
ROWS = Rows("some", TEXTS, np.zeros((4, 1)), ("toxic",))


@pytest.fixture
def folder(tiny: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny, tmp_path / "model"))


def calibrate(folder: Path, **curves: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "calibration": curves}))


def test_what_was_scored_once_is_read_the_second_time(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Scorer(load(str(folder), options=EXACT), tmp_path / "work").score(ROWS)
    assert [text for text, p in zip(TEXTS, first.of("toxic"), strict=True) if p > 0.5] == ["bad"]

    def refuse(*_: object) -> Iterator[None]:
        raise AssertionError("it was scored again")

    monkeypatch.setattr(Model, "score_many", refuse)
    second = Scorer(load(str(folder), options=EXACT), tmp_path / "work").score(ROWS)
    assert np.allclose(first.probabilities, second.probabilities)
    other = Rows("some", ("hello you", *TEXTS[1:]), ROWS.truth, ("toxic",))
    scorer = Scorer(load(str(folder), options=EXACT), tmp_path / "work")
    with pytest.raises(AssertionError, match="scored again"):
        scorer.score(other)


def test_a_disguised_word_counts_as_the_bot_reads_it(folder: Path, tmp_path: Path) -> None:
    scorer = Scorer(load(str(folder), options=EXACT), tmp_path / "work")
    rows = Rows("some", ("hello", "so B\u0430D", "bad"), np.zeros((3, 1)), ("toxic",))  # a Cyrillic letter
    assert scorer.score(rows).of("toxic").round().tolist() == [0, 0, 1]
    assert scorer.as_read(rows).of("toxic").round().tolist() == [0, 1, 1]


def test_a_calibrated_model_is_not_scored_anew_and_still_scored_as_the_bot_does(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Scorer(load(str(folder), options=EXACT), tmp_path / "work").score(ROWS)
    before = fingerprint(folder)
    calibrate(folder, toxic={"low": 0.5, "high": 0.5, "shift": -1.0})
    assert fingerprint(folder) == before
    model = load(str(folder), options=EXACT)
    told = [each for each in model.score_many(TEXTS[:3]) if each]
    monkeypatch.setattr(Model, "score_many", None)
    scored = Scorer(model, tmp_path / "work").score(ROWS)
    assert not np.allclose(plain.of("toxic"), scored.of("toxic"))
    assert np.allclose(scored.of("toxic")[:3], [each["toxic"] for each in told], atol=1e-6)
    assert np.allclose(scored.of("insult"), plain.of("insult"))


def test_other_weights_have_another_fingerprint_and_a_card_has_none(folder: Path) -> None:
    before = fingerprint(folder)
    (folder / "MODEL_CARD.md").write_text("about it")
    (folder / "evaluations.json").write_text("{}")
    assert fingerprint(folder) == before
    (folder / "extra.safetensors").write_bytes(b"1")
    assert fingerprint(folder) != before


def test_a_text_that_the_model_fails_on_is_counted(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load(str(folder), options=EXACT)
    really = model.network.forward

    def breaks(**inputs: Any) -> Any:
        if inputs["input_ids"].shape[1] == 4:  # "evil one" is the only text of two tokens
            raise RuntimeError("no")
        return really(**inputs)

    assert len(model.tokenise(["evil x"])[0]) == 2
    rows = Rows("some", ("hello", "evil x", "bad"), np.zeros((3, 1)), ("toxic",))
    monkeypatch.setattr(model.network, "forward", breaks)
    scored = Scorer(model, tmp_path / "work").score(rows)
    assert scored.failed == 1
    assert scored.of("toxic").round(2).tolist() == [0.0, 0.0, 1.0]


def test_a_run_that_was_broken_off_goes_on_where_it_was(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = tuple(f"hello {'bad ' if at % 3 else ''}{at}" for at in range(1500))
    rows = Rows("long", texts, np.zeros((1500, 1)), ("toxic",))
    model = load(str(folder), options=EXACT)
    whole = Scorer(model, tmp_path / "other").score(rows)
    really, asked = Model.score_many, []

    def stops(self: Model, some: Any, *rest: Any) -> Any:
        asked.append(len(some))
        if len(asked) == 2:
            raise KeyboardInterrupt
        return really(self, some, *rest)

    monkeypatch.setattr(Model, "score_many", stops)
    with pytest.raises(KeyboardInterrupt):
        Scorer(model, tmp_path / "work").score(rows)
    again = Scorer(model, tmp_path / "work").score(rows)
    assert asked == [1024, 476, 476]
    assert np.allclose(again.probabilities, whole.probabilities)
    assert len(list((tmp_path / "work").rglob("*.npy"))) == 1


def test_a_damaged_file_of_scores_is_made_again(folder: Path, tmp_path: Path) -> None:
    model = load(str(folder), options=EXACT)
    first = Scorer(model, tmp_path / "work").score(ROWS)
    for file in (tmp_path / "work").rglob("*.npy"):
        file.write_bytes(file.read_bytes()[:40])
    assert np.allclose(Scorer(model, tmp_path / "work").score(ROWS).probabilities, first.probabilities)
