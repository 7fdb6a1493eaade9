"""What the language check marks, and how long it takes: ``python tests/benchmarks/language.py --data DIR``.

Prints how much of ``tests/read/foreign.txt`` is known to be foreign; how much of the abuse in the training sets is
marked, with examples, since these sets have some foreign rows; how often abuse is marked once a foreign sentence stands
before or behind it; and the time a message takes by the processor. Needs the ``train`` extra.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import pandas

from bot.read.language import FEWEST_LETTERS, foreign, prepare

FOREIGN = Path(__file__).parents[1] / "read" / "foreign.txt"
ABUSE = (
    "jigsaw2018_train", "davidson2017", "hatexplain_train_preprocessed", "edos_sexism", "hatemojibuild_train",
    "reddit_misogyny_guest2021", "toxic_spans_train", "surge_toxicity", "paradetox_pairs",
)  # fmt: skip
ROWS = 3000  # of each set
SHORT = 120  # characters of abuse that is mixed with a foreign sentence
SEED = 20261123
EXAMPLES = 3


def foreign_texts() -> list[tuple[str, str]]:
    lines = FOREIGN.read_text("utf-8").splitlines()
    return [(code, text) for code, _, text in (line.partition("\t") for line in lines if not line.startswith("#"))]


def abuse(folder: Path, name: str) -> list[str]:
    rows = pandas.read_parquet(folder / "train" / f"{name}.parquet")
    if "toxic" in rows:
        rows = rows[rows["toxic"] == 1]
    long = rows[rows["text"].str.count(r"[^\W\d_]") >= FEWEST_LETTERS]
    return [str(text) for text in long["text"].sample(min(ROWS, len(long)), random_state=SEED)]


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--data", type=Path, required=True)
    folder = wanted.parse_args().data
    prepare()
    others = foreign_texts()
    known = sum(foreign([text]) == code for code, text in others)
    print(f"foreign texts: {known} of {len(others)} known by their language")
    texts: list[str] = []
    for name in ABUSE:
        some = abuse(folder, name)
        marked = [text for text in some if foreign([text])]
        texts += some
        print(f"{name:32} {len(marked):3} of {len(some)} marked  {[text[:60] for text in marked[:EXAMPLES]]}")
    chance = random.Random(SEED)
    short = [text for text in texts if len(text) <= SHORT]
    for where, join in (("before", "{1} {0}"), ("behind", "{0} {1}")):
        mixed = [join.format(text, chance.choice(others)[1]) for text in short]
        share = sum(foreign([text]) is not None for text in mixed) / len(mixed)
        print(f"a foreign sentence {where} abuse: {share:.1%} of {len(mixed)} marked")
    for name, timed in (("English abuse", short[:ROWS]), ("foreign texts", [text for _, text in others])):
        started = time.process_time()
        for text in timed:
            foreign([text])
        print(f"{name}: {(time.process_time() - started) / len(timed) * 1e6:.0f} µs each")


if __name__ == "__main__":
    main()
