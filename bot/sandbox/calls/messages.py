"""Messages: read, written, edited, deleted, reacted to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

from bot.sandbox import moderation, payloads, talk
from bot.sandbox.calls.call import Answer, Call, Reply, Route
from bot.sandbox.drafts import COMPONENTS_V2, read_draft, read_edit
from bot.sandbox.entities import AuditAction, Channel, ChannelType, Event, Json, Message
from bot.sandbox.forms import reading
from bot.sandbox.permissions import NONE, Permission
from bot.sandbox.refusals import (
    cannot_message_this_user,
    invalid_recipients,
    message_too_old,
    missing_permissions,
    not_your_message,
    system_message,
    thread_archived,
    thread_exists,
    unknown_emoji,
    wrong_channel_type,
    wrong_in_a_dm,
    wrong_number_of_messages,
)
from bot.sandbox.snowflakes import first_at
from bot.sandbox.standing import sending_in
from bot.sandbox.state import World

MAX_LISTED = 100
NONCE_KEPT = timedelta(minutes=5)
BULK_MOST, BULK_LEAST = 100, 2
BULK_AGE = timedelta(days=14)
DELETABLE_KINDS = frozenset({0, 6, 7, 8, 9, 10, 11, 12, 18, 19, 20, 22, 23, 24, 25, 26, 27, 28, 29, 31, 32})
MESSAGE_CONTENT = 1 << 15


def _shown(call: Call, message: Message) -> Json:
    """Without the content where the application may not read it."""
    payload = payloads.message(message, call.bot)
    hidden = not call.world.application.privileged_intents & MESSAGE_CONTENT
    foreign = message.author is not call.bot and call.bot not in message.mentions
    return payloads.without_content(payload) if hidden and foreign and message.channel.guild else payload


def get_message(call: Call) -> Answer:
    channel = call.channel(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
    return _shown(call, call.message(channel))


def list_messages(call: Call) -> Answer:
    channel = call.channel()
    with reading(dict(call.query)) as form:
        limit = form.integer("limit", least=1, most=MAX_LISTED) or 50
        before, after, around = (form.snowflake(name) for name in ("before", "after", "around"))
    if not call.may(Permission.READ_MESSAGE_HISTORY, channel):
        return []
    if around is not None:
        found = channel.messages.around(around, limit)
    elif after is not None:
        found = channel.messages.after(after, limit)
    else:
        found = channel.messages.before(before, limit)
    return [_shown(call, message) for message in found]


def create_message(call: Call) -> Answer:
    channel = call.channel()
    if channel.type is ChannelType.CATEGORY:
        raise wrong_channel_type()
    if not call.may(sending_in(channel), channel):
        raise missing_permissions()
    draft = read_draft(call.body, channel, call.attachments)
    _require_extras(call, channel, draft)
    if channel.type is ChannelType.DM and not _takes_dms(call.world, channel):
        raise cannot_message_this_user()
    if channel.locked and not call.may(Permission.MANAGE_THREADS, channel):
        raise thread_archived()
    if channel.archived:  # what is written in a thread opens it again
        channel.archived = False
        call.world.tell_channel("UPDATE", channel)
    if (twin := _same_nonce(call, channel, draft)) is not None:
        return payloads.message(twin, call.bot)
    return payloads.message(talk.post(call.world, channel, call.bot, draft), call.bot)


def _require_extras(call: Call, channel: Channel, draft: talk.Draft) -> None:
    needed = NONE
    if draft.attachments:
        needed |= Permission.ATTACH_FILES
    if draft.reference:
        needed |= Permission.READ_MESSAGE_HISTORY
    if draft.extra.get("poll"):
        needed |= Permission.SEND_POLLS
    if not call.may(needed, channel):
        raise missing_permissions()
    if not call.may(Permission.EMBED_LINKS, channel):
        draft.embeds = []  # Discord drops them without a word


def _takes_dms(world: World, channel: Channel) -> bool:
    """A member who allows it, in a guild where the bot is too."""
    who = channel.recipient
    if who is None or who.is_bot or not who.takes_dms:
        return False
    return any(who.id in guild.members and world.bot.id in guild.members for guild in world.guilds.values())


def _same_nonce(call: Call, channel: Channel, draft: talk.Draft) -> Message | None:
    if draft.nonce is None or not (isinstance(call.body, dict) and call.body.get("enforce_nonce")):
        return None
    since = datetime.now(UTC) - NONCE_KEPT
    for message in channel.messages.after(first_at(since), len(channel.messages)):
        if message.author is call.bot and message.nonce == draft.nonce:
            return message
    return None


def edit_message(call: Call) -> Answer:
    message = call.message(call.channel())
    if message.author is not call.bot:
        raise not_your_message()
    changes, pings = read_edit(call.body, message, call.attachments)
    if changes.get("flags", message.flags) & COMPONENTS_V2:
        changes |= {"content": "", "embeds": []}
    talk.edit(call.world, message, changes, pings=pings)
    return payloads.message(message, call.bot)


def delete_message(call: Call) -> Answer:
    channel = call.channel()
    message = call.message(channel)
    foreign = message.author is not call.bot
    if foreign and channel.type is ChannelType.DM:
        raise wrong_in_a_dm()
    if foreign and not call.may(Permission.MANAGE_MESSAGES, channel):
        raise missing_permissions()
    if message.kind not in DELETABLE_KINDS:
        raise system_message()
    if foreign and channel.guild is not None:
        moderation.log(
            call.world,
            channel.guild,
            AuditAction.MESSAGE_DELETE,
            actor=call.bot,
            target_id=message.author.id,
            reason=call.reason,
            options={"channel_id": channel.id, "count": 1},
        )
    talk.delete(call.world, message, by=call.bot, reason=call.reason)
    return None


def bulk_delete(call: Call) -> Answer:
    channel, guild = call.guild_channel(Permission.MANAGE_MESSAGES)
    with reading(call.body) as form:
        ids = form.snowflakes("messages", most=10_000) or []
    unique = list(dict.fromkeys(ids))
    if not BULK_LEAST <= len(unique) <= BULK_MOST:
        raise wrong_number_of_messages()
    if min(unique) < first_at(datetime.now(UTC) - BULK_AGE):
        raise message_too_old()
    doomed = [message for each in unique if (message := channel.messages.get(each)) is not None]
    if doomed:
        count = {"count": len(doomed)}
        moderation.log(
            call.world,
            guild,
            AuditAction.MESSAGE_BULK_DELETE,
            actor=call.bot,
            target_id=channel.id,
            reason=call.reason,
            options=count,
        )
        talk.delete_many(call.world, channel, doomed, by=call.bot, reason=call.reason)
    return None


def start_typing(call: Call) -> Answer:
    channel = call.channel()
    if not call.may(sending_in(channel), channel):
        raise missing_permissions()
    data: Json = {
        "channel_id": str(channel.id),
        "user_id": str(call.bot.id),
        "timestamp": int(datetime.now(UTC).timestamp()),
    }
    if channel.guild is not None:
        data |= {"guild_id": str(channel.guild.id), "member": payloads.member(call.me(channel.guild))}
    call.world.tell(Event("TYPING_START", data, channel.guild, channel, user=call.bot))
    return None


def _emoji(call: Call) -> str:
    name = unquote(call.ids["emoji"])
    if name.isascii() and ":" not in name:
        raise unknown_emoji()
    return name


def add_reaction(call: Call) -> Answer:
    channel = call.channel(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
    message, emoji = call.message(channel), _emoji(call)
    if emoji not in message.reactions and not call.may(Permission.ADD_REACTIONS, channel):
        raise missing_permissions()
    talk.react(call.world, message, emoji, call.bot)
    return None


def remove_reaction(call: Call) -> Answer:
    channel = call.channel()
    message, user = call.message(channel), call.user()
    if user is not call.bot and not call.may(Permission.MANAGE_MESSAGES, channel):
        raise missing_permissions()
    talk.unreact(call.world, message, _emoji(call), user)
    return None


def list_reactions(call: Call) -> Answer:
    channel = call.channel(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
    return [payloads.user(user) for user in call.message(channel).reactions.get(_emoji(call), [])]


def clear_reactions(call: Call) -> Answer:
    channel = call.channel(Permission.VIEW_CHANNEL | Permission.MANAGE_MESSAGES)
    message = call.message(channel)
    for emoji, users in [(emoji, list(users)) for emoji, users in message.reactions.items()]:
        for user in users:
            talk.unreact(call.world, message, emoji, user)
    return None


def open_dm(call: Call) -> Answer:
    from_id = call.body.get("recipient_id") if isinstance(call.body, dict) else None
    with reading({"recipient_id": from_id}) as form:
        user_id = form.snowflake("recipient_id", required=True)
    user = call.world.users.get(user_id or 0)
    if user is None or user is call.bot:
        raise invalid_recipients()
    return payloads.dm(call.world.dm_with(user))


def start_thread(call: Call) -> Answer:
    """On its own, or from the message that stands in the path."""
    parent, guild = call.guild_channel(Permission.VIEW_CHANNEL | Permission.CREATE_PUBLIC_THREADS)
    if parent.is_thread:
        raise wrong_channel_type()
    with reading(call.body) as form:
        name = form.text("name", most=100, least=1, required=True) or ""
    root = call.message(parent) if "message_id" in call.ids else None
    if root is not None and root.id in call.world.channels:
        raise thread_exists()
    thread = call.world.add_thread(parent, name, call.bot, id=root.id if root else None)
    moderation.log(
        call.world, guild, AuditAction.THREAD_CREATE, actor=call.bot, target_id=thread.id, reason=call.reason
    )
    return Reply(201, payloads.thread(thread))


MESSAGE = "/channels/{channel_id}/messages/{message_id}"
ROUTES = (
    Route("GET", "/channels/{channel_id}/messages", list_messages),
    Route("POST", "/channels/{channel_id}/messages", create_message),
    Route("POST", "/channels/{channel_id}/messages/bulk-delete", bulk_delete),
    Route("GET", MESSAGE, get_message),
    Route("PATCH", MESSAGE, edit_message),
    Route("DELETE", MESSAGE, delete_message),
    Route("POST", "/channels/{channel_id}/typing", start_typing),
    Route("PUT", MESSAGE + "/reactions/{emoji}/{user_id}", add_reaction),
    Route("DELETE", MESSAGE + "/reactions/{emoji}/{user_id}", remove_reaction),
    Route("GET", MESSAGE + "/reactions/{emoji}", list_reactions),
    Route("DELETE", MESSAGE + "/reactions", clear_reactions),
    Route("POST", "/users/@me/channels", open_dm),
    Route("POST", "/channels/{channel_id}/threads", start_thread),
    Route("POST", MESSAGE + "/threads", start_thread),
)
