"""The release gate: ``python tests/read/gate.py`` counts the disguises seen through and the look-alikes left alone.

Counts only, never a text. ``--remember FILE`` keeps the scores by the hash of their text, so that the next run only
scores what the views read differently.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from bot import config  # noqa: E402
from bot.decide.policy import decide  # noqa: E402
from bot.decide.rules import Rules  # noqa: E402
from bot.read import views, words  # noqa: E402
from bot.read.allow import AllowList  # noqa: E402
from bot.records import Author, Named, Post, Scores, Surface, View, ViewScores  # noqa: E402
from bot.score.model import Model, load  # noqa: E402
from bot.score.options import ModelOptions  # noqa: E402

SUITES = Path(__file__).parents[1] / "suites"
CAUGHT_OVERALL, CAUGHT_OF_EACH = 0.95, 0.90


@dataclass
class Count:
    """Of one kind: cases that count, and how many went right.

    ``unread`` and ``whole`` say about those that went wrong how many have no second view, and one like the seed;
    ``views`` which views were flagged.
    """

    good: int = 0
    total: int = 0
    unread: int = 0
    whole: int = 0
    views: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        return self.good / self.total if self.total else 1.0


class Judge:
    """Which views of a text are flagged at the shipped thresholds."""

    def __init__(self, model: Model, rules: Rules, remembered: dict[str, dict[str, float]] | None = None) -> None:
        self._model = model
        self._rules = rules
        self.remembered = {} if remembered is None else remembered

    def flagged(self, texts: Sequence[str]) -> list[list[str]]:
        """For each text, the names of its views that fire a rule."""
        each = [views.of(_post(text), AllowList()).scored for text in texts]
        flat = [view for found in each for view in found]
        scores = self._scores([view.text for view in flat])
        fires = iter([self._fires(view, labels) for view, labels in zip(flat, scores, strict=True)])
        return [[view.name for view, hit in ((view, next(fires)) for view in found) if hit] for found in each]

    def plainly_flagged(self, texts: Sequence[str]) -> list[bool]:
        return [self._fires(View("content", "written", ""), labels) for labels in self._scores(texts)]

    def _scores(self, texts: Sequence[str]) -> list[Mapping[str, float]]:
        new = list(dict.fromkeys(text for text in texts if self._key(text) not in self.remembered))
        for text, labels in zip(new, self._model.score_many(new), strict=True):
            self.remembered[self._key(text)] = dict(labels or {})
        return [self.remembered[self._key(text)] for text in texts]

    def _key(self, text: str) -> str:
        return hashlib.sha256(f"{self._model.id}\n{text}".encode()).hexdigest()

    def _fires(self, view: View, labels: Mapping[str, float]) -> bool:
        if not labels:
            return False
        return bool(decide(Scores("m", (ViewScores(view.surface, view.name, labels),)), self._rules).fired)


def _post(text: str) -> Post:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    return Post(Named(1, "S"), Named(2, "c"), Author(3, "M"), 4, (Surface("content", text),), now)


def rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (SUITES / name).read_text("utf-8").splitlines()]


def judge(remembered: dict[str, dict[str, float]] | None = None) -> Judge:
    settings = config.load(ROOT / "config.yaml")
    return Judge(load("embedded", options=ModelOptions(number_type="bfloat16")), settings.rules, remembered)


def disguises(judge: Judge) -> dict[str, Count]:
    """Per disguise: of the cases whose plain seed is flagged, those where some view is."""
    cases = rows("disguises.jsonl")
    seeds = list(dict.fromkeys(case["seed"] for case in cases))
    plain = dict(zip(seeds, judge.plainly_flagged(seeds), strict=True))
    counts: dict[str, Count] = defaultdict(Count)
    for case, fired in zip(cases, judge.flagged([case["text"] for case in cases]), strict=True):
        if plain[case["seed"]]:
            counts[case["disguise"]].total += 1
            counts[case["disguise"]].good += bool(fired)
            if not fired:
                readings = [view.text for view in views.of(_post(case["text"]), AllowList()).scored[1:]]
                counts[case["disguise"]].unread += not readings
                counts[case["disguise"]].whole += any(_letters(text) == _letters(case["seed"]) for text in readings)
    return dict(counts)


def lookalikes(judge: Judge) -> dict[str, Count]:
    """Per kind: harmless texts, and those that no view flags unless the plain text is flagged too."""
    cases = rows("lookalikes.jsonl")
    counts: dict[str, Count] = defaultdict(Count)
    for case, fired in zip(cases, judge.flagged([case["text"] for case in cases]), strict=True):
        counts[case["kind"]].total += 1
        is_left_alone = not fired or views.WRITTEN in fired
        counts[case["kind"]].good += is_left_alone
        if not is_left_alone:
            counts[case["kind"]].views.update(fired)
            counts[case["kind"]].whole += _gains_abuse(case["text"])
    return dict(counts)


def _gains_abuse(text: str) -> bool:
    """Whether a reading of ``text`` has an unambiguous word of abuse that the text itself has not."""
    written, *readings = (
        {*re.findall("[a-z]+", view.text.lower())} for view in views.of(_post(text), AllowList()).scored
    )
    return any((found - written) & set(words.STRONG) for found in readings)


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text.lower()))


def total(counts: Mapping[str, Count]) -> Count:
    return Count(sum(each.good for each in counts.values()), sum(each.total for each in counts.values()))


def _print(title: str, counts: Mapping[str, Count]) -> None:
    print(title)
    for kind, count in sorted(counts.items(), key=lambda item: item[1].share):
        print(f"  {kind:<24} {count.good:>4} of {count.total:>4}  {count.share:7.1%}" + _misses(count))
    every = total(counts)
    print(f"  {'all':<24} {every.good:>4} of {every.total:>4}  {every.share:7.1%}\n", flush=True)


def _misses(count: Count) -> str:
    missed = count.total - count.good
    if count.views:
        return (
            "  ("
            + "; ".join(f"{name}: {times}" for name, times in count.views.items())
            + f"; {count.whole} read as abuse)"
        )
    return f"  (of {missed} missed: {count.unread} without a reading, {count.whole} read in full)" if missed else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--remember", type=Path, help="a file for the scores of this run")
    memory = parser.parse_args().remember
    judged = judge(json.loads(memory.read_text()) if memory and memory.exists() else None)
    _print("Disguises caught, of those whose plain seed is caught", disguises(judged))
    _print("Look-alikes that no reading flags", lookalikes(judged))
    if memory:
        memory.write_text(json.dumps(judged.remembered))


if __name__ == "__main__":
    main()
