"""Where a model comes from: the package, a folder or the Hugging Face hub. Reads no weights and imports no torch."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.errors import ModelUnavailable
from bot.score.calibration import KEY as CALIBRATION

EMBEDDED = "embedded"
EMBEDDED_FOLDER = Path(__file__).with_name("embedded")

MOST_WEIGHT_BYTES = 4 * 1024**3
MOST_CONFIG_BYTES = 4 * 1024**2

WEIGHTS = "model.safetensors"
WEIGHTS_INDEX = "model.safetensors.index.json"
PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json")

_HUB_ID = re.compile(r"(?P<repository>[A-Za-z0-9][\w.-]*/[\w.-]+)(?:@(?P<revision>[\w./-]+))?")
_NAMELESS = re.compile(r"LABEL_\d+")


@dataclass(frozen=True)
class Source:
    """A model that lies on this machine. ``commit`` is known for one that came from the hub."""

    name: str
    folder: Path
    commit: str | None = None

    @cached_property
    def config(self) -> Mapping[str, Any]:
        """Its config.json. Raises ``ModelUnavailable``."""
        return read_config(self.folder / "config.json", self.name)

    @cached_property
    def id(self) -> str:
        """``name@version``: the hub's commit, or else the beginning of a SHA-256 of weights and calibration."""
        return f"{self.name}@{self.commit or self._digest()}"

    def weights(self) -> list[Path]:
        """The safetensors files it is made of. Raises ``ModelUnavailable`` for anything else, or for too much."""
        files = self._weight_files()
        missing = [file.name for file in files if not file.is_file()]
        if missing:
            raise ModelUnavailable(f"{self.name} is incomplete, {missing[0]} is missing: download or copy it again.")
        check_size(self.name, sum(file.stat().st_size for file in files))
        return files

    def _weight_files(self) -> list[Path]:
        if (self.folder / WEIGHTS).is_file():
            return [self.folder / WEIGHTS]
        if (self.folder / WEIGHTS_INDEX).is_file():
            return [self.folder / name for name in shards(self.folder / WEIGHTS_INDEX, self.name, ".safetensors")]
        files = [file.name for file in self.folder.iterdir()]
        raise no_safe_weights(self.name, files, import_as=str(self.folder))

    @cached_property
    def weights_sha256(self) -> bytes:
        """The checksum of its weights."""
        return self._hashed.digest()

    @cached_property
    def _hashed(self) -> hashlib._Hash:
        digest = hashlib.sha256()
        for file in self.weights():
            with file.open("rb") as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
        return digest

    def _digest(self) -> str:
        digest = self._hashed.copy()
        if curves := self.config.get(CALIBRATION):  # other curves are other scores
            digest.update(json.dumps(curves, sort_keys=True).encode())
        return digest.hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class HubId:
    """``owner/name``, optionally ``@revision``."""

    repository: str
    revision: str


def parse(source: str) -> Source | HubId:
    """What ``model:`` means: ``embedded``, a folder that exists, or a hub id. Raises ``ModelUnavailable``."""
    if source == EMBEDDED:
        return Source(EMBEDDED, EMBEDDED_FOLDER)
    folder = Path(source).expanduser()
    if source and folder.is_dir():
        return Source(folder.resolve().name, folder)
    if match := _HUB_ID.fullmatch(source):
        return HubId(match["repository"], match["revision"] or "main")
    raise ModelUnavailable(
        f"The model {source!r} is not `{EMBEDDED}`, not a folder that exists, and not a Hugging Face id "
        "such as unitary/toxic-bert: correct `model:`."
    )


def locate(source: str) -> Source:
    """Find the model on this machine, fetching it from the hub where it has to be. Raises ``ModelUnavailable``."""
    parsed = parse(source)
    if isinstance(parsed, HubId):
        from bot.score import hub

        return hub.fetch(parsed)
    return parsed


def labels_of(source: str) -> tuple[str, ...]:
    """The labels of a model, from its config.json alone: quick, and without torch. Raises ``ModelUnavailable``."""
    parsed = parse(source)
    if isinstance(parsed, HubId):
        from bot.score import hub

        return usable_labels(read_config(hub.fetch_config(parsed), parsed.repository), parsed.repository)
    return usable_labels(parsed.config, parsed.name)


def read_config(path: Path, name: str) -> Mapping[str, Any]:
    """config.json as a mapping. Raises ``ModelUnavailable``."""
    if not path.is_file():
        if name == EMBEDDED:
            raise ModelUnavailable(
                "The embedded model is missing from this installation: install the released package, "
                "or train it with `python -m bot.training --data DIR`."
            )
        raise ModelUnavailable(f"{name} has no config.json: name the folder or repository that holds the model itself.")
    content = read_json(path, name)
    if not isinstance(content, dict):
        raise ModelUnavailable(f"{name}/config.json is not a JSON object: download or copy the model again.")
    return content


def read_json(path: Path, name: str) -> Any:
    """A small JSON file of a model. Raises ``ModelUnavailable``."""
    try:
        if path.stat().st_size > MOST_CONFIG_BYTES:
            raise ModelUnavailable(
                f"{name}/{path.name} is larger than {MOST_CONFIG_BYTES:,} bytes, which no model needs."
            )
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelUnavailable(
            f"{name}/{path.name} cannot be read ({error}): download or copy the model again."
        ) from None


def usable_labels(config: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The label names in the order of the logits. Raises ``ModelUnavailable`` where there are none to go by."""
    named = config.get("id2label")
    try:
        by_place = {int(place): str(label) for place, label in (named or {}).items()}
    except (AttributeError, ValueError):
        by_place = {}
    labels = tuple(by_place[place] for place in sorted(by_place))
    if sorted(by_place) != list(range(len(labels))) or len(set(labels)) != len(labels):
        raise ModelUnavailable(
            f"{name}/config.json has a damaged id2label: number the labels from 0 and name each once."
        )
    if not labels or all(_NAMELESS.fullmatch(label) for label in labels):
        raise ModelUnavailable(
            f"{name} does not name its labels (config.json has no id2label, or only LABEL_0 and the like): "
            "choose another model, or copy it to a folder and write the names there."
        )
    return labels


def shards(index: Path, name: str, suffix: str) -> list[str]:
    """The weight files an index names. Raises ``ModelUnavailable`` where one is not a plain file of this kind."""
    content = read_json(index, name)
    places = content.get("weight_map") if isinstance(content, dict) else None
    files = sorted({str(file) for file in places.values()}) if isinstance(places, dict) else []
    if not files or any(Path(file).name != file or not file.endswith(suffix) for file in files):
        raise ModelUnavailable(
            f"{name}/{index.name} names weights that are no {suffix} files beside it: do not use this model."
        )
    return files


def check_size(name: str, size: int) -> None:
    """Raises ``ModelUnavailable`` for weights of more than ``MOST_WEIGHT_BYTES``."""
    if size > MOST_WEIGHT_BYTES:
        raise ModelUnavailable(
            f"{name} has {size / 1024**3:.1f} GiB of weights, more than the {MOST_WEIGHT_BYTES / 1024**3:.0f} GiB "
            "that are allowed: choose a smaller model."
        )


def no_safe_weights(name: str, files: list[str], *, import_as: str) -> ModelUnavailable:
    """Why a model without safetensors is not loaded, and what to do about it."""
    if any(pickle in files for pickle in PICKLES):
        return ModelUnavailable(
            f"{name} has its weights only as a pickle, which can run code when it is read: "
            f"convert it once with `python -m bot model import {import_as}`."
        )
    return ModelUnavailable(f"{name} holds no weights in safetensors: choose a repository or folder with {WEIGHTS}.")
