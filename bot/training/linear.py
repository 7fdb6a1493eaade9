"""Fits the n-grams of the embedded model: TF-IDF and one logistic regression a label."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from bot.score.cores import usable_cores
from bot.score.ngrams import Ngrams, is_of_characters, ngrams_of, spelling
from bot.training.data import Examples

_TEXTS_TOGETHER = 256
_KEY = 0xFFFFFFFF

Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class LinearOptions:
    """How to fit; see ``recipe.toml`` for what each means."""

    pieces: int
    characters: int
    rarest: int
    max_tokens: int
    strength: float


def fit_ngrams(tokenizer: Any, examples: Examples, options: LinearOptions, *, seed: int) -> Ngrams:
    """The n-grams that tell most, with their weights; rows without a word about a label are passed over for it."""
    letters, ends = spelling(tokenizer.convert_ids_to_tokens(range(len(tokenizer))))
    rows, found = _found(tokenizer, examples.texts, letters, ends, options.max_tokens)
    keys, documents = _chosen(found, options)
    idf = np.log((1 + len(examples)) / (1 + documents)) + 1
    matrix = _matrix(rows, found, keys, idf, len(examples))
    ngrams = Ngrams(len(keys), labels=examples.targets.shape[1], vocabulary=len(ends), characters=len(letters))
    ngrams.keys.copy_(torch.from_numpy(keys))
    ngrams.idf.copy_(torch.from_numpy(idf))
    ngrams.characters.copy_(letters)
    ngrams.character_ends.copy_(ends)

    def weigh(label: int) -> None:
        known = ~np.isnan(examples.targets[:, label])
        fitted = LogisticRegression(C=options.strength, solver="liblinear", max_iter=200, random_state=seed)
        fitted.fit(matrix[known], examples.targets[known, label] > 0.5, sample_weight=examples.weights[known])
        ngrams.weights[:, label] = torch.from_numpy(fitted.coef_[0])
        ngrams.bias[label] = float(fitted.intercept_[0])

    with ThreadPoolExecutor(usable_cores()) as pool:  # the solver lets other threads run, and draws no random numbers
        list(pool.map(weigh, range(examples.targets.shape[1])))
    return ngrams


def forget(ngrams: Ngrams, tokenizer: Any, words: list[str]) -> None:
    """Have every n-gram that stands within one of these words weigh nothing: not the word may count, but what is said.

    It is forgotten after the fit. Left out of it, the word's neighbours would have taken over its weight.
    """
    _, keys = _found(tokenizer, words, ngrams.characters, ngrams.character_ends, tokenizer.model_max_length)
    ngrams.weights[torch.isin(ngrams.keys, torch.from_numpy(keys))] = 0


def _found(
    tokenizer: Any, texts: list[str], letters: torch.Tensor, ends: torch.Tensor, max_tokens: int
) -> tuple[Ints, Ints]:
    """Row and hash of every different n-gram of every text."""
    rows, keys = [], []
    for start in range(0, len(texts), _TEXTS_TOGETHER):
        tokens = tokenizer(texts[start : start + _TEXTS_TOGETHER], truncation=True, max_length=max_tokens)
        inputs = tokenizer.pad({"input_ids": tokens["input_ids"]}, return_tensors="pt")
        found = ngrams_of(inputs["input_ids"], inputs["attention_mask"], letters, ends).numpy()
        rows.append((found >> 32) + start)
        keys.append(found & _KEY)
    return np.concatenate(rows), np.concatenate(keys)


def _chosen(found: Ints, options: LinearOptions) -> tuple[Ints, Ints]:
    """The commonest n-grams of each kind, ascending by hash, and in how many texts each stands."""
    keys, documents = np.unique(found, return_counts=True)
    of_characters = is_of_characters(torch.from_numpy(keys)).numpy()
    kept = np.zeros(len(keys), bool)
    for is_kind, most in ((of_characters, options.characters), (~of_characters, options.pieces)):
        ranked = np.flatnonzero(is_kind & (documents >= options.rarest))
        kept[ranked[np.argsort(-documents[ranked], kind="stable")[:most]]] = True
    return keys[kept], documents[kept]


def _matrix(rows: Ints, found: Ints, keys: Ints, idf: np.ndarray[Any, Any], texts: int) -> sparse.csr_matrix:
    """``[texts, n-grams]``, each row of length one."""
    at = np.searchsorted(keys, found).clip(max=len(keys) - 1)
    known = keys[at] == found
    matrix = sparse.csr_matrix((idf[at[known]], (rows[known], at[known])), shape=(texts, len(keys)))
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scaled = (sparse.diags(1 / length.clip(min=1e-6)) @ matrix).tocsr()
    scaled.sort_indices()
    return scaled
