"""The body of a message that a bot sends or edits, checked as Discord checks it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.sandbox import components, media, payloads
from bot.sandbox.entities import Channel, Json, Message
from bot.sandbox.forms import Form
from bot.sandbox.refusals import ApiError, empty_message, invalid_form
from bot.sandbox.talk import REPLY, Draft, Pings

MAX_CONTENT = 2_000  # characters
MAX_EMBEDS = 10
MAX_EMBED_TEXT = 6_000  # characters of all embeds together
MAX_NONCE = 25
MAX_STICKERS = 3
SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
SUPPRESS_NOTIFICATIONS = 1 << 12
COMPONENTS_V2 = 1 << 15
HAS_SNAPSHOT = 1 << 14
SETTABLE_FLAGS = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2
FORWARD = 1  # the type of a message reference
SNAPSHOT_FIELDS = (
    *("type", "content", "mentions", "mention_roles", "attachments", "embeds"),
    *("timestamp", "edited_timestamp", "flags", "components"),
)
LEGACY = ("content", "embeds", "poll", "sticker_ids")


def read_draft(body: Any, channel: Channel, attachments: list[Json]) -> Draft:
    """What ``POST .../messages`` is given. Raises ``ApiError``."""
    form = Form(body)
    draft = Draft(attachments=attachments)
    draft.content = form.text("content", most=MAX_CONTENT) or ""
    draft.embeds = read_embeds(form)
    media.describe(form, attachments)
    draft.flags = (form.integer("flags") or 0) & SETTABLE_FLAGS
    draft.tts = form.boolean("tts")
    draft.nonce = _nonce(form)
    draft.pings = read_pings(form)
    draft.components = _components(form, bool(draft.flags & COMPONENTS_V2))
    form.snowflakes("sticker_ids", most=MAX_STICKERS)
    if form.data.get("poll") is not None:
        draft.extra["poll"] = _poll(form)
    form.check()
    media.show(draft.components, draft.embeds, draft.attachments)
    _refer(form, channel, draft)
    if not (draft.content or draft.embeds or draft.components or draft.attachments or draft.extra):
        raise empty_message()
    return draft


def read_edit(body: Any, message: Message, uploads: list[Json]) -> tuple[Json, Pings]:
    """What ``PATCH .../messages/{id}`` is given: the fields to set, and whom the message may ping."""
    form = Form(body)
    media.describe(form, uploads)
    changes: Json = {}
    flags = message.flags
    if form.has("flags"):
        flags = (form.integer("flags") or 0) & SETTABLE_FLAGS | message.flags & COMPONENTS_V2
        changes["flags"] = flags
    if form.has("content"):
        changes["content"] = form.text("content", most=MAX_CONTENT) or ""
    if form.has("embeds"):
        changes["embeds"] = read_embeds(form)
    if form.has("components"):
        changes["components"] = _components(form, bool(flags & COMPONENTS_V2))
    if form.has("attachments"):
        kept = {str(part.data.get("id")) for part in form.parts("attachments", most=10)}
        changes["attachments"] = [each for each in message.attachments if each["id"] in kept]
    if uploads:
        changes["attachments"] = [*changes.get("attachments", message.attachments), *uploads]
    pings = read_pings(form)
    form.check()
    shown = changes.get("attachments", message.attachments)
    media.show(changes.get("components", []), changes.get("embeds", []), shown)
    after = {
        name: changes.get(name, getattr(message, name)) for name in ("content", "embeds", "components", "attachments")
    }
    if not any(after.values()):
        raise empty_message()
    return changes, pings


def _components(form: Form, version_2: bool) -> list[Json]:
    if version_2:
        for name in LEGACY:
            if form.data.get(name):
                form.wrong(
                    name,
                    "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                    f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
                )
    return components.Reader(version_2=version_2).read(form)


def _nonce(form: Form) -> str | int | None:
    nonce = form.data.get("nonce")
    return nonce if isinstance(nonce, int) else form.text("nonce", most=MAX_NONCE)


def read_pings(form: Form) -> Pings:
    allowed = form.part("allowed_mentions")
    if allowed is None:
        return Pings()
    parse = allowed.items("parse", most=3) or []
    lists = {"users": allowed.snowflakes("users", most=100), "roles": allowed.snowflakes("roles", most=100)}
    for name, listed in lists.items():
        if name in parse and listed:
            allowed.wrong(
                name,
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'"parse:["{name}"]" and "{name}: [ids...]" exclude each other.',
            )
    users, roles = (None if name in parse else frozenset(listed or ()) for name, listed in lists.items())
    return Pings(users, roles, "everyone" in parse, allowed.boolean("replied_user"))


def read_embeds(form: Form) -> list[Json]:
    embeds = [_embed(part) for part in form.parts("embeds", most=MAX_EMBEDS)]
    if sum(_length(embed) for embed in embeds) > MAX_EMBED_TEXT:
        form.wrong("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {MAX_EMBED_TEXT}")
    return embeds


def _embed(form: Form) -> Json:
    moment = form.moment("timestamp")
    body: Json = {
        "type": "rich",
        "title": form.text("title", most=256),
        "description": form.text("description", most=4_096),
        "url": form.text("url", most=2_048),
        "color": form.integer("color", most=0xFFFFFF),
        "timestamp": payloads.stamp(moment) if isinstance(moment, datetime) else None,
        "author": _named(form, "author", "name", 256, ("url", "icon_url")),
        "footer": _named(form, "footer", "text", 2_048, ("icon_url",)),
        "image": _named(form, "image", "url", 2_048, ()),
        "thumbnail": _named(form, "thumbnail", "url", 2_048, ()),
        "fields": [_field(part) for part in form.parts("fields", most=25)] or None,
    }
    if not any(value for name, value in body.items() if name not in ("type", "color")):
        form.wrong("description", "BASE_TYPE_REQUIRED", "This field is required")
    return {name: value for name, value in body.items() if value is not None}


def _field(form: Form) -> Json:
    name, value = (form.text(key, most=most, least=1, required=True) for key, most in (("name", 256), ("value", 1_024)))
    return {"name": name, "value": value, "inline": form.boolean("inline")}


def _named(form: Form, name: str, key: str, most: int, others: tuple[str, ...]) -> Json | None:
    part = form.part(name)
    if part is None:
        return None
    rest = {other: part.data[other] for other in others if part.data.get(other)}
    return {key: part.text(key, most=most, required=True)} | rest


def _length(embed: Json) -> int:
    fields = [text for each in embed.get("fields", ()) for text in (each["name"], each["value"])]
    named = [embed.get("author", {}).get("name"), embed.get("footer", {}).get("text")]
    return sum(len(text or "") for text in (embed.get("title"), embed.get("description"), *named, *fields))


def _poll(form: Form) -> Json:
    """As Discord answers with it; the poll ends after the hours asked for."""
    part = form.part("poll") or Form({})
    hours = part.integer("duration", least=1, most=768) or 24
    answers = [each.data.get("poll_media", {}) for each in part.parts("answers", most=10, least=1)]
    now = datetime.now().astimezone()
    return {
        "question": part.data.get("question", {}),
        "answers": [{"answer_id": index + 1, "poll_media": media} for index, media in enumerate(answers)],
        "expiry": datetime.fromtimestamp(now.timestamp() + hours * 3_600, now.tzinfo).isoformat(),
        "allow_multiselect": part.boolean("allow_multiselect"),
        "layout_type": 1,
        "results": {"answer_counts": [], "is_finalized": False},
    }


def _refer(form: Form, channel: Channel, draft: Draft) -> None:
    """Make the draft a reply, where it is one."""
    reference = form.part("message_reference")
    if reference is None:
        return
    message_id = reference.snowflake("message_id", required=True)
    form.check()
    quoted = channel.messages.get(message_id or 0)
    if quoted is None:
        if reference.boolean("fail_if_not_exists", True):
            raise unknown_reply()
        return
    reply(draft, quoted)


def reply(draft: Draft, to: Message) -> None:
    draft.kind, draft.referenced = REPLY, to
    draft.reference = {"type": 0, "channel_id": str(to.channel.id), "message_id": str(to.id)}
    if to.channel.guild is not None:
        draft.reference["guild_id"] = str(to.channel.guild.id)


def unknown_reply() -> ApiError:
    error = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
    return invalid_form({"message_reference": {"_errors": [error]}})


def forward_of(message: Message) -> tuple[Json, Json]:
    """The reference and the snapshot that a forward of ``message`` carries."""
    reference: Json = {"type": FORWARD, "channel_id": str(message.channel.id), "message_id": str(message.id)}
    if message.channel.guild is not None:
        reference["guild_id"] = str(message.channel.guild.id)
    full = payloads.message(message, message.author)
    return reference, {"message_snapshots": [{"message": {name: full[name] for name in SNAPSHOT_FIELDS}}]}
