"""Reads ``labels:`` into ladders: the short forms, the steps, and the actions in them.

A label takes ``off``, one action, one step, or a list of steps; a step takes ``at`` and ``do``, one action or a list.
An action is its name, or a mapping of its name to a value or to its options.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, TypeGuard

from bot import act
from bot.act import BaseAction
from bot.config import words
from bot.config.options import is_left_out, read_model
from bot.config.problems import Problems
from bot.config.reading import Path
from bot.decide.rules import ON_WITHOUT_LADDER, Ladder
from bot.records import Step

OFF = "off"
STEP_KEYS = ("at", "do")
PERCENT = 100
LEAST_PERCENT = 10  # under it nobody can say what was meant


def read_ladders(raw: Any, path: Path, problems: Problems, labels: Sequence[str] | None) -> dict[str, Ladder]:
    """Label → ladder. ``labels`` are those of the model; without them any name is taken."""
    if not isinstance(raw, dict):
        problems.at(path, words.must_be("a mapping of labels, such as {toxic: flag}", raw))
        return {}
    for label in raw:
        if labels is not None and label not in labels:
            hint = words.nearest(label, labels)
            problems.at_key((*path, label), f"is not a label of this model{hint} (it has {', '.join(labels)})")
    return {label: Ladder(_steps(value, (*path, label), problems)) for label, value in raw.items()}


def _steps(raw: Any, path: Path, problems: Problems) -> tuple[Step, ...]:
    if raw == OFF:
        return ()
    if isinstance(raw, list):
        if not raw:
            problems.at(path, f"is an empty list; write {OFF} if nothing is to happen")
        steps = [_step(item, (*path, index), problems) for index, item in enumerate(raw)]
        _report_same_threshold(raw, path, problems)
        return tuple(step for step in steps if step)
    if isinstance(raw, dict) and raw.keys() & set(STEP_KEYS):
        step = _step(raw, path, problems)
        return (step,) if step else ()
    if isinstance(raw, str | dict):
        action = read_action(raw, path, problems, also=(OFF,))
        return (Step(ON_WITHOUT_LADDER, (action,), words.path(path), problems.line(path)),) if action else ()
    hint = f"; did you mean {{at: {raw}, do: flag}}?" if _is_number(raw) else ""
    problems.at(path, words.must_be(f"{OFF}, an action such as flag, or a list of steps", raw, hint))
    return ()


def _step(raw: Any, path: Path, problems: Problems) -> Step | None:
    if not isinstance(raw, dict):
        is_action = isinstance(raw, str) and raw in act.actions()
        hint = f"; did you mean {{at: {ON_WITHOUT_LADDER}, do: {raw}}}?" if is_action else ""
        problems.at(path, words.must_be("a step such as {at: 0.7, do: [flag, delete]}", raw, hint))
        return None
    for key in raw:
        if key not in STEP_KEYS:
            problems.at_key((*path, key), words.unknown(key, STEP_KEYS))
    for key in STEP_KEYS:
        if is_left_out(key, raw, STEP_KEYS):
            problems.at(path, f"needs the key {key}, as in {{at: 0.7, do: flag}}")
    at = _threshold(raw["at"], (*path, "at"), problems) if "at" in raw else None
    do = _actions(raw["do"], (*path, "do"), problems) if "do" in raw else ()
    return Step(at, do, words.path(path), problems.line(path)) if at is not None else None


def _threshold(raw: Any, path: Path, problems: Problems) -> float | None:
    if _is_number(raw) and 0 < raw <= 1:
        return float(raw)
    what = "between 0 and 1" if _is_number(raw) else "a number between 0 and 1"
    hint = "; at 0 every message would fire" if _is_number(raw) and raw == 0 else _meant(raw)
    problems.at(path, words.must_be("more than 0" if raw == 0 and _is_number(raw) else what, raw, hint))
    return None


def _meant(raw: Any) -> str:
    """What somebody meant who wrote 85, 85% or "0.85"."""
    try:
        number = float(str(raw).removesuffix("%"))
    except ValueError:
        return ""
    if isinstance(raw, str) and not raw.endswith("%") and 0 < number <= 1:
        return f"; did you mean {number:g}?"
    return f"; did you mean {number / PERCENT:g}?" if LEAST_PERCENT <= number <= PERCENT else ""


def _report_same_threshold(raw: list[Any], path: Path, problems: Problems) -> None:
    seen: dict[float, int] = {}
    for index, item in enumerate(raw):
        at = item.get("at") if isinstance(item, dict) else None
        if _is_number(at) and seen.setdefault(at, index) != index:
            first = words.path((*path, seen[at], "at"))
            problems.at(
                (*path, index, "at"), f"is {words.shown(at)}, which {first} is already; each step needs its own"
            )


def _actions(raw: Any, path: Path, problems: Problems) -> tuple[BaseAction, ...]:
    if not isinstance(raw, list):
        action = read_action(raw, path, problems)
        return (action,) if action else ()
    if not raw:
        problems.at(path, "is an empty list; write at least flag")
    kinds: dict[Hashable, int] = {}
    actions = []
    for index, item in enumerate(raw):
        action = read_action(item, (*path, index), problems)
        if action and kinds.setdefault(action.kind, index) != index:
            problems.at((*path, index), f"gives {action.name} twice; it is already at [{kinds[action.kind]}]")
        elif action:
            actions.append(action)
    return tuple(actions)


def read_action(raw: Any, path: Path, problems: Problems, also: Sequence[str] = ()) -> BaseAction | None:
    """The action at ``path``; ``also`` are other words that could stand there."""
    if isinstance(raw, dict) and len(raw) == 1:
        [(name, value)] = raw.items()
    elif isinstance(raw, str):
        name, value = raw, {}
    else:
        many = "; write one action an entry, as in [flag, delete]" if isinstance(raw, dict) and raw else ""
        problems.at(path, words.must_be("one action, such as flag or {warn: some text}", raw, many))
        return None
    action = act.actions().get(name)
    if action is None:
        choices = [*act.actions(), *also]
        sentence = f"knows no action {words.shown(name)}{words.nearest(name, choices)} (there are {', '.join(choices)})"
        problems.at_key((*path, name), sentence) if isinstance(raw, dict) else problems.at(path, sentence)
        return None
    return _with_options(action, value, (*path, name), problems)


def _with_options(action: type[BaseAction], value: Any, path: Path, problems: Problems) -> BaseAction | None:
    if value is None:
        problems.at(path, "is empty; give it a value, or leave the colon out")
        return None
    if not isinstance(value, dict):
        if action.short is None:
            options = f"only {words.either(list(action.model_fields))}" if action.model_fields else "no options"
            problems.at(path, f"takes {options}, not {words.shown(value)}")
            return None
        value = {action.short: value}
    return read_model(action, value, path, problems)


def _is_number(raw: Any) -> TypeGuard[int | float]:
    return isinstance(raw, int | float) and not isinstance(raw, bool)
