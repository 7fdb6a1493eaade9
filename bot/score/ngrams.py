"""The hashed n-grams as a layer of torch, so that they are trained, saved and loaded with the rest of a network."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from bot.score import hashed
from bot.score.hashed import HashedNgrams, is_of_characters

__all__ = ["Ngrams", "is_of_characters", "ngrams_of", "spelling"]


class Ngrams(nn.Module):
    """Logits ``[texts, labels]`` by the n-grams of each text; the buffers are what ``HashedNgrams`` says of them."""

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
        row, at = hashed.known(found.numpy(), self.keys.cpu().numpy())
        chosen = torch.from_numpy(at).to(self.idf.device)  # of the tables only what was found is converted
        tables = (self.idf[chosen], self.weights[chosen], self.bias)
        logits = hashed.weighed(row, *(each.float().cpu().numpy() for each in tables), texts=len(input_ids))
        return torch.from_numpy(logits).to(input_ids.device)

    def without_torch(self) -> HashedNgrams:
        """All that it knows, as arrays, with whole numbers as they are and the others in float32."""
        plain = {name: each.float() if each.is_floating_point() else each for name, each in self.named_buffers()}
        return HashedNgrams(**{name: each.cpu().numpy() for name, each in plain.items()})


def ngrams_of(input_ids: Tensor, attention_mask: Tensor, characters: Tensor, character_ends: Tensor) -> Tensor:
    """As ``hashed.ngrams_of``, of tensors."""
    given = (each.cpu().numpy() for each in (input_ids, attention_mask, characters, character_ends))
    return torch.from_numpy(hashed.ngrams_of(*given))


def spelling(pieces: Sequence[str]) -> tuple[Tensor, Tensor]:
    """As ``hashed.spelling``: tensors."""
    characters, ends = hashed.spelling(pieces)
    return torch.from_numpy(characters), torch.from_numpy(ends)
