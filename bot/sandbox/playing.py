"""What someone at the page or in a script does as a member: Discord's rules hold for them too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bot.sandbox import beside, moderation, talk
from bot.sandbox.entities import Channel, ChannelType, Guild, Json, Member, Message, User
from bot.sandbox.permissions import Permission
from bot.sandbox.refusals import Refused
from bot.sandbox.standing import can_see, is_timed_out, permissions_in, permissions_of, sending_in
from bot.sandbox.state import World

MAX_CONTENT = 4_000  # characters, as for members who pay
MAX_TITLE = 100
MAX_NICKNAME = 32
MAX_STATUS = 500


def someone(world: World, guild: Guild, name: str) -> Member:
    """The member called ``name``, who joins on first use."""
    user = world.person(name)
    if user is world.bot:
        raise Refused(400, f"{user.name} is the bot itself; speak as a member.")
    if user.id in guild.bans:
        raise Refused(403, f"{user.name} is banned from {guild.name}.")
    if user.id in guild.members:
        return guild.members[user.id]
    ordinary = [role for role in guild.roles.values() if role.name == "Member"]
    return world.join(guild, user, ordinary)


def speak(world: World, channel: Channel, member: Member, draft: talk.Draft, *, at: datetime | None = None) -> Message:
    """Raises ``Refused`` where Discord would not let the member."""
    _require_voice(member, channel)
    _require_kind(member, channel, draft)
    draft.content = readable(draft.content)
    if len(draft.content) > MAX_CONTENT:
        raise Refused(400, f'"content" must be at most {MAX_CONTENT} characters long, not {len(draft.content)}.')
    if not (draft.content.strip() or draft.attachments or draft.embeds or draft.extra):
        raise Refused(400, '"content" must not be empty.')
    return talk.post(world, channel, member.user, draft, at=at)


def open_thread(
    world: World, parent: Channel, member: Member, title: str, content: str, *, of: Message | None = None
) -> Channel:
    """A thread with a first message, on its own or hanging ``of`` a message; in a forum, a post."""
    title, content = fitting(title, MAX_TITLE, "A title"), readable(content)
    if not content.strip() or len(content) > MAX_CONTENT:
        raise Refused(400, f"The first message must be 1 to {MAX_CONTENT} characters long.")
    _require_voice(member, parent)
    if parent.type is ChannelType.FORUM:
        return beside.forum_post(world, parent, member, title, content)[0]
    if parent.type is not ChannelType.TEXT:
        raise Refused(400, f"#{parent.name} can hold no threads.")
    if Permission.CREATE_PUBLIC_THREADS not in permissions_in(member, parent):
        raise Refused(403, f"{member.name} may not open threads in #{parent.name}.")
    if of is not None and of.id in world.channels:
        raise Refused(400, "A thread hangs from that message already.")
    thread = world.add_thread(parent, title, member.user, id=of.id if of else None)
    speak(world, thread, member, talk.Draft(content))
    return thread


def rename_thread(world: World, thread: Channel, member: Member, title: str) -> None:
    if not thread.is_thread:
        raise Refused(400, f"#{thread.name} is no thread.")
    _require_voice(member, thread)
    if thread.owner_id != member.user.id and Permission.MANAGE_THREADS not in permissions_in(member, thread):
        raise Refused(403, f"{member.name} may not rename the threads of others.")
    beside.rename_thread(world, thread, fitting(title, MAX_TITLE, "A title"), by=member.user)


def set_voice_status(world: World, channel: Channel, member: Member, status: str) -> None:
    """Empty takes it away."""
    if channel.type is not ChannelType.VOICE:
        raise Refused(400, f"{channel.name} is no voice channel.")
    if Permission.CONNECT | Permission.SET_VOICE_CHANNEL_STATUS not in permissions_in(member, channel):
        raise Refused(403, f"{member.name} may not set the status of {channel.name}.")
    status = readable(status).strip()
    if len(status) > MAX_STATUS:
        raise Refused(400, f"A status must be at most {MAX_STATUS} characters long, not {len(status)}.")
    beside.set_voice_status(world, channel, status, by=member.user)


def take_nickname(world: World, member: Member, nickname: str) -> None:
    """Empty takes it away."""
    if Permission.CHANGE_NICKNAME not in permissions_of(member):
        raise Refused(403, f"{member.name} may not change their nickname.")
    nickname = fitting(nickname, MAX_NICKNAME, "A nickname") if nickname.strip() else ""
    moderation.rename(world, member, nickname, by=member.user)


def fitting(text: str, most: int, what: str) -> str:
    """Without white space around it; refused where it is empty or too long."""
    text = readable(text).strip()
    if not 1 <= len(text) <= most:
        raise Refused(400, f"{what} must be 1 to {most} characters long, not {len(text)}.")
    return text


def _require_voice(member: Member, channel: Channel) -> None:
    name, place = member.name, f"#{channel.name}"
    if not can_see(member, channel):
        raise Refused(403, f"{name} cannot see {place}.")
    if is_timed_out(member) and member.timed_out_until is not None:
        raise Refused(403, f"{name} is timed out until {member.timed_out_until:%H:%M:%S} UTC and cannot write.")
    may = permissions_in(member, channel)
    if sending_in(channel) not in may:
        raise Refused(403, f"{name} may not write in {place}.")
    if channel.locked and Permission.MANAGE_THREADS not in may:
        raise Refused(403, f"{place} is locked.")
    _require_patience(member, channel, may)


def _require_kind(member: Member, channel: Channel, draft: talk.Draft) -> None:
    """Of a forum, that posts are threads; of polls and files, that the member may send them."""
    if channel.type is ChannelType.FORUM:
        raise Refused(400, f"#{channel.name} is a forum: open a post in it.")
    may = permissions_in(member, channel)
    for is_there, needed, what in (
        ("poll" in draft.extra, Permission.SEND_POLLS, "polls"),
        (bool(draft.attachments), Permission.ATTACH_FILES, "files"),
    ):
        if is_there and needed not in may:
            raise Refused(403, f"{member.name} may not send {what} in #{channel.name}.")


def _require_patience(member: Member, channel: Channel, may: Permission) -> None:
    free = Permission.BYPASS_SLOWMODE | Permission.MANAGE_MESSAGES | Permission.MANAGE_CHANNELS
    last = channel.last_spoken.get(member.user.id)
    if not channel.slowmode or last is None or may & free:
        return
    left = (last + timedelta(seconds=channel.slowmode) - datetime.now(UTC)).total_seconds()
    if left > 0:
        raise Refused(403, f"#{channel.name} is in slow mode; {member.name} can write again in {left:.0f} s.")


def readable(text: str) -> str:
    """Without the halves of characters that JSON can write and UTF-8 cannot."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def edit(world: World, message: Message, content: str) -> None:
    """As its author."""
    _require_human(world, message)
    content = readable(content)
    if not content.strip() and not message.attachments:
        raise Refused(400, '"content" must not be empty.')
    if len(content) > MAX_CONTENT:
        raise Refused(400, f'"content" must be at most {MAX_CONTENT} characters long, not {len(content)}.')
    talk.edit(world, message, {"content": content})


def delete(world: World, message: Message) -> None:
    """As its author."""
    _require_human(world, message)
    talk.delete(world, message, by=message.author)


def dismiss(world: World, message: Message) -> None:
    """Take an ephemeral message out of sight; the bot is not told, and may still change it."""
    del world.whispers[message.id]
    message.is_dismissed = True


def _require_human(world: World, message: Message) -> None:
    if message.author is world.bot:
        raise Refused(403, "That message is the bot's own; only members' messages can be changed here.")


def find_message(channels: Iterable[Channel], message_id: int) -> Message:
    for channel in channels:
        if (message := channel.messages.ever(message_id)) is None:
            continue
        if message.is_deleted:
            raise Refused(404, f"Message {message_id} has been deleted.")
        return message
    raise Refused(404, f"There is no message {message_id}.")


def listed(message: Message) -> Json:
    """A message as scripts are shown it."""
    return {
        "id": str(message.id),
        "member": display_name(message.author, message.channel.guild),
        "content": message.content,
        "deleted": message.is_deleted,
        "edited": message.edited_at is not None,
    }


def display_name(user: User, guild: Guild | None) -> str:
    member = guild.members.get(user.id) if guild else None
    return member.name if member else user.name
