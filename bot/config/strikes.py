"""Reads ``strikes:``: what each label is worth, when a strike is forgotten, and what is done at how many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from bot.config import words
from bot.config.ladders import (
    OFF,
    STEP_NEEDS,
    read_actions,
    read_count,
    report_same_threshold,
    report_step_keys,
    report_unknown_labels,
)
from bot.config.options import is_left_out, read_model
from bot.config.problems import Problems
from bot.config.reading import Path
from bot.decide.rules import FORGET_AFTER, Ladder, StrikeRules
from bot.records import Step

WEIGHTS, LADDER = "weights", "ladder"
LONGEST_MEMORY = timedelta(days=3_650)


class StrikeOptions(BaseModel):
    """``strikes:`` in config.yaml, without its weights and its ladder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    forget_after: Annotated[timedelta, Field(gt=timedelta(0), le=LONGEST_MEMORY)] = Field(
        default=FORGET_AFTER, description="How long after it was given each strike is forgotten."
    )


def read_strikes(raw: Any, path: Path, problems: Problems, labels: Sequence[str] | None) -> StrikeRules:
    """The rules in ``raw``; ``off`` stands for none."""
    if raw == OFF:
        return StrikeRules()
    if not isinstance(raw, dict):
        problems.at(path, words.must_be(f"{OFF}, or a mapping with keys such as {WEIGHTS} and {LADDER}", raw))
        return StrikeRules()
    options = read_model(StrikeOptions, raw, path, problems, apart=(WEIGHTS, LADDER)) or StrikeOptions()
    if is_left_out(WEIGHTS, raw, (WEIGHTS, LADDER, *StrikeOptions.model_fields), problems):
        problems.at(path, f"needs the key {WEIGHTS}, as in {{{WEIGHTS}: {{insult: 1}}}}")
    weights = _weights(raw[WEIGHTS], (*path, WEIGHTS), problems, labels) if WEIGHTS in raw else {}
    steps = _steps(raw[LADDER], (*path, LADDER), problems) if LADDER in raw else ()
    return StrikeRules(weights, options.forget_after, Ladder(steps))


def _weights(raw: Any, path: Path, problems: Problems, labels: Sequence[str] | None) -> dict[str, int]:
    if not isinstance(raw, dict) or not raw:
        problems.at(path, words.must_be("a mapping of labels to strikes, such as {insult: 1}", raw))
        return {}
    report_unknown_labels(raw, path, problems, labels)
    counts = {label: read_count(value, (*path, label), problems) for label, value in raw.items()}
    return {label: count for label, count in counts.items() if count is not None}


def _steps(raw: Any, path: Path, problems: Problems) -> tuple[Step, ...]:
    if not isinstance(raw, list) or not raw:
        problems.at(path, words.must_be("a list of steps such as [{at: 3, do: [delete]}]", raw))
        return ()
    steps = [_step(item, (*path, index), problems) for index, item in enumerate(raw)]
    report_same_threshold(raw, path, problems)
    return tuple(step for step in steps if step)


def _step(raw: Any, path: Path, problems: Problems) -> Step | None:
    if not isinstance(raw, dict):
        problems.at(path, words.must_be("a step such as {at: 3, do: [delete]}", raw))
        return None
    report_step_keys(raw, STEP_NEEDS, path, problems, "{at: 3, do: delete}")
    at = read_count(raw["at"], (*path, "at"), problems) if "at" in raw else None
    do = read_actions(raw["do"], (*path, "do"), problems) if "do" in raw else ()
    return Step(at, do, words.path(path), problems.line(path)) if at is not None else None
