"""The rows that are learnt from: judged chat, and nothing that a model is judged by."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bot.insight.rows import LABELS, TRAIN_FOLDS, fold_of, md5
from bot.training.data import DEBATABLE, Examples, judged_chat, judgements, letters_of, without

SHARED = Path(__file__).parents[3] / "shared" / "data"


def test_every_judgement_is_one_that_the_recipe_knows() -> None:
    said = judgements()
    assert len(said) > 3000
    assert all(len(each) == 32 for each in said)
    known = {"civil", "swearing", "unclear", *LABELS}
    assert {word for each in said.values() for word in each.split(",")} <= known


@pytest.fixture
def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    lines = {"damn, it boots": "swearing", "go away you clown": "toxic,insult", "hm, odd": "unclear", "hello": "civil"}
    judged = tmp_path / "judged.tsv"
    judged.write_text("# about\n" + "".join(f"{md5(text)}\t{said}\n" for text, said in lines.items()))
    monkeypatch.setattr("bot.training.data.judgements", lambda: judgements(judged))
    (tmp_path / "train").mkdir()
    texts = [*lines, "never judged"]
    for name, told in (("ubuntu_irc", texts[:2]), ("goemotions_train", texts[2:]), ("goemotions_dev", texts[:1])):
        pd.DataFrame({"text": told}).to_parquet(tmp_path / "train" / f"chat_{name}.parquet")
    return tmp_path


def test_chat_that_was_judged_is_taught_as_it_was_judged(chat: Path) -> None:
    labels = ["toxic", "severe_toxic", "obscene", "insult"]
    found = judged_chat(chat, labels, repeat=2)
    assert found.texts == ["damn, it boots", "go away you clown", "hello"] * 2
    targets = dict(zip(found.texts, found.targets.tolist(), strict=True))
    assert targets["damn, it boots"] == pytest.approx([0, 0, DEBATABLE, 0])
    assert targets["go away you clown"] == pytest.approx([1, np.nan, 0, 1], nan_ok=True)
    assert targets["hello"] == [0, 0, 0, 0]


def test_what_has_the_letters_of_a_held_out_text_is_not_learnt_from() -> None:
    examples = Examples(["You, Fool!", "a calm day"], np.array([[1], [0]], np.float32), np.ones(2, np.float32))
    kept = without(examples, {letters_of("you fool"), letters_of("another")})
    assert (kept.texts, kept.targets.tolist(), len(kept.weights)) == (["a calm day"], [[0.0]], 1)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the data sets are not beside the project")
def test_no_judged_line_is_of_a_fold_that_is_held_out() -> None:
    texts = set(judged_chat(SHARED, LABELS, repeat=1).texts)
    assert len(texts) > 2000
    assert {fold_of(text) for text in texts} <= set(TRAIN_FOLDS)
