"""What the owner's rules are, once config.yaml is read: a ladder of steps per label, and one of strikes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.records import Action, Kind, Step

AUTOMOD = "automod"  # the label of what Discord's own AutoMod acted on
AUTOMOD_CERTAIN = 1.0  # it gives no probabilities
ON_WITHOUT_LADDER = 0.5  # the usual cut of a sigmoid
FORGET_AFTER = timedelta(days=30)


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

    def shadowed(self, by: str) -> Ladder:
        """The same steps in shadow mode, because of what stands at ``by`` in the config; shadow stays shadow."""
        return Ladder(tuple(step if step.shadowed_by else replace(step, shadowed_by=by) for step in self.steps))


@dataclass(frozen=True, slots=True)
class StrikeRules:
    """``strikes:`` in config.yaml: label → what a message is worth, and what is done at how many strikes.

    The steps of ``ladder`` count strikes where those of a label have probabilities. Without weights there are no
    strikes.
    """

    weights: Mapping[str, int] = field(default_factory=dict)
    forget_after: timedelta = FORGET_AFTER
    ladder: Ladder = Ladder()

    def worth(self, reached: Iterable[tuple[str, Step]]) -> int:
        """The strikes for one message whose labels reached these steps: those of its heaviest label, once."""
        return max((self._weight(label, step) for label, step in reached), default=0)

    def newly_reached(self, before: int, after: int) -> Step | None:
        """The highest step that ``after`` strikes reach and ``before`` did not."""
        step = self.ladder.reached(after)
        return step if step is not None and step.at > before else None

    def _weight(self, label: str, step: Step) -> int:
        if step.shadowed_by:
            return 0
        if step.strikes is not None:
            return step.strikes
        # What is only flagged waits for a moderator: a doubt is no offence yet.
        return self.weights.get(label, 0) if any(action.destructive for action in step.do) else 0


@dataclass(frozen=True, slots=True)
class Rules:
    """Label → ladder. ``always`` are the actions that every decision carries once any step has fired: the flag.

    ``names`` are the ladders for members' names; None: names are not read. ``automod`` is for what AutoMod acted on.
    """

    ladders: Mapping[str, Ladder] = field(default_factory=dict)
    always: tuple[Action, ...] = ()
    strikes: StrikeRules = StrikeRules()
    names: Mapping[str, Ladder] | None = None
    automod: Ladder = Ladder()

    @property
    def asks_for(self) -> frozenset[str]:
        """The keys that ask Discord for more than messages."""
        given = {"names": self.reads("name"), AUTOMOD: self.reads("automod")}
        return frozenset(key for key, is_given in given.items() if is_given)

    def reads(self, kind: Kind) -> bool:
        """Whether posts of a kind are read at all."""
        return {"name": self.names is not None, "automod": bool(self.automod.steps)}.get(kind, True)

    def about(self, kind: Kind) -> Rules:
        """The rules for posts of a kind."""
        if kind == "name":
            return replace(self, ladders=self.names or {})
        return replace(self, ladders={AUTOMOD: self.automod}) if kind == "automod" else self

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
