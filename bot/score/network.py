"""The network of the embedded model: an encoder that reads for meaning, beside n-grams that know words by sight.

The two err differently, so that the mean of their logits beats either (the figures stand in MODEL_CARD.md). Both read
the same tokens: to the rest of the bot this is one ``AutoModelForSequenceClassification`` like any other.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModelForSequenceClassification, BertConfig, BertModel, BertPreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput

from bot.score.hashed import beside
from bot.score.ngrams import Ngrams

MODEL_TYPE = "civil-tongue"


class CivilTongueConfig(BertConfig):  # type: ignore[no-untyped-call]
    """``ngram_features``: how many n-grams are known, 0 for none. ``ngram_characters``: in all pieces together.

    ``ngram_share`` is their share of each logit, the encoder has the rest.
    """

    model_type = MODEL_TYPE

    def __init__(
        self, ngram_features: int = 0, ngram_characters: int = 0, ngram_share: float = 0.5, **options: Any
    ) -> None:
        super().__init__(**options)
        self.ngram_features = ngram_features
        self.ngram_characters = ngram_characters
        self.ngram_share = ngram_share


class CivilTongueForSequenceClassification(BertPreTrainedModel):  # type: ignore[no-untyped-call]
    """Logits ``[texts, labels]`` of token ids ``[texts, tokens]`` and their mask."""

    config_class = CivilTongueConfig

    def __init__(self, config: CivilTongueConfig) -> None:
        super().__init__(config)
        labels = len(config.id2label or ())
        self.bert = BertModel(config, add_pooling_layer=False)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.classifier = nn.Linear(config.hidden_size, labels)
        if config.ngram_features:
            self.ngrams = Ngrams(
                config.ngram_features,
                labels=labels,
                vocabulary=config.vocab_size,
                characters=config.ngram_characters,
            )
        self.post_init()  # type: ignore[no-untyped-call]

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None, **_: Any) -> SequenceClassifierOutput:
        if attention_mask is None:
            attention_mask = torch.ones_like(input_ids)
        logits = self.encoder_logits(input_ids, attention_mask)
        if self.config.ngram_features:
            logits = beside(logits, self.ngrams(input_ids, attention_mask).to(logits.dtype), self.config.ngram_share)
        return SequenceClassifierOutput(logits=logits)

    def encoder_logits(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """What the encoder says alone."""
        hidden = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        # The encoder was trained to sum up a text in the mean of its tokens, not in its first one.
        kept = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * kept).sum(1) / kept.sum(1).clamp(min=1)
        logits: Tensor = self.classifier(self.dropout(mean))
        return logits


def register() -> None:
    """Make the network known to ``AutoModelForSequenceClassification``; doing it twice does no harm."""
    AutoConfig.register(MODEL_TYPE, CivilTongueConfig, exist_ok=True)
    AutoModelForSequenceClassification.register(CivilTongueConfig, CivilTongueForSequenceClassification, exist_ok=True)
