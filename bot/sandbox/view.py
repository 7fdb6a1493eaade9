"""The world as the page shows it."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.sandbox import payloads
from bot.sandbox.drafts import COMPONENTS_V2
from bot.sandbox.entities import AuditAction, AuditEntry, Channel, ChannelType, Guild, Json, Member, Message, Role, User
from bot.sandbox.interactions import LOADING
from bot.sandbox.permissions import Permission
from bot.sandbox.playing import display_name
from bot.sandbox.sessions import Session
from bot.sandbox.snowflakes import moment_of
from bot.sandbox.standing import can_see, is_owner, is_timed_out, permissions_in, permissions_of, sending_in
from bot.sandbox.state import World

# Whoever may do one of these to others is shown as a moderator.
STAFF = Permission.KICK_MEMBERS | Permission.BAN_MEMBERS | Permission.MODERATE_MEMBERS | Permission.MANAGE_MESSAGES
MAX_RANK = 1_000  # above any role's position: the owner's
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
            "account": of.author.name,
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
        "attachments": [_file(each) for each in of.attachments],
        "layout": bool(of.flags & COMPONENTS_V2),
        "loading": bool(of.flags & LOADING),
        "only_for": of.only_for.name if of.only_for else None,
        "dismissed": of.is_dismissed,
        "answers": _answered(of),
        "reactions": {emoji: len(users) for emoji, users in of.reactions.items()},
        "reply_to": None,
        "forwarded": [each["message"]["content"] for each in of.extra.get("message_snapshots", ())],
        "poll": of.extra.get("poll"),
        "stickers": [each["name"] for each in of.extra.get("sticker_items", ())],
    }
    if of.referenced is not None and "interaction_metadata" not in of.extra:
        gone = of.referenced.is_deleted
        payload["reply_to"] = {
            "name": display_name(of.referenced.author, home),
            "content": None if gone else of.referenced.content,
        }
    return payload


def _file(of: Json) -> Json:
    """With its path alone, so that the page asks the address that it came from."""
    kept = {name: of.get(name) for name in ("filename", "size", "content_type", "description", "width", "height")}
    return kept | {"path": urlsplit(of["url"]).path}


def _answered(of: Message) -> Json | None:
    """What the message answers, for the line above it: who used which command."""
    used = of.extra.get("interaction")
    return (
        None if used is None else {"by": used["user"]["global_name"], "command": used["name"], "slash": of.kind == 20}
    )


def _deletion(of: Message) -> Json | None:
    if not of.is_deleted or of.deleted_by is None:
        return None
    by_author = of.deleted_by is of.author
    return {"by": display_name(of.deleted_by, of.channel.guild), "by_author": by_author, "reason": of.deleted_reason}


def _color(member: Member | None) -> str | None:
    colored = [role for role in member.roles if role.color] if member else []
    return f"#{max(colored, key=lambda role: role.position).color:06x}" if colored else None


def history(world: World, channel: Channel) -> list[Json]:
    """The latest messages, the oldest of them first, with those that only one member sees."""
    whispered = [each for each in world.whispers.values() if each.channel is channel and not each.is_deleted]
    listed = sorted([*channel.messages.everything(), *whispered], key=lambda each: each.id)
    return [message(each) for each in listed[-MAX_SHOWN:]]


def whole(world: World, guild: Guild, sessions: list[Session], about: Json) -> Json:
    """Everything but the messages; ``about`` is what is known of the bot: its ``mode`` and ``rules``, or nothing."""
    return {
        "about": about,
        "guild": {"id": str(guild.id), "name": guild.name, "owner": guild.owner.name},
        "guilds": [{"id": str(each.id), "name": each.name} for each in world.guilds.values()],
        "bot": _bot(world, sessions),
        "channels": [_channel(each) for each in _in_order(guild)],
        "members": [_member(each) for each in guild.members.values()],
        "roles": [
            {"id": str(each.id), "name": each.name, "color": f"#{each.color:06x}"} for each in guild.roles.values()
        ],
        "dms": {channel.recipient.name: history(world, channel) for channel in world.dms.values() if channel.recipient},
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
    members = list(of.guild.members.values()) if of.guild else []
    private = not all(can_see(member, of) for member in members)
    return {
        "id": str(of.id),
        "name": of.name,
        "type": int(of.type),
        "thread": of.is_thread,
        "parent": payloads.optional_id(of.parent.id if of.parent else None),
        "topic": of.topic,
        "slowmode": of.slowmode,
        "archived": of.archived,
        "status": of.status,
        "owner": payloads.optional_id(of.owner_id or None),
        "private": private,
        "seen_by": [member.user.name for member in members if can_see(member, of)],
        "written_by": [member.user.name for member in members if _may_write(member, of)],
    }


def _may_write(member: Member, channel: Channel) -> bool:
    may = permissions_in(member, channel)
    return sending_in(channel) in may and (not channel.locked or Permission.MANAGE_THREADS in may)


def _member(of: Member) -> Json:
    return {
        "id": str(of.user.id),
        "name": of.name,
        "account": of.user.name,
        "bot": of.user.is_bot,
        "owner": is_owner(of),
        "roles": [{"name": role.name, "color": f"#{role.color:06x}"} for role in _from_the_highest(of)],
        "staff": bool(permissions_of(of) & STAFF),
        "rank": of.highest[0] + (MAX_RANK if is_owner(of) else 0),
        "color": _color(of),
        "takes_dms": of.user.takes_dms,
        "timed_out_until": payloads.stamp(of.timed_out_until) if is_timed_out(of) else None,
    }


def _from_the_highest(of: Member) -> list[Role]:
    return sorted(of.roles, key=lambda role: -role.position)


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
