"""The world as Discord's JSON. The shapes are those of Discord's published API description."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.sandbox.entities import (
    Application,
    AuditEntry,
    Ban,
    Channel,
    ChannelType,
    Guild,
    Invite,
    Json,
    Member,
    Message,
    Overwrite,
    Role,
    User,
)

MAX_MEMBERS = 500_000
MAX_VIDEO_USERS = 25


def stamp(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="microseconds")


def optional_id(number: int | None) -> str | None:
    return None if number is None else str(number)


def user(who: User) -> Json:
    payload: Json = {
        "id": str(who.id),
        "username": who.username,
        "global_name": None if who.is_bot else who.name,
        "discriminator": f"{who.id % 10_000:04}" if who.is_bot else "0",
        "avatar": None,
        "avatar_decoration_data": None,
        "banner": None,
        "accent_color": None,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }
    if who.is_bot:
        payload["bot"] = True
    return payload


def me(who: User) -> Json:
    """The account as it sees itself."""
    return user(who) | {"mfa_enabled": True, "locale": "en-US", "premium_type": 0, "email": None, "verified": True}


def partial_member(of: Member) -> Json:
    """A member without the account, as it stands in a message."""
    return {
        "avatar": None,
        "banner": None,
        "communication_disabled_until": stamp(of.timed_out_until),
        "deaf": False,
        "flags": 0,
        "joined_at": stamp(of.joined_at),
        "mute": False,
        "nick": of.nick,
        "pending": False,
        "premium_since": None,
        "roles": [str(role_id) for role_id in of.role_ids],
    }


def member(of: Member) -> Json:
    return partial_member(of) | {"user": user(of.user)}


def role(of: Role) -> Json:
    payload: Json = {
        "id": str(of.id),
        "name": of.name,
        "description": None,
        "permissions": str(int(of.permissions)),
        "position": of.position,
        "color": of.color,
        "colors": {"primary_color": of.color, "secondary_color": None, "tertiary_color": None},
        "hoist": of.hoist,
        "managed": of.bot_id is not None,
        "mentionable": of.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    if of.bot_id is not None:
        payload["tags"] = {"bot_id": str(of.bot_id)}
    return payload


def overwrite(of: Overwrite) -> Json:
    return {"id": str(of.id), "type": of.kind, "allow": str(int(of.allow)), "deny": str(int(of.deny))}


def channel(of: Channel) -> Json:
    """A guild channel, a thread or a DM: each has a shape of its own."""
    if of.type is ChannelType.DM:
        return dm(of)
    return thread(of) if of.is_thread else _guild_channel(of)


def _guild_channel(of: Channel) -> Json:
    payload: Json = {
        "id": str(of.id),
        "type": int(of.type),
        "flags": 0,
        "name": of.name,
        "position": of.position,
        "parent_id": optional_id(of.parent.id if of.parent else None),
        "permission_overwrites": [overwrite(each) for each in of.overwrites.values()],
        "nsfw": of.nsfw,
        "guild_id": str(of.guild.id) if of.guild else "0",
    }
    if of.type is not ChannelType.CATEGORY:
        payload |= {
            "last_message_id": optional_id(of.messages.last_id),
            "topic": of.topic,
            "rate_limit_per_user": of.slowmode,
            "last_pin_timestamp": None,
        }
    if of.type in (ChannelType.VOICE, ChannelType.STAGE):
        payload |= {"bitrate": 64_000, "user_limit": 0, "rtc_region": None, "video_quality_mode": 1}
    if of.type is ChannelType.FORUM:
        payload |= {"available_tags": of.tags, "default_reaction_emoji": None, "default_sort_order": None}
    return payload


def thread(of: Channel) -> Json:
    alive = len(of.messages)
    return {
        "id": str(of.id),
        "type": int(of.type),
        "flags": 0,
        "name": of.name,
        "guild_id": str(of.guild.id) if of.guild else "0",
        "parent_id": optional_id(of.parent.id if of.parent else None),
        "owner_id": str(of.owner_id),
        "last_message_id": optional_id(of.messages.last_id),
        "rate_limit_per_user": of.slowmode,
        "message_count": alive,
        "total_message_sent": alive,
        "member_count": len(of.member_ids),
        "applied_tags": [str(tag_id) for tag_id in of.applied_tags],
        "thread_metadata": {
            "archived": of.archived,
            "archive_timestamp": stamp(of.created_at),
            "auto_archive_duration": of.auto_archive_minutes,
            "locked": of.locked,
            "create_timestamp": stamp(of.created_at),
        },
    }


def dm(of: Channel) -> Json:
    return {
        "id": str(of.id),
        "type": int(ChannelType.DM),
        "flags": 0,
        "last_message_id": optional_id(of.messages.last_id),
        "recipients": [user(of.recipient)] if of.recipient else [],
    }


def guild(of: Guild) -> Json:
    return _PLAIN_GUILD | {
        "id": str(of.id),
        "name": of.name,
        "owner_id": str(of.owner.id),
        "roles": [role(each) for each in of.roles.values()],
    }


# What is the same for every guild here: no picture, no boosts, no community features.
_PLAIN_GUILD: Json = {
    "icon": None,
    "description": None,
    "home_header": None,
    "splash": None,
    "discovery_splash": None,
    "features": [],
    "banner": None,
    "application_id": None,
    "region": "us-west",
    "afk_channel_id": None,
    "afk_timeout": 300,
    "system_channel_id": None,
    "system_channel_flags": 0,
    "widget_enabled": False,
    "widget_channel_id": None,
    "verification_level": 0,
    "default_message_notifications": 1,
    "mfa_level": 0,
    "explicit_content_filter": 0,
    "max_presences": None,
    "max_members": MAX_MEMBERS,
    "max_stage_video_channel_users": MAX_VIDEO_USERS,
    "max_video_channel_users": MAX_VIDEO_USERS,
    "vanity_url_code": None,
    "premium_tier": 0,
    "premium_subscription_count": 0,
    "preferred_locale": "en-US",
    "rules_channel_id": None,
    "safety_alerts_channel_id": None,
    "public_updates_channel_id": None,
    "premium_progress_bar_enabled": False,
    "nsfw": False,
    "nsfw_level": 0,
    "emojis": [],
    "stickers": [],
    "incidents_data": None,
}


def reactions(of: Message, viewer: User) -> list[Json]:
    return [
        {
            "emoji": emoji(name),
            "count": len(users),
            "count_details": {"burst": 0, "normal": len(users)},
            "burst_colors": [],
            "me_burst": False,
            "me": viewer in users,
        }
        for name, users in of.reactions.items()
    ]


def emoji(name: str) -> Json:
    """``name`` as it stands in a path: an emoji, or ``name:id`` of a custom one."""
    label, _, number = name.partition(":")
    return {"id": number or None, "name": label}


def message(of: Message, viewer: User, *, nested: bool = False) -> Json:
    """As the REST API gives it; ``nested`` leaves out what a replied-to message does not carry."""
    payload: Json = {
        "id": str(of.id),
        "channel_id": str(of.channel.id),
        "type": of.kind,
        "content": of.content,
        "author": user(of.author),
        "timestamp": stamp(of.created_at),
        "edited_timestamp": stamp(of.edited_at),
        "tts": of.tts,
        "mention_everyone": of.mention_everyone,
        "mentions": [user(who) for who in of.mentions],
        "mention_roles": [str(role_id) for role_id in of.mention_roles],
        "attachments": of.attachments,
        "embeds": of.embeds,
        "components": of.components,
        "pinned": of.pinned,
        "flags": of.flags,
        **of.extra,
    }
    if of.reactions:
        payload["reactions"] = reactions(of, viewer)
    if of.reference is not None:
        payload["message_reference"] = of.reference
    if of.reference is not None and of.kind == 19 and not nested:
        quoted = of.referenced
        payload["referenced_message"] = (
            message(quoted, viewer, nested=True) if quoted and not quoted.is_deleted else None
        )
    if of.author is viewer and of.nonce is not None:
        payload["nonce"] = of.nonce
    return payload


def told_message(of: Message, viewer: User) -> Json:
    """As the gateway tells it: with the guild, and with who the author and the mentioned are in it."""
    payload = message(of, viewer)
    home = of.channel.guild
    if home is None:
        return payload
    payload["guild_id"] = str(home.id)
    author = home.members.get(of.author.id)
    if author is not None:
        payload["member"] = partial_member(author)
    for mentioned in payload["mentions"]:
        if (who := home.members.get(int(mentioned["id"]))) is not None:
            mentioned["member"] = partial_member(who)
    return payload


def without_content(payload: Json) -> Json:
    """What an application without the message content intent gets to see."""
    bare = payload | {"content": "", "embeds": [], "attachments": [], "components": []}
    return {key: value for key, value in bare.items() if key not in ("poll", "message_snapshots")}


def _invited_to(home: Guild) -> Json:
    unset = ("splash", "banner", "description", "icon", "vanity_url_code")
    levels: Json = {"verification_level": 0, "nsfw_level": 0, "nsfw": False, "premium_subscription_count": 0}
    return {"id": str(home.id), "name": home.name, "features": [], **dict.fromkeys(unset), **levels}


def invite(of: Invite) -> Json:
    """As it is answered to whom makes one."""
    home, channel = of.channel.guild, of.channel
    ends = of.created_at + timedelta(seconds=of.max_age) if of.max_age else None
    return {
        "type": 0,
        "code": of.code,
        "guild": None if home is None else _invited_to(home),
        "guild_id": optional_id(home.id if home else None),
        "channel": {"id": str(channel.id), "type": int(channel.type), "name": channel.name},
        "inviter": user(of.inviter),
        "uses": 0,
        "max_uses": of.max_uses,
        "max_age": of.max_age,
        "temporary": of.temporary,
        "created_at": stamp(of.created_at),
        "expires_at": stamp(ends),
    }


def ban(of: Ban) -> Json:
    return {"user": user(of.user), "reason": of.reason}


def audit_entry(of: AuditEntry) -> Json:
    payload: Json = {
        "id": str(of.id),
        "action_type": int(of.action),
        "user_id": str(of.actor.id),
        "target_id": optional_id(of.target_id),
    }
    if of.changes:
        payload["changes"] = of.changes
    if of.options:
        payload["options"] = of.options
    if of.reason:
        payload["reason"] = of.reason
    return payload


def application(of: Application, flags: int, guilds: int) -> Json:
    return {
        "id": str(of.id),
        "name": of.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user(of.bot),
        "bot_public": False,
        "bot_require_code_grant": False,
        "integration_types_config": {"0": {}},
        "verify_key": f"{of.id:064x}",
        "flags": flags,
        "flags_new": str(flags),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user(of.owner),
        "approximate_guild_count": guilds,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
    }
