"""The owner's rules: config.yaml becomes frozen settings, or errors with file, line and column."""

from bot.config.rulebook import Here, Rulebook
from bot.config.schema import schema
from bot.config.settings import DiscordOptions, Settings, load, shipped, summary
from bot.config.watching import ConfigFile, Reloaded

__all__ = [
    "ConfigFile",
    "DiscordOptions",
    "Here",
    "Reloaded",
    "Rulebook",
    "Settings",
    "load",
    "schema",
    "shipped",
    "summary",
]
