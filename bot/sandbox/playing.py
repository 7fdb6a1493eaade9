"""What someone at the page or in a script does as a member: Discord's rules hold for them too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bot.sandbox import talk
from bot.sandbox.entities import Channel, Guild, Json, Member, Message, User
from bot.sandbox.permissions import Permission
from bot.sandbox.refusals import Refused
from bot.sandbox.standing import can_see, is_timed_out, permissions_in, sending_in
from bot.sandbox.state import World

MAX_CONTENT = 4_000  # characters, as for members who pay


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
    draft.content = readable(draft.content)
    if len(draft.content) > MAX_CONTENT:
        raise Refused(400, f'"content" must be at most {MAX_CONTENT} characters long, not {len(draft.content)}.')
    if not (draft.content.strip() or draft.attachments or draft.embeds or draft.extra):
        raise Refused(400, '"content" must not be empty.')
    return talk.post(world, channel, member.user, draft, at=at)


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
