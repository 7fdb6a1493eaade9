"""What whoever gives a command must be allowed by Discord, whatever the server's command settings say."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any

import discord

from bot.errors import NotAllowed
from bot.texts.naming import permission_named
from bot.texts.saying import Said, say


def require(interaction: discord.Interaction[Any], *permissions: str) -> discord.Member:
    """The member who gave the command. Raises ``NotAllowed`` where they lack one of the permissions in the guild.

    They must have it in the guild as a whole, and by what Discord sends with the command, which is never out of date.
    """
    member = interaction.user
    known = member.guild_permissions if isinstance(member, discord.Member) else discord.Permissions.none()
    held = known & interaction.permissions
    missing = [name for name in permissions if not (held.administrator or getattr(held, name))]
    if not isinstance(member, discord.Member):
        raise NotAllowed(say("only_in_servers"))
    if missing:
        raise NotAllowed(say("needs_permissions", permissions=_all(missing)))
    return member


def _all(permissions: Iterable[str]) -> Said:
    names = map(permission_named, permissions)
    return reduce(lambda one, other: say("needs_both", one=one, other=other), names)
