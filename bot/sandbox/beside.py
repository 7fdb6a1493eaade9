"""What members write beside messages: titles of threads, scheduled events, names; and what AutoMod does about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.sandbox import moderation, payloads, talk
from bot.sandbox.entities import (
    AuditAction,
    Channel,
    ChannelType,
    Event,
    Guild,
    Json,
    Member,
    Message,
    ScheduledEvent,
    User,
)
from bot.sandbox.state import World

MAX_EVENT_NAME = 100
MAX_EVENT_DESCRIPTION = 1_000
STARTS_IN = timedelta(hours=1)
EXTERNAL, VOICE = 3, 2  # what kind of place an event is in
BLOCK, ALERT, TIMEOUT = 1, 2, 3  # what AutoMod does


# Threads


def forum_post(world: World, forum: Channel, member: Member, title: str, content: str) -> tuple[Channel, Message]:
    """A thread in a forum, and its first message, which has the thread's id."""
    thread = world.add_thread(forum, title, member.user)
    first = Message(thread.id, thread, member.user, content, datetime.now(UTC))
    thread.messages.add(first)
    talk.tell_message(world, "MESSAGE_CREATE", first)
    return thread, first


def rename_thread(world: World, thread: Channel, title: str, *, by: User) -> None:
    if thread.guild is None:
        raise ValueError("a thread needs a guild")
    changes = [moderation.change("name", thread.name, title)]
    moderation.log(world, thread.guild, AuditAction.THREAD_UPDATE, actor=by, target_id=thread.id, changes=changes)
    thread.name = title
    world.tell_channel("UPDATE", thread)


def tag_forum(world: World, forum: Channel, names: Sequence[str], *, by: User) -> None:
    """Give a forum these tags in place of its earlier ones."""
    if forum.guild is None or forum.type is not ChannelType.FORUM:
        raise ValueError("only a forum has tags")
    before, forum.tags = forum.tags, new_tags(world, names)
    changes = [moderation.change("available_tags", before, forum.tags)]
    moderation.log(world, forum.guild, AuditAction.CHANNEL_UPDATE, actor=by, target_id=forum.id, changes=changes)
    world.tell_channel("UPDATE", forum)


def new_tags(world: World, names: Sequence[str]) -> list[Json]:
    plain: Json = {"moderated": False, "emoji_id": None, "emoji_name": None}
    return [{"id": str(world.snowflakes.make()), "name": name} | plain for name in names]


# Voice channels


def set_voice_status(
    world: World, channel: Channel, status: str | None, *, by: User, reason: str | None = None
) -> None:
    """What a voice channel says below its name; None takes it away."""
    if channel.guild is None or channel.type is not ChannelType.VOICE:
        raise ValueError("only a voice channel has a status")
    channel.status = status or None
    actions = AuditAction
    action = actions.VOICE_CHANNEL_STATUS_CREATE if channel.status else actions.VOICE_CHANNEL_STATUS_DELETE
    options = {"channel_id": channel.id} | ({"status": channel.status} if channel.status else {})
    moderation.log(world, channel.guild, action, actor=by, target_id=channel.id, options=options, reason=reason)
    data = {"id": str(channel.id), "guild_id": str(channel.guild.id), "status": channel.status}
    world.tell(Event("VOICE_CHANNEL_STATUS_UPDATE", data, channel.guild, channel))


# Events


def event_payload(of: ScheduledEvent) -> Json:
    return {
        "id": str(of.id),
        "guild_id": str(of.guild.id),
        "name": of.name,
        "description": of.description,
        "channel_id": payloads.optional_id(of.channel.id if of.channel else None),
        "creator_id": str(of.creator.id),
        "creator": payloads.user(of.creator),
        "image": None,
        "scheduled_start_time": payloads.stamp(of.starts_at),
        "scheduled_end_time": payloads.stamp(of.starts_at + STARTS_IN),
        "status": 1,
        "entity_type": VOICE if of.channel else EXTERNAL,
        "entity_id": None,
        "entity_metadata": None if of.channel else {"location": of.location or "somewhere"},
        "recurrence_rule": None,
        "privacy_level": 2,
        "user_count": 1,
        "guild_scheduled_event_exceptions": [],
    }


def schedule(
    world: World,
    guild: Guild,
    creator: User,
    name: str,
    *,
    description: str | None = None,
    channel: Channel | None = None,
    location: str | None = None,
) -> ScheduledEvent:
    starts_at = datetime.now(UTC) + STARTS_IN
    event = ScheduledEvent(world.snowflakes.make(), guild, name, description, creator, starts_at, channel, location)
    guild.events[event.id] = event
    moderation.log(world, guild, AuditAction.SCHEDULED_EVENT_CREATE, actor=creator, target_id=event.id)
    _tell_event(world, "CREATE", event)
    return event


def change_event(
    world: World,
    event: ScheduledEvent,
    *,
    name: str | None = None,
    description: str | None = None,
    by: User,
    reason: str | None = None,
) -> None:
    given = {"name": name or event.name, "description": description or event.description}
    lines = {key: moderation.change(key, getattr(event, key), value) for key, value in given.items()}
    changes = [line for key, line in lines.items() if given[key] != getattr(event, key)]
    event.name, event.description = name or event.name, description or event.description
    action = AuditAction.SCHEDULED_EVENT_UPDATE
    moderation.log(world, event.guild, action, actor=by, target_id=event.id, reason=reason, changes=changes)
    _tell_event(world, "UPDATE", event)


def drop_event(world: World, event: ScheduledEvent) -> None:
    del event.guild.events[event.id]
    _tell_event(world, "DELETE", event)


def _tell_event(world: World, what: str, event: ScheduledEvent) -> None:
    world.tell(Event(f"GUILD_SCHEDULED_EVENT_{what}", event_payload(event), event.guild, user=event.creator))


# Names


def call_account(world: World, user: User, name: str) -> None:
    """Give an account another display name; every guild it is in hears of it."""
    user.name = name
    for guild in world.guilds.values():
        if (member := guild.members.get(user.id)) is not None:
            moderation.tell_member(world, member)


# Discord's own AutoMod


def execution(
    world: World,
    guild: Guild,
    user: User,
    content: str,
    *,
    channel: Channel,
    action: int = BLOCK,
    message: Message | None = None,
    keyword: str = "",
) -> None:
    """Tell that a rule of the guild's AutoMod acted; a blocked message never comes into being."""
    data: Json = {
        "guild_id": str(guild.id),
        "action": {"type": action, "metadata": {"channel_id": str(channel.id)} if action == ALERT else {}},
        "rule_id": str(guild.id),
        "rule_trigger_type": 1,
        "user_id": str(user.id),
        "channel_id": str(channel.id),
        "content": content,
        "matched_keyword": keyword,
        "matched_content": keyword,
    }
    if message is not None:
        data["message_id"] = str(message.id)
    if action == ALERT:
        data["alert_system_message_id"] = str(world.snowflakes.make())
    world.tell(Event("AUTO_MODERATION_ACTION_EXECUTION", data, guild, user=user))
