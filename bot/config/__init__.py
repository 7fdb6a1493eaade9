"""The owner's rules: config.yaml becomes frozen settings, or errors with file, line and column."""

from bot.config.rulebook import Here, Rulebook
from bot.config.schema import schema
from bot.config.settings import DIGEST_HOUR, DiscordOptions, Settings, line_of, load, shipped, summary, unknown_to
from bot.config.watching import ConfigFile, Reloaded

__all__ = [
    "DIGEST_HOUR",
    "ConfigFile",
    "DiscordOptions",
    "Here",
    "Reloaded",
    "Rulebook",
    "Settings",
    "line_of",
    "load",
    "schema",
    "shipped",
    "summary",
    "unknown_to",
]
