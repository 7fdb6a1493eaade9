"""What commands and buttons are given to work with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import discord

from bot.agenda import Agenda
from bot.by_hand import ByHand
from bot.config import Rulebook
from bot.pipeline import Pipeline
from bot.record.ledger import Ledger
from bot.records import Deeds, Named, Post, Scorer
from bot.texts import Texts
from bot.verdict import Verdicts

if TYPE_CHECKING:
    from bot.review.appeals.deciding import Appeals
    from bot.review.board import Board
    from bot.review.commands import Tree
    from bot.review.commands.mydata import Exports
    from bot.review.log_channel import LogChannel


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at in a server. ``problems``: a sentence and its mend each.

    ``invite``: the link that asks for all that the rules need; ``lacks_any``: who opens it gives the bot more.
    """

    problems: tuple[tuple[str, str], ...]
    invite: str
    lacks_any: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of the bot that a moderator's command reaches.

    ``check`` looks at what is missing in one server, as ``doctor`` does; ``post_of`` reads a message of Discord's.
    ``config_file`` is where the rules stand.
    """

    ledger: Ledger
    rulebook: Rulebook
    pipeline: Pipeline
    scorer: Scorer
    deeds: Deeds
    agenda: Agenda
    log_channel: LogChannel
    check: Callable[[Named], Awaitable[Checked]]
    post_of: Callable[[discord.Message], Post | None]
    appeals: Appeals
    exports: Exports
    board: Board
    verdicts: Verdicts
    by_hand: ByHand
    config_file: Path | None = None


def desk_of(interaction: discord.Interaction[Any]) -> Desk:
    """The desk of the bot that got this interaction."""
    return cast("Tree", interaction.client.tree).desk


def guild_of(interaction: discord.Interaction[Any]) -> discord.Guild:
    """The guild in which a command was given; the tree lets through no other."""
    guild = interaction.guild
    if guild is None:
        raise LookupError("the interaction came from no guild")
    return guild


def texts_for(interaction: discord.Interaction[Any]) -> Texts:
    """The texts of the server where somebody does something."""
    rulebook, guild = desk_of(interaction).rulebook, interaction.guild
    return rulebook.settings.texts if guild is None else rulebook.in_guild(named(guild)).texts


def named(thing: discord.Guild | discord.Member | discord.User | discord.Role | discord.abc.GuildChannel) -> Named:
    """Its id and the name that people see."""
    return Named(thing.id, getattr(thing, "display_name", None) or thing.name)
