"""What this machine and this installation say: versions, the model, room on the disk."""

from __future__ import annotations

import hashlib
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bot import __version__
from bot.config import Settings, unknown_to
from bot.doctor.finding import Finding, error, in_bytes, listed, ok, warning
from bot.errors import CivilTongueError, ModelUnavailable
from bot.score.options import ModelOptions
from bot.score.source import EMBEDDED, EMBEDDED_FOLDER, WEIGHTS, labels_of

TESTED_PYTHONS = ((3, 11), (3, 13))
TORCH = "2.13.0"  # the one version that the embedded model was measured with
LEAST_FREE_BYTES = 200_000_000  # under it the record may fail within days
FEW_FREE_BYTES = 1_000_000_000
MODEL_CARD = "MODEL_CARD.md"
_CHECKSUM = re.compile(r"`([0-9a-f]{64})`")


def versions() -> Iterator[Finding]:
    """Python and the two libraries that matter most."""
    first, last = TESTED_PYTHONS
    here = sys.version_info[:2]
    if first <= here <= last:
        yield ok("versions", f"Civil Tongue {__version__}, Python {platform.python_version()}, {_libraries()}.")
    else:
        yield warning(
            "versions",
            f"Python {platform.python_version()} was not tested.",
            f"Use Python {first[0]}.{first[1]} to {last[0]}.{last[1]}.",
        )
    torch = _version("torch")
    if torch.partition("+")[0] != TORCH:
        yield warning("versions", f"torch is {torch}, not {TORCH}.", f"Run `pip install torch=={TORCH}`.")


def _libraries() -> str:
    return ", ".join(f"{name} {_version(name)}" for name in ("torch", "discord.py"))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def models(settings: Settings) -> Iterator[Finding]:
    """Whether the model loads and scores, and those of other languages, which also have to know what the rules name."""
    yield from _model("model", settings.model, settings.model_options)
    for code, source in settings.models.items():
        key = f"models.{code}"
        yield from _model(key, source, settings.model_options)
        with suppress(ModelUnavailable):  # has been said
            if lacking := unknown_to(settings, labels_of(source)):
                yield warning(
                    key,
                    f"{source} does not know {listed(lacking)}: these rules never fire on messages in that language.",
                    "Choose a model with these labels, or add rules for those it has.",
                )


def _model(key: str, source: str, options: ModelOptions) -> Iterator[Finding]:
    """The embedded one is compared with the checksum in its card first."""
    from bot.score.model import load

    mend = f"Name another model as `{key}:` in the config, or install Civil Tongue again."
    if options.name != "torch":
        mend = "Do what it says, or set `backend: torch`."
    if source == EMBEDDED and (changed := embedded_fault(EMBEDDED_FOLDER)):
        yield error(key, changed, "Install Civil Tongue again.")
        return
    try:
        loaded = load(source, options=options)
        [scores] = loaded.score_many(["hello"])
    except CivilTongueError as failure:
        yield error(key, str(failure), mend if isinstance(failure, ModelUnavailable) else "See the sentence.")
        return
    if scores is None:
        yield error(key, f"{loaded.id} gives no probabilities.", mend)
        return
    known = " with the checksum of its card" if source == EMBEDDED else ""
    yield ok(key, f"{loaded.id} loads{known} and knows {', '.join(loaded.labels)}.")


def embedded_fault(folder: Path) -> str:
    """What is wrong with the files in ``folder``, by the model card beside them; empty when nothing is."""
    card, weights = folder / MODEL_CARD, folder / WEIGHTS
    if not weights.is_file() or not card.is_file():
        return "The embedded model is missing from this installation."
    stated = _CHECKSUM.search(card.read_text(encoding="utf-8"))
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if stated is None or stated[1] != found:
        return "The embedded model's weights are not those that its card names."
    return ""


def disk(folder: Path) -> Iterator[Finding]:
    """Room where the record grows."""
    place = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.is_dir())
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE_BYTES:
        yield error(
            "disk",
            f"Only {in_bytes(free)} are free where the record is: when they are used up, the bot only flags.",
            f"Free some space on the disk of {place}.",
        )
    elif free < FEW_FREE_BYTES:
        yield warning("disk", f"{in_bytes(free)} are free.", f"Free some space on the disk of {place}.")
    else:
        yield ok("disk", f"{in_bytes(free)} are free.")
