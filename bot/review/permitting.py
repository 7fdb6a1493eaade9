"""What whoever gives a command must be allowed by Discord, whatever the server's command settings say."""

from __future__ import annotations

from typing import Any

import discord

from bot.errors import NotAllowed

_TITLES = {"moderate_members": "Timeout Members", "manage_guild": "Manage Server"}


def require(interaction: discord.Interaction[Any], *permissions: str) -> discord.Member:
    """The member who gave the command. Raises ``NotAllowed`` where they lack one of the permissions in the guild.

    They must have it in the guild as a whole, and by what Discord sends with the command, which is never out of date.
    """
    member = interaction.user
    known = member.guild_permissions if isinstance(member, discord.Member) else discord.Permissions.none()
    held = known & interaction.permissions
    missing = [name for name in permissions if not (held.administrator or getattr(held, name))]
    if missing or not isinstance(member, discord.Member):
        titles = " and ".join(_TITLES.get(name, name.replace("_", " ").title()) for name in missing)
        raise NotAllowed(f"For this you need the permission {titles} in this server.")
    return member
