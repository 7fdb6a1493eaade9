"""What is done to members, and the audit log of it. Whoever calls has already asked whether that is allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.sandbox import payloads, talk
from bot.sandbox.entities import AuditAction, AuditEntry, Ban, Event, Guild, Json, Member, User
from bot.sandbox.state import World


def log(
    world: World,
    guild: Guild,
    action: AuditAction,
    *,
    actor: User,
    target_id: int | None,
    reason: str | None = None,
    changes: Sequence[Json] = (),
    options: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Write an entry into the audit log and tell of it."""
    texts = {key: str(value) for key, value in (options or {}).items()}
    entry = AuditEntry(world.snowflakes.make(), guild, action, actor, target_id, reason, list(changes), texts)
    guild.audit.append(entry)
    data = payloads.audit_entry(entry) | {"guild_id": str(guild.id)}
    world.tell(Event("GUILD_AUDIT_LOG_ENTRY_CREATE", data, guild))
    return entry


def change(key: str, old: Any, new: Any) -> Json:
    """One line of an audit log entry; a side that was not set is left out, as Discord does."""
    sides = {"old_value": old, "new_value": new}
    return {"key": key} | {side: value for side, value in sides.items() if value is not None}


def tell_member(world: World, member: Member) -> None:
    data = payloads.member(member) | {"guild_id": str(member.guild.id)}
    world.tell(Event("GUILD_MEMBER_UPDATE", data, member.guild, user=member.user))


def set_timeout(world: World, member: Member, until: datetime | None, *, by: User, reason: str | None = None) -> None:
    """Time a member out, or with None let it speak again."""
    before, member.timed_out_until = member.timed_out_until, until
    what = change("communication_disabled_until", payloads.stamp(before), payloads.stamp(until))
    _log_member(world, member, AuditAction.MEMBER_UPDATE, [what], by, reason)
    tell_member(world, member)


def rename(world: World, member: Member, nick: str | None, *, by: User, reason: str | None = None) -> None:
    before, member.nick = member.nick, nick or None
    _log_member(world, member, AuditAction.MEMBER_UPDATE, [change("nick", before, member.nick)], by, reason)
    tell_member(world, member)


def set_roles(world: World, member: Member, role_ids: Sequence[int], *, by: User, reason: str | None = None) -> None:
    before, member.role_ids = member.role_ids, list(role_ids)
    roles = member.guild.roles
    added = [{"id": str(each), "name": roles[each].name} for each in role_ids if each not in before]
    removed = [{"id": str(each), "name": roles[each].name} for each in before if each not in role_ids]
    lines = [{"key": key, "new_value": which} for key, which in (("$add", added), ("$remove", removed)) if which]
    if lines:
        _log_member(world, member, AuditAction.MEMBER_ROLE_UPDATE, lines, by, reason)
        tell_member(world, member)


def _log_member(
    world: World, member: Member, action: AuditAction, changes: list[Json], by: User, reason: str | None
) -> None:
    log(world, member.guild, action, actor=by, target_id=member.user.id, reason=reason, changes=changes)


def leave(world: World, member: Member) -> None:
    """The member is gone from the guild, for whatever cause. The bot hears of itself that the guild is gone."""
    if member.user is world.bot:
        world.tell(Event("GUILD_DELETE", {"id": str(member.guild.id)}, member.guild))
    del member.guild.members[member.user.id]
    data = {"guild_id": str(member.guild.id), "user": payloads.user(member.user)}
    world.tell(Event("GUILD_MEMBER_REMOVE", data, member.guild, user=member.user))


def kick(world: World, member: Member, *, by: User, reason: str | None = None) -> None:
    log(world, member.guild, AuditAction.MEMBER_KICK, actor=by, target_id=member.user.id, reason=reason)
    leave(world, member)


def ban(
    world: World, guild: Guild, user: User, *, by: User, reason: str | None = None, delete_seconds: int = 0
) -> None:
    """Ban an account, a member or not; its messages of the last ``delete_seconds`` go with it."""
    if user.id in guild.bans:
        return
    guild.bans[user.id] = Ban(user, reason)
    log(world, guild, AuditAction.MEMBER_BAN_ADD, actor=by, target_id=user.id, reason=reason)
    data = {"guild_id": str(guild.id), "user": payloads.user(user)}
    world.tell(Event("GUILD_BAN_ADD", data, guild, user=user))
    if (member := guild.members.get(user.id)) is not None:
        leave(world, member)
    if delete_seconds:
        since = datetime.now(UTC) - timedelta(seconds=delete_seconds)
        talk.delete_recent_of(world, list(guild.channels.values()), user, since, reason)


def unban(world: World, guild: Guild, user: User, *, by: User, reason: str | None = None) -> None:
    del guild.bans[user.id]
    log(world, guild, AuditAction.MEMBER_BAN_REMOVE, actor=by, target_id=user.id, reason=reason)
    data = {"guild_id": str(guild.id), "user": payloads.user(user)}
    world.tell(Event("GUILD_BAN_REMOVE", data, guild, user=user))
