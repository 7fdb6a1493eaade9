"""Reads ``names:`` and ``automod:``, the rules for what is no message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot import act
from bot.config import words
from bot.config.ladders import OFF, SHADOW, read_action, read_actions, read_count, read_ladders
from bot.config.options import is_left_out
from bot.config.problems import Problems
from bot.config.reading import Path
from bot.decide.rules import AUTOMOD_CERTAIN, Ladder
from bot.records import Step

NAMES, AUTOMOD = "names", "automod"
AUTOMOD_KEYS = ("do", "mode", "strikes")


def read_names(raw: Any, path: Path, problems: Problems, labels: Sequence[str] | None) -> dict[str, Ladder] | None:
    """Label → ladder for the names of members; None for ``off``, by which names are not even asked for."""
    if raw == OFF:
        return None
    if not isinstance(raw, dict):
        problems.at(path, words.must_be(f"{OFF}, or a mapping of labels, such as {{insult: reset_nickname}}", raw))
        return None
    ladders = read_ladders(raw, path, problems, labels)
    for label, ladder in ladders.items():
        useless = {
            each.name for step in ladder.steps for each in step.do if "name" not in act.actions()[each.name].applies_to
        }
        for name in sorted(useless):
            hint = "; reset_nickname takes a nickname away" if name == "delete" else ""
            problems.at((*path, label), f"has {name}, which cannot be done about a name{hint}")
    return ladders


def read_automod(raw: Any, path: Path, problems: Problems) -> Ladder:
    """What is done when Discord's own AutoMod has acted: one step, because AutoMod knows no probabilities."""
    if raw == OFF:
        return Ladder()
    if not isinstance(raw, dict) or not raw.keys() & set(AUTOMOD_KEYS):
        action = read_action(raw, path, problems, also=(OFF,))
        return Ladder((Step(AUTOMOD_CERTAIN, (action,), words.path(path), problems.line(path)),) if action else ())
    for key in raw:
        if key not in AUTOMOD_KEYS:
            problems.at_key((*path, key), problems.unknown(key, AUTOMOD_KEYS))
    if is_left_out("do", raw, AUTOMOD_KEYS, problems):
        problems.at(path, "needs the key do, as in {do: flag, strikes: 1}")
    do = read_actions(raw["do"], (*path, "do"), problems) if "do" in raw else ()
    if "mode" in raw and raw["mode"] != SHADOW:
        problems.at((*path, "mode"), words.must_be(SHADOW, raw["mode"], "; leave it out for what acts"))
    strikes = read_count(raw["strikes"], (*path, "strikes"), problems, least=0) if "strikes" in raw else None
    source = words.path(path)
    return Ladder((Step(AUTOMOD_CERTAIN, do, source, problems.line(path), strikes, source if "mode" in raw else ""),))
