"""The cache folder: models as other backends take them, each in a folder of its own that is whole or not there.

An export is named by what it was made of and with: its folder's name ends in a checksum of the weights, everything
beside them, the format and the versions of the packages. ``export.json`` in it holds the checksum of each file.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import structlog

from bot.errors import ModelUnavailable
from bot.score.hub import TOKENIZER_FILES
from bot.score.source import Source

log = structlog.get_logger()

FORMAT = "onnx-int8"
REVISION = 2  # of the format; to be raised when something else is written
MADE_WITH = ("torch", "transformers", "tokenizers", "onnx", "onnxscript", "onnxruntime")

FACTS = "export.json"
ENCODER = "encoder.onnx"
NGRAMS = "ngrams.safetensors"
TOKENIZER = "tokenizer.json"

_APPLICATION = "civil-tongue"
_EXPORTS = "models"
_KEY_DIGITS = 16


@dataclass(frozen=True)
class Facts:
    """What a backend has to know of a model and cannot read in its config.json. ``files`` are checksums by name."""

    model: str  # its id
    made_of: str  # the folder of the model
    window: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    padding: int | None
    parameters: int
    ngram_share: float | None  # None: without n-grams
    sums_exactly: bool  # slower; see the onnx backend
    files: Mapping[str, str]


@dataclass(frozen=True)
class Export:
    """One that lies in the cache folder, with files that are as they were written."""

    folder: Path
    facts: Facts

    @property
    def bytes(self) -> int:
        return sum(file.stat().st_size for file in self.folder.iterdir())


def cache_folder(chosen: Path | None = None) -> Path:
    """Where exports lie: the folder that was chosen, else the user's cache folder as the platform has it."""
    if chosen is not None:
        return chosen.expanduser()
    home, environment = Path.home(), os.environ
    if given := environment.get("CACHE_DIRECTORY"):  # of a systemd unit, which may not write elsewhere
        return Path(given.partition(":")[0]) / _EXPORTS
    if sys.platform == "win32":
        base = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        named = Path(environment.get("XDG_CACHE_HOME") or ".")
        base = named if named.is_absolute() else home / ".cache"  # the XDG specification: ignore a relative one
    return base / _APPLICATION / _EXPORTS


def folder_of(source: Source, cache: Path) -> Path:
    """Where the export of this very model, made with the packages that are installed now, lies if there is one."""
    name = "".join(each if each.isalnum() or each in "-." else "-" for each in source.name).strip(".-") or "model"
    return cache / f"{name}-{FORMAT}-{_key(source)}"


def find(source: Source, cache: Path) -> Export | None:
    """The export of this model; None where there is none, or one that is damaged, which is said and taken away."""
    folder = folder_of(source, cache)
    if not folder.is_dir():
        return None
    fault = ""
    try:
        content = json.loads((folder / FACTS).read_text("utf-8"))
        for name in ("before", "after"):
            content[name] = tuple(content[name])
        facts = Facts(**content)
        fault = next((name for name, digest in facts.files.items() if sha256(folder / name) != digest), "")
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        fault = FACTS
    if not fault:
        return Export(folder, facts)
    log.warning("export_is_damaged", folder=str(folder), file=fault)
    discard(folder)
    return None


@contextmanager
def staging(cache: Path) -> Iterator[Path]:
    """A folder beside the exports to write one in; gone afterwards. Raises ``ModelUnavailable`` where none can be."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".new-", dir=cache))
    except OSError as error:
        raise _unwritable(cache, error) from error
    try:
        yield folder
    except OSError as error:
        raise _unwritable(cache, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_facts(folder: Path, facts: Facts) -> None:
    """The last file of an export that is being written."""
    (folder / FACTS).write_text(json.dumps(asdict(facts), indent=2) + "\n", "utf-8")


def publish(staged: Path, source: Source, cache: Path) -> Export:
    """Put a finished export in its place, and take away those that were made of the same folder earlier."""
    folder = folder_of(source, cache)
    discard(folder)
    staged.chmod(0o755)
    for file in staged.iterdir():
        file.chmod(0o644)
    with suppress(OSError):  # another process has just put the same one there
        os.replace(staged, folder)
    found = find(source, cache)
    if found is None:
        raise ModelUnavailable(f"{folder} cannot be written: name another folder as `backend: {{cache: FOLDER}}`.")
    for other in _made_of(source, cache):
        if other != folder:
            log.info("older_export_removed", folder=str(other))
            discard(other)
    return found


def discard(folder: Path) -> None:
    """Take an export away; renamed first, so that no half of it is ever found."""
    if folder.is_dir():
        doomed = folder.with_name(f".old-{folder.name}-{os.getpid()}")
        with suppress(OSError):
            os.replace(folder, doomed)
        shutil.rmtree(doomed, ignore_errors=True)


def sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _key(source: Source) -> str:
    """Checksum of all that goes into an export. Another processor may compute the same file otherwise: it counts."""
    made = [FORMAT, REVISION, platform.machine(), *(f"{name} {_version(name)}" for name in MADE_WITH)]
    digest = hashlib.sha256(json.dumps(made).encode())
    digest.update(source.weights_sha256)
    for name in sorted({"config.json", *TOKENIZER_FILES}):
        if (source.folder / name).is_file():
            digest.update(f"{name}\0{sha256(source.folder / name)}\0".encode())
    return digest.hexdigest()[:_KEY_DIGITS]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _made_of(source: Source, cache: Path) -> Iterator[Path]:
    for facts in cache.glob(f"*-{FORMAT}-*/{FACTS}"):
        with suppress(OSError, ValueError, TypeError, KeyError):
            if json.loads(facts.read_text("utf-8"))["made_of"] == made_of(source):
                yield facts.parent


def made_of(source: Source) -> str:
    return str(source.folder.resolve())


def _unwritable(cache: Path, error: OSError) -> ModelUnavailable:
    return ModelUnavailable(
        f"{cache} cannot be written ({error.strerror or type(error).__name__}): "
        "name another folder as `backend: {name: onnx, cache: FOLDER}`, or set `backend: torch`."
    )
