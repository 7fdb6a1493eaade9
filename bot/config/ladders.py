"""Reads ``labels:`` into ladders: the short forms, the steps, and the actions in them.

A label takes ``off``, one action, one step, or a list of steps; a step takes ``at`` and ``do``, one action or a list.
An action is its name, or a mapping of its name to a value or to its options. In an override a label may also be
``shadow``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
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
SHADOW = "shadow"
STEP_NEEDS = ("at", "do")
STEP_KEYS = (*STEP_NEEDS, "mode", "strikes")
MOST_STRIKES = 1_000
PERCENT = 100
LEAST_PERCENT = 10  # under it nobody can say what was meant


def read_ladders(raw: Any, path: Path, problems: Problems, labels: Sequence[str] | None) -> dict[str, Ladder]:
    """Label → ladder. ``labels`` are those of the model; without them any name is taken."""
    if not isinstance(raw, dict):
        problems.at(path, words.must_be("a mapping of labels, such as {toxic: flag}", raw))
        return {}
    report_unknown_labels(raw, path, problems, labels)
    return {label: Ladder(_steps(value, (*path, label), problems)) for label, value in raw.items()}


def read_label_changes(
    raw: Any, path: Path, problems: Problems, labels: Sequence[str] | None
) -> tuple[dict[str, Ladder], tuple[str, ...]]:
    """As ``read_ladders``, and the labels whose ladder stays what it is and goes into shadow mode."""
    if not isinstance(raw, dict):
        return read_ladders(raw, path, problems, labels), ()
    shadowed = tuple(label for label, value in raw.items() if value == SHADOW)
    report_unknown_labels(shadowed, path, problems, labels)
    rest = {label: value for label, value in raw.items() if label not in shadowed}
    return read_ladders(rest, path, problems, labels), shadowed


def report_unknown_labels(raw: Iterable[str], path: Path, problems: Problems, labels: Sequence[str] | None) -> None:
    """Say which keys of the mapping at ``path`` are no labels of the model."""
    for label in raw:
        if labels is not None and label not in labels:
            hint = problems.nearest(label, labels)
            problems.at_key((*path, label), f"is not a label of this model{hint} (it has {', '.join(labels)})")


def _steps(raw: Any, path: Path, problems: Problems) -> tuple[Step, ...]:
    if raw == OFF:
        return ()
    if raw == SHADOW:
        problems.at(path, "can be shadow only in an override; here, write mode: shadow into its steps")
        return ()
    if isinstance(raw, list):
        if not raw:
            problems.at(path, f"is an empty list; write {OFF} if nothing is to happen")
        steps = [_step(item, (*path, index), problems) for index, item in enumerate(raw)]
        report_same_threshold(raw, path, problems)
        return tuple(step for step in steps if step)
    if isinstance(raw, dict) and raw.keys() & set(STEP_NEEDS):
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
    report_step_keys(raw, STEP_KEYS, path, problems, "{at: 0.7, do: flag}")
    at = _threshold(raw["at"], (*path, "at"), problems) if "at" in raw else None
    do = read_actions(raw["do"], (*path, "do"), problems) if "do" in raw else ()
    if "mode" in raw and raw["mode"] != SHADOW:
        problems.at((*path, "mode"), words.must_be(SHADOW, raw["mode"], "; leave it out for a step that acts"))
    strikes = read_count(raw["strikes"], (*path, "strikes"), problems, least=0) if "strikes" in raw else None
    source = words.path(path)
    shadowed_by = source if "mode" in raw else ""
    return Step(at, do, source, problems.line(path), strikes, shadowed_by) if at is not None else None


def report_step_keys(raw: dict[str, Any], keys: Sequence[str], path: Path, problems: Problems, example: str) -> None:
    """Say which keys of a step are unknown, and which it lacks."""
    for key in raw:
        if key not in keys:
            problems.at_key((*path, key), problems.unknown(key, keys))
    for key in STEP_NEEDS:
        if is_left_out(key, raw, keys, problems):
            problems.at(path, f"needs the key {key}, as in {example}")


def read_count(raw: Any, path: Path, problems: Problems, least: int = 1) -> int | None:
    """A whole number of strikes."""
    if isinstance(raw, int) and not isinstance(raw, bool) and least <= raw <= MOST_STRIKES:
        return raw
    problems.at(path, words.must_be(f"a whole number from {least} to {MOST_STRIKES}", raw))
    return None


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


def report_same_threshold(raw: list[Any], path: Path, problems: Problems) -> None:
    """Say which steps of a list have the threshold of an earlier one."""
    seen: dict[float, int] = {}
    for index, item in enumerate(raw):
        at = item.get("at") if isinstance(item, dict) else None
        if _is_number(at) and seen.setdefault(at, index) != index:
            first = words.path((*path, seen[at], "at"))
            problems.at(
                (*path, index, "at"), f"is {words.shown(at)}, which {first} is already; each step needs its own"
            )


def read_actions(raw: Any, path: Path, problems: Problems) -> tuple[BaseAction, ...]:
    """What stands behind ``do``: one action or a list, each kind once."""
    if not isinstance(raw, list):
        action = read_action(raw, path, problems)
        return (action,) if action else ()
    if not raw:
        problems.at(path, "is an empty list; write at least flag")
    kinds: dict[Hashable, tuple[int, str]] = {}
    actions = []
    for index, item in enumerate(raw):
        action = read_action(item, (*path, index), problems)
        first, name = kinds.setdefault(action.kind, (index, action.name)) if action else (index, "")
        if action and first != index:
            same = name == action.name
            what = f"gives {name} twice; it is" if same else f"gives {action.name} beside {name}, which is"
            problems.at((*path, index), f"{what} already at [{first}]")
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
        sentence = (
            f"knows no action {words.shown(name)}{problems.nearest(name, choices)} (there are {', '.join(choices)})"
        )
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
