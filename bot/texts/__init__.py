"""Every text that members and moderators read, by who reads it, each replaceable by ``texts:`` in config.yaml."""

from __future__ import annotations

from bot.texts import writing
from bot.texts.appeals import InAppeals
from bot.texts.cards import OnCards
from bot.texts.checks import FromSetup
from bot.texts.command_names import CommandNames
from bot.texts.commands import FromCommands
from bot.texts.log_channel import InLogChannel
from bot.texts.members import ToMembers
from bot.texts.names import Names
from bot.texts.obstacles import Obstacles
from bot.texts.outcomes import InOutcomes
from bot.texts.permissions import PermissionNames
from bot.texts.settings import AboutSettings
from bot.texts.troubles import Troubles
from bot.texts.verdicts import ToModerators
from bot.texts.writing import LONGEST_TEXT, TextGroup, fill

__all__ = ["GROUPS", "LONGEST_TEXT", "Texts", "fill", "placeholders"]

GROUPS: tuple[type[TextGroup], ...] = (
    ToMembers,
    InAppeals,
    InLogChannel,
    OnCards,
    ToModerators,
    FromCommands,
    AboutSettings,
    FromSetup,
    InOutcomes,
    Obstacles,
    Troubles,
    Names,
    PermissionNames,
    CommandNames,
)


class Texts(
    CommandNames,
    PermissionNames,
    Names,
    Troubles,
    Obstacles,
    InOutcomes,
    FromSetup,
    AboutSettings,
    FromCommands,
    ToModerators,
    OnCards,
    InLogChannel,
    InAppeals,
    ToMembers,
):
    """``texts:`` in config.yaml."""

    def on_top_of(self, below: Texts) -> Texts:
        """``below`` with the texts that were given here."""
        return below.model_copy(update={name: getattr(self, name) for name in self.model_fields_set})


def placeholders(key: str) -> tuple[str, ...]:
    """What may stand in braces in the text ``key``."""
    return writing.placeholders(Texts, key)
