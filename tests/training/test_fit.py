"""Fitting: masked targets, and going on where a run was broken off."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

from bot.score.network import CivilTongueConfig, CivilTongueForSequenceClassification
from bot.score.source import EMBEDDED_FOLDER
from bot.training.data import Examples
from bot.training.fit import FitOptions, begin_at_prior, fit, masked_loss

OPTIONS = FitOptions(
    prior_weighted=False, passes=2, dropout=0.1, batch_size=4, learning_rate=1e-3, head_learning_rate=1e-2,
    warmup=0.1, weight_decay=0.01, checkpoint_every=3,
)  # fmt: skip
TEXTS = [f"{word} number {number}" for number in range(6) for word in ("fool", "friend", "fools and", "friends and")]
TARGETS = np.array([[float("fool" in text), float("and" in text)] for text in TEXTS], np.float32)
EXAMPLES = Examples(TEXTS, TARGETS, np.ones(len(TEXTS), np.float32))


@pytest.fixture(scope="module")
def tokenizer():
    loaded = AutoTokenizer.from_pretrained(Path(EMBEDDED_FOLDER), local_files_only=True)
    loaded.backend_tokenizer.no_padding()
    return loaded


@pytest.fixture(scope="module")
def tokens(tokenizer) -> list[list[int]]:
    return tokenizer(TEXTS)["input_ids"]


def untrained(tokenizer) -> CivilTongueForSequenceClassification:
    torch.manual_seed(3)
    return CivilTongueForSequenceClassification(
        CivilTongueConfig(
            vocab_size=len(tokenizer),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
            num_labels=2,
        )
    )


class BrokenOff(Exception):
    pass


def test_a_run_that_was_broken_off_ends_as_if_it_had_not_been(tokenizer, tokens, tmp_path: Path) -> None:
    whole, parted = untrained(tokenizer), untrained(tokenizer)
    fit(whole, tokenizer, tokens, EXAMPLES, OPTIONS, seed=1, checkpoint=tmp_path / "whole.pt", progress=lambda *_: None)

    def break_off(step: int, steps: int, loss: float) -> None:
        if step == 8:
            raise BrokenOff

    with pytest.raises(BrokenOff):
        fit(parted, tokenizer, tokens, EXAMPLES, OPTIONS, seed=1, checkpoint=tmp_path / "parted.pt", progress=break_off)
    steps: list[int] = []
    parted = untrained(tokenizer)
    fit(parted, tokenizer, tokens, EXAMPLES, OPTIONS, seed=1, checkpoint=tmp_path / "parted.pt",
        progress=lambda step, *_: steps.append(step))  # fmt: skip
    assert steps[0] == 7
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, parted.state_dict()[name]), name


def test_a_label_that_nothing_is_said_about_is_left_out_of_the_loss() -> None:
    logits = torch.tensor([[2.0, -1.0], [0.5, 3.0]])
    targets = torch.tensor([[1.0, float("nan")], [0.0, float("nan")]])
    expected = torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 0], targets[:, 0])
    assert masked_loss(logits, targets, torch.ones(2)).item() == pytest.approx(expected.item())


def test_an_untrained_head_says_how_common_each_label_is(tokenizer) -> None:
    network = SimpleNamespace(classifier=torch.nn.Linear(4, 2))
    begin_at_prior(network, EXAMPLES, seed=1)
    assert torch.sigmoid(network.classifier.bias).tolist() == pytest.approx(TARGETS.mean(0).tolist(), abs=1e-5)
