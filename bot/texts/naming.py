"""Labels, actions, places of a text, disguises, permissions and verdicts by the names that people read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.texts import Texts, fill
from bot.texts.saying import Said, say

FORWARDED = "forwarded "  # before the surface of what was forwarded


def label_name(label: str, texts: Texts) -> str:
    """One that the texts do not know is called as its model calls it."""
    return _name("label_", label, texts)


def label_names(labels: Iterable[str], texts: Texts) -> str:
    return ", ".join(label_name(each, texts) for each in labels)


def action_name(action: str, texts: Texts) -> str:
    return _name("action_", action, texts)


def action_names(actions: Iterable[str], texts: Texts) -> str:
    return ", ".join(action_name(each, texts) for each in actions)


def surface_name(surface: str, texts: Texts) -> str:
    if surface.startswith(FORWARDED):
        return fill(texts.surface_forwarded, surface=surface_name(surface.removeprefix(FORWARDED), texts))
    return _name("surface_", surface, texts)


def view_name(view: str, texts: Texts) -> str:
    """``view`` as recorded: one disguise, or several with commas between."""
    return ", ".join(_name("view_", each, texts) for each in view.split(", "))


def permission_named(permission: str) -> Said:
    """The name that Discord's settings show."""
    return say(f"permission_{permission}")


def verdict_name(verdict: str | None, texts: Texts) -> str:
    """None: there is none yet."""
    return {None: texts.flags_waiting, "upheld": texts.upheld, "mistaken": texts.mistaken}[verdict]


def _name(kind: str, word: str, texts: Texts) -> str:
    named = getattr(texts, kind + re.sub(r"[ -]", "_", word).lower(), None)
    return named if isinstance(named, str) else word.replace("_", " ")
