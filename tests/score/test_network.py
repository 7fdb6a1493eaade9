"""The embedded model's network: an encoder beside n-grams, loaded like any other model."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForSequenceClassification

from bot.score.network import CivilTongueConfig, CivilTongueForSequenceClassification, register
from bot.score.ngrams import Ngrams, is_of_characters, ngrams_of, spelling

PIECES = [*(f"[{number}]" for number in range(999)), "you", "fool", "##ish", "kind", "!"]
YOU, FOOL, ISH, KIND, BANG = range(999, 1004)
CLS, SEP, PAD = 101, 102, 0


def read(*texts: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and mask of texts, padded to one length."""
    longest = max(map(len, texts))
    ids = torch.tensor([[*text, *[PAD] * (longest - len(text))] for text in texts])
    return ids, (ids != PAD).long()


def known(*text: int) -> Ngrams:
    """N-grams that know all of one text, each with the weight 1 for the first of two labels."""
    letters, ends = spelling(PIECES)
    keys = ngrams_of(*read(list(text)), letters, ends).to(torch.int32)
    ngrams = Ngrams(len(keys), labels=2, vocabulary=len(ends), characters=len(letters))
    ngrams.keys.copy_(keys)
    ngrams.idf.fill_(1.0)
    ngrams.weights[:, 0] = 1.0
    ngrams.bias.copy_(torch.tensor([-1.0, 0.5]))
    ngrams.characters.copy_(letters)
    ngrams.character_ends.copy_(ends)
    return ngrams


def small_model(features: int = 0) -> CivilTongueForSequenceClassification:
    letters, _ = spelling(PIECES)
    config = CivilTongueConfig(
        ngram_features=features, ngram_characters=len(letters), vocab_size=len(PIECES), hidden_size=16,
        num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, num_labels=2,
    )  # fmt: skip
    torch.manual_seed(1)
    return CivilTongueForSequenceClassification(config).eval()


def test_a_text_of_known_ngrams_weighs_the_root_of_their_number() -> None:
    ngrams = known(YOU, FOOL, ISH)
    logits = ngrams(*read([YOU, FOOL, ISH]))
    assert logits[0, 0].item() == pytest.approx(len(ngrams.keys) ** 0.5 - 1, rel=1e-4)
    assert logits[0, 1].item() == pytest.approx(0.5)


def test_what_is_not_known_weighs_nothing() -> None:
    assert known(YOU)(*read([BANG])).tolist() == [[-1.0, 0.5]]


def test_an_empty_text_has_the_bias_alone() -> None:
    assert known(YOU)(*read([CLS, SEP])).tolist() == [[-1.0, 0.5]]


def test_special_tokens_and_padding_are_not_read() -> None:
    ngrams = known(YOU, FOOL)
    alone = ngrams(*read([YOU, FOOL]))
    framed = ngrams(*read([CLS, YOU, FOOL, SEP], [CLS, KIND, ISH, BANG, FOOL, YOU, KIND, SEP]))
    assert torch.allclose(alone[0], framed[0])


def test_the_end_of_one_text_makes_no_ngram_with_the_beginning_of_the_next() -> None:
    letters, ends = spelling(PIECES)
    apart = [ngrams_of(*read([piece]), letters, ends) & 0xFFFFFFFF for piece in (YOU, FOOL)]
    together = ngrams_of(*read([YOU], [FOOL]), letters, ends) & 0xFFFFFFFF
    assert sorted(together.tolist()) == sorted(torch.cat(apart).tolist())


def test_repetition_adds_nothing_but_the_ngrams_over_the_seam() -> None:
    letters, ends = spelling(PIECES)
    twice, often = (ngrams_of(*read([YOU] * times), letters, ends).tolist() for times in (3, 30))
    assert twice == often


def test_a_piece_within_a_word_is_spelled_without_the_space_before() -> None:
    letters, ends = spelling(PIECES)
    start, end = ends[FOOL - 1], ends[ISH]
    assert bytes(letters[start:end].tolist()) == b" foolish"


def test_ngrams_of_pieces_are_told_from_those_of_characters() -> None:
    letters, ends = spelling(PIECES)
    keys = ngrams_of(*read([YOU, KIND]), letters, ends) & 0xFFFFFFFF
    assert (~is_of_characters(keys)).sum() == 3  # you, kind, you kind


def test_the_share_of_the_ngrams_goes_from_none_to_all() -> None:
    model = small_model()
    ids, mask = read([CLS, YOU, FOOL, SEP])
    encoder = model(ids, mask).logits
    model.ngrams = known(YOU, FOOL)
    model.config.ngram_features = len(model.ngrams.keys)
    for share in (0.0, 0.5, 1.0):
        model.config.ngram_share = share
        expected = (1 - share) * encoder + share * model.ngrams(ids, mask)
        assert torch.allclose(model(ids, mask).logits, expected)


def test_the_ngrams_weigh_the_same_without_torch() -> None:
    ngrams = known(YOU, FOOL, ISH)
    ids, mask = read([CLS, YOU, FOOL, KIND, SEP], [CLS, SEP], [CLS, KIND, BANG, YOU, YOU, YOU, SEP])
    for dtype in (torch.float32, torch.bfloat16):
        ngrams.to(dtype)
        expected = ngrams(ids, mask).numpy()
        assert ngrams.without_torch().logits(ids.numpy(), mask.numpy()) == pytest.approx(expected, abs=1e-6)


def test_padding_changes_no_score() -> None:
    model = small_model()
    alone = model(*read([CLS, YOU, SEP])).logits
    padded = model(*read([CLS, YOU, SEP], [CLS, YOU, FOOL, ISH, KIND, BANG, SEP])).logits
    assert torch.allclose(alone[0], padded[0], atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_what_was_saved_is_loaded_by_the_auto_class(tmp_path: Path, dtype: torch.dtype) -> None:
    model = small_model()
    model.ngrams = known(YOU, FOOL, ISH)
    model.config.ngram_features = len(model.ngrams.keys)
    model.to(dtype).save_pretrained(tmp_path)
    register()
    loaded, report = AutoModelForSequenceClassification.from_pretrained(
        tmp_path, local_files_only=True, dtype=dtype, output_loading_info=True
    )
    assert not report["missing_keys"]
    assert loaded.ngrams.keys.dtype == torch.int32
    inputs = read([CLS, YOU, FOOL, ISH, SEP])
    assert torch.equal(loaded.eval()(*inputs).logits, model(*inputs).logits)
