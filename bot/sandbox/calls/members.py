"""Members: read, timed out, renamed, given roles, kicked, banned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.sandbox import moderation, payloads
from bot.sandbox.calls.call import Answer, Call, Route
from bot.sandbox.entities import Guild, Member, Role
from bot.sandbox.forms import Form, reading
from bot.sandbox.permissions import Permission
from bot.sandbox.refusals import (
    invalid_role,
    missing_access,
    missing_permissions,
    unknown_ban,
    unknown_role,
)
from bot.sandbox.standing import is_owner, permissions_of

MEMBERS_INTENT = 1 << 1
MAX_LISTED = 1_000
MAX_TIMEOUT = timedelta(days=28)
CLOCK_SLACK = timedelta(minutes=1)  # the caller's clock may be ahead of ours
MAX_BAN_DELETES = 604_800  # seconds


def get_member(call: Call) -> Answer:
    return payloads.member(call.member(call.guild()))


def list_members(call: Call) -> Answer:
    guild = call.guild()
    if not call.world.application.privileged_intents & MEMBERS_INTENT:
        raise missing_access()
    with reading(dict(call.query)) as form:
        limit, after = form.integer("limit", least=1, most=MAX_LISTED) or 1, form.snowflake("after") or 0
    ids = sorted(member_id for member_id in guild.members if member_id > after)[:limit]
    return [payloads.member(guild.members[member_id]) for member_id in ids]


def search_members(call: Call) -> Answer:
    guild = call.guild()
    with reading(dict(call.query)) as form:
        limit = form.integer("limit", least=1, most=MAX_LISTED) or 1
        query = (form.text("query", most=100, least=1, required=True) or "").casefold()
    names = ((member, (member.user.username, member.user.name, member.nick or "")) for member in guild.members.values())
    found = [member for member, known in names if any(name.casefold().startswith(query) for name in known)]
    return [payloads.member(member) for member in found[:limit]]


def edit_member(call: Call) -> Answer:
    guild = call.guild()
    member = call.member(guild)
    with reading(call.body) as form:
        nick = form.text("nick", most=32)
        until = form.moment("communication_disabled_until")
        role_ids = form.snowflakes("roles")
        if until is not None and until > datetime.now(UTC) + MAX_TIMEOUT + CLOCK_SLACK:
            form.wrong("communication_disabled_until", "DATE_TIME_TYPE_TOO_LATE", "Must be within 28 days from now.")
    roles = None if role_ids is None else _changed_roles(call, guild, member, role_ids)
    _require_for_edit(call, member, form)
    if form.has("nick"):
        moderation.rename(call.world, member, nick, by=call.bot, reason=call.reason)
    if form.has("communication_disabled_until"):
        still = until if until and until > datetime.now(UTC) else None
        moderation.set_timeout(call.world, member, still, by=call.bot, reason=call.reason)
    if roles is not None:
        moderation.set_roles(call.world, member, roles, by=call.bot, reason=call.reason)
    return payloads.member(member)


def _require_for_edit(call: Call, member: Member, form: Form) -> None:
    """All permissions are asked before anything is done."""
    if form.has("nick"):
        own = member.user is call.bot
        call.require_in_guild(member.guild, Permission.CHANGE_NICKNAME if own else Permission.MANAGE_NICKNAMES)
        call.require_above(member)
    if form.has("communication_disabled_until"):
        call.require_in_guild(member.guild, Permission.MODERATE_MEMBERS)
        call.require_above(member)
        untouchable = is_owner(member) or Permission.ADMINISTRATOR in permissions_of(member)
        if member.user is call.bot or (untouchable and not form.is_null("communication_disabled_until")):
            raise missing_permissions()


def _changed_roles(call: Call, guild: Guild, member: Member, role_ids: list[int]) -> list[int]:
    call.require_in_guild(guild, Permission.MANAGE_ROLES)
    for role_id in set(role_ids).symmetric_difference(member.role_ids):
        if (role := guild.roles.get(role_id)) is None:
            raise unknown_role()
        _require_to_give(call, guild, role)
    return list(dict.fromkeys(role_ids))


def _require_to_give(call: Call, guild: Guild, role: Role) -> None:
    if role.bot_id is not None or role is guild.everyone:
        raise invalid_role()
    call.require_above_role(guild, role)


def edit_me(call: Call) -> Answer:
    guild = call.guild()
    me = call.me(guild)
    with reading(call.body) as form:
        nick = form.text("nick", most=32)
    if form.has("nick"):
        call.require_in_guild(guild, Permission.CHANGE_NICKNAME)
        moderation.rename(call.world, me, nick, by=call.bot, reason=call.reason)
    return payloads.member(me)


def add_role(call: Call) -> Answer:
    return _change_role(call, present=True)


def remove_role(call: Call) -> Answer:
    return _change_role(call, present=False)


def _change_role(call: Call, *, present: bool) -> Answer:
    guild = call.guild()
    member, role = call.member(guild), call.role(guild)
    call.require_in_guild(guild, Permission.MANAGE_ROLES)
    _require_to_give(call, guild, role)
    others = [role_id for role_id in member.role_ids if role_id != role.id]
    roles = [*others, role.id] if present else others
    moderation.set_roles(call.world, member, roles, by=call.bot, reason=call.reason)
    return None


def kick_member(call: Call) -> Answer:
    guild = call.guild()
    member = call.member(guild)
    call.require_in_guild(guild, Permission.KICK_MEMBERS)
    call.require_above(member)
    moderation.kick(call.world, member, by=call.bot, reason=call.reason)
    return None


def list_bans(call: Call) -> Answer:
    guild = call.guild()
    call.require_in_guild(guild, Permission.BAN_MEMBERS)
    with reading(dict(call.query)) as form:
        limit = form.integer("limit", least=1, most=MAX_LISTED) or MAX_LISTED
        before, after = form.snowflake("before"), form.snowflake("after") or 0
    ids = [each for each in sorted(guild.bans) if each > after and (before is None or each < before)]
    return [payloads.ban(guild.bans[each]) for each in (ids[-limit:] if before is not None else ids[:limit])]


def get_ban(call: Call) -> Answer:
    guild = call.guild()
    call.require_in_guild(guild, Permission.BAN_MEMBERS)
    ban = guild.bans.get(call.id("user_id"))
    if ban is None:
        raise unknown_ban()
    return payloads.ban(ban)


def create_ban(call: Call) -> Answer:
    guild, user = call.guild(), call.user()
    # Clients of before the body was taken name the seconds in the query, and Discord reads them there too.
    body = call.body if isinstance(call.body, dict) else {}
    with reading({**call.query, **body}) as form:
        seconds = form.integer("delete_message_seconds", most=MAX_BAN_DELETES) or 0
        days = form.integer("delete_message_days", most=7) or 0
    call.require_in_guild(guild, Permission.BAN_MEMBERS)
    if (member := guild.members.get(user.id)) is not None:
        call.require_above(member)
    since = seconds or days * 86_400
    moderation.ban(call.world, guild, user, by=call.bot, reason=call.reason, delete_seconds=since)
    return None


def remove_ban(call: Call) -> Answer:
    guild = call.guild()
    call.require_in_guild(guild, Permission.BAN_MEMBERS)
    ban = guild.bans.get(call.id("user_id"))
    if ban is None:
        raise unknown_ban()
    moderation.unban(call.world, guild, ban.user, by=call.bot, reason=call.reason)
    return None


MEMBER = "/guilds/{guild_id}/members/{user_id}"
ROUTES = (
    Route("GET", "/guilds/{guild_id}/members", list_members),
    Route("GET", "/guilds/{guild_id}/members/search", search_members),
    Route("PATCH", "/guilds/{guild_id}/members/@me", edit_me),
    Route("GET", MEMBER, get_member),
    Route("PATCH", MEMBER, edit_member),
    Route("DELETE", MEMBER, kick_member),
    Route("PUT", MEMBER + "/roles/{role_id}", add_role),
    Route("DELETE", MEMBER + "/roles/{role_id}", remove_role),
    Route("GET", "/guilds/{guild_id}/bans", list_bans),
    Route("GET", "/guilds/{guild_id}/bans/{user_id}", get_ban),
    Route("PUT", "/guilds/{guild_id}/bans/{user_id}", create_ban),
    Route("DELETE", "/guilds/{guild_id}/bans/{user_id}", remove_ban),
)
