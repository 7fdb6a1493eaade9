"""Every text that Discord's API has is read, or left alone for a reason that stands here."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.read import surfaces
from bot.records import Surface

LISTED = (Path(__file__).parent / "text_fields.txt").read_text().split()
DESCRIPTION = Path(__file__).parents[2].parent / "shared" / "discord-openapi.json"
MARK = "a text like no other"

READERS: Mapping[str, Callable[[Any], tuple[Surface, ...]]] = {
    "message": lambda message: surfaces.in_message(message) + surfaces.in_previews(message),
    "thread": surfaces.in_thread,
    "channel": surfaces.in_channel,
    "member": surfaces.in_member,
    "event": surfaces.in_event,
    "status": surfaces.in_voice_status,
}

# A pattern, and why the fields that it fits hold nothing to read.
IGNORED = {
    r".*\.(avatar|banner|asset|badge|icon|cover_image|image|icon_hash|discriminator|placeholder_hash|palette)": (
        "a hash, or a number"
    ),
    r".*\.(url|proxy_url|icon_url|proxy_icon_url|content_scan_metadata|cdn_url)": "an address",
    r".*\.(custom_id|sku_id|permissions|guild_connections|rtc_region|locale|nonce|party_id|waveform|content_type)": (
        "no words, or the application's own"
    ),
    r".*\.(verify_key|slug|flags_new|tags(\[\])?|primary_sku_id|join_request|secret|version)": "no words of a member",
    r".*\.(attachments\[\]|media|file|image|thumbnail|video|unfurled_media)(\.media)?\.placeholder": (
        "a tiny picture in letters"
    ),
    r"message\.(attachments\[\]\.)?application(\..*)?": "written by who made the application",
    r"message\.message_snapshots\[\]\.message\.attachments\[\]\.application\..*": "written by who made the application",
    r".*\.clip_participants\[\]\..*": "names of members, which are read where they are taken",
    r"message\.(message_snapshots\[\]\.message\.)?(author|mentions\[\]|resolved|thread|stickers\[\]\.user)(\..*)?": (
        "members, channels and threads, whose names are read where they are given"
    ),
    r"message\.(message_snapshots\[\]\.message\.)?(mentions\[\]|stickers\[\]\.user)\..*": "names of members",
    r"message\.(interaction|interaction_metadata|lobby_member|call|activity|role_subscription_data)(\..*)?": (
        "about a command or a purchase: who used it and what it is called"
    ),
    r"message\.(purchase_notification|shared_client_theme|mention_channels\[\])(\..*)?": "set by Discord or the server",
    r"message\.reactions\[\]\..*": "an event of its own by somebody else than the author of the message",
    r".*\.(components|items|options)(\[\])?(\..*)?\.emoji\.(name|id)": "an application's own picture",
    r"thread\.member\..*|event\.(user_rsvp|creator)\..*": "names of members, which are read where they are taken",
    r"channel\.permission_overwrites\[\]\.(allow|deny)|.*\.embeds\[\]\.type": "no words",
    r"(thread|channel)\.(permissions|rtc_region)": "no words",
    r"channel\.(available_tags\[\]\.emoji_name|default_reaction_emoji\.emoji_name)": "one usual emoji",
    r"member\.(user\.)?(collectibles|avatar_decoration_data)\..*": "a thing bought from Discord",
    r"member\.user\.(discriminator|avatar|banner)": "no words",
}


def payload(path: str) -> dict[str, Any]:
    """What Discord would send with ``MARK`` in this field."""
    value: Any = MARK
    for part in reversed(path.split(".")[1:]):
        name, *lists = part.split("[]")
        for _ in lists:
            value = [value]
        value = {name: value} if name == "*" else {"id": "1", name: value}
    return value  # type: ignore[no-any-return]


def is_read(path: str) -> bool:
    return any(MARK in surface.text for surface in READERS[path.split(".")[0]](payload(path)))


def test_every_text_field_is_read_or_ignored_for_a_reason() -> None:
    unread = [path for path in LISTED if not is_read(path)]
    forgotten = [path for path in unread if not any(re.fullmatch(pattern, path) for pattern in IGNORED)]
    assert forgotten == []


def test_every_reason_is_still_needed() -> None:
    unread = [path for path in LISTED if not is_read(path)]
    idle = [pattern for pattern in IGNORED if not any(re.fullmatch(pattern, path) for path in unread)]
    assert idle == []


def test_the_list_is_that_of_discords_description() -> None:
    if not DESCRIPTION.exists():
        pytest.skip(f"Discord's API description is not at {DESCRIPTION}")
    found = runpy.run_path(str(Path(__file__).parent / "text_fields.py"))
    assert found["fields"](json.loads(DESCRIPTION.read_text())) == LISTED


@pytest.mark.parametrize(
    "path",
    [
        *("message.content", "message.poll.question.text", "message.poll.answers[].poll_media.text"),
        *("message.poll.answers[].poll_media.emoji.name", "message.sticker_items[].name"),
        *("message.attachments[].filename", "message.attachments[].title", "message.attachments[].description"),
        *("message.embeds[].title", "message.embeds[].fields[].value", "message.embeds[].footer.text"),
        *("message.components[].components[].content", "message.message_snapshots[].message.content"),
        *("thread.name", "channel.name", "channel.topic", "channel.available_tags[].name"),
        *("member.nick", "member.user.global_name", "member.user.username", "member.user.primary_guild.tag"),
        *("event.name", "event.description", "event.entity_metadata.location", "status.status"),
    ],
)
def test_what_members_write_is_read(path: str) -> None:
    assert path in LISTED
    assert is_read(path)
