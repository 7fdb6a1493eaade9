"""How well explanations find the toxic words: ``python tests/benchmarks/spans.py --data DIR [--set test] [--tune]``.

Prints the character F1 of SemEval-2021 Task 5: for each text the F1 of its characters, 1 where neither side marks any,
averaged over the texts; with a 95 % bootstrap interval. ``DIR`` holds ``eval/toxic_spans_test.parquet`` and
``train/toxic_spans_{trial,train}.parquet``.

``--tune`` tries the constants of ``bot/score/explain.py`` on the set and prints the best: on ``trial`` or ``train``,
never on ``test``. Needs the ``train`` extra.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
import pandas
import structlog

from bot.records import marked
from bot.score.explain import Evidence, Weighing, advance, questions, spans
from bot.score.model import Model, load

LABEL = "toxic"
FILES = {"test": "eval/toxic_spans_test", "trial": "train/toxic_spans_trial", "train": "train/toxic_spans_train"}
SEED = 20261123
RESAMPLED = 1000

ALONE = (0.0, 0.5, 0.75, 1.0, 1.25, 1.5)
SHARE = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55)
LEAST = (0.0, 1.0, 2.0)


def evidence_of(model: Model, texts: Sequence[str]) -> list[list[Evidence]]:
    """The evidence for each text; the questions of all are scored together."""
    asking = [questions([(0, text)], lambda each: (each,)) for text in texts]
    steps = [advance(each) for each in asking]
    while any(evidence is None for _, evidence in steps):
        flat = [text for wanted, _ in steps for text in wanted]
        print(f"scoring {len(flat):,} texts with {model.id}", file=sys.stderr)
        answers = model.score_many(flat)
        for at, (wanted, evidence) in enumerate(steps):
            if evidence is None:
                steps[at] = advance(asking[at], [next(answers) for _ in wanted])
    return [evidence or [] for _, evidence in steps]


def f1_of_each(evidence: list[list[Evidence]], gold: list[set[int]], weighing: Weighing) -> np.ndarray:
    return np.array([_f1(_characters(each, weighing), true) for each, true in zip(evidence, gold, strict=True)])


def _characters(evidence: list[Evidence], weighing: Weighing) -> set[int]:
    return {at for start, end in marked(spans(evidence, [LABEL], weighing)) for at in range(start, end)}


def _f1(found: set[int], true: set[int]) -> float:
    if not found or not true:
        return float(found == true)
    return 2 * len(found & true) / (len(found) + len(true))


def _interval(each: np.ndarray) -> str:
    chance = np.random.default_rng(SEED)
    means = [chance.choice(each, len(each)).mean() for _ in range(RESAMPLED)]
    return "[{:.4f}, {:.4f}]".format(*np.quantile(means, (0.025, 0.975)))


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--data", type=Path, required=True)
    wanted.add_argument("--set", choices=FILES, default="test")
    wanted.add_argument("--rows", type=int, help="only this many, chosen with a fixed seed")
    wanted.add_argument("--model", default="embedded")
    wanted.add_argument("--tune", action="store_true")
    given = wanted.parse_args()
    if given.tune and given.set == "test":
        wanted.error("--tune wants --set trial or --set train: the test set only reports")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    table = pandas.read_parquet(given.data / f"{FILES[given.set]}.parquet")
    if given.rows:
        table = table.sample(min(given.rows, len(table)), random_state=SEED)
    texts = [str(text) for text in table["text"]]
    gold = [set(ast.literal_eval(places)) for places in table["spans"]]
    evidence = evidence_of(load(given.model), texts)
    each = f1_of_each(evidence, gold, Weighing())
    with_spans = np.array([bool(true) for true in gold])
    print(f"{given.set}: {len(texts)} texts, {int((~with_spans).sum())} of them without a marked word")
    print(f"character F1 {each.mean():.4f} {_interval(each)}, where words are marked {each[with_spans].mean():.4f}")
    if given.tune:
        tried = [Weighing(*each) for each in product(ALONE, SHARE, LEAST)]
        ranked = sorted(((f1_of_each(evidence, gold, each).mean(), each) for each in tried), key=lambda pair: -pair[0])
        for f1, weighing in ranked[:10]:
            print(f"{f1:.4f}  {weighing}")


if __name__ == "__main__":
    main()
