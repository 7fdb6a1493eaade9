"""What moderators and members can ask of the bot in Discord: one file a command, found by itself.

To add a command, add a file with an ``app_commands`` command, group or context menu at its top level, and what Discord
shows of it to ``bot/texts/command_names.py``: named ``command_`` or ``menu_`` and then like it. To add a button,
define a ``discord.ui.DynamicItem`` anywhere under ``bot/review``. Nothing else changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import Any, TypeAlias

import discord
from discord import app_commands

from bot import review
from bot.review.answering import apologise
from bot.review.describing import Command, describe
from bot.review.desk import Desk

Button: TypeAlias = type[discord.ui.DynamicItem[Any]]


class Tree(app_commands.CommandTree[Any]):
    """All commands and buttons of a client, and the desk they work at."""

    def __init__(self, client: discord.Client, desk: Desk) -> None:
        super().__init__(
            client,
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True),
        )
        self.desk = desk
        self.describe()
        client.add_dynamic_items(*buttons())

    def describe(self) -> None:
        """Take all commands anew, as the texts in force call and explain them."""
        texts = self.desk.rulebook.settings.texts
        self.clear_commands(guild=None)
        for command in commands():
            describe(command, texts)
            self.add_command(command)

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Put the answer off at once, so that it is in time however long the work takes."""
        if interaction.type is not discord.InteractionType.application_command:
            return True
        if interaction.guild is None:
            await interaction.response.send_message(self.desk.rulebook.settings.texts.only_in_servers, ephemeral=True)
            return False
        await interaction.response.defer(ephemeral=True, thinking=True)
        return True

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await apologise(interaction, cause)


@cache
def commands() -> tuple[Command, ...]:
    """Every command there is, by the names of their files."""
    found = (thing for module in _modules() for thing in vars(module).values())
    kinds = (app_commands.Command, app_commands.Group, app_commands.ContextMenu)
    return tuple(thing for thing in found if isinstance(thing, kinds) and getattr(thing, "parent", None) is None)


@cache
def buttons() -> tuple[Button, ...]:
    """Every kind of button that works for as long as its message stands, also after a restart."""
    return tuple(
        thing
        for module in _modules()
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, discord.ui.DynamicItem) and thing.__module__ == module.__name__
    )


@cache
def _modules() -> tuple[ModuleType, ...]:
    return tuple(_walk())


def _walk() -> Iterator[ModuleType]:
    for found in walk_packages(review.__path__, review.__name__ + "."):
        yield import_module(found.name)
