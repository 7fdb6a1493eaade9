"""Fetches models from the Hugging Face hub into its own cache: only named files, one commit, no telemetry."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import structlog

from bot.errors import ModelUnavailable
from bot.score.source import PICKLES, WEIGHTS, WEIGHTS_INDEX, HubId, Source, check_size, no_safe_weights

log = structlog.get_logger()

HUB_TIMEOUT = 10.0  # seconds for the first answer; a download may take as long as it does

# All that the tokenizers of transformers read; never a .py file.
TOKENIZER_FILES = frozenset(
    {
        *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "bpe.codes"),
        *("vocab.txt", "vocab.json", "merges.txt", "spiece.model", "sentencepiece.bpe.model", "tokenizer.model"),
    }
)


def quieten() -> None:
    """Switch off what talks behind the owner's back; must come before huggingface_hub or transformers is imported."""
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["DISABLE_SAFETENSORS_CONVERSION"] = "1"  # by a third party's web space, for pickles
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")


def fetch(wanted: HubId, *, pickle: bool = False) -> Source:
    """Download what the model needs, or take it from the cache where the hub cannot be reached.

    Weights are those in safetensors, or with ``pickle`` those in a pickle. Raises ``ModelUnavailable``.
    """
    with _explained(wanted):
        sizes = _listed(wanted)
        if sizes is None:
            return _cached(wanted, PICKLES if pickle else (WEIGHTS, WEIGHTS_INDEX))
        files = _needed(wanted.repository, sorted(sizes), pickle=pickle)
        size = sum(sizes[file] for file in files)
        check_size(wanted.repository, size)
        log.info("model_fetched_from_hub", repository=wanted.repository, files=len(files), bytes=size)
        folder = _library().snapshot_download(wanted.repository, revision=wanted.revision, allow_patterns=files)
    return Source(wanted.repository, Path(folder), commit=Path(folder).name)


def fetch_config(wanted: HubId) -> Path:
    """Download config.json alone, or take it from the cache. Raises ``ModelUnavailable``."""
    with _explained(wanted):
        if _listed(wanted) is None:
            return _cached(wanted, ("config.json",)).folder / "config.json"
        return Path(_library().hf_hub_download(wanted.repository, "config.json", revision=wanted.revision))


def _listed(wanted: HubId) -> dict[str, int] | None:
    """The files of the repository and their bytes, or None where the hub is away."""
    try:
        listing = (
            _library()
            .HfApi()
            .model_info(wanted.repository, revision=wanted.revision, files_metadata=True, timeout=HUB_TIMEOUT)
        )
    except (_transport_error(), OSError) as error:
        response = getattr(error, "response", None)
        if response is not None and response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        log.warning("hub_is_away", repository=wanted.repository, error=type(error).__name__)
        return None
    return {file.rfilename: file.size or 0 for file in listing.siblings or ()}


def _cached(wanted: HubId, one_of: Sequence[str]) -> Source:
    """The model as it was fetched earlier, with one of these files."""
    for name in one_of:
        found = _library().try_to_load_from_cache(wanted.repository, name, revision=wanted.revision)
        if isinstance(found, str):
            folder = Path(found).parent
            return Source(wanted.repository, folder, commit=folder.name)
    raise ModelUnavailable(
        f"{wanted.repository} could not be had, the Hugging Face hub cannot be reached: "
        "check the network, or set `model: embedded`."
    )


def _needed(name: str, files: Sequence[str], *, pickle: bool) -> list[str]:
    """The files to download. Raises ``ModelUnavailable`` where there are no such weights."""
    rest = [file for file in files if file == "config.json" or file in TOKENIZER_FILES]
    top = [file for file in files if "/" not in file]
    if pickle:
        weights = [
            file for file in top if file.startswith("pytorch_model") and file.endswith((".bin", ".bin.index.json"))
        ]
        if not weights:
            raise ModelUnavailable(f"{name} has no {PICKLES[0]} to import: name it in `model:` as it is.")
        return rest + weights
    if WEIGHTS in top:
        return [*rest, WEIGHTS]
    if WEIGHTS_INDEX in top:
        return [
            *rest,
            WEIGHTS_INDEX,
            *(file for file in top if file.startswith("model-") and file.endswith(".safetensors")),
        ]
    raise no_safe_weights(name, top, import_as=name)


@contextmanager
def _explained(wanted: HubId) -> Iterator[None]:
    """Turn the hub's errors into one sentence each."""
    _library()
    from huggingface_hub import errors

    name = wanted.repository
    try:
        yield
    except ModelUnavailable:
        raise
    except errors.GatedRepoError:
        raise ModelUnavailable(
            f"{name} is gated: accept its terms on huggingface.co and set HF_TOKEN, or choose another model."
        ) from None
    except errors.RepositoryNotFoundError:
        raise ModelUnavailable(
            f"There is no model {name} on the Hugging Face hub, or it is private: correct `model:`, or set HF_TOKEN."
        ) from None
    except errors.RevisionNotFoundError:
        raise ModelUnavailable(
            f"{name} has no revision {wanted.revision!r}: correct what follows the @ in `model:`."
        ) from None
    except errors.RemoteEntryNotFoundError:
        raise ModelUnavailable(
            f"{name} has no config.json: it holds no model for transformers, choose another."
        ) from None
    except (OSError, ValueError, _transport_error()) as error:
        raise ModelUnavailable(
            f"{name} could not be had from the Hugging Face hub ({type(error).__name__}): "
            "check the network and the disk, or set `model: embedded`."
        ) from None


def _transport_error() -> type[Exception]:
    utils: Any = importlib.import_module("huggingface_hub.utils")  # its releases differ in which httpx they bring
    error: type[Exception] = utils.httpx.TransportError
    return error


def _library() -> Any:
    quieten()
    library: Any = importlib.import_module("huggingface_hub")
    importlib.import_module("huggingface_hub.utils").disable_progress_bars()
    return library
