"""Tells Discord which commands there are, when they have changed."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, cast

import discord
import structlog
from discord import app_commands

from bot.away import AWAY
from bot.errors import CivilTongueError
from bot.record.ledger import Ledger

RETRY = 60.0  # seconds
NO_GUILD, COMMANDS = 0, "commands"  # what the record notes the commands under that Discord was told of

log = structlog.get_logger()


async def keep_told(
    client: Callable[[], discord.Client],
    ledger: Ledger,
    online: Callable[[], Awaitable[None]],
    renamed: asyncio.Event,
) -> NoReturn:
    """Tell Discord the commands, once that is possible, and again when they may have been ``renamed``.

    Messages are moderated meanwhile as ever.
    """
    while True:
        renamed.clear()
        await online()
        try:
            tree = cast(Any, client()).tree
            tree.describe()
            await sync(tree, ledger)
        except (CivilTongueError, discord.DiscordException, *AWAY) as error:
            log.warning("commands not told to Discord", error=type(error).__name__, again_in=RETRY)
            await asyncio.sleep(RETRY)
        else:
            await renamed.wait()


async def sync(tree: app_commands.CommandTree[Any], ledger: Ledger) -> bool:
    """Tell Discord the commands of ``tree`` if they are not those it was told last, or it has lost them.

    True: it was told. Raises what discord.py raises, and ``RecordFailed``.
    """
    known = fingerprint(tree)
    if await ledger.note(NO_GUILD, COMMANDS) == known and await _has_all(tree):
        return False
    told = await tree.sync()
    await ledger.put_note(NO_GUILD, COMMANDS, known)
    log.info("commands told to Discord", commands=len(told))
    return True


def fingerprint(tree: app_commands.CommandTree[Any]) -> str:
    """A hash of everything Discord is told about the commands, and of whose they are."""
    told = sorted((command.to_dict(tree) for command in tree.get_commands()), key=lambda each: str(each["name"]))
    text = json.dumps([tree.client.application_id, told], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


async def _has_all(tree: app_commands.CommandTree[Any]) -> bool:
    """Whether Discord lists them: another program with the same token may have replaced them."""
    there = {(command.name, command.type) for command in await tree.fetch_commands()}
    return there == {(command.name, _type(command)) for command in tree.get_commands()}


def _type(command: Any) -> discord.AppCommandType:
    is_menu = isinstance(command, app_commands.ContextMenu)
    return command.type if is_menu else discord.AppCommandType.chat_input
