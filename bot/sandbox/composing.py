"""What a member puts into a message beside its text: a reply, a forward, a poll, a sticker, a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.sandbox import drafts, playing
from bot.sandbox.entities import Channel, Json, Member, Message
from bot.sandbox.forms import as_snowflake
from bot.sandbox.refusals import Refused
from bot.sandbox.standing import can_see
from bot.sandbox.state import World
from bot.sandbox.talk import Draft

MAX_QUESTION, MAX_ANSWER = 300, 55  # characters
MAX_ANSWERS = 10
POLL_RUNS_FOR = timedelta(days=1)
MAX_FILE_NAME = 100  # characters
MAX_STICKER = 30  # characters of its name
STANDARD_STICKER = 1  # PNG, among the formats

Attach = Callable[[Mapping[str, bytes]], list[Json]]

# What a body may hold beside channel, member and content, and of which kind each is.
FIELDS: Mapping[str, type] = {"reply_to": str, "forward": str, "poll": dict, "sticker": str, "file": dict}


def read(world: World, channel: Channel, member: Member, body: Mapping[str, Any], attach: Attach) -> Draft:
    """The draft of a message with all that ``body`` asks for. Raises ``Refused``."""
    draft = Draft(body["content"])
    if "reply_to" in body:
        drafts.reply(draft, _message_in(channel, body["reply_to"]))
    if "forward" in body:
        forward(draft, _seen(world, member, body["forward"]))
    if "poll" in body:
        question, answers = _texts(body["poll"], "question"), body["poll"].get("answers")
        if not isinstance(answers, list) or not all(isinstance(each, str) for each in answers):
            raise Refused(400, 'A poll needs "answers", a list of texts.')
        draft.extra["poll"] = poll(question, answers)
    if "sticker" in body:
        draft.extra["sticker_items"] = [sticker(body["sticker"], world.snowflakes.make())]
    if "file" in body:
        name = playing.fitting(_texts(body["file"], "name"), MAX_FILE_NAME, "A file's name")
        draft.attachments = attach({name: playing.readable(_texts(body["file"], "text")).encode()})
    return draft


def forward(draft: Draft, message: Message) -> None:
    """Make a forward of it. What is written beside it Discord's client sends as a message of its own."""
    draft.reference, snapshot = drafts.forward_of(message)
    draft.flags |= drafts.HAS_SNAPSHOT
    draft.extra |= snapshot


def poll(question: str, answers: Sequence[str]) -> Json:
    given = [playing.readable(each) for each in answers if each.strip()]
    if not 1 <= len(given) <= MAX_ANSWERS:
        raise Refused(400, f"A poll has 1 to {MAX_ANSWERS} answers, not {len(given)}.")
    return {
        "question": {"text": playing.fitting(question, MAX_QUESTION, "A poll's question")},
        "answers": [
            {"answer_id": at + 1, "poll_media": {"text": playing.fitting(text, MAX_ANSWER, "An answer")}}
            for at, text in enumerate(given)
        ],
        "expiry": (datetime.now(UTC) + POLL_RUNS_FOR).isoformat(),
        "allow_multiselect": False,
        "layout_type": 1,
        "results": {"answer_counts": [], "is_finalized": False},
    }


def sticker(name: str, sticker_id: int) -> Json:
    name = playing.fitting(name, MAX_STICKER, "A sticker's name")
    return {"id": str(sticker_id), "name": name, "format_type": STANDARD_STICKER}


def _texts(part: Mapping[str, Any], key: str) -> str:
    value = part.get(key)
    if not isinstance(value, str):
        raise Refused(400, f'"{key}" must be a text.')
    return value


def _message_in(channel: Channel, given: str) -> Message:
    return playing.find_message([channel], as_snowflake(given) or 0)


def _seen(world: World, member: Member, given: str) -> Message:
    message = playing.find_message(world.channels.values(), as_snowflake(given) or 0)
    if message.channel.guild is not member.guild or not can_see(member, message.channel):
        raise Refused(403, f"{member.name} cannot see that message.")
    return message
