"""What a moderator may read: the record knows more channels than some of them see."""

from __future__ import annotations

import discord

from bot.records import Flag
from bot.review.desk import Desk, named
from bot.review.log_channel import Channel, find
from bot.review.placing import place_of


def may_read(desk: Desk, member: discord.Member, flag: Flag) -> bool:
    """Whether a member may see what was written: they see its channel, or the log channel, where every card stands."""
    guild = member.guild
    if not flag.channel.id:
        return True
    place = place_of(guild, flag)
    may_be_private = flag.parent is not None and not isinstance(place, discord.Thread)  # it is not known any more
    return sees(member, place, may_be_private=may_be_private) or sees(member, log_channel(desk, guild))


def may_list(desk: Desk, member: discord.Member) -> bool:
    """Whether a member who was once given a list of flags is still somebody who may use it."""
    held = member.guild_permissions
    return held.manage_messages or held.moderate_members or sees(member, log_channel(desk, member.guild))


def log_channel(desk: Desk, guild: discord.Guild) -> Channel | None:
    """The log channel of a guild, if there is one of the name or id that holds there."""
    reference = desk.rulebook.in_guild(named(guild)).log_channel
    return find(guild, reference) if reference else None


def sees(
    member: discord.Member,
    channel: discord.abc.GuildChannel | discord.Thread | None,
    *,
    may_be_private: bool = False,
) -> bool:
    """A private thread, or what ``may_be_private``, is seen by who is known to be in it, or may manage threads."""
    thread = channel if isinstance(channel, discord.Thread) else None
    place = thread.parent if thread else channel
    if place is None or isinstance(place, discord.Thread):
        return False
    allowed = place.permissions_for(member)
    is_let_in = allowed.manage_threads or any(each.id == member.id for each in (thread.members if thread else ()))
    is_private = thread.is_private() if thread else may_be_private
    return allowed.view_channel and allowed.read_message_history and (is_let_in or not is_private)
