"""The whole command, on a small encoder and a few lines: rows, n-grams, runs, last pass, calibration, weights, card."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from transformers import BertConfig, BertModel

from bot.insight.rows import LABELS, fold_of
from bot.score.model import load
from bot.score.source import EMBEDDED_FOLDER
from bot.training.__main__ import main
from bot.training.card import RECIPE
from bot.training.fit import mean_weights

SEED = 5


def written(file: Path, **columns: list[object]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(columns).to_parquet(file)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Folder with a little of each data set; who is a *clown* is abused, who is a *friend* is not."""
    folder = tmp_path / "data"
    texts = [f"you are a {('clown', 'friend')[at % 2]} said number {at}" for at in range(400)]
    true = {label: [int("clown" in text) for text in texts] for label in LABELS}
    written(
        folder / "train" / "jigsaw2018_train.parquet",
        text=texts, fold=[fold_of(text) for text in texts], weight=[1.0] * len(texts), **true,
    )  # fmt: skip
    none = {label: [0] for label in LABELS}
    written(folder / "train" / "jigsaw2018_extra_normalised.parquet", text=["a quiet afternoon"], **none)
    written(folder / "train" / "chat_ubuntu_irc.parquet", text=[f"how do i mount disk {at}" for at in range(80)])
    for part in ("train", "dev"):
        calm = [f"thanks for the {part} photo {at}" for at in range(40)]
        written(folder / "train" / f"chat_goemotions_{part}.parquet", text=calm, emotion_ids=["27"] * len(calm))
    articles = [f"the {at}th bishop was born in a village" for at in range(20)]
    written(folder / "train" / "wiki_article_debias_nontoxic.parquet", text=articles)
    written(folder / "eval" / "jigsaw2018_test.parquet", text=["good day"], sample=["random"], **none)
    written(folder / "eval" / "bias_madlibs_77k.parquet", text=["Ann is kind"], label=["NOT_BAD"])
    written(folder / "eval" / "convabuse_test.parquet", text=["hello robot"], abuse_majority=[0])
    return folder


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    """Folder of a BERT of one thin layer with the embedded model's tokenizer."""
    folder = tmp_path / "encoder"
    torch.manual_seed(SEED)
    shape = BertConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    BertModel(shape, add_pooling_layer=False).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(EMBEDDED_FOLDER / name, folder)
    return folder


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """The shipped recipe, with few rows."""
    text = RECIPE.read_text("utf-8")
    for old, new in (
        ("rows = 11000", "rows = 300"),
        ("lines.rows = 12000", "lines.rows = 200"),
        ("templates.rows = 4000", "templates.rows = 100"),
        ("identities.rows = 8000", "identities.rows = 50"),
        ("sample.rows = 12000", "sample.rows = 100"),
        ("lines.rows = 4000", "lines.rows = 30"),
        ("checkpoint_every = 500", "checkpoint_every = 5"),
    ):
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / "recipe.toml"
    file.write_text(text, "utf-8")
    return file


def test_one_command_trains_every_run_and_writes_their_mean_with_its_card(
    data: Path, encoder: Path, recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, work = tmp_path / "out", tmp_path / "work"
    main(data, out=out, work=work, recipe=recipe, encoder=encoder)
    printed = capsys.readouterr().out
    assert all(f"training on {run}" in printed for run in ("comments", "chat", "finish"))
    [clown, friend] = load(str(out)).score_many(["you are a clown", "you are a friend"])
    assert clown["toxic"] > friend["toxic"]
    facts = json.loads((out / "training.json").read_text("utf-8"))
    assert facts["recipe"] == tomllib.loads(recipe.read_text("utf-8"))
    assert [run["name"] for run in facts["recipe"]["runs"]] == ["comments", "chat"]
    assert "lines.toml" in (out / "MODEL_CARD.md").read_text("utf-8")
    assert not [*work.glob("*.pt")]


def test_the_mean_of_weights_lies_between_them_by_their_shares() -> None:
    first, second = torch.nn.Linear(2, 1), torch.nn.Linear(2, 1)
    ours, theirs = first.weight.detach().numpy().copy(), second.weight.detach().numpy().copy()
    mean_weights([first, second], [3, 1])
    assert np.allclose(first.weight.detach().numpy(), 0.75 * ours + 0.25 * theirs)
