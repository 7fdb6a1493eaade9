"""The rules, applied: pure, no clock, no I/O. Several labels that fire become one decision."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple

from bot.decide.rules import Rules, StrikeRules
from bot.records import Action, Decision, Fired, History, Scores, Step, Struck, ViewScores
from bot.texts import Texts, fill
from bot.texts.saying import OURS

NO_HISTORY = History()
_NEAR = 0.5  # of a threshold; who stays below that did not nearly reach it


class _Peak(NamedTuple):
    """The highest probability of a label, and the view it came from."""

    probability: float
    view: ViewScores


class _Reached(NamedTuple):
    label: str
    peak: _Peak
    step: Step


def is_near(probability: float, at: float) -> bool:
    """Whether the threshold ``at`` was nearly reached."""
    return probability >= at * _NEAR


class Missed(NamedTuple):
    """A step that a label did not reach."""

    label: str
    probability: float
    step: Step


def decide(scores: Scores, rules: Rules, history: History = NO_HISTORY, texts: Texts = OURS) -> Decision:
    """What ``rules`` say about ``scores`` of a member with this ``history``.

    The highest step of each label fires. ``fired`` is sorted by weight: the step with the strongest action first, then
    the one with the greater sum of strengths, then the greater margin over its threshold, then by label. What a step in
    shadow mode would do is held back, unless another step does the same; ``texts`` say why.
    """
    peaks = _peaks(scores)
    reached = [
        _Reached(label, peak, step)
        for label, peak in peaks.items()
        if (step := rules.reached(label, peak.probability)) is not None
    ]
    reached.sort(key=_weight)
    struck, earned = _strike(reached, rules.strikes, history)
    live = [action for each in reached for action in each.step.do if not _is_shadowed(action, each.step)]
    actions = _merged([*live, *earned, *rules.always] if reached else ())
    held_back = _held_back(reached, actions)
    shadowed_by = dict.fromkeys(each.step.shadowed_by for each in reached if each.step.shadowed_by)
    return Decision(
        on=rules.on({label: peak.probability for label, peak in peaks.items()}),
        fired=tuple(_fired(each) for each in reached),
        actions=actions,
        held_back=held_back,
        hold_reason=fill(texts.held_by_step, rules=", ".join(shadowed_by)) if held_back else "",
        struck=struck,
    )


def nearest(labels: Mapping[str, float], rules: Rules) -> Missed | None:
    """Of the steps that were not reached, the one that lacked least; None where there are none."""
    missed = [
        Missed(label, probability, step)
        for label, probability in labels.items()
        if (ladder := rules.ladders.get(label))
        and (step := next((step for step in ladder.steps if probability < step.at), None))
    ]
    return min(missed, key=lambda each: each.step.at - each.probability, default=None)


def _strike(
    reached: Iterable[_Reached], rules: StrikeRules, history: History
) -> tuple[Struck | None, tuple[Action, ...]]:
    """The strikes that are given, and what the strike ladder does about it; None where none are given."""
    given = rules.worth((each.label, each.step) for each in reached)
    if not given:
        return None, ()
    total = history.strikes + given
    step = rules.newly_reached(history.strikes, total)
    if step is None:
        return Struck(given, total), ()
    return Struck(given, total, int(step.at), step.source, step.line), step.do


def _is_shadowed(action: Action, step: Step) -> bool:
    return bool(step.shadowed_by) and action.destructive


def _held_back(reached: Iterable[_Reached], done: Iterable[Action]) -> tuple[Action, ...]:
    """What the steps in shadow mode would have done beyond ``done``."""
    strengths = {action.kind: action.strength for action in done}
    wanted = [action for each in reached for action in each.step.do if _is_shadowed(action, each.step)]
    return tuple(action for action in _merged(wanted) if action.strength > strengths.get(action.kind, -math.inf))


def _peaks(scores: Scores) -> dict[str, _Peak]:
    """Label → its peak over all views; a probability that is not a number is as if it had not been scored."""
    peaks: dict[str, _Peak] = {}
    for view in scores.views:
        for label, probability in view.labels.items():
            if math.isnan(probability):
                continue
            if label not in peaks or probability > peaks[label].probability:
                peaks[label] = _Peak(probability, view)
    return peaks


def _weight(reached: _Reached) -> tuple[float, float, float, str]:
    """The sort key of a step that fired: heaviest first."""
    strengths = [action.strength for action in reached.step.do]
    margin = reached.peak.probability - reached.step.at
    return -max(strengths, default=0.0), -math.fsum(strengths), -margin, reached.label


def _fired(reached: _Reached) -> Fired:
    label, (probability, view), step = reached
    return Fired(label, probability, step.at, step.source, view.surface, view.view, step.line)


def _merged(wanted: Iterable[Action]) -> tuple[Action, ...]:
    """One action of each kind, the strongest; of equals the first, which comes from the heaviest step."""
    best: dict[Hashable, Action] = {}
    for action in wanted:
        if action.kind not in best or action.strength > best[action.kind].strength:
            best[action.kind] = action
    return tuple(sorted(best.values(), key=lambda action: (action.stage, action.urgency, action.name)))
