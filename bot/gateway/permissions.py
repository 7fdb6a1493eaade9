"""Discord's permissions by name: what the bot needs, what it has, and the invite link that asks for them."""

from __future__ import annotations

from collections.abc import Iterable

import discord

from bot.texts.naming import permission_named

# What the bot itself needs, whatever the rules say: to read, to post cards and notices, to look back at what it missed.
OWN_NEEDS = frozenset({"view_channel", "read_message_history", "send_messages", "send_messages_in_threads"})


def title(permission: str) -> str:
    """The name that Discord's settings show, for the command line."""
    return str(permission_named(permission))


def titles(permissions: Iterable[str]) -> str:
    """Several, in one fixed order."""
    return ", ".join(title(each) for each in in_order(permissions))


def in_order(permissions: Iterable[str]) -> list[str]:
    return sorted(permissions, key=lambda name: (name not in OWN_NEEDS, discord.Permissions.VALID_FLAGS[name]))


def bits(permissions: Iterable[str]) -> int:
    """Names → the number that Discord counts them in."""
    number = 0
    for name in permissions:
        number |= discord.Permissions.VALID_FLAGS[name]
    return number


def lacking(needed: Iterable[str], allowed: int) -> frozenset[str]:
    """Those of ``needed`` that are not in the number ``allowed``."""
    return frozenset(name for name in needed if not allowed & discord.Permissions.VALID_FLAGS[name])


def invite_link(application_id: int, permissions: Iterable[str]) -> str:
    """The address where an owner adds the bot to a server, with exactly these permissions."""
    return discord.utils.oauth_url(application_id, permissions=discord.Permissions(bits(permissions)))
