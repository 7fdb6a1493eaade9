"""Short chat lines that we made ourselves, for what public comment data teaches wrongly.

Comments on Wikipedia hold hardly any game talk, negated or quoted insults, self-mockery, friendly swearing or
identity words in peaceful sentences, so a model that was trained on them alone takes the word for the deed. There are
frames of abuse beside those of peace, so that a word never decides by itself: some hundred in ``templates.toml``, which
are filled many times each, and some thousand in ``lines.toml``, which were written one by one.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.training.data import DEBATABLE, Examples

TEMPLATES = Path(__file__).with_name("templates.toml")  # has the words for the slots of both
LINES = Path(__file__).with_name("lines.toml")
_TRIES = 3  # times as many fillings as lines are wanted: some come out alike

# Written before and after a line now and then, as people type.
_BEFORE = ("", "", "", "", "lol ", "ok ", "well ", "hey ", "@Sam ", "hm, ")
_AFTER = ("", "", "", "", "", ".", "!", " lol", " :)", "..", " tbh", " 😂", " ok?")
_CAPITALS = 0.3  # share of lines that begin with one


@dataclass(frozen=True)
class _Frame:
    line: str
    on: frozenset[str]
    unknown: frozenset[str]
    debatable: frozenset[str]

    def target(self, label: str) -> float:
        if label in self.debatable:
            return DEBATABLE
        return float("nan") if label in self.unknown else float(label in self.on)


def chat_lines(labels: Sequence[str], *, rows: int, weight: float, seed: int, frames_in: Path = TEMPLATES) -> Examples:
    """``rows`` different lines, every frame equally often as far as its slots allow, targets ``[rows, labels]``."""
    random = np.random.default_rng(seed)
    slots = tomllib.loads(TEMPLATES.read_text(encoding="utf-8"))["slots"]
    frames = [
        _Frame(line, frozenset(kind["on"]), frozenset(kind["unknown"]), frozenset(kind.get("debatable", ())))
        for kind in tomllib.loads(frames_in.read_text(encoding="utf-8"))["kinds"]
        for line in kind["lines"]
    ]
    found: dict[str, _Frame] = {}
    for frame in itertools.islice(itertools.cycle(frames), rows * _TRIES):
        if len(found) == rows:
            break
        found.setdefault(_typed("".join(_filled(frame.line, slots, random)), random), frame)
    targets = [[frame.target(label) for label in labels] for frame in found.values()]
    return Examples(
        list(found), np.array(targets, np.float32).reshape(-1, len(labels)), np.full(len(found), weight, np.float32)
    )


def _filled(line: str, slots: Mapping[str, Sequence[str]], random: np.random.Generator) -> Iterator[str]:
    """The parts of the line, each ``{slot}`` filled anew."""
    for at, part in enumerate(line.replace("}", "{").split("{")):
        yield part if at % 2 == 0 else str(random.choice(slots[part]))


def _typed(line: str, random: np.random.Generator) -> str:
    line = f"{random.choice(_BEFORE)}{line}{random.choice(_AFTER)}"
    return line[0].upper() + line[1:] if random.random() < _CAPITALS else line
