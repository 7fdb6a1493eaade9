"""Which events a bot is told of, and how much of them.

Source: https://docs.discord.com/developers/events/gateway#gateway-intents
"""

from __future__ import annotations

from enum import IntFlag

from bot.sandbox import payloads
from bot.sandbox.entities import Event, Json, User
from bot.sandbox.permissions import Permission
from bot.sandbox.standing import can_see, permissions_of


class Intent(IntFlag):
    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_MODERATION = 1 << 2
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    GUILD_MESSAGE_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    DIRECT_MESSAGE_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15
    GUILD_SCHEDULED_EVENTS = 1 << 16
    AUTO_MODERATION_EXECUTION = 1 << 21


PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
KNOWN_BITS = (1 << 26) - 1

# By the beginning of the event's name: the intent in a guild, and in a DM. The longer beginning stands first.
_NEEDED: tuple[tuple[str, Intent, Intent | None], ...] = (
    ("MESSAGE_REACTION_", Intent.GUILD_MESSAGE_REACTIONS, Intent.DIRECT_MESSAGE_REACTIONS),
    ("MESSAGE_", Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES),
    ("TYPING_START", Intent.GUILD_MESSAGE_TYPING, Intent.DIRECT_MESSAGE_TYPING),
    ("GUILD_MEMBER_", Intent.GUILD_MEMBERS, None),
    ("GUILD_BAN_", Intent.GUILD_MODERATION, None),
    ("GUILD_AUDIT_LOG_", Intent.GUILD_MODERATION, None),
    ("GUILD_SCHEDULED_EVENT_", Intent.GUILD_SCHEDULED_EVENTS, None),
    ("AUTO_MODERATION_ACTION_", Intent.AUTO_MODERATION_EXECUTION, None),
    ("GUILD_", Intent.GUILDS, None),
    ("CHANNEL_", Intent.GUILDS, Intent.DIRECT_MESSAGES),
    ("VOICE_CHANNEL_STATUS_", Intent.GUILDS, None),
    ("THREAD_", Intent.GUILDS, None),
)


def is_meant_for(event: Event, intents: Intent, bot: User) -> bool:
    """Whether a session with ``intents`` is told of ``event``."""
    if event.guild is not None and bot.id not in event.guild.members:
        return False
    return _is_asked_for(event, intents, bot) and _is_visible(event, bot)


def _is_asked_for(event: Event, intents: Intent, bot: User) -> bool:
    if event.type == "GUILD_MEMBER_UPDATE" and event.user is bot:
        return True
    for beginning, in_guild, in_dm in _NEEDED:
        if event.type.startswith(beginning):
            needed = in_dm if event.guild is None else in_guild
            return needed is not None and needed in intents
    return True


def _is_visible(event: Event, bot: User) -> bool:
    if event.guild is None:
        return True
    me = event.guild.members[bot.id]
    if event.type == "GUILD_AUDIT_LOG_ENTRY_CREATE":
        return Permission.VIEW_AUDIT_LOG in permissions_of(me)
    if event.type == "AUTO_MODERATION_ACTION_EXECUTION":
        return Permission.MANAGE_GUILD in permissions_of(me)
    # Of channels a bot hears even where it sees nothing; of what is said in them, and of threads, it does not.
    if event.channel is None or event.type.startswith("CHANNEL_"):
        return True
    return can_see(me, event.channel)


def shown(event: Event, intents: Intent, bot: User) -> Json:
    """The event's data, without the content that the session may not read."""
    message = event.message
    if message is None or not event.type.startswith("MESSAGE_") or "content" not in event.data:
        return event.data
    if Intent.MESSAGE_CONTENT in intents or event.guild is None:
        return event.data
    if message.author is bot or bot in message.mentions:
        return event.data
    return payloads.without_content(event.data)
