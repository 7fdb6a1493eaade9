"""The owner's rules: config.yaml becomes frozen settings, or errors with file, line and column."""

from bot.config.schema import schema
from bot.config.settings import DiscordOptions, Settings, load, shipped, summary

__all__ = ["DiscordOptions", "Settings", "load", "schema", "shipped", "summary"]
