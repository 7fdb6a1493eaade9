"""What the owner's rules are, once config.yaml is read: a ladder of steps per label."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.records import Action, Step

ON_WITHOUT_LADDER = 0.5  # the usual cut of a sigmoid


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps of one label, lowest first whatever order they were given in. No steps: the label is off."""

    steps: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(sorted(self.steps, key=lambda step: step.at)))

    @property
    def lowest(self) -> float:
        """The lowest threshold; infinite for a label that is off, which no probability reaches."""
        return self.steps[0].at if self.steps else math.inf

    def reached(self, probability: float) -> Step | None:
        """The highest step at or under ``probability``. NaN reaches none."""
        return next((step for step in reversed(self.steps) if probability >= step.at), None)


@dataclass(frozen=True, slots=True)
class Rules:
    """Label → ladder. ``always`` are the actions that every decision carries once any step has fired: the flag."""

    ladders: Mapping[str, Ladder] = field(default_factory=dict)
    always: tuple[Action, ...] = ()

    def on_at(self, label: str) -> float:
        """From which probability ``label`` is on."""
        ladder = self.ladders.get(label)
        return ON_WITHOUT_LADDER if ladder is None else ladder.lowest

    def on(self, labels: Mapping[str, float]) -> tuple[str, ...]:
        """The labels that are on, strongest first."""
        on = [label for label, probability in labels.items() if probability >= self.on_at(label)]
        return tuple(sorted(on, key=lambda label: (-labels[label], label)))

    def reached(self, label: str, probability: float) -> Step | None:
        """The step that fires; None for a label without a ladder."""
        ladder = self.ladders.get(label)
        return None if ladder is None else ladder.reached(probability)
