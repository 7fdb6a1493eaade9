"""Guilds, their channels and roles, and the audit log."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from bot.sandbox import moderation, payloads
from bot.sandbox.calls.call import Answer, Call, Reply, Route
from bot.sandbox.entities import AuditAction, AuditEntry, ChannelType, Guild, Invite, Json, Overwrite, Role
from bot.sandbox.forms import Form, reading
from bot.sandbox.permissions import ALL, Permission
from bot.sandbox.refusals import invalid_role, missing_permissions, unknown_overwrite, wrong_channel_type, wrong_in_a_dm
from bot.sandbox.standing import can_see, permissions_in, permissions_of

MAX_SLOWMODE = 21_600  # seconds
MAX_TOPIC = 1_024
MAX_NAME = 100
MAX_ENTRIES = 100
MAX_INVITE_AGE, DEFAULT_INVITE_AGE = 604_800, 86_400  # seconds
MAX_INVITE_USES = 100
TEXT_TYPES = frozenset({0, 2, 4, 5, 13, 15})


def get_guild(call: Call) -> Answer:
    guild = call.guild()
    payload = payloads.guild(guild)
    if call.query.get("with_counts", "").lower() in ("1", "true"):
        payload |= {"approximate_member_count": len(guild.members), "approximate_presence_count": len(guild.members)}
    return payload


def my_guilds(call: Call) -> Answer:
    homes = [guild for guild in call.world.guilds.values() if call.bot.id in guild.members]
    return [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": guild.owner is call.bot,
            "permissions": str(int(permissions_of(call.me(guild)))),
            "features": [],
        }
        for guild in homes
    ]


def list_channels(call: Call) -> Answer:
    return [payloads.channel(each) for each in call.guild().channels.values() if not each.is_thread]


def active_threads(call: Call) -> Answer:
    guild = call.guild()
    me = call.me(guild)
    threads = [each for each in guild.channels.values() if each.is_thread and not each.archived and can_see(me, each)]
    return {"threads": [payloads.thread(each) for each in threads], "members": [], "has_more": False}


def get_channel(call: Call) -> Answer:
    return payloads.channel(call.channel())


def create_channel(call: Call) -> Answer:
    guild = call.guild()
    with reading(call.body) as form:
        name = form.text("name", most=MAX_NAME, least=1, required=True) or ""
        kind = form.choice("type", TEXT_TYPES) or 0
        topic = form.text("topic", most=MAX_TOPIC)
        parent_id = form.snowflake("parent_id")
        overwrites = [
            _overwrite(part, part.snowflake("id", required=True))
            for part in form.parts("permission_overwrites", most=500)
        ]
    call.require_in_guild(guild, Permission.MANAGE_CHANNELS)
    parent = guild.channels.get(parent_id or 0)
    channel = call.world.add_channel(
        guild, _slug(name, kind), type=ChannelType(kind), parent=parent, topic=topic, overwrites=overwrites
    )
    _log(call, guild, AuditAction.CHANNEL_CREATE, channel.id, [moderation.change("name", None, channel.name)])
    return Reply(201, payloads.channel(channel))


def _slug(name: str, kind: int) -> str:
    return name.lower().replace(" ", "-") if kind in (0, 5) else name


def edit_channel(call: Call) -> Answer:
    channel = call.channel()
    if channel.guild is None:
        raise wrong_in_a_dm()
    needed = Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS
    if not call.may(needed, channel):
        raise missing_permissions()
    changes = _thread_changes(call) if channel.is_thread else _channel_changes(call)
    lines = [
        moderation.change(name, getattr(channel, name), value)
        for name, value in changes.items()
        if name != "overwrites"
    ]
    for name, value in changes.items():
        setattr(channel, name, value)
    action = AuditAction.THREAD_UPDATE if channel.is_thread else AuditAction.CHANNEL_UPDATE
    _log(call, channel.guild, action, channel.id, [_named_as_discord(line) for line in lines])
    call.world.tell_channel("UPDATE", channel)
    return payloads.channel(channel)


def _named_as_discord(line: Json) -> Json:
    return line | {"key": "rate_limit_per_user" if line["key"] == "slowmode" else line["key"]}


def _channel_changes(call: Call) -> Json:
    with reading(call.body) as form:
        found: Json = {
            "name": form.text("name", most=MAX_NAME, least=1),
            "topic": form.text("topic", most=MAX_TOPIC),
            "slowmode": form.integer("rate_limit_per_user", most=MAX_SLOWMODE),
            "nsfw": form.boolean("nsfw") if form.has("nsfw") else None,
        }
        if form.has("permission_overwrites"):
            parts = form.parts("permission_overwrites", most=500)
            listed = [_overwrite(part, part.snowflake("id", required=True)) for part in parts]
            found["overwrites"] = {each.id: each for each in listed}
    return {name: value for name, value in found.items() if value is not None}


def _thread_changes(call: Call) -> Json:
    with reading(call.body) as form:
        found: Json = {
            "name": form.text("name", most=MAX_NAME, least=1),
            "slowmode": form.integer("rate_limit_per_user", most=MAX_SLOWMODE),
            "archived": form.boolean("archived") if form.has("archived") else None,
            "locked": form.boolean("locked") if form.has("locked") else None,
            "auto_archive_minutes": form.choice("auto_archive_duration", {60, 1440, 4320, 10080}),
        }
    return {name: value for name, value in found.items() if value is not None}


def delete_channel(call: Call) -> Answer:
    channel = call.channel()
    if channel.guild is None:
        return payloads.dm(channel)
    if not call.may(Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS, channel):
        raise missing_permissions()
    action = AuditAction.THREAD_DELETE if channel.is_thread else AuditAction.CHANNEL_DELETE
    _log(call, channel.guild, action, channel.id, [moderation.change("name", channel.name, None)])
    call.world.drop_channel(channel)
    return payloads.channel(channel)


def _overwrite(form: Form, target_id: int | None) -> Overwrite:
    kind = form.choice("type", {0, 1}, required=True) or 0
    allow, deny = (Permission((form.integer(name) or 0) & int(ALL)) for name in ("allow", "deny"))
    return Overwrite(target_id or 0, kind, allow, deny)


def put_overwrite(call: Call) -> Answer:
    channel, guild = call.guild_channel(Permission.MANAGE_ROLES)
    with reading(call.body) as form:
        overwrite = _overwrite(form, call.id("overwrite_id"))
    asked = overwrite.allow | overwrite.deny
    if asked not in permissions_in(call.me(guild), channel):
        raise missing_permissions()  # nobody gives or takes what it does not have
    known = overwrite.id in channel.overwrites
    channel.overwrites[overwrite.id] = overwrite
    _log(call, guild, AuditAction.OVERWRITE_UPDATE if known else AuditAction.OVERWRITE_CREATE, channel.id)
    call.world.tell_channel("UPDATE", channel)
    return None


def delete_overwrite(call: Call) -> Answer:
    channel, guild = call.guild_channel(Permission.MANAGE_ROLES)
    if channel.overwrites.pop(call.id("overwrite_id"), None) is None:
        raise unknown_overwrite()
    _log(call, guild, AuditAction.OVERWRITE_DELETE, channel.id)
    call.world.tell_channel("UPDATE", channel)
    return None


def create_invite(call: Call) -> Answer:
    channel, guild = call.guild_channel(Permission.CREATE_INSTANT_INVITE)
    if channel.is_thread:
        raise wrong_channel_type()
    with reading(call.body or {}) as form:
        age, uses = form.integer("max_age", most=MAX_INVITE_AGE), form.integer("max_uses", most=MAX_INVITE_USES) or 0
        temporary = form.boolean("temporary")
    age = DEFAULT_INVITE_AGE if age is None else age
    made = Invite(secrets.token_urlsafe(6), channel, call.bot, age, uses, temporary, datetime.now(UTC))
    guild.invites[made.code] = made
    _log(call, guild, AuditAction.INVITE_CREATE, channel.id, [moderation.change("code", None, made.code)])
    return payloads.invite(made)


def list_roles(call: Call) -> Answer:
    return [payloads.role(role) for role in call.guild().roles.values()]


def create_role(call: Call) -> Answer:
    guild = call.guild()
    me = call.require_in_guild(guild, Permission.MANAGE_ROLES)
    with reading(call.body or {}) as form:
        asked = Permission((form.integer("permissions") or 0) & int(ALL))
        name, color = form.text("name", most=MAX_NAME) or "new role", form.integer("color", most=0xFFFFFF) or 0
    if asked not in permissions_of(me):
        raise missing_permissions()
    role = call.world.add_role(guild, name, asked, color=color)
    _log(call, guild, AuditAction.ROLE_CREATE, role.id, [moderation.change("name", None, role.name)])
    return payloads.role(role)


def edit_role(call: Call) -> Answer:
    guild = call.guild()
    role = _changeable_role(call, guild)
    with reading(call.body) as form:
        name = form.text("name", most=MAX_NAME, least=1)
        bits = form.integer("permissions")
        color = form.integer("color", most=0xFFFFFF)
    if bits is not None and Permission(bits & int(ALL)) & ~role.permissions not in permissions_of(call.me(guild)):
        raise missing_permissions()
    role.name = name or role.name
    role.permissions = role.permissions if bits is None else Permission(bits & int(ALL))
    role.color = role.color if color is None else color
    _log(call, guild, AuditAction.ROLE_UPDATE, role.id)
    call.world.tell_role("GUILD_ROLE_UPDATE", guild, role)
    return payloads.role(role)


def delete_role(call: Call) -> Answer:
    guild = call.guild()
    role = _changeable_role(call, guild)
    if role.bot_id is not None or role is guild.everyone:
        raise invalid_role()
    _log(call, guild, AuditAction.ROLE_DELETE, role.id, [moderation.change("name", role.name, None)])
    call.world.drop_role(guild, role)
    return None


def _changeable_role(call: Call, guild: Guild) -> Role:
    role = call.role(guild)
    call.require_in_guild(guild, Permission.MANAGE_ROLES)
    call.require_above_role(guild, role)
    return role


def audit_log(call: Call) -> Answer:
    guild = call.guild()
    call.require_in_guild(guild, Permission.VIEW_AUDIT_LOG)
    with reading(dict(call.query)) as form:
        limit = form.integer("limit", least=1, most=MAX_ENTRIES) or 50
        actor, action = form.snowflake("user_id"), form.integer("action_type")
        before, after = form.snowflake("before"), form.snowflake("after")
    matching = [
        entry
        for entry in guild.audit
        if (actor is None or entry.actor.id == actor)
        and (action is None or entry.action == action)
        and (before is None or entry.id < before)
        and (after is None or entry.id > after)
    ]
    entries = matching[:limit] if after is not None else matching[::-1][:limit]
    return _audit_answer(call, entries)


def _audit_answer(call: Call, entries: list[AuditEntry]) -> Json:
    targets = (call.world.users.get(entry.target_id or 0) for entry in entries)
    people = dict.fromkeys([*(entry.actor for entry in entries), *(who for who in targets if who is not None)])
    empty = (
        "integrations",
        "webhooks",
        "guild_scheduled_events",
        "threads",
        "application_commands",
        "auto_moderation_rules",
    )
    return {
        "audit_log_entries": [payloads.audit_entry(entry) for entry in entries],
        "users": [payloads.user(who) for who in people],
        **{name: [] for name in empty},
    }


def _log(call: Call, guild: Guild, action: AuditAction, target_id: int, changes: list[Json] | None = None) -> None:
    moderation.log(
        call.world, guild, action, actor=call.bot, target_id=target_id, reason=call.reason, changes=changes or []
    )


CHANNEL = "/channels/{channel_id}"
GUILD = "/guilds/{guild_id}"
ROUTES = (
    Route("GET", "/users/@me/guilds", my_guilds),
    Route("GET", GUILD, get_guild),
    Route("GET", GUILD + "/channels", list_channels),
    Route("POST", GUILD + "/channels", create_channel),
    Route("GET", GUILD + "/threads/active", active_threads),
    Route("GET", CHANNEL, get_channel),
    Route("PATCH", CHANNEL, edit_channel),
    Route("DELETE", CHANNEL, delete_channel),
    Route("PUT", CHANNEL + "/permissions/{overwrite_id}", put_overwrite),
    Route("DELETE", CHANNEL + "/permissions/{overwrite_id}", delete_overwrite),
    Route("POST", CHANNEL + "/invites", create_invite),
    Route("GET", GUILD + "/roles", list_roles),
    Route("POST", GUILD + "/roles", create_role),
    Route("PATCH", GUILD + "/roles/{role_id}", edit_role),
    Route("DELETE", GUILD + "/roles/{role_id}", delete_role),
    Route("GET", GUILD + "/audit-logs", audit_log),
)
