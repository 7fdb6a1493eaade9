"""Makes a safe model out of one whose weights are a pickle, once: reads tensors only, never code."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import structlog

from bot.errors import ModelUnavailable
from bot.score import hub
from bot.score.model import load
from bot.score.options import ModelOptions
from bot.score.source import PICKLES, WEIGHTS, HubId, Source, check_size, parse, shards, usable_labels

log = structlog.get_logger()


def import_model(source: str, into: Path) -> Path:
    """Convert the pickled weights of a hub id or folder to safetensors in the new folder ``into``, and return it.

    ``into`` appears whole or not at all, and only after the model was loaded from it and gave probabilities; then
    ``model: INTO`` uses it. Raises ``ModelUnavailable``.
    """
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise ModelUnavailable(f"{into} is there already: name a folder that is new or empty.")
    parsed = parse(source)
    found = hub.fetch(parsed, pickle=True) if isinstance(parsed, HubId) else parsed
    usable_labels(found.config, found.name)
    files = _pickles(found)
    check_size(found.name, sum(file.stat().st_size for file in files))
    into.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{into.name}-", dir=into.parent))
    try:
        _write(found, files, staging)
        _try_out(staging, found.name)
        staging.chmod(0o755)
        os.replace(staging, into)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    log.info("model_imported", source=source, folder=str(into))
    return into


def _try_out(folder: Path, name: str) -> None:
    try:
        load(str(folder), options=ModelOptions(number_type="float32"))
    except ModelUnavailable as error:
        raise ModelUnavailable(str(error).replace(folder.name, name)) from error


def _pickles(source: Source) -> list[Path]:
    whole, index = (source.folder / name for name in PICKLES)
    if whole.is_file():
        return [whole]
    if index.is_file():
        files = [source.folder / name for name in shards(index, source.name, ".bin")]
        if missing := [file.name for file in files if not file.is_file()]:
            raise ModelUnavailable(f"{source.name} is incomplete, {missing[0]} is missing: download or copy it again.")
        return files
    raise ModelUnavailable(f"{source.name} has no {PICKLES[0]} to import: name it in `model:` as it is.")


def _write(source: Source, files: list[Path], folder: Path) -> None:
    from safetensors.torch import save_file

    tensors: dict[str, Any] = {}
    for file in files:
        tensors |= _tensors(file, source.name)
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})
    for name in {"config.json", *hub.TOKENIZER_FILES}:
        if (source.folder / name).is_file():
            shutil.copyfile(source.folder / name, folder / name)


def _tensors(file: Path, name: str) -> dict[str, Any]:
    """The tensors in a pickle, each with memory of its own as safetensors wants it."""
    import torch

    try:
        content = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ModelUnavailable(
            f"{name}/{file.name} holds more than tensors, or is damaged ({type(error).__name__}); "
            "it was not read: choose another model."
        ) from None
    if not isinstance(content, dict) or not all(isinstance(each, torch.Tensor) for each in content.values()):
        raise ModelUnavailable(f"{name}/{file.name} is no list of named tensors: choose another model.")
    return {str(key): tensor.clone().contiguous() for key, tensor in content.items()}
