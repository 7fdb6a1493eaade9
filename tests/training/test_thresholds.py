from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pandas", reason="the `train` extra is not installed")

from bot import config
from bot.insight.rows import Rows, md5
from bot.insight.scoring import Scored
from bot.training.thresholds import ACT, FLAG, Choice, as_markdown, as_yaml, choose

RANDOM = np.random.default_rng(4)
ROWS = 5000
WANTED = {"toxic": {FLAG: 0.7, ACT: 0.9}}


def fold(sharpness: float = 1.0) -> Scored:
    """Rows whose scores are probabilities; the sharper, the more of them are sure."""
    p = 1 / (1 + np.exp(-sharpness * RANDOM.normal(-2, 2, ROWS)))
    truth = (RANDOM.random(ROWS) < p).astype(float).reshape(-1, 1)
    return Scored(Rows("fold8", tuple(map(str, range(ROWS))), truth, ("toxic",)), ("toxic",), p.reshape(-1, 1))


def chat(scores: list[float]) -> Scored:
    texts = tuple(f"chat {at}" for at in range(1000))
    p = np.zeros((1000, 1))
    p[: len(scores), 0] = scores
    return Scored(Rows("chat", texts, np.zeros((1000, 1)), ("toxic",), groups=("irc",) * 1000), ("toxic",), p)


def steps(choice: Choice) -> dict[str, float]:
    return {step.do: step.at for step in choice.steps}


def test_the_lowest_threshold_with_the_precision_wanted_is_taken() -> None:
    rows = fold()
    choice = choose(rows, chat([]), frozenset(), WANTED, allowed=2)
    flag, act = choice.steps
    assert (flag.do, act.do) == (FLAG, ACT)
    assert 0.7 <= flag.promised < 0.73
    assert 0.9 <= act.promised < 0.93
    assert flag.at < act.at
    assert flag.lower_bound >= 0.65
    on = rows.of("toxic") >= flag.at
    assert flag.promised == pytest.approx(rows.rows.truth[on, 0].mean())
    assert flag.recall == pytest.approx(rows.rows.truth[on, 0].sum() / rows.rows.truth.sum())
    assert not flag.raised_for_chat
    assert choice.civil_alarms == 0


def test_civil_chat_raises_a_threshold_and_the_promise_goes_up_with_it() -> None:
    rows = fold(1.5)
    free = choose(rows, chat([]), frozenset(), WANTED, allowed=2)
    held = choose(rows, chat([0.77, 0.75, 0.7]), frozenset(), WANTED, allowed=2)
    assert steps(free)[FLAG] < 0.7 < steps(held)[FLAG] <= 0.71
    raised = next(step for step in held.steps if step.do == FLAG)
    assert raised.raised_for_chat
    assert raised.promised > raised.wanted
    assert held.civil_alarms == 2.0


def test_an_alarm_that_an_audit_confirmed_raises_nothing() -> None:
    rows = fold(1.5)
    confirmed = frozenset(md5(f"chat {at}") for at in range(3))
    held = choose(rows, chat([0.77, 0.75, 0.7]), confirmed, WANTED, allowed=2)
    assert steps(held) == steps(choose(rows, chat([]), frozenset(), WANTED, allowed=2))


def test_several_labels_share_the_alarms_that_are_allowed() -> None:
    rows = fold()
    two = Scored(
        Rows("fold8", rows.rows.texts, np.repeat(rows.rows.truth, 2, axis=1), ("toxic", "insult")),
        ("toxic", "insult"),
        np.repeat(rows.probabilities, 2, axis=1),
    )
    p = np.zeros((1000, 2))
    p[:4, 0], p[4:8, 1] = 0.95, 0.95
    talk = Scored(chat([]).rows, ("toxic", "insult"), p)
    wanted = {"toxic": {FLAG: 0.7}, "insult": {FLAG: 0.7}}
    assert choose(two, talk, frozenset(), wanted, allowed=9).civil_alarms == 8
    assert choose(two, talk, frozenset(), wanted, allowed=4).civil_alarms == 4
    alike = {step.label: step.at for step in choose(two, talk, frozenset(), wanted, allowed=4).steps}
    assert alike["toxic"] < 0.95 < alike["insult"]  # toxic goes first


def test_what_is_never_precise_enough_is_flagged_at_its_best_and_never_acted_on() -> None:
    rows = fold(0.2)
    choice = choose(rows, chat([]), frozenset(), {"toxic": {FLAG: 0.95, ACT: 0.99}}, allowed=2)
    assert [step.do for step in choice.steps] == [FLAG]
    assert choice.steps[0].promised < 0.95


def test_a_label_that_the_model_lacks_is_left_out() -> None:
    assert choose(fold(), chat([]), frozenset(), {"threat": {FLAG: 0.5}, **WANTED}).lowest("threat") is None


def test_the_yaml_is_a_config_and_the_table_names_every_step(tmp_path: Path) -> None:
    choice = choose(fold(), chat([]), frozenset(), WANTED, allowed=2)
    file = tmp_path / "config.yaml"
    file.write_text(as_yaml(choice.steps))
    ladder = config.load(file).rules.ladders["toxic"]
    assert [step.at for step in ladder.steps] == sorted(step.at for step in choice.steps)
    assert as_markdown(choice.steps).count("\n") == 1 + len(choice.steps)
