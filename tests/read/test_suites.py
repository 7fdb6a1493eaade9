"""The release gate over the two frozen suites, with the embedded model at the shipped thresholds."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import gate

LEAST_LOOKALIKES = 500
LEAST_SEEDS = 40


@pytest.fixture(scope="module")
def judge() -> gate.Judge:
    return gate.judge()


def test_the_suites_are_the_ones_that_were_frozen() -> None:
    for line in (gate.SUITES / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, name = line.split()
        assert hashlib.sha256((gate.SUITES / name).read_bytes()).hexdigest() == digest


def test_disguises_are_seen_through(judge: gate.Judge) -> None:
    counts = gate.disguises(judge)
    assert {kind: count.total for kind, count in counts.items() if count.total < LEAST_SEEDS} == {}
    weak = {kind: count.share for kind, count in counts.items() if count.share < gate.CAUGHT_OF_EACH}
    assert weak == {}
    assert gate.total(counts).share >= gate.CAUGHT_OVERALL


def test_no_lookalike_is_flagged_for_what_is_read_into_it(judge: gate.Judge) -> None:
    counts = gate.lookalikes(judge)
    assert gate.total(counts).total >= LEAST_LOOKALIKES
    assert {kind: dict(count.views) for kind, count in counts.items() if count.good < count.total} == {}
