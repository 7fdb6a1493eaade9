"""The held-out rows that a model is measured on, read from a folder with ``train/`` and ``eval/`` parquet files."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bot.errors import CivilTongueError

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

LABELS = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
FOLDS = 10
TRAIN_FOLDS = tuple(range(8))
CHOICE_FOLD = 8  # every choice, calibration and threshold is made on it
REPORT_FOLD = 9  # only reported

IRC, REDDIT = "irc", "reddit"
_NEUTRAL = "27"  # the id of GoEmotions for a comment without an emotion

_WHERE = (
    "`evaluate` wants --data DIR with train/ and eval/ parquet files made from the Jigsaw Toxic Comment Classification "
    "Challenge (kaggle.com/c/jigsaw-toxic-comment-classification-challenge), the identity templates of "
    "github.com/conversationai/unintended-ml-bias-analysis, ConvAbuse (github.com/amandacurry/convabuse), GoEmotions "
    "(github.com/google-research/google-research/tree/master/goemotions) and Ubuntu's IRC logs "
    "(irclogs.ubuntu.com); their names and columns stand in bot/insight/rows.py."
)


@dataclass(frozen=True)
class Rows:
    """Texts with what is true of them.

    ``truth`` is ``[n, labels]`` in {0, 1}, its columns named by ``labels``; ``weights`` is ``[n]`` and restores the
    prior of the data; ``groups`` names something of each row (a source, a template) where there is something to name.
    """

    name: str
    texts: tuple[str, ...] = field(repr=False)
    truth: Floats = field(repr=False)
    labels: tuple[str, ...] = LABELS
    weights: Floats = field(default_factory=lambda: np.zeros(0), repr=False)
    groups: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if not len(self.weights):
            object.__setattr__(self, "weights", np.ones(len(self.texts)))

    def __len__(self) -> int:
        return len(self.texts)

    def of(self, label: str) -> npt.NDArray[np.bool_]:
        """Which rows have ``label``."""
        return self.truth[:, self.labels.index(label)] > 0

    @property
    def digest(self) -> str:
        """What the texts are, in order: 12 hexadecimal digits."""
        digest = hashlib.sha256()
        for text in self.texts:
            digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
        return digest.hexdigest()[:12]


def fold_of(text: str) -> int:
    """The fold (0-9) of a text: md5 modulo 10, as in the published Jigsaw folds."""
    return int(md5(text), 16) % FOLDS


def md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def where_to_get_it(folder: Path | None = None) -> CivilTongueError:
    """``folder`` was named, and is none."""
    return CivilTongueError(f"There is no folder {folder}: {_WHERE}" if folder else _WHERE)


def require_packages() -> None:
    """Raise where the packages that only training and evaluation need are not installed."""
    try:
        import pandas  # noqa: F401
        import pyarrow  # noqa: F401
        import sklearn  # noqa: F401
    except ImportError as error:
        raise CivilTongueError(
            f"Evaluation needs {error.name}, which is not installed: run `pip install 'civil-tongue[train]'` "
            "(in a checkout: `pip install -e '.[train]'`)."
        ) from None


def jigsaw(data: Path, folds: Collection[int], name: str) -> Rows:
    """The Jigsaw 2018 rows of these folds, with the weights that restore the challenge's prior."""
    rows = _read(data / "train" / "jigsaw2018_train.parquet", ["text", "fold", "weight", *LABELS])
    rows = rows[rows["fold"].isin(list(folds))]
    return Rows(
        name, tuple(rows["text"]), rows[list(LABELS)].to_numpy(np.float64), weights=rows["weight"].to_numpy(np.float64)
    )


def jigsaw_test(data: Path) -> Rows:
    """Rows of the challenge's scored test set; those in the group ``random`` are an unbiased slice of it."""
    rows = _read(data / "eval" / "jigsaw2018_test.parquet", ["text", "sample", *LABELS])
    return Rows("test_all", tuple(rows["text"]), rows[list(LABELS)].to_numpy(np.float64), groups=tuple(rows["sample"]))


def chosen(rows: Rows, name: str, keep: npt.NDArray[np.bool_]) -> Rows:
    """The rows that ``keep`` keeps, called ``name``."""
    at = np.flatnonzero(keep)
    return Rows(
        name,
        tuple(rows.texts[row] for row in at),
        rows.truth[at],
        rows.labels,
        rows.weights[at],
        tuple(rows.groups[row] for row in at) if rows.groups else (),
    )


def madlibs(data: Path) -> Rows:
    """Templates with identity terms in them, half of them abusive."""
    rows = _read(data / "eval" / "bias_madlibs_77k.parquet", ["text", "label"])
    return Rows("madlibs", tuple(rows["text"]), _column(rows["label"] == "BAD"), ("toxic",))


def convabuse(data: Path) -> Rows:
    """What people wrote to a chatbot, and whether most annotators called it abuse."""
    rows = _read(data / "eval" / "convabuse_test.parquet", ["text", "abuse_majority"])
    return Rows("convabuse", tuple(rows["text"]), _column(rows["abuse_majority"] > 0), ("toxic",))


def civil_chat(data: Path, fold: int) -> Rows:
    """Chat of one fold that nobody tagged with an emotion, or that is about computers: ``groups`` says which.

    No text twice, and none that stands in the training folds in another spelling.
    """
    reddit = _reddit(data)
    neutral = reddit[reddit["emotion_ids"] == _NEUTRAL]["text"].tolist()
    irc = _read(data / "train" / "chat_ubuntu_irc.parquet", ["text"])["text"].tolist()
    texts: list[str] = []
    groups: list[str] = []
    for source, some in ((IRC, irc), (REDDIT, neutral)):
        held_out = _held_out(some, fold)
        texts += held_out
        groups += [source] * len(held_out)
    return Rows(f"civil_chat_{fold}", tuple(texts), np.zeros((len(texts), 1)), ("toxic",), groups=tuple(groups))


def evaluation_set(file: Path) -> Rows:
    """A set of JSON lines, each with ``text`` and ``toxic``."""
    try:
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
        texts, toxic = tuple(str(row["text"]) for row in rows), [float(row["toxic"]) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CivilTongueError(f'{file} cannot be read as lines of {{"text": ..., "toxic": 0|1}}: {error}.') from error
    return Rows(file.stem, texts, np.array(toxic).reshape(-1, 1), ("toxic",))


def normalised(text: str) -> str:
    """What two texts share that differ only in case, in spaces or in forms of the same letter."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def _held_out(texts: Iterable[str], fold: int) -> list[str]:
    held_out: dict[str, str] = {}
    trained_on: set[str] = set()
    for text in texts:
        at = fold_of(text)
        if at == fold:
            held_out.setdefault(normalised(text), text)
        elif at in TRAIN_FOLDS:
            trained_on.add(normalised(text))
    return [text for key, text in held_out.items() if key and key not in trained_on]


def _reddit(data: Path) -> pd.DataFrame:
    import pandas as pd

    files = ("chat_goemotions_train.parquet", "chat_goemotions_dev.parquet")
    return pd.concat([_read(data / "train" / file, ["text", "emotion_ids"]) for file in files])


def _column(values: Any) -> Floats:
    return np.asarray(values, np.float64).reshape(-1, 1)


def _read(file: Path, columns: Sequence[str]) -> pd.DataFrame:
    """The columns of a parquet file. Raises ``CivilTongueError``, saying where the data comes from."""
    require_packages()
    import pandas as pd

    if not file.is_file():
        raise CivilTongueError(f"{file} is missing: {_WHERE}")
    try:
        return pd.read_parquet(file, columns=list(columns))
    except (OSError, ValueError, KeyError) as error:
        raise CivilTongueError(f"{file} cannot be read ({error}): {_WHERE}") from error
