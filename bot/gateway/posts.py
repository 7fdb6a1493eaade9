"""Discord's messages as posts, from the JSON that Discord sent or from what discord.py made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import discord

from bot.gateway.files import text_files
from bot.read import surfaces
from bot.records import Author, Kind, Named, Post, Surface, is_id

LONGEST_CONTEXT = 200  # characters of an answered message; more would drown the answer

# Message types that a member writes; all others are Discord's own words ("Mallory pinned a message").
WRITTEN_BY_MEMBERS = frozenset(
    {
        discord.MessageType.default.value,
        discord.MessageType.reply.value,
        discord.MessageType.chat_input_command.value,
        discord.MessageType.context_menu_command.value,
        discord.MessageType.thread_starter_message.value,
    }
)

_GUILD_INSTALL, _USER_INSTALL = "0", "1"  # where an application is at home

Place = discord.abc.GuildChannel | discord.Thread
Payload = Mapping[str, Any]


def of(message: discord.Message, *, is_edit: bool = False) -> Post | None:
    """The post in a guild that this message is, with every text in it; None for a direct message."""
    found = every_of(message, is_edit=is_edit)
    return found[0] if found else None


def every_of(message: discord.Message, *, is_edit: bool = False) -> list[Post]:
    """As ``of``, and what the pages say that it links to as a post of its own."""
    guild = message.guild
    return [] if guild is None else of_payload(_payload_of(message), guild, author_of(message), is_edit=is_edit)


def of_payload(data: Payload, guild: discord.Guild, author: Author, *, is_edit: bool = False) -> list[Post]:
    """What a member wrote in the message ``data``, and apart from it what the pages say that it links to."""
    message_id, channel_id = snowflake(data.get("id")), snowflake(data.get("channel_id"))
    if not message_id:
        return []
    place = guild.get_channel_or_thread(channel_id)
    written = Post(
        guild=Named(guild.id, guild.name),
        channel=Named(channel_id, _name(place)),
        author=author,
        message_id=message_id,
        surfaces=surfaces.in_message(data, _content(place, message_id)),
        created_at=discord.utils.snowflake_time(message_id),
        parent=parent_of(place),
        category=category_of(place),
        is_edit=is_edit,
        is_system=is_discords_own(data.get("type")),
        context=_context(data, author),
        files=text_files(data),
    )
    found = surfaces.in_previews(data)
    if not found:
        return [written]
    # The pages that it links to, of whose words its author is not the writer.
    return [written, replace(written, surfaces=found, context="", files=(), doubt="held_by_preview")]


def beside_messages(
    kind: Kind,
    guild: discord.Guild,
    place: Place | None,
    author: Author,
    post_id: int,
    found: tuple[Surface, ...],
    **more: Any,
) -> Post:
    """A post that is no message: a title, an event, a name, or what AutoMod acted on. ``place`` is where it shows."""
    channel = Named(place.id, _name(place)) if place else Named(0, "events" if kind == "event" else "names")
    if kind == "title" and (parent := parent_of(place)) is not None:
        channel = Named(channel.id, parent.name)  # its own name is what is read, and is kept sealed or not at all
    return Post(
        guild=Named(guild.id, guild.name),
        channel=channel,
        author=author,
        message_id=post_id,
        surfaces=found,
        created_at=discord.utils.snowflake_time(post_id),
        parent=parent_of(place),
        category=category_of(place),
        kind=kind,
        **more,
    )


def author_of(message: discord.Message) -> Author:
    """Who wrote it, or had an application write it that only they have brought along."""
    used = message.interaction_metadata
    if used is not None and used.is_user_integration() and not used.is_guild_integration():
        return Author(used.user.id, used.user.display_name)
    author = message.author
    member = author if isinstance(author, discord.Member) else None
    return Author(
        id=author.id,
        name=author.display_name,
        roles=tuple(Named(role.id, role.name) for role in member.roles) if member else (),
        is_bot=author.bot or message.webhook_id is not None,
        joined_at=member.joined_at if member else None,
    )


def member_author(guild: discord.Guild, user: Any, member: Any, *, is_bot: bool = False) -> Author | None:
    """An author from the JSON of an account and of its membership; None where there is no account."""
    user, member = (each if isinstance(each, dict) else {} for each in (user, member))
    user_id = snowflake(user.get("id"))
    if not user_id:
        return None
    held = [snowflake(each) for each in _as_list(member.get("roles"))]
    roles = sorted(role for role_id in held if (role := guild.get_role(role_id)) is not None)
    names = (member.get("nick"), user.get("global_name"), user.get("username"))
    return Author(
        id=user_id,
        name=next((name for name in names if isinstance(name, str) and name), str(user_id)),
        roles=tuple(Named(role.id, role.name) for role in ([guild.default_role, *roles] if member else [])),
        is_bot=is_bot or user.get("bot") is True,
        joined_at=moment(member.get("joined_at")),
    )


def user_of_application(data: Payload) -> Any:
    """The account that had an application write this message which is not in the server but only in their pocket.

    What such an application says is what they asked it to; the server's own applications answer for themselves.
    """
    used = data.get("interaction_metadata")
    owners = used.get("authorizing_integration_owners") if isinstance(used, dict) else None
    is_pocketed = isinstance(owners, dict) and _USER_INSTALL in owners and _GUILD_INSTALL not in owners
    return used.get("user") if is_pocketed and isinstance(used, dict) else None


def is_discords_own(kind: Any) -> bool:
    """Whether a message of this type is written by Discord itself; what has no type is read."""
    return isinstance(kind, int) and kind not in WRITTEN_BY_MEMBERS


def snowflake(value: Any) -> int:
    """An id as Discord writes it; 0 for what is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 < value < 1 << 63 else 0
    return int(value) if isinstance(value, str) and is_id(value) else 0


def moment(value: Any) -> datetime | None:
    """A time as Discord writes it; None for what is none."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


def parent_of(place: Place | None) -> Named | None:
    """The channel that a thread hangs from."""
    parent = place.parent if isinstance(place, discord.Thread) else None
    return Named(parent.id, parent.name) if parent else None


def category_of(place: Place | None) -> Named | None:
    channel = place.parent if isinstance(place, discord.Thread) else place
    category = getattr(channel, "category", None)
    return Named(category.id, category.name) if category else None


def _content(place: Place | None, message_id: int) -> str:
    """What the text of a message is called in this place."""
    if isinstance(place, discord.VoiceChannel | discord.StageChannel):
        return "voice chat"
    if isinstance(place, discord.Thread) and place.id == message_id:
        return "first post"  # of a thread in a forum
    return "content"


def _context(data: Payload, author: Author) -> str:
    """The beginning of what is answered, if somebody else wrote it: who answers themselves could explain all away."""
    answered = data.get("referenced_message")
    answered_author = answered.get("author") if isinstance(answered, dict) else None
    if not isinstance(answered, dict) or not isinstance(answered_author, dict):
        return ""
    if snowflake(answered_author.get("id")) in (0, author.id) or data.get("type") != discord.MessageType.reply.value:
        return ""
    return "\n".join(surface.text for surface in surfaces.in_message(answered))[:LONGEST_CONTEXT]


def _payload_of(message: discord.Message) -> dict[str, Any]:
    """The JSON from which discord.py made the message, as far as it holds words."""
    data: dict[str, Any] = {
        "id": message.id,
        "channel_id": message.channel.id,
        "type": message.type.value,
        "content": message.content,
        "attachments": [{**each.to_dict(), "title": each.title} for each in message.attachments],
        "embeds": [each.to_dict() for each in message.embeds],
        "components": [each.to_dict() for each in message.components],
        "sticker_items": [{"name": each.name} for each in message.stickers],
        "message_snapshots": [{"message": _snapshot(each)} for each in message.message_snapshots],
    }
    if message.poll is not None:
        answers = [{"poll_media": answer.media.to_dict()} for answer in message.poll.answers]
        data["poll"] = {"question": {"text": message.poll.question}, "answers": answers}
    answered = message.reference.resolved if message.reference else None
    if isinstance(answered, discord.Message):
        data["referenced_message"] = {"content": answered.content, "author": {"id": answered.author.id}}
    return data


def _snapshot(snapshot: discord.MessageSnapshot) -> dict[str, Any]:
    return {
        "content": snapshot.content,
        "attachments": [{**each.to_dict(), "title": each.title} for each in snapshot.attachments],
        "sticker_items": [{"name": each.name} for each in snapshot.stickers],
        "embeds": [each.to_dict() for each in snapshot.embeds],
        "components": [each.to_dict() for each in snapshot.components],
    }


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _name(place: object) -> str:
    return getattr(place, "name", None) or "unknown channel"
