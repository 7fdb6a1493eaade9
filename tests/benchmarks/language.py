"""What the language check marks, and how long it takes: ``python tests/benchmarks/language.py [--data DIR]``.

Prints how many of ``tests/read/foreign.txt`` are marked, by language, and how many of the English ones in
``tests/read/english.txt``, by kind. With ``--data``, the folder with the training data: how many of its civil chat and
abuse are marked (the sets have a few foreign rows); and of abuse that is deleted by the shipped rules, how often a
foreign sentence round it holds that back. That needs the ``train`` extra.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import pandas

from bot import config
from bot.decide.policy import decide
from bot.insight.rows import civil_chat
from bot.languages import in_another
from bot.read import views
from bot.read.language import FEWEST_LETTERS, foreign, prepare
from bot.records import Action, Decision, Scores, View, ViewScores
from bot.score.model import load
from bot.score.options import ModelOptions

ROOT = Path(__file__).parents[2]
READ = Path(__file__).parents[1] / "read"
ABUSE = (
    "jigsaw2018_train", "davidson2017", "hatexplain_train_preprocessed", "edos_sexism", "hatemojibuild_train",
    "reddit_misogyny_guest2021", "toxic_spans_train", "surge_toxicity", "paradetox_pairs",
)  # fmt: skip
ROWS = 3000  # of each set
FOLD = 8  # of civil chat
WRAPPED = 120  # seeds of each set
SHORT = range(20, 101)  # characters of a seed
SEED = 20261123
EXAMPLES = 3
TURNS = 5
Wrap = Callable[[str, str], str]


def lines(name: str) -> list[tuple[str, str]]:
    """The language or kind of each text of a file, and the text."""
    found = (READ / name).read_text("utf-8").splitlines()
    return [(kind, text) for kind, _, text in (line.partition("\t") for line in found if not line.startswith("#"))]


def is_marked(text: str) -> bool:
    """As the pipeline asks: all readings of the text together."""
    return foreign(views.readings_of(text, views.AllowList(), 8)) is not None


def by_kind(name: str) -> None:
    kinds: dict[str, list[bool]] = {}
    for kind, text in lines(name):
        kinds.setdefault(kind, []).append(is_marked(text))
    marked = [each for every in kinds.values() for each in every]
    print(f"{name}: {sum(marked)} of {len(marked)} marked as another language")
    print("  " + ", ".join(f"{kind} {sum(each)}/{len(each)}" for kind, each in kinds.items()))


def abuse(folder: Path, name: str) -> list[str]:
    rows = pandas.read_parquet(folder / "train" / f"{name}.parquet")
    if "toxic" in rows:
        rows = rows[rows["toxic"] == 1]
    long = rows[rows["text"].str.count(r"[^\W\d_]") >= FEWEST_LETTERS]
    return [str(text) for text in long["text"].sample(min(ROWS, len(long)), random_state=SEED)]


def in_sets(folder: Path) -> None:
    civil = [text for text in civil_chat(folder, FOLD).texts if sum(map(str.isalpha, text)) >= FEWEST_LETTERS]
    for name, texts in [("civil chat", civil), *((name, abuse(folder, name)) for name in ABUSE)]:
        marked = [text for text in texts if foreign([text])]
        shown = [text[:60] for text in marked[:EXAMPLES]]
        print(f"{name:32} {len(marked):3} of {len(texts)} marked ({len(marked) / len(texts):.2%})  {shown}")


class Judge:
    """What the shipped rules and the shipped model make of a text."""

    def __init__(self) -> None:
        self._rules = config.load(ROOT / "config.yaml").rules
        self._model = load("embedded", options=ModelOptions(number_type="bfloat16"))
        self._known: dict[str, Mapping[str, float]] = {}

    def decisions(self, texts: Sequence[str]) -> list[Decision]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known |= {text: labels or {} for text, labels in zip(new, self._model.score_many(new), strict=True)}
        scores = [Scores("m", (ViewScores("content", views.WRITTEN, self._known[text]),)) for text in texts]
        return [decide(each, self._rules) for each in scores]


def destructive(actions: Iterable[Action]) -> bool:
    return any(action.destructive for action in actions)


def _between_all(text: str, other: str) -> str:
    others = other.split()
    return " ".join(f"{word} {others[at % len(others)]}" for at, word in enumerate(text.split()))


WRAPS: dict[str, Wrap] = {
    "before": lambda text, other: f"{other} {text}",
    "behind": lambda text, other: f"{text} {other}",
    "around": lambda text, other: f"{other} {text} {other}",
    "a word of it behind each": _between_all,
}


def wrapped(folder: Path) -> None:
    judge, chance = Judge(), random.Random(SEED)
    short = [[text for text in abuse(folder, name) if len(text) in SHORT][:WRAPPED] for name in ABUSE]
    seeds = deleted([text for each in short for text in each], judge)
    others = [text for _, text in lines("foreign.txt")]
    for where, wrap in WRAPS.items():
        wanted = deleted([wrap(text, chance.choice(others)) for text in seeds], judge)
        marked = sum(foreign([text]) is not None for text in wanted)
        held = sum(is_held(text, judge) for text in wanted)
        print(f"{where:24} {len(wanted)} of {len(seeds)} to be deleted, {marked} of them marked, {held} held back")
    alone = deleted(others, judge)
    print(f"foreign alone: {len(alone)} to be deleted, {sum(is_held(text, judge) for text in alone)} held back")


def deleted(texts: Sequence[str], judge: Judge) -> list[str]:
    """Those about which the rules do more than flag them."""
    decided = zip(texts, judge.decisions(texts), strict=True)
    return [text for text, decision in decided if destructive(decision.actions)]


def is_held(text: str, judge: Judge) -> bool:
    """Whether nothing but a flag is left, as the pipeline decides it."""
    code, english = in_another([View("content", views.WRITTEN, text)])
    if code is None:
        return False
    [whole] = judge.decisions([text])
    alone = judge.decisions([view.text for view in english])
    return not destructive(whole.holding_back("", alone[0] if alone else None).actions)


def seconds(check: Callable[[str], object], texts: Sequence[str]) -> float:
    """Of the processor, for each text."""
    started = time.process_time()
    for text in texts:
        check(text)
    return (time.process_time() - started) / len(texts)


def times() -> None:
    english, others = ([text for _, text in lines(name)] for name in ("english.txt", "foreign.txt"))
    for name, timed, check in (
        ("the check, English", english, lambda text: foreign([text])),
        ("the check, foreign", others, lambda text: foreign([text])),
        ("with its English", others, lambda text: in_another([View("content", views.WRITTEN, text)])),
    ):
        print(f"{name}: {min(seconds(check, timed) for _ in range(TURNS)) * 1e6:.0f} µs each")


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--data", type=Path)
    folder = wanted.parse_args().data
    prepare()
    by_kind("foreign.txt")
    by_kind("english.txt")
    times()
    if folder:
        in_sets(folder)
        wrapped(folder)


if __name__ == "__main__":
    main()
