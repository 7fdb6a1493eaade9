"""What Discord shows of a command, out of the texts.

discord.py keeps one object of each command for the whole process, so they are described anew for each client.
"""

from __future__ import annotations

from typing import Any

from discord import app_commands

from bot.texts import Texts

Command = app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu


def describe(command: Command, texts: Texts) -> None:
    """Give a command, what belongs to it and its options the words of ``texts``."""
    if isinstance(command, app_commands.ContextMenu):
        command.name = _text(f"menu_{command.callback.__name__}", texts)
        return
    key = f"command_{command.qualified_name.replace(' ', '_')}"
    command.description = _text(key, texts)
    if isinstance(command, app_commands.Group):
        for each in command.commands:
            describe(each, texts)
        return
    for option in command.parameters:
        command._params[option.name].description = _text(f"{key}_{option.name}", texts)
        for choice in option.choices:
            choice.name = _text(f"{key}_{option.name}_{choice.value}", texts)


def _text(key: str, texts: Texts) -> str:
    text: str = getattr(texts, key)
    return text
