"""What a member may do, and above whom it stands."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.sandbox.entities import Channel, ChannelType, Member
from bot.sandbox.permissions import ALL, NONE, TIMED_OUT, Permission


def is_owner(member: Member) -> bool:
    return member.guild.owner is member.user


def is_timed_out(member: Member) -> bool:
    return member.timed_out_until is not None and member.timed_out_until > datetime.now(UTC)


def permissions_of(member: Member) -> Permission:
    """In the guild as a whole."""
    if is_owner(member):
        return ALL
    total = member.guild.everyone.permissions
    for role in member.roles:
        total |= role.permissions
    if Permission.ADMINISTRATOR in total:
        return ALL
    return total & TIMED_OUT if is_timed_out(member) else total


def permissions_in(member: Member, channel: Channel) -> Permission:
    """In one channel: @everyone's overwrite, then those of the roles together, then the member's own.

    A thread has no overwrites and takes those of its parent.
    """
    total = permissions_of(member)
    if total == ALL:
        return ALL
    overwrites = (channel.parent if channel.is_thread and channel.parent else channel).overwrites
    if (everyone := overwrites.get(member.guild.id)) is not None:
        total = total & ~everyone.deny | everyone.allow
    allow = deny = NONE
    for role_id in member.role_ids:
        if (of_role := overwrites.get(role_id)) is not None:
            allow, deny = allow | of_role.allow, deny | of_role.deny
    total = total & ~deny | allow
    if (own := overwrites.get(member.user.id)) is not None:
        total = total & ~own.deny | own.allow
    if Permission.VIEW_CHANNEL not in total:
        return NONE
    return total & TIMED_OUT if is_timed_out(member) else total


def sending_in(channel: Channel) -> Permission:
    """The permission to write in ``channel``."""
    return Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES


def can_see(member: Member, channel: Channel) -> bool:
    """A private thread is seen by those who were asked into it, and by whoever manages threads."""
    allowed = permissions_in(member, channel)
    if channel.type is ChannelType.PRIVATE_THREAD and member.user.id not in channel.member_ids:
        return Permission.VIEW_CHANNEL in allowed and Permission.MANAGE_THREADS in allowed
    return Permission.VIEW_CHANNEL in allowed


def outranks(actor: Member, target: Member) -> bool:
    """Whether ``actor`` may kick, ban, time out or rename ``target``: nobody may do so to the owner."""
    if is_owner(target):
        return False
    return is_owner(actor) or actor.highest > target.highest
