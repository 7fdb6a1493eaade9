"""Makes an export of a model: its encoder as an ONNX graph in 8 bits, and everything that is needed beside it.

``python -m bot.score.exporting SOURCE CACHE`` does it in a process of its own, for the onnx backend at first use.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import structlog

from bot.errors import ModelUnavailable
from bot.score import exports
from bot.score.backends.onnx import TO_EXPORT, OnnxModel, require
from bot.score.exports import Export, Facts
from bot.score.likeness import MOST_OF_ANY, MOST_ON_AVERAGE, Likeness, Thresholds, likeness, our_texts
from bot.score.model import Model, load_from
from bot.score.options import ModelOptions
from bot.score.source import Source

if TYPE_CHECKING:
    from bot.score.backends.torch import TorchModel

log = structlog.get_logger()

BATCHES = (1, 32)  # windows at a time, for the speed
TOKENS = 32  # a window
TIMED_FOR = 2.0  # seconds for each batch size
WORTH_CARE = 0.7  # of the difference: if sums without overflow leave no more than this of it, they are worth their time

_EXACT = ModelOptions(number_type="float32")
_LARGE_TABLE = 1 << 20  # numbers; an embedding of fewer is left as it is
_EXAMPLE = (1, 1, 1, 1)  # a window
_PRODUCTS = ["MatMul", "Gemm"]  # what is computed in 8 bits
_INPUTS = ("input_ids", "attention_mask")


@dataclass(frozen=True)
class Speed:
    """Milliseconds for a batch with the export and with torch, timed in turns."""

    batch: int
    export_ms: float
    torch_ms: float


@dataclass(frozen=True)
class Checked:
    """An export and how it compares with the model that it was made of."""

    export: Export
    is_new: bool
    likeness: Likeness
    speeds: tuple[Speed, ...] = ()
    torch_number_type: str = ""  # that was timed
    cores: int = 1


def export(
    source: Source,
    cache: Path,
    *,
    texts: Sequence[str] | None = None,
    thresholds: Thresholds | None = None,
    again: bool = False,
    cores: int = 1,
    timed: bool = False,
) -> Checked:
    """Make the export, unless there is one already, and compare it on ``texts``, or on texts of ours.

    Takes about a minute. Raises ``ModelUnavailable`` where it cannot be made, or is not close enough to the weights:
    then none is left.
    """
    require(TO_EXPORT)
    with exports.staging(cache) as staged:
        there = None if again else exports.find(source, cache)
        original = cast("TorchModel", load_from(source, options=_EXACT))
        found = there or _careful_enough(_written(original, source, staged), original, source)
        model = OnnxModel(source, found, labels=original.labels, cores=cores)
        alike = likeness(model, original, texts or our_texts(), thresholds)
        if not alike.is_close:
            if there:
                exports.discard(there.folder)
            raise _too_different(source.name, alike)
        speeds = _speeds(model, original, source, cores) if timed else ()
        done = there or exports.publish(staged, source, cache)
    log.info("model_exported", folder=str(done.folder), bytes=done.bytes)
    return Checked(done, there is None, alike, speeds, original.number_type if timed else "", cores)


def _too_different(name: str, alike: Likeness) -> ModelUnavailable:
    return ModelUnavailable(
        f"{name} loses too much in 8 bits and was not exported: probabilities differ by {alike.on_average:.4f} on "
        f"average and by {alike.of_any:.3f} at most, {MOST_ON_AVERAGE:g} and {MOST_OF_ANY:g} are allowed; "
        "set `backend: torch`."
    )


def _careful_enough(plain: Export, original: TorchModel, source: Source) -> Export:
    """The same export, to be computed without overflows where this processor has them."""
    careful = replace(plain, facts=replace(plain.facts, sums_exactly=True))
    models = (OnnxModel(source, each, labels=original.labels, cores=1) for each in (plain, careful))
    lost, lost_with_care = (likeness(model, original, our_texts()).on_average for model in models)
    if lost_with_care > WORTH_CARE * lost:
        return plain
    exports.write_facts(careful.folder, careful.facts)
    return careful


def _written(original: TorchModel, source: Source, folder: Path) -> Export:
    """Write all files of an export into ``folder``."""
    if not getattr(original.tokenizer, "is_fast", False):
        raise ModelUnavailable(
            f"{source.name} has a tokenizer that works with transformers only, so it cannot be exported: "
            "set `backend: torch`."
        )
    with _quiet():
        _write_encoder(original, folder)
    original.tokenizer.backend_tokenizer.save(str(folder / exports.TOKENIZER))
    share = _write_ngrams(original.network, folder / exports.NGRAMS)
    frame = original.frame
    facts = Facts(
        model=original.id,
        made_of=exports.made_of(source),
        window=original.window,
        before=frame.before,
        after=frame.after,
        padding=frame.padding,
        parameters=original.parameters,
        ngram_share=share,
        sums_exactly=False,
        files={file.name: exports.sha256(file) for file in sorted(folder.iterdir())},
    )
    exports.write_facts(folder, facts)
    return Export(folder, facts)


def _write_ngrams(network: Any, file: Path) -> float | None:
    """The n-grams beside the encoder, if there are any, and their share of each logit."""
    if not hasattr(network, "ngrams"):
        return None
    from safetensors.numpy import save_file

    save_file(network.ngrams.without_torch().arrays(), file)
    return float(network.config.ngram_share)


def _write_encoder(original: TorchModel, folder: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole, file = folder / "whole.onnx", folder / exports.ENCODER
    try:
        _write_graph(original, whole)
        # One scale a channel; embeddings and norms stay as they are, since they cost accuracy and no time.
        quantize_dynamic(
            whole,
            file,
            per_channel=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=_PRODUCTS,
            nodes_to_exclude=_first_layer(whole, original.network.config.num_hidden_layers),
        )
    except ModelUnavailable:
        raise
    except Exception as error:
        first_line = (str(error).strip().splitlines() or [""])[0][:200]
        raise ModelUnavailable(
            f"{original.id} cannot be exported ({type(error).__name__}: {first_line}): set `backend: torch`."
        ) from error
    finally:
        for part in folder.glob("whole.onnx*"):
            part.unlink()
    _halve_embeddings(file)


def _first_layer(graph: Path, layers: int) -> list[str]:
    """The matrix products of the first of several layers: every later one multiplies what is lost there."""
    import onnx

    nodes = onnx.load(str(graph), load_external_data=False).graph.node
    products = [node.name for node in nodes if node.op_type in _PRODUCTS]
    return products[: len(products) // layers] if layers > 1 else []


def _write_graph(original: TorchModel, file: Path) -> None:
    """The encoder in float32, for any number of windows of any length."""
    import torch

    class Encoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = original.network

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            if hasattr(self.network, "encoder_logits"):  # n-grams stand beside it
                logits: torch.Tensor = self.network.encoder_logits(input_ids, attention_mask)
                return logits
            logits = self.network(input_ids=input_ids, attention_mask=attention_mask).logits
            return logits

    any_size = torch.export.Dim.DYNAMIC
    alone = original.frame.padding is None
    example = tuple(map(torch.from_numpy, original.inputs([_EXAMPLE] if alone else [_EXAMPLE, _EXAMPLE[:2]])))
    with torch.no_grad():
        torch.onnx.export(
            Encoder().eval(),
            example,
            file,
            input_names=_INPUTS,
            output_names=["logits"],
            dynamic_shapes=({1: any_size} if alone else {0: any_size, 1: any_size},) * 2,
            dynamo=True,
            verbose=False,
        )


def _halve_embeddings(file: Path) -> None:
    """Keep large embedding tables in float16, which they lose nothing in: half the file, and half its memory."""
    import numpy as np
    import onnx
    from onnx import helper, numpy_helper

    graph = onnx.load(file)
    tables = {each.name: each for each in graph.graph.initializer if each.data_type == onnx.TensorProto.FLOAT}
    uses: dict[str, list[Any]] = {}
    for node in graph.graph.node:
        for name in node.input:
            uses.setdefault(name, []).append(node)
    nodes = []
    for node in graph.graph.node:
        nodes.append(node)
        table = tables.get(node.input[0]) if node.op_type == "Gather" else None
        if table is None or len(uses[table.name]) > 1:
            continue
        values = numpy_helper.to_array(table)
        if values.size < _LARGE_TABLE or np.abs(values).max() > np.finfo(np.float16).max:
            continue
        table.CopyFrom(numpy_helper.from_array(values.astype(np.float16), table.name))
        wide = node.output[0]
        node.output[0] = f"{wide}_in_float16"
        nodes.append(helper.make_node("Cast", [node.output[0]], [wide], to=onnx.TensorProto.FLOAT))
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)
    del graph.graph.value_info[:]
    onnx.save(graph, file)


def _speeds(model: OnnxModel, original: TorchModel, source: Source, cores: int) -> tuple[Speed, ...]:
    """Both in turns, torch as it computes by default."""
    import torch

    from bot.score.backends.torch import settle

    torch.set_num_threads(cores)
    settle(original, source, ModelOptions())
    window = (original.tokenise(["hello"])[0] * TOKENS)[: min(TOKENS, original.room)]
    return tuple(Speed(size, *_best_in_turns((model, original), [window] * size)) for size in BATCHES)


def _best_in_turns(models: Sequence[Model], windows: Sequence[Sequence[int]]) -> list[float]:
    """The best time of each in milliseconds."""
    best = [float("inf")] * len(models)
    until = time.perf_counter() + TIMED_FOR
    while time.perf_counter() < until or best[0] == float("inf"):
        for at, model in enumerate(models):
            started = time.perf_counter()
            model.probabilities(windows)
            best[at] = min(best[at], 1000 * (time.perf_counter() - started))
    return best


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the exporter has to say to people who wrote the network themselves."""
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)


def main(asked: str, cache: str) -> int:
    """Export for the process that started this one; the exit code, with one sentence on standard error if it is 6."""
    given = json.loads(asked)
    try:
        export(Source(given["name"], Path(given["folder"]), given["commit"]), Path(cache))
    except ModelUnavailable as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
