"""Scores and rules become one decision."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decide.policy import decide, nearest
from bot.decide.rules import Ladder, Rules, StrikeRules
from bot.records import Action, Case, Decision, History, Outcome, Scores, Status, Step, Struck, ViewScores


@dataclass(frozen=True)
class Deed:
    """An action of these tests; ``kind`` and ``strength`` are whatever the test wants."""

    name: str = "deed"
    kind: Hashable = "deed"
    strength: float = 1
    destructive: bool = True
    stage: int = 0
    urgency: int = 0
    needs: ClassVar[frozenset[str]] = frozenset()
    repeatable: ClassVar[bool] = True
    options: ClassVar[Mapping[str, Any]] = {}

    async def apply(self, case: Case) -> Outcome:
        return Outcome(self.name, Status.DONE)


FLAG: Any = Deed("flag", "flag", 0, destructive=False)
WARN: Any = Deed("warn", "warn", 10)
DELETE: Any = Deed("delete", "delete", 20)
SHORT: Any = Deed("timeout", "timeout", 30, stage=10)
LONG: Any = Deed("timeout", "timeout", 40, stage=10)


def rules(always: tuple[Any, ...] = (), **ladders: Mapping[float, tuple[Any, ...]]) -> Rules:
    return Rules(
        {
            label: Ladder(tuple(Step(at, do, f"labels.{label}[{i}]", i) for i, (at, do) in enumerate(steps.items())))
            for label, steps in ladders.items()
        },
        always,
    )


def scores(*views: Mapping[str, float]) -> Scores:
    return Scores("m", tuple(ViewScores("content", f"view {i}", view) for i, view in enumerate(views)))


INSULT = rules(insult={0.7: (FLAG,), 0.95: (FLAG, DELETE, WARN)})
NAN = float("nan")


@pytest.mark.parametrize(
    ("probability", "names"),
    [(0.0, ()), (0.699, ()), (0.7, ("flag",)), (0.949, ("flag",)), (0.95, ("flag", "delete", "warn")), (NAN, ())],
)
def test_the_highest_step_that_was_reached_fires(probability: float, names: tuple[str, ...]) -> None:
    decision = decide(scores({"insult": probability}), INSULT)
    assert {action.name for action in decision.actions} == set(names)
    assert bool(decision.fired) is bool(names)


def test_a_fired_label_names_its_step_its_line_and_the_view_that_made_it() -> None:
    [fired] = decide(scores({"insult": 0.2}, {"insult": 0.8}, {"insult": 0.75}), INSULT).fired
    assert (fired.label, fired.probability, fired.at, fired.source, fired.line) == (
        "insult",
        0.8,
        0.7,
        "labels.insult[0]",
        0,
    )
    assert (fired.surface, fired.view) == ("content", "view 1")


def test_a_score_that_is_no_number_hides_no_other_one() -> None:
    decision = decide(scores({"insult": 0.8}, {"insult": NAN}), INSULT)
    assert [fired.probability for fired in decision.fired] == [0.8]


def test_a_label_without_a_ladder_is_on_at_a_half_and_fires_nothing() -> None:
    decision = decide(scores({"toxic": 0.5, "obscene": 0.49}), INSULT)
    assert decision == Decision(on=("toxic",))


def test_a_label_that_is_off_is_neither_on_nor_fires() -> None:
    decision = decide(scores({"obscene": 1.0}), Rules({"obscene": Ladder()}, always=(FLAG,)))
    assert decision == Decision()


def test_the_labels_that_are_on_stand_strongest_first() -> None:
    decision = decide(scores({"a": 0.6, "b": 0.9, "insult": 0.69, "c": 0.6}), INSULT)
    assert decision.on == ("b", "a", "c")


def test_every_decision_in_which_something_fired_is_a_flag() -> None:
    fires = decide(scores({"threat": 0.9}), rules((FLAG,), threat={0.5: (DELETE,)}))
    assert [action.name for action in fires.actions] == ["delete", "flag"]
    assert decide(scores({"threat": 0.4}), rules((FLAG,), threat={0.5: (DELETE,)})).actions == ()


def test_several_labels_give_each_action_once_and_the_strongest_of_its_kind() -> None:
    both = rules(insult={0.5: (FLAG, SHORT, DELETE)}, threat={0.5: (LONG, FLAG)})
    decision = decide(scores({"insult": 0.9, "threat": 0.6}), both)
    assert set(decision.actions) == {FLAG, DELETE, LONG}


def test_of_equally_strong_ones_that_of_the_heavier_step_is_done() -> None:
    plain: Any = Deed("warn a", "warn", 10)
    stern: Any = Deed("warn b", "warn", 10)
    two = rules(insult={0.5: (plain,)}, threat={0.5: (stern, DELETE)})
    assert set(decide(scores({"insult": 0.9, "threat": 0.6}), two).actions) == {DELETE, stern}


def test_the_step_with_the_strongest_action_is_the_rule_of_the_decision() -> None:
    two = rules(insult={0.5: (FLAG,)}, threat={0.9: (FLAG, DELETE)})
    decision = decide(scores({"insult": 0.99, "threat": 0.9}), two)
    assert decision.rule == "labels.threat[0]"


def test_of_equal_steps_the_one_with_the_greater_margin_is_the_rule() -> None:
    two = rules(insult={0.5: (FLAG,)}, threat={0.9: (FLAG,)})
    assert decide(scores({"insult": 0.8, "threat": 0.95}), two).rule == "labels.insult[0]"


def shadowed(rule: Rules, label: str, by: str) -> Rules:
    return replace(rule, ladders={**rule.ladders, label: rule.ladders[label].shadowed(by)})


def test_a_step_in_shadow_mode_flags_and_holds_the_rest_back() -> None:
    decision = decide(scores({"insult": 0.96}), shadowed(INSULT, "insult", "labels.insult[1]"))
    assert set(decision.actions) == {FLAG}
    assert set(decision.held_back) == {DELETE, WARN}
    assert decision.hold_reason == "shadow mode for labels.insult[1]"
    assert [fired.label for fired in decision.fired] == ["insult"]


def test_what_another_step_does_anyway_is_not_held_back() -> None:
    two = rules(insult={0.5: (DELETE, LONG)}, threat={0.5: (DELETE, SHORT)})
    decision = decide(scores({"insult": 0.9, "threat": 0.9}), shadowed(two, "insult", "overrides[0].labels.insult"))
    assert set(decision.actions) == {DELETE, SHORT}
    assert decision.held_back == (LONG,)


def test_both_reasons_stay_when_shadow_mode_meets_another_limit() -> None:
    two = rules(insult={0.5: (DELETE,)}, threat={0.5: (WARN,)})
    decision = decide(scores({"insult": 0.9, "threat": 0.9}), shadowed(two, "insult", "x")).holding_back("too many")
    assert decision.hold_reason == "shadow mode for x; too many"
    assert set(decision.held_back) == {DELETE, WARN}


STRIKES = StrikeRules(
    {"insult": 1, "threat": 3},
    ladder=Ladder((Step(3, (SHORT,), "strikes.ladder[0]", 8), Step(5, (LONG,), "strikes.ladder[1]", 9))),
)
STRICT = replace(rules((FLAG,), insult={0.5: (FLAG,), 0.9: (DELETE,)}, threat={0.5: (WARN,)}), strikes=STRIKES)
BAD, WORSE = {"insult": 0.95}, {"insult": 0.95, "threat": 0.6}


@pytest.mark.parametrize(
    ("labels", "before", "struck", "does"),
    [
        (BAD, 0, Struck(1, 1), {FLAG, DELETE}),
        (BAD, 2, Struck(1, 3, 3, "strikes.ladder[0]", 8), {FLAG, DELETE, SHORT}),
        (BAD, 3, Struck(1, 4), {FLAG, DELETE}),
        (BAD, 4, Struck(1, 5, 5, "strikes.ladder[1]", 9), {FLAG, DELETE, LONG}),
        (WORSE, 0, Struck(3, 3, 3, "strikes.ladder[0]", 8), {FLAG, DELETE, WARN, SHORT}),
        (WORSE, 2, Struck(3, 5, 5, "strikes.ladder[1]", 9), {FLAG, DELETE, WARN, LONG}),
        (WORSE, 5, Struck(3, 8), {FLAG, DELETE, WARN}),
        ({"insult": 0.7}, 2, None, {FLAG}),
    ],
)
def test_the_heaviest_label_counts_once_and_each_step_of_strikes_acts_when_it_is_newly_reached(
    labels: dict[str, float], before: int, struck: Struck | None, does: set[Any]
) -> None:
    decision = decide(scores(labels), STRICT, History(before))
    assert decision.struck == struck
    assert set(decision.actions) == does


def test_what_is_held_back_gives_no_strikes() -> None:
    held = decide(scores(BAD), STRICT, History(2)).holding_back("shadow mode")
    assert held.struck == Struck(0, 3, 3, "strikes.ladder[0]", 8)
    assert set(held.held_back) == {DELETE, SHORT}
    assert decide(scores(BAD), shadowed(STRICT, "insult", "x"), History(2)).struck is None


def test_a_step_may_say_itself_what_it_is_worth() -> None:
    own = Ladder(
        (Step(0.5, (FLAG,), "labels.insult[0]", strikes=2), Step(0.9, (DELETE,), "labels.insult[1]", strikes=0))
    )
    strict = replace(STRICT, ladders={"insult": own})
    assert decide(scores({"insult": 0.6}), strict).struck == Struck(2, 2)
    assert decide(scores(BAD), strict).struck is None


@settings(deadline=None)
@given(st.lists(st.sampled_from([BAD, WORSE]), max_size=12))
def test_between_two_forgettings_each_step_of_strikes_acts_at_most_once(messages: list[dict[str, float]]) -> None:
    total, reached = 0, []
    for labels in messages:
        struck = decide(scores(labels), STRICT, History(total)).struck
        assert struck is not None
        total = struck.total
        reached += [struck.source] if struck.at is not None else []
    assert len(reached) == len(set(reached))


LABELS = ("a", "b", "c", "d")
DEEDS: st.SearchStrategy[Any] = st.builds(
    lambda kind, strength, stage: Deed(f"{kind}{strength}", kind, strength, stage=stage),
    st.sampled_from("xyz"),
    st.integers(0, 3),
    st.integers(0, 1),
)
PROBABILITIES = st.floats(0, 1)
STEPS = st.dictionaries(st.floats(0.01, 1), st.lists(DEEDS, min_size=1, max_size=4).map(tuple), max_size=3)
LADDERS = st.dictionaries(st.sampled_from(LABELS), STEPS, max_size=4)
POINTS = st.dictionaries(st.sampled_from(LABELS), PROBABILITIES, max_size=4)


def rising(steps: Mapping[float, tuple[Action, ...]]) -> dict[float, tuple[Action, ...]]:
    """The same ladder with each step doing all that the steps under it do."""
    done: tuple[Action, ...] = ()
    risen = {}
    for at in sorted(steps):
        done = (*done, *steps[at])
        risen[at] = done
    return risen


@settings(deadline=None)
@given(LADDERS, POINTS, st.randoms())
def test_the_order_of_labels_views_and_steps_makes_no_difference(ladders: Any, points: Any, random: Any) -> None:
    def shuffled(mapping: Mapping[Any, Any]) -> dict[Any, Any]:
        items = list(mapping.items())
        random.shuffle(items)
        return dict(items)

    base = rules(**ladders)
    mixed = Rules(shuffled({label: Ladder(ladder.steps[::-1]) for label, ladder in base.ladders.items()}))
    assert decide(scores(points), base) == decide(scores(shuffled(points)), mixed)


@settings(deadline=None)
@given(LADDERS, POINTS, st.sampled_from(LABELS), PROBABILITIES)
def test_a_higher_probability_never_weakens_a_decision(ladders: Any, points: Any, label: str, raised: float) -> None:
    risen: dict[str, Any] = {name: rising(steps) for name, steps in ladders.items()}
    rule = rules((), **risen)
    before = decide(scores(points), rule)
    after = decide(scores({**points, label: max(raised, points.get(label, 0.0))}), rule)
    strengths = {action.kind: action.strength for action in after.actions}
    assert all(strengths[action.kind] >= action.strength for action in before.actions)
    assert set(before.on) <= set(after.on)


@settings(deadline=None)
@given(LADDERS, POINTS)
def test_each_kind_is_done_once_and_nothing_stronger_was_asked_for(ladders: Any, points: Any) -> None:
    rule = rules(**ladders)
    decision = decide(scores(points), rule)
    kinds = [action.kind for action in decision.actions]
    assert len(kinds) == len(set(kinds))
    fired = {fired.source for fired in decision.fired}
    asked = [
        action
        for ladder in rule.ladders.values()
        for step in ladder.steps
        if step.source in fired
        for action in step.do
    ]
    assert {action.kind for action in asked} == set(kinds)
    assert all(done.strength == max(a.strength for a in asked if a.kind == done.kind) for done in decision.actions)


@settings(deadline=None)
@given(LADDERS, POINTS, st.text(), st.text())
def test_holding_back_twice_is_holding_back_once(ladders: Any, points: Any, one: str, two: str) -> None:
    held = decide(scores(points), rules((FLAG,), **ladders)).holding_back(one)
    assert held.holding_back(one) == held
    assert held.holding_back(two).held_back == held.held_back
    assert not any(action.destructive for action in held.actions)
    assert bool(held.actions) is bool(held.fired)


@settings(deadline=None)
@given(LADDERS, POINTS, POINTS)
def test_what_another_decision_asks_for_too_is_not_held_back(ladders: Any, points: Any, others: Any) -> None:
    rule = rules((FLAG,), **ladders)
    whole, other = decide(scores(points), rule), decide(scores(others), rule)
    held = whole.holding_back("doubtful", but=other)
    asked, wanted = ({each.kind: each.strength for each in one.actions} for one in (other, whole))
    for action in held.actions:
        most = asked.get(action.kind, 0) if action.destructive else wanted[action.kind]
        assert action.strength <= min(most, wanted[action.kind])
    assert {each.kind for each in (*held.actions, *held.held_back)} == set(wanted)
    assert whole.holding_back("doubtful", but=whole) == whole
    assert whole.holding_back("doubtful", but=Decision()) == whole.holding_back("doubtful")


def test_of_two_decisions_the_fewer_strikes_are_given() -> None:
    whole, other = decide(scores(WORSE), STRICT), decide(scores(BAD), STRICT)
    assert whole.holding_back("doubtful", but=other).struck == other.struck == Struck(1, 1)
    assert other.holding_back("doubtful", but=whole) == other


@settings(deadline=None)
@given(POINTS)
def test_without_a_step_that_fires_there_is_nothing_to_do(points: Any) -> None:
    decision = decide(scores(points), Rules(always=(FLAG,)))
    assert replace(decision, on=()) == Decision()


def test_the_nearest_step_that_was_not_reached_is_the_one_that_lacked_least() -> None:
    low, high = Step(0.5, (FLAG,), "labels.insult[0]"), Step(0.9, (DELETE,), "labels.insult[1]")
    threat = Step(0.8, (FLAG,), "labels.threat")
    rules = Rules({"insult": Ladder((high, low)), "threat": Ladder((threat,)), "obscene": Ladder()})
    missed = nearest({"insult": 0.7, "threat": 0.65, "obscene": 0.99, "toxic": 0.99}, rules)
    assert missed is not None
    assert (missed.label, missed.probability, missed.step) == ("threat", 0.65, threat)
    over_all = nearest({"insult": 0.95, "threat": 0.9}, rules)
    assert over_all is None
