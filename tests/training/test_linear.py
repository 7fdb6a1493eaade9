"""The n-grams beside the encoder, fitted and used through the same tokens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

from bot.score.source import EMBEDDED_FOLDER
from bot.training.data import Examples
from bot.training.linear import LinearOptions, fit_ngrams, forget

OPTIONS = LinearOptions(pieces=500, characters=500, rarest=1, max_tokens=64, strength=10.0)
RUDE = ["you are a fool", "what a foolish person you are", "fools everywhere", "such a fool"]
KIND = ["you are a friend", "what a kind person you are", "friends everywhere", "such a day"]


@pytest.fixture(scope="module")
def tokenizer():
    loaded = AutoTokenizer.from_pretrained(Path(EMBEDDED_FOLDER), local_files_only=True)
    loaded.backend_tokenizer.no_padding()
    return loaded


def examples(second_label: float) -> Examples:
    targets = np.array([[1, second_label]] * len(RUDE) + [[0, 0]] * len(KIND), np.float32)
    return Examples([*RUDE, *KIND], targets, np.ones(len(targets), np.float32))


def logits(ngrams, tokenizer, *texts: str) -> list[float]:
    inputs = tokenizer.pad({"input_ids": tokenizer(list(texts))["input_ids"]}, return_tensors="pt")
    with torch.inference_mode():
        return ngrams(inputs["input_ids"], inputs["attention_mask"])[:, 0].tolist()


def test_what_was_learnt_holds_for_words_that_look_alike(tokenizer) -> None:
    ngrams = fit_ngrams(tokenizer, examples(1), OPTIONS, seed=1)
    foolishness, friendship = logits(ngrams, tokenizer, "foolishness", "friendship")
    assert foolishness > 0 > friendship


def test_a_row_that_says_nothing_about_a_label_is_passed_over_for_it(tokenizer) -> None:
    targets = examples(1).targets.copy()
    targets[0, 1] = np.nan
    without = Examples([*RUDE, *KIND], targets, np.ones(len(targets), np.float32))
    whole, masked = (fit_ngrams(tokenizer, each, OPTIONS, seed=1) for each in (examples(1), without))
    assert torch.equal(whole.weights[:, 0], masked.weights[:, 0])
    assert not torch.equal(whole.weights[:, 1], masked.weights[:, 1])


def test_only_the_commonest_ngrams_are_kept(tokenizer) -> None:
    options = LinearOptions(pieces=7, characters=11, rarest=1, max_tokens=64, strength=10.0)
    assert len(fit_ngrams(tokenizer, examples(1), options, seed=1).keys) == 18


def test_hashes_are_kept_ascending(tokenizer) -> None:
    keys = fit_ngrams(tokenizer, examples(1), OPTIONS, seed=1).keys
    assert (keys[1:] > keys[:-1]).all()


def test_a_forgotten_word_weighs_nothing_wherever_it_stands_and_its_neighbours_keep_what_they_weigh(tokenizer) -> None:
    ngrams = fit_ngrams(tokenizer, examples(1), OPTIONS, seed=1)
    such, fools, such_fools = logits(ngrams, tokenizer, "such a", "fool", "such a fool")
    forget(ngrams, tokenizer, ["fool"])
    assert fools > (forgotten := logits(ngrams, tokenizer, "fool"))[0] == ngrams.bias[0]
    assert logits(ngrams, tokenizer, "such a") == [such]
    assert forgotten[0] < logits(ngrams, tokenizer, "such a fool")[0] < such_fools
