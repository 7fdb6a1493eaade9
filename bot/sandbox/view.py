"""The world as the page shows it."""

from __future__ import annotations

from bot.sandbox import payloads
from bot.sandbox.entities import AuditAction, AuditEntry, Channel, ChannelType, Guild, Json, Member, Message, User
from bot.sandbox.playing import display_name
from bot.sandbox.sessions import Session
from bot.sandbox.snowflakes import moment_of
from bot.sandbox.standing import can_see, is_owner, is_timed_out
from bot.sandbox.state import World

MAX_SHOWN = 200  # messages of a channel, and entries of the audit log


def message(of: Message) -> Json:
    home = of.channel.guild
    author = home.members.get(of.author.id) if home else None
    payload: Json = {
        "id": str(of.id),
        "channel": str(of.channel.id),
        "author": {
            "id": str(of.author.id),
            "name": display_name(of.author, home),
            "bot": of.author.is_bot,
            "color": _color(author),
        },
        "content": of.content,
        "kind": of.kind,
        "created_at": payloads.stamp(of.created_at),
        "edited_at": payloads.stamp(of.edited_at),
        "deleted": _deletion(of),
        "embeds": of.embeds,
        "components": of.components,
        "attachments": [{"filename": each["filename"], "size": each["size"]} for each in of.attachments],
        "reactions": {emoji: len(users) for emoji, users in of.reactions.items()},
        "reply_to": None,
        "forwarded": [each["message"]["content"] for each in of.extra.get("message_snapshots", ())],
        "poll": of.extra.get("poll"),
    }
    if of.referenced is not None:
        gone = of.referenced.is_deleted
        payload["reply_to"] = {
            "name": display_name(of.referenced.author, home),
            "content": None if gone else of.referenced.content,
        }
    return payload


def _deletion(of: Message) -> Json | None:
    if not of.is_deleted or of.deleted_by is None:
        return None
    by_author = of.deleted_by is of.author
    return {"by": display_name(of.deleted_by, of.channel.guild), "by_author": by_author, "reason": of.deleted_reason}


def _color(member: Member | None) -> str | None:
    colored = [role for role in member.roles if role.color] if member else []
    return f"#{max(colored, key=lambda role: role.position).color:06x}" if colored else None


def history(channel: Channel) -> list[Json]:
    """The latest messages, the oldest of them first."""
    return [message(each) for each in channel.messages.everything()[-MAX_SHOWN:]]


def whole(world: World, guild: Guild, sessions: list[Session]) -> Json:
    """Everything but the messages."""
    return {
        "guild": {"id": str(guild.id), "name": guild.name, "owner": guild.owner.name},
        "guilds": [{"id": str(each.id), "name": each.name} for each in world.guilds.values()],
        "bot": _bot(world, sessions),
        "channels": [_channel(each) for each in _in_order(guild)],
        "members": [_member(each) for each in guild.members.values()],
        "roles": [
            {"id": str(each.id), "name": each.name, "color": f"#{each.color:06x}"} for each in guild.roles.values()
        ],
        "dms": {channel.recipient.name: history(channel) for channel in world.dms.values() if channel.recipient},
        "bans": [{"member": ban.user.name, "reason": ban.reason} for ban in guild.bans.values()],
        "timeouts": [_timeout(each) for each in guild.members.values() if is_timed_out(each)],
        "audit_log": [_entry(world, each) for each in reversed(guild.audit[-MAX_SHOWN:])],
    }


def _bot(world: World, sessions: list[Session]) -> Json:
    return {
        "id": str(world.bot.id),
        "name": world.bot.name,
        "online": bool(sessions),
        "status": sessions[0].status if sessions else "offline",
        "activity": next((str(each.get("name", "")) for each in sessions[0].activities), "") if sessions else "",
    }


def _in_order(guild: Guild) -> list[Channel]:
    """Threads after the channel they hang from."""
    channels = [
        each for each in guild.channels.values() if not each.is_thread and each.type is not ChannelType.CATEGORY
    ]
    ordered: list[Channel] = []
    for channel in sorted(channels, key=lambda each: each.position):
        ordered.append(channel)
        ordered += [each for each in guild.channels.values() if each.is_thread and each.parent is channel]
    return ordered


def _channel(of: Channel) -> Json:
    guild = of.guild
    private = guild is not None and not all(can_see(member, of) for member in guild.members.values())
    return {
        "id": str(of.id),
        "name": of.name,
        "thread": of.is_thread,
        "parent": payloads.optional_id(of.parent.id if of.parent else None),
        "topic": of.topic,
        "slowmode": of.slowmode,
        "archived": of.archived,
        "private": private,
    }


def _member(of: Member) -> Json:
    return {
        "id": str(of.user.id),
        "name": of.name,
        "account": of.user.name,
        "bot": of.user.is_bot,
        "owner": is_owner(of),
        "roles": [role.name for role in of.roles],
        "color": _color(of),
        "takes_dms": of.user.takes_dms,
        "timed_out_until": payloads.stamp(of.timed_out_until) if is_timed_out(of) else None,
    }


def _timeout(of: Member) -> Json:
    return {"member": of.name, "until": payloads.stamp(of.timed_out_until)}


def _entry(world: World, of: AuditEntry) -> Json:
    return {
        "id": str(of.id),
        "action": AuditAction(of.action).name.replace("_", " ").lower(),
        "by": display_name(of.actor, of.guild),
        "target": _target(world, of),
        "reason": of.reason,
        "changes": of.changes,
        "options": of.options,
        "at": payloads.stamp(moment_of(of.id)),
    }


def _target(world: World, of: AuditEntry) -> str:
    target = of.target_id or 0
    who: User | None = world.users.get(target)
    if who is not None:
        return display_name(who, of.guild)
    if target in world.channels:
        return f"#{world.channels[target].name}"
    return of.guild.roles[target].name if target in of.guild.roles else str(target)
