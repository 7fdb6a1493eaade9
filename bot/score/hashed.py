"""Hashed n-grams of pieces and characters, computed from token ids: the arithmetic, without torch.

TF-IDF as in Salton and Buckley, "Term-weighting approaches in automatic text retrieval" (1988), with binary term
frequency and rows of unit length. N-grams are known by a hash of 31 bits, kept sorted: there is no table of strings,
and an n-gram that is not known weighs nothing (in a table of buckets it would weigh what its neighbour does).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

PIECES = (1, 2)  # lengths of n-grams of word pieces
CHARACTERS = (2, 3, 4, 5)  # lengths of n-grams of characters, a space before each word
_FIRST_PIECE = 999  # BERT's ids below this are special or unused

# Odd constants that spread bits, as signed 64-bit numbers: Steele, Lea and Flood, "Fast splittable pseudorandom number
# generators" (2014).
_GOLDEN = -7046029254386353131
_MIX = -4658895280553007687
_HASH_BITS = 30  # and one that tells pieces from characters
_KEY = 0xFFFFFFFF

Ints = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class HashedNgrams:
    """What is known about n-grams; ``keys`` are their hashes, ascending.

    ``idf`` is ``[n-grams]``, ``weights`` ``[n-grams, labels]``, ``bias`` ``[labels]``; ``characters`` are the bytes of
    all pieces in a row, ``character_ends`` where each piece's bytes end.
    """

    keys: Ints = field(repr=False)
    idf: Floats = field(repr=False)
    weights: Floats = field(repr=False)
    bias: Floats = field(repr=False)
    characters: Ints = field(repr=False)
    character_ends: Ints = field(repr=False)

    def logits(self, input_ids: Ints, attention_mask: Ints) -> Floats:
        """``[texts, labels]`` of token ids ``[texts, tokens]``."""
        found = ngrams_of(input_ids, attention_mask, self.characters, self.character_ends)
        row, at = known(found, self.keys)
        return weighed(row, self.idf[at], self.weights[at], self.bias, texts=len(input_ids))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """All of them by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def beside(encoder: Any, ngrams: Any, share: float) -> Any:
    """The logits of both together, as arrays or as tensors; ``share`` is that of the n-grams."""
    return (1 - share) * encoder + share * ngrams


def ngrams_of(input_ids: Ints, attention_mask: Ints, characters: Ints, character_ends: Ints) -> Ints:
    """The different n-grams of each text, ``[n]`` in ascending order: row number << 32 | hash."""
    rows, columns = np.nonzero((input_ids >= _FIRST_PIECE) & (attention_mask > 0))
    pieces = input_ids[rows, columns]
    letters, letter_rows = _spelled(pieces, rows, characters, character_ends)
    parts = [rows[:0], *_hashes(pieces, rows, PIECES, kind=0), *_hashes(letters, letter_rows, CHARACTERS, kind=1)]
    return np.unique(np.concatenate(parts))


def known(found: Ints, keys: Ints) -> tuple[Ints, Ints]:
    """Of the n-grams found, the row of each that is known and its place among the keys."""
    row, key = found >> 32, (found & _KEY).astype(keys.dtype)
    at = np.searchsorted(keys, key).clip(max=len(keys) - 1)
    is_known = keys[at] == key
    return row[is_known], at[is_known]


def weighed(row: Ints, idf: Floats, weights: Floats, bias: Floats, *, texts: int) -> Floats:
    """The logits ``[texts, labels]``; ``row``, ``idf`` ``[n]`` and ``weights`` ``[n, labels]`` are of those known."""
    length = np.sqrt(np.bincount(row, idf * idf, minlength=texts))
    columns = [np.bincount(row, column, minlength=texts) for column in (weights * idf[:, None]).T]
    sums = np.stack(columns, axis=1)
    return np.asarray(sums / length.clip(min=1e-6)[:, None] + bias, np.float32)


def spelling(pieces: Sequence[str]) -> tuple[Ints, Ints]:
    """``characters`` and ``character_ends`` of these pieces."""
    spelled = [piece[2:].encode() if piece.startswith("##") else b" " + piece.encode() for piece in pieces]
    ends = np.cumsum([len(each) for each in spelled]).astype(np.int32)
    return np.frombuffer(b"".join(spelled), np.uint8).copy(), ends


def _spelled(pieces: Ints, rows: Ints, characters: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """The characters of all pieces one after another, and the row that each belongs to."""
    end = ends[pieces].astype(np.int64)
    start = np.where(pieces > 0, ends[(pieces - 1).clip(min=0)].astype(np.int64), 0)
    count = end - start
    before = count.cumsum() - count
    at = np.arange(int(count.sum())) + np.repeat(start - before, count)
    return characters[at].astype(np.int64), np.repeat(rows, count)


def _hashes(units: Ints, rows: Ints, lengths: Sequence[int], *, kind: int) -> list[Ints]:
    """Row and hash of each run of so many neighbours of one row."""
    found = []
    running = units + 1
    for length in range(1, max(lengths) + 1):
        if length > 1:
            running = running[:-1] * _GOLDEN + units[length - 1 :] + 1
        if length in lengths and len(running):
            inside = rows[: len(running)] == rows[length - 1 :]
            hashed = kind << _HASH_BITS | _mixed(running * _GOLDEN + length)
            found.append((rows[: len(running)] << 32 | hashed)[inside])
    return found


def _mixed(hashed: Ints) -> Ints:
    hashed = (hashed ^ (hashed >> 29)) * _MIX
    return np.asarray((hashed ^ (hashed >> 32)) & ((1 << _HASH_BITS) - 1))


def is_of_characters(keys: Any) -> Any:
    """Which hashes are of characters; the others are of word pieces."""
    return keys >> _HASH_BITS & 1 == 1
