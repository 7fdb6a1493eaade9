"""A small data folder in the shape of the real one: *bad* is toxic, *evil* an insult, a few rows are mislabelled."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

pd = pytest.importorskip("pandas", reason="the `train` extra is not installed")
pytest.importorskip("pyarrow", reason="the `train` extra is not installed")

from bot.insight.rows import LABELS, fold_of  # noqa: E402

ROWS = 1200
TOXIC_WORD, INSULTING_WORD = "bad", "evil"
TERMS = ("gay", "muslim", "old")


def _text(chance: random.Random, number: int) -> tuple[str, dict[str, int]]:
    toxic, insult = chance.random() < 0.3, chance.random() < 0.15
    words = ["hello", *("filler" for _ in range(chance.randrange(4))), *(["bad"] * toxic), *(["evil"] * insult)]
    chance.shuffle(words)
    truth = dict.fromkeys(LABELS, 0)
    truth["toxic"] = int(toxic if chance.random() < 0.95 else not toxic)
    truth["insult"], truth["threat"] = int(insult), int(chance.random() < 0.1)
    return f"{' '.join(words)} {number}", truth


def write_data(folder: Path) -> Path:
    """Parquet files of made-up rows."""
    chance = random.Random(5)
    for part in ("train", "eval"):
        (folder / part).mkdir(parents=True)
    rows = [{"text": text, **truth} for text, truth in (_text(chance, number) for number in range(ROWS))]
    weighted = [{**row, "fold": fold_of(str(row["text"])), "weight": 1.0 + row["toxic"]} for row in rows]
    pd.DataFrame(weighted).to_parquet(folder / "train" / "jigsaw2018_train.parquet")
    test = [{**row, "sample": "random" if at % 2 else "filtered"} for at, row in enumerate(rows[:300])]
    pd.DataFrame(test).to_parquet(folder / "eval" / "jigsaw2018_test.parquet")
    templates = [
        {"text": f"{name} is a {word} {term}", "label": "BAD" if word == "bad" else "NOT_BAD"}
        for name in ("ada", "bob", "cleo", "dan")
        for term in TERMS
        for word in ("bad", "hello")
    ]
    pd.DataFrame(templates).to_parquet(folder / "eval" / "bias_madlibs_77k.parquet")
    chatbot = [{"text": row["text"], "abuse_majority": row["toxic"]} for row in rows[:60]]
    pd.DataFrame(chatbot).to_parquet(folder / "eval" / "convabuse_test.parquet")
    irc = [f"hello filler {number}" + (" bad" if number % 50 == 0 else "") for number in range(500)]
    pd.DataFrame({"text": irc}).to_parquet(folder / "train" / "chat_ubuntu_irc.parquet")
    reddit = pd.DataFrame(
        {"text": [f"hello {number} filler" for number in range(200)], "emotion_ids": ["27", "2"] * 100}
    )
    reddit.to_parquet(folder / "train" / "chat_goemotions_train.parquet")
    reddit.head(10).to_parquet(folder / "train" / "chat_goemotions_dev.parquet")
    return folder


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture
def own_data(tmp_path: Path) -> Callable[[], Path]:
    """A copy that a test may damage."""
    return lambda: write_data(tmp_path / "own")


@pytest.fixture(scope="session")
def written_sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sets")
    (folder / "gaming.jsonl").write_text(
        '{"id": "1", "text": "hello filler", "toxic": 0}\n{"id": "2", "text": "a bad boss", "toxic": 0}\n'
    )
    (folder / "chat_abuse.jsonl").write_text('{"id": "1", "text": "you bad one", "toxic": 1}\n')
    return folder
