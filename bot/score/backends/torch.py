"""PyTorch: computes every model that transformers can load, in float32 or bfloat16, from its own weights."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from bot.errors import ModelUnavailable
from bot.score import number_type
from bot.score.hub import quieten
from bot.score.model import Floats, Frame, Ints, Model
from bot.score.options import ModelOptions
from bot.score.source import Source

SANE_LENGTH = 100_000  # tokens; a tokenizer that claims more has not been told the model's length
LONGEST_WINDOW = 512  # tokens; for models that name no length
SMALLEST_WINDOW = 8  # tokens; nothing can be read in less

_PROBE = "hello"


class TorchModel(Model):
    """``network`` and ``tokenizer`` are those of transformers."""

    def __init__(
        self, source: Source, network: Any, tokenizer: Any, *, labels: tuple[str, ...], frame: Frame, window: int
    ) -> None:
        super().__init__(source, labels=labels, frame=frame, window=window)
        self.network = network
        self.tokenizer = tokenizer

    @property
    def number_type(self) -> str:
        return str(next(self.network.parameters()).dtype).removeprefix("torch.")

    @property
    def parameters(self) -> int:
        return sum(parameter.numel() for parameter in self.network.parameters())

    def tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        if not texts:
            return []
        encoded = self.tokenizer(
            list(texts),
            add_special_tokens=False,
            return_attention_mask=False,
            return_token_type_ids=False,
            verbose=False,
        )
        tokens: list[list[int]] = encoded["input_ids"]
        return tokens

    def logits(self, tokens: Ints, mask: Ints) -> Floats:
        import torch

        with torch.inference_mode():
            found = self.network(input_ids=torch.from_numpy(tokens), attention_mask=torch.from_numpy(mask)).logits
            return np.asarray(found.float().numpy(), np.float32)


def load(source: Source, labels: tuple[str, ...], options: ModelOptions, *, cores: int) -> TorchModel:
    """The model, in the number type wanted, or for ``auto`` in the faster one."""
    _prepare(cores)
    tokenizer, network = _read(source)
    frame, window = _frame(tokenizer, source.name), _window(tokenizer, network, source)
    model = TorchModel(source, network, tokenizer, labels=labels, frame=frame, window=window)
    settle(model, source, options)
    return model


def settle(model: TorchModel, source: Source, options: ModelOptions) -> None:
    """Bring a model that is in float32 into the number type wanted."""
    number_type.settle(model, options.number_type, reload=lambda: _read(source)[1])


def _prepare(cores: int) -> None:
    """Set up torch and transformers, which are imported here: this takes seconds."""
    quieten()
    # By default the kernels' threads spin while they wait, for a core that the event loop, or anything else, wants.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    torch.set_num_threads(cores)
    logging: Any = importlib.import_module("transformers.utils.logging")
    logging.disable_progress_bar()
    logging.set_verbosity_error()


def _read(source: Source) -> tuple[Any, Any]:
    """Tokenizer and network in float32, from the folder alone."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    from bot.score.network import register

    register()
    tokenizer = AutoTokenizer.from_pretrained(source.folder, local_files_only=True, trust_remote_code=False)
    if tokenizer.is_fast:
        # Settings in tokenizer.json that cut or pad; windows do that, and changing them later is not thread-safe.
        tokenizer.backend_tokenizer.no_truncation()
        tokenizer.backend_tokenizer.no_padding()
    network, report = AutoModelForSequenceClassification.from_pretrained(
        source.folder,
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        dtype=torch.float32,
        output_loading_info=True,
    )
    if missing := sorted(report["missing_keys"]):
        raise ModelUnavailable(
            f"{source.name} has no trained weights for {missing[0]}, so it cannot classify: "
            "choose a model that was fine-tuned for sequence classification."
        )
    return tokenizer, network.eval()


def _frame(tokenizer: Any, name: str) -> Frame:
    """Find the special tokens around a window by encoding a word with and without them."""
    bare = tokenizer(_PROBE, add_special_tokens=False)["input_ids"]
    whole = tokenizer(_PROBE)["input_ids"]
    for at in range(len(whole) - len(bare) + 1):
        if bare and whole[at : at + len(bare)] == bare:
            return Frame(tuple(whole[:at]), tuple(whole[at + len(bare) :]), tokenizer.pad_token_id)
    raise ModelUnavailable(f"{name} has a tokenizer that cannot read the word {_PROBE!r}: choose another model.")


def _window(tokenizer: Any, network: Any, source: Source) -> int:
    """How many tokens the model takes at once: the least that tokenizer, config and position table allow."""
    limits = [LONGEST_WINDOW]
    claimed = [tokenizer.model_max_length, source.config.get("max_position_embeddings")]
    if sane := [int(limit) for limit in claimed if isinstance(limit, int) and 0 < limit <= SANE_LENGTH]:
        limits = sane
    for name, module in network.named_modules():
        if name.endswith("position_embeddings") and hasattr(module, "num_embeddings"):
            # RoBERTa counts positions from behind its padding token.
            limits.append(module.num_embeddings - (0 if module.padding_idx is None else module.padding_idx + 1))
    if min(limits) < SMALLEST_WINDOW:
        raise ModelUnavailable(f"{source.name} takes only {min(limits)} tokens at once: choose another model.")
    return min(limits)
