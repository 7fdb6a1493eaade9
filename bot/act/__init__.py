"""What can be done about a flag: one file an action, found by the file's name.

To add an action, add a file: ``timeout.py`` with a ``BaseAction`` whose ``name`` is ``timeout``. Nothing else changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from inspect import isabstract
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType
from typing import Any

from bot.act.base import BaseAction
from bot.records import Outcome

__all__ = ["BaseAction", "actions", "make", "recorded"]


@cache
def actions() -> Mapping[str, type[BaseAction]]:
    """Name → class of every action there is, by name."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    return MappingProxyType({action.name: action for module in modules for action in _actions_in(module)})


def make(name: str, options: Any = None) -> BaseAction:
    """The action ``name``, from its value in YAML (nothing, its short form, or a mapping) or from recorded options.

    Raises a ``ValueError`` for a name or options that there are not.
    """
    if name not in actions():
        raise ValueError(f'there is no action "{name}"; there are {", ".join(actions())}')
    action = actions()[name]
    if options is None:
        options = {}
    elif not isinstance(options, Mapping):
        if action.short is None:
            raise ValueError(f"{name} takes no value of its own")
        options = {action.short: options}
    return action.model_validate(options)


def recorded(outcome: Outcome) -> BaseAction | None:
    """The action that ``outcome`` is of; None where another version of the bot planned it, which knew more of them."""
    with suppress(ValueError):
        return make(outcome.action, outcome.options)
    return None


def _actions_in(module: ModuleType) -> Iterator[type[BaseAction]]:
    """The action of a module, named like its file; none in a file that only helps or holds what actions share."""
    own = [thing for thing in vars(module).values() if isinstance(thing, type) and thing.__module__ == module.__name__]
    found = [thing for thing in own if issubclass(thing, BaseAction) and not isabstract(thing)]
    if found and [action.name for action in found] != [module.__name__.rpartition(".")[2]]:
        raise TypeError(f"{module.__name__} must hold one action, named like the file")
    yield from found
