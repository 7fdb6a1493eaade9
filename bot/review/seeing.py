"""What a moderator may read: the record knows more channels than some of them see."""

from __future__ import annotations

import discord

from bot.records import Flag
from bot.review.desk import Desk, named
from bot.review.log_channel import Channel, find


def may_read(desk: Desk, member: discord.Member, flag: Flag) -> bool:
    """Whether a member may see what was written: they see its channel, or the log channel, where every card stands."""
    guild = member.guild
    if not flag.channel.id:
        return True
    place = guild.get_channel_or_thread(flag.channel.id)
    if place is None and flag.parent is not None:
        place = guild.get_channel(flag.parent.id)
    return any(_sees(member, each) for each in (place, log_channel(desk, guild)))


def may_list(desk: Desk, member: discord.Member) -> bool:
    """Whether a member who was once given a list of flags is still somebody who may turn its pages."""
    held = member.guild_permissions
    return held.manage_messages or held.moderate_members or _sees(member, log_channel(desk, member.guild))


def log_channel(desk: Desk, guild: discord.Guild) -> Channel | None:
    """The log channel of a guild, if there is one of the name or id that holds there."""
    reference = desk.rulebook.in_guild(named(guild)).log_channel
    return find(guild, reference) if reference else None


def _sees(member: discord.Member, channel: discord.abc.GuildChannel | discord.Thread | None) -> bool:
    place = channel.parent if isinstance(channel, discord.Thread) else channel
    if place is None:
        return False
    allowed = place.permissions_for(member)
    return allowed.view_channel and allowed.read_message_history
