"""A linear model over n-grams of pieces and characters, computed from token ids.

TF-IDF as in Salton and Buckley, "Term-weighting approaches in automatic text retrieval" (1988), with binary term
frequency and rows of unit length. N-grams are known by a hash of 31 bits, kept sorted: there is no table of strings,
and an n-gram that is not known weighs nothing (in a table of buckets it would weigh what its neighbour does).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

PIECES = (1, 2)  # lengths of n-grams of word pieces
CHARACTERS = (2, 3, 4, 5)  # lengths of n-grams of characters, a space before each word
_FIRST_PIECE = 999  # BERT's ids below this are special or unused

# Odd constants that spread bits, as signed 64-bit numbers: Steele, Lea and Flood, "Fast splittable pseudorandom number
# generators" (2014).
_GOLDEN = -7046029254386353131
_MIX = -4658895280553007687
_HASH_BITS = 30  # and one that tells pieces from characters


class Ngrams(nn.Module):
    """Logits ``[texts, labels]`` by the n-grams of each text; ``keys`` are the hashes of those known, ascending."""

    keys: Tensor
    idf: Tensor
    weights: Tensor
    bias: Tensor
    characters: Tensor
    character_ends: Tensor

    def __init__(self, features: int, *, labels: int, vocabulary: int, characters: int) -> None:
        super().__init__()
        self.register_buffer("keys", torch.zeros(features, dtype=torch.int32))
        self.register_buffer("idf", torch.zeros(features))
        self.register_buffer("weights", torch.zeros(features, labels))
        self.register_buffer("bias", torch.zeros(labels))
        self.register_buffer("characters", torch.zeros(characters, dtype=torch.uint8))
        self.register_buffer("character_ends", torch.zeros(vocabulary, dtype=torch.int32))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        found = ngrams_of(input_ids, attention_mask, self.characters, self.character_ends)
        row, key = found >> 32, (found & 0xFFFFFFFF).to(torch.int32)
        at = torch.searchsorted(self.keys, key).clamp(max=len(self.keys) - 1)
        known = self.keys[at] == key
        row, at = row[known], at[known]
        value = self.idf[at].float()
        length = torch.zeros(len(input_ids), device=value.device).index_add_(0, row, value * value).sqrt_()
        logits = torch.zeros(len(input_ids), self.weights.shape[1], device=value.device)
        logits.index_add_(0, row, self.weights[at].float() * value.unsqueeze(1))
        return logits / length.clamp(min=1e-6).unsqueeze(1) + self.bias.float()


def ngrams_of(input_ids: Tensor, attention_mask: Tensor, characters: Tensor, character_ends: Tensor) -> Tensor:
    """The different n-grams of each text, ``[n]`` in ascending order: row number << 32 | hash."""
    rows, columns = ((input_ids >= _FIRST_PIECE) & (attention_mask > 0)).nonzero(as_tuple=True)
    pieces = input_ids[rows, columns]
    letters, letter_rows = _spelled(pieces, rows, characters, character_ends)
    parts = [rows[:0], *_hashes(pieces, rows, PIECES, kind=0), *_hashes(letters, letter_rows, CHARACTERS, kind=1)]
    different: Tensor = torch.unique(torch.cat(parts))
    return different


def spelling(pieces: Sequence[str]) -> tuple[Tensor, Tensor]:
    """The bytes of all pieces in a row, and where each piece's bytes end: how ``Ngrams`` knows what it reads."""
    spelled = [piece[2:].encode() if piece.startswith("##") else b" " + piece.encode() for piece in pieces]
    ends = torch.tensor([len(each) for each in spelled]).cumsum(0).to(torch.int32)
    return torch.tensor(list(b"".join(spelled)), dtype=torch.uint8), ends


def _spelled(pieces: Tensor, rows: Tensor, characters: Tensor, ends: Tensor) -> tuple[Tensor, Tensor]:
    """The characters of all pieces one after another, and the row that each belongs to."""
    end = ends[pieces].long()
    start = torch.where(pieces > 0, ends[(pieces - 1).clamp(min=0)].long(), torch.zeros_like(end))
    count = end - start
    before = count.cumsum(0) - count
    at = torch.arange(int(count.sum()), device=pieces.device) + torch.repeat_interleave(start - before, count)
    return characters[at].long(), torch.repeat_interleave(rows, count)


def _hashes(units: Tensor, rows: Tensor, lengths: Sequence[int], *, kind: int) -> list[Tensor]:
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


def _mixed(hashed: Tensor) -> Tensor:
    hashed = (hashed ^ (hashed >> 29)) * _MIX
    return (hashed ^ (hashed >> 32)) & ((1 << _HASH_BITS) - 1)


def is_of_characters(keys: Tensor) -> Tensor:
    """Which hashes are of characters; the others are of word pieces."""
    return keys >> _HASH_BITS & 1 == 1
