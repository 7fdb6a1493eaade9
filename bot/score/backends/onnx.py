"""ONNX Runtime: computes the encoder in 8 bits, from an export of the model; the rest is the same as with torch.

It starts quickly and in little memory, because neither torch nor transformers is imported. An activation is rounded
in steps that depend on the batch that it is in, so a text's probability may differ by some hundredths between batches.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import structlog

from bot.errors import ModelUnavailable
from bot.score import exports
from bot.score.exports import Export
from bot.score.hashed import HashedNgrams, beside
from bot.score.hub import quieten
from bot.score.model import Floats, Frame, Ints, Model
from bot.score.number_type import gives_probabilities
from bot.score.options import ModelOptions
from bot.score.source import Source

log = structlog.get_logger()

TO_RUN = ("onnxruntime",)
TO_EXPORT = ("onnxruntime", "onnx", "onnxscript")

_REFUSED: dict[Path, str] = {}  # what cannot be exported, and why; the worker asks again and again


class OnnxModel(Model):
    """A model by its export."""

    number_type = "int8"

    def __init__(self, source: Source, export: Export, *, labels: tuple[str, ...], cores: int) -> None:
        facts = export.facts
        frame = Frame(facts.before, facts.after, facts.padding)
        super().__init__(source, labels=labels, frame=frame, window=facts.window)
        self.id = f"{self.id}-{self.number_type}"  # what it says is not to the last digit what torch says
        self.export = export
        self._session = _session(export.folder / exports.ENCODER, cores, sums_exactly=facts.sums_exactly)
        self._tokenizer = _tokenizer(export.folder / exports.TOKENIZER)
        self._ngrams = None if facts.ngram_share is None else _ngrams(export.folder / exports.NGRAMS)

    @property
    def parameters(self) -> int:
        return self.export.facts.parameters

    def tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        return [each.ids for each in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def logits(self, tokens: Ints, mask: Ints) -> Floats:
        [logits] = self._session.run(["logits"], {"input_ids": tokens, "attention_mask": mask})
        share = self.export.facts.ngram_share
        if self._ngrams is not None and share is not None:
            logits = beside(logits, self._ngrams.logits(tokens, mask), share)
        return np.asarray(logits, np.float32)


def load(source: Source, labels: tuple[str, ...], options: ModelOptions, *, cores: int) -> OnnxModel:
    """The model by its export, which is made first where there is none; that takes about a minute, once."""
    require(TO_RUN)
    cache = exports.cache_folder(options.cache)
    export = exports.find(source, cache) or _exported(source, cache)
    quieten()
    model = OnnxModel(source, export, labels=labels, cores=cores)
    if not gives_probabilities(model):
        raise ModelUnavailable(
            f"{model.id} gives no probabilities for any text: set `backend: torch`, or choose another model."
        )
    return model


def require(packages: Sequence[str]) -> None:
    """Raises ``ModelUnavailable`` where one of the extra's packages is not installed."""
    for package in packages:
        if importlib.util.find_spec(package) is None:
            raise ModelUnavailable(
                f"`backend: onnx` needs {package}, which is not installed: run `pip install 'civil-tongue[onnx]'` "
                "(in a checkout: `pip install -e '.[onnx]'`), or set `backend: torch`."
            )


def _exported(source: Source, cache: Path) -> Export:
    """Export the model in a process of its own, whose memory is free again afterwards, whatever becomes of it."""
    require(TO_EXPORT)
    if sentence := _REFUSED.get(exports.folder_of(source, cache)):
        raise ModelUnavailable(sentence)
    log.warning("exporting the model for `backend: onnx`, once; this takes about a minute", model=source.id)
    with exports.staging(cache):
        pass  # it can be written
    asked = json.dumps({"name": source.name, "folder": str(source.folder), "commit": source.commit})
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "bot.score.exporting", asked, str(cache)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stderr.strip().splitlines()
    if done.returncode == ModelUnavailable.exit_code and said:
        raise ModelUnavailable(_REFUSED.setdefault(exports.folder_of(source, cache), said[-1]))
    if (export := exports.find(source, cache)) is None:
        log.error("export_broke_off", exit_code=done.returncode, said=said[-1:])
        raise ModelUnavailable(
            f"The export of {source.name} broke off (exit code {done.returncode}; below 0 the system ended it, most "
            "often for lack of memory): see what `python -m bot model export` says, or set `backend: torch`."
        )
    return export


def _session(file: Path, cores: int, *, sums_exactly: bool) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cores
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors
    # Waiting threads leave the core to the event loop, or to whatever else wants it.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Processors without VNNI add 8-bit products up in 16 bits, which overflow, unless they are told not to.
    options.add_session_config_entry("session.x64quantprecision", str(int(sums_exactly)))
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def _tokenizer(file: Path) -> Any:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(file))


def _ngrams(file: Path) -> HashedNgrams:
    from safetensors.numpy import load_file

    return HashedNgrams(**load_file(file))
