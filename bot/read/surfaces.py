"""Every text in what Discord sends, each with the name of the place where it stands.

Reads Discord's own JSON and not a library's objects: a field or component that the library does not know yet is read
all the same. Nothing here raises, however odd the input; what is no text where a text belongs counts as none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.records import Surface

SURFACES_PER_POST = 64
TEXTS_PER_TREE = 500  # texts in the components of one message; Discord takes 40 components
DEEPEST = 12  # components inside each other; Discord takes 5

# Where components keep their words, whatever their type; other keys hold ids, addresses and kinds.
COMPONENT_TEXTS = ("content", "label", "placeholder", "description", "title", "value", "name")
_NO_WORDS = frozenset({"emoji", "media", "file", "default_values", "resolved"})
_EMOJI = re.compile(r"<a?:(\w{2,32}):\d{15,22}>")
_OWN_EMBED = "rich"  # what a bot wrote; every other type is the preview of a link

FORWARD, FORWARDED = "forward", "forwarded {}"


def in_message(message: Any, content: str = "content") -> tuple[Surface, ...]:
    """The texts of a message that somebody wrote; its content is the surface ``content``."""
    found = [*_written(message, content), *_forwards(message, previews=False)]
    return tuple(found[:SURFACES_PER_POST])


def in_previews(message: Any) -> tuple[Surface, ...]:
    """The texts of the pages that a message links to: its author caused them and did not write them."""
    found = [*_embeds(message, previews=True), *_forwards(message, previews=True)]
    return tuple(found[:SURFACES_PER_POST])


def in_thread(thread: Any) -> tuple[Surface, ...]:
    return tuple(_named(("title", _text(thread, "name"))))


def in_channel(channel: Any) -> tuple[Surface, ...]:
    """What those who may manage a channel call it and its tags."""
    tags = _list(channel, "available_tags")
    return tuple(
        _named(
            ("channel name", _text(channel, "name")),
            ("channel topic", _text(channel, "topic")),
            ("forum tag", _lines(_text(tag, "name") for tag in tags)),
        )
    )


def in_voice_status(status: Any) -> tuple[Surface, ...]:
    """Of a voice channel, which any member in it may set."""
    return tuple(_named(("voice channel status", _text(status, "status"))))


def in_event(event: Any) -> tuple[Surface, ...]:
    """Of a scheduled event."""
    return tuple(
        _named(
            ("event title", _text(event, "name")),
            ("event description", _text(event, "description")),
            ("event location", _text(_part(event, "entity_metadata"), "location")),
        )
    )


def in_member(member: Any) -> tuple[Surface, ...]:
    """What a member is called."""
    user = _part(member, "user")
    return tuple(
        _named(
            ("nickname", _text(member, "nick")),
            ("display name", _text(user, "global_name")),
            ("user name", _text(user, "username")),
            ("server tag", _text(_part(user, "primary_guild"), "tag")),
        )
    )


def in_automod(execution: Any) -> tuple[Surface, ...]:
    """What AutoMod acted on; the word that it knew, where it may not tell the rest."""
    for name in ("content", "matched_content", "matched_keyword"):
        if text := _text(execution, name):
            return (Surface("AutoMod", text),)
    return (Surface("AutoMod", "(AutoMod did not say what it acted on)"),)


def _written(message: Any, content: str) -> Iterator[Surface]:
    text = _text(message, "content")
    poll, files, stickers = _part(message, "poll"), _list(message, "attachments"), _stickers(message)
    question, answers = _part(poll, "question"), [_part(each, "poll_media") for each in _list(poll, "answers")]
    emoji = [*_EMOJI.findall(text), *(_custom(_part(media, "emoji")) for media in (question, *answers))]
    yield from _named(
        (content, text),
        ("poll question", _text(question, "text")),
        ("poll answer", _lines(_text(media, "text") for media in answers)),
        ("sticker name", _lines(stickers)),
        ("emoji name", _lines(dict.fromkeys(emoji))),
        ("file name", _lines(_file_names(files))),
        ("file description", _lines(_text(file, "description") for file in files)),
        ("components", _lines(_in_components(_list(message, "components")))),
    )
    yield from _embeds(message, previews=False)


def _forwards(message: Any, *, previews: bool) -> Iterator[Surface]:
    """A forward has no content of its own: it carries a copy of what it forwards."""
    for snapshot in _list(message, "message_snapshots"):
        inner = _part(snapshot, "message")
        found = _embeds(inner, previews=True) if previews else _written(inner, FORWARD)
        for surface in found:
            yield surface if surface.kind == FORWARD else replace(surface, kind=FORWARDED.format(surface.kind))


def _embeds(message: Any, *, previews: bool) -> Iterator[Surface]:
    for embed in _list(message, "embeds"):
        if (_text(embed, "type") not in ("", _OWN_EMBED)) is previews:
            yield from _named(("link preview" if previews else "embed", _lines(_in_embed(embed))))


def _in_embed(embed: Any) -> Iterator[str]:
    for part, name in (
        (embed, "title"),
        (embed, "description"),
        (_part(embed, "author"), "name"),
        (_part(embed, "footer"), "text"),
        (_part(embed, "provider"), "name"),
    ):
        yield _text(part, name)
    for field in _list(embed, "fields"):
        yield from (_text(field, "name"), _text(field, "value"))
    for image in ("image", "thumbnail", "video"):
        yield _text(_part(embed, image), "description")
    yield from _in_components(_list(embed, "components"))


def _in_components(components: Iterable[Any]) -> list[str]:
    found: list[str] = []
    waiting = [(component, 0) for component in components]
    while waiting and len(found) < TEXTS_PER_TREE:
        node, depth = waiting.pop(0)
        if isinstance(node, list):
            waiting = [*((each, depth) for each in node), *waiting]
        elif isinstance(node, dict) and depth <= DEEPEST:
            found += [text for key in COMPONENT_TEXTS if (text := _text(node, key))]
            inner = [value for key, value in node.items() if isinstance(value, dict | list) and key not in _NO_WORDS]
            waiting = [*((each, depth + 1) for each in inner), *waiting]
    return found


def _stickers(message: Any) -> list[str]:
    full = [text for each in _list(message, "stickers") for text in (_text(each, "name"), _text(each, "description"))]
    return [*(_text(each, "name") for each in _list(message, "sticker_items")), *full]


def _file_names(files: Iterable[Any]) -> Iterator[str]:
    for file in files:
        yield _text(file, "filename")
        yield _text(file, "title")  # the name before Discord took the letters out that it does not like


def _custom(emoji: Any) -> str:
    """The name of an emoji that somebody drew; a usual one has no id."""
    return _text(emoji, "name") if _part(emoji, "id") else ""


def _named(*texts: tuple[str, str]) -> Iterator[Surface]:
    for kind, text in texts:
        if text.strip():
            yield Surface(kind, text)


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(text for text in texts if text.strip()))


def _text(of: Any, name: str) -> str:
    value = _part(of, name)
    return value if isinstance(value, str) else ""


def _list(of: Any, name: str) -> list[Any]:
    value = _part(of, name)
    return value if isinstance(value, list) else []


def _part(of: Any, name: str) -> Any:
    return of.get(name) if isinstance(of, Mapping) else None
