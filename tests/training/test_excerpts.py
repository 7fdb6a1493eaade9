"""What the encoder is shown of a long text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from transformers import AutoTokenizer

from bot.score.source import EMBEDDED_FOLDER
from bot.training.data import Examples
from bot.training.excerpts import excerpts
from bot.training.linear import LinearOptions, fit_ngrams

WINDOW = 16
CALM = "we met at the library and talked about the garden and the weather"


@pytest.fixture(scope="module")
def tokenizer():
    loaded = AutoTokenizer.from_pretrained(Path(EMBEDDED_FOLDER), local_files_only=True)
    loaded.backend_tokenizer.no_padding()
    return loaded


@pytest.fixture(scope="module")
def ngrams(tokenizer):
    texts = ["you fool", "such a fool", "fools everywhere", CALM, "a calm day", "friends everywhere"]
    examples = Examples(texts, np.array([[1], [1], [1], [0], [0], [0]], np.float32), np.ones(6, np.float32))
    return fit_ngrams(tokenizer, examples, LinearOptions(500, 500, 1, 64, 10.0), seed=1)


def shown(tokenizer, ngrams, text: str) -> str:
    (tokens,) = excerpts(tokenizer, [text], ngrams, window=WINDOW)
    assert len(tokens) <= WINDOW
    return tokenizer.decode(tokens)


@pytest.mark.parametrize("calm_before", [0, 1, 4, 9])
def test_of_a_long_text_the_worst_window_is_shown(tokenizer, ngrams, calm_before: int) -> None:
    text = " ".join([*[CALM] * calm_before, "you fool", *[CALM] * (9 - calm_before)])
    assert "fool" in shown(tokenizer, ngrams, text)


def test_a_text_that_fits_is_shown_whole_and_an_empty_one_does_no_harm(tokenizer, ngrams) -> None:
    assert shown(tokenizer, ngrams, "a calm day") == "[CLS] a calm day [SEP]"
    assert shown(tokenizer, ngrams, "") == "[CLS] [SEP]"
