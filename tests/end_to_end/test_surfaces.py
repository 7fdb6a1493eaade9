"""Wherever a member can put words inside a message, abuse there is flagged and the flag says where it stood."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.records import Flag, Status
from bot.sandbox import Sandbox, payloads, talk
from bot.sandbox.entities import ChannelType, Message

STICKER = {"id": "1", "name": "you are evil", "format_type": 1}
COMPONENTS = [
    {
        "type": 17,
        "id": 1,
        "accent_color": None,
        "spoiler": False,
        "components": [
            {
                "type": 9,
                "id": 2,
                "components": [{"type": 10, "id": 3, "content": "you are evil"}],
                "accessory": {"type": 2, "id": 4, "style": 2, "label": "press", "custom_id": "x"},
            }
        ],
    }
]
EMBED = {"type": "rich", "title": "News", "fields": [{"name": "today", "value": "you are evil", "inline": False}]}
POLL = {
    "question": {"text": "What are you?"},
    "answers": [{"answer_id": 1, "poll_media": {"text": "nice"}}, {"answer_id": 2, "poll_media": {"text": "evil"}}],
    "expiry": "2030-01-01T00:00:00+00:00",
    "allow_multiselect": False,
    "layout_type": 1,
    "results": {"answer_counts": [], "is_finalized": False},
}
ASKED = POLL | {"question": {"text": "Are you evil?"}, "answers": POLL["answers"][:1]}

DRAWN = POLL | {"answers": [{"answer_id": 1, "poll_media": {"text": "x", "emoji": {"id": "123", "name": "evil"}}}]}

INSIDE = {
    "content": {"content": "you are evil"},
    "embed": {"embeds": [EMBED]},
    "components": {"extra": {"components": COMPONENTS, "flags": 1 << 15}},
    "poll question": {"extra": {"poll": ASKED}},
    "poll answer": {"extra": {"poll": POLL}},
    "sticker name": {"extra": {"sticker_items": [STICKER]}},
    "emoji name": {"extra": {"poll": DRAWN}},
    "file name": {"files": {"so_evil.png": b"\x89PNG"}},
    "text file": {"files": {"message.txt": b"you are evil"}},
}


async def flagged(box: Sandbox, count: int = 1) -> None:
    """Until so many cards have been posted."""
    await box.until(lambda: len(box.cards()) >= count)


def surfaces(flags: list[Flag]) -> list[str]:
    return [flag.surface for flag in flags]


async def test_abuse_in_any_part_of_a_message_is_flagged_by_the_name_of_the_part(run_bot: Any, flags_in: Any) -> None:
    said: dict[str, Message] = {}
    async with Sandbox() as box, run_bot(box) as bot:
        lounge = box.world.add_channel(box.guild, "lounge", type=ChannelType.VOICE)
        for surface, parts in INSIDE.items():
            said[surface] = await box.say("general", "Mallory", **parts)
        said["voice chat"] = await box.say(lounge, "Mallory", "you are evil")
        quoted = await box.say("general", "Alice", "have a nice day")
        quoted.content = "you are evil"  # as it stood where nobody could see it
        said["forward"] = await box.say("general", "Mallory", forward=quoted)
        quoted.components, quoted.content = COMPONENTS, ""
        said["forwarded components"] = await box.say("general", "Mallory", forward=quoted)
        await box.until(lambda: all(message.is_deleted for message in said.values()))
    found = {flag.message_id: flag.surface for flag in await flags_in(bot.folder)}
    assert {surface: found[message.id] for surface, message in said.items()} == {surface: surface for surface in said}


async def test_the_words_of_a_linked_page_are_flagged_and_their_bringer_is_not_punished(
    run_bot: Any, flags_in: Any
) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        message = await box.say("general", "Mallory", "look at https://example.com")
        box.unfurl(message, title="you are evil")
        await flagged(box)
        assert not message.is_deleted
    [flag] = await flags_in(bot.folder)
    assert flag.surface == "link preview"
    assert {outcome.action: outcome.status for outcome in flag.outcomes}["delete"] is Status.HELD_BACK


async def test_an_edit_of_a_message_30_days_old_is_read(run_bot: Any, flags_in: Any) -> None:
    async with Sandbox() as box:
        old = await box.say("general", "Mallory", "good morning", at=datetime.now(UTC) - timedelta(days=30))
        async with run_bot(box) as bot:
            await box.edit(old, "you are evil")
            await box.until(lambda: old.is_deleted)
    [flag] = await flags_in(bot.folder)
    assert flag.is_edit


async def test_a_message_edited_ten_times_is_flagged_once_for_each_text(
    run_bot: Any, rules: str, flags_in: Any
) -> None:
    async with Sandbox() as box, run_bot(box, text=rules.replace("flag, delete, warn", "flag")) as bot:
        message = await box.say("general", "Mallory", "you are evil")
        for number in range(10):
            await box.edit(message, f"you are evil {number % 3}")
        last = await box.say("general", "Mallory", "truly evil")
        await box.until(lambda: any(str(last.id) in str(card.components) for card in box.cards()))
    texts = [flag.text for flag in await flags_in(bot.folder) if flag.message_id == message.id]
    assert sorted(texts) == ["you are evil", "you are evil 0", "you are evil 1", "you are evil 2"]


PAGES = {
    "utf-8 with a mark": b"\xef\xbb\xbfyou are evil",
    "utf-16": "you are evil".encode("utf-16"),
    "utf-16 without a mark": "you are evil".encode("utf-16-le"),
    "latin-1": "d\xe9j\xe0 vu: you are evil".encode("latin-1"),
}


async def test_a_text_file_is_read_in_whatever_letters_it_is_kept_and_a_picture_is_not(
    run_bot: Any, flags_in: Any
) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        said = [await box.say("general", "Mallory", files={"notes.txt": content}) for content in PAGES.values()]
        odd = await box.say("general", "Mallory", files={"notes.md": bytes(range(256)) * 40})
        code = await box.say("general", "Mallory", files={"notes.py": b"you are evil"})
        await box.until(lambda: all(message.is_deleted for message in said))
        assert not odd.is_deleted
        assert not code.is_deleted
    assert {flag.surface for flag in await flags_in(bot.folder)} == {"text file"}


async def test_files_are_left_alone_where_the_owner_says_so(run_bot: Any, rules: str) -> None:
    async with Sandbox() as box, run_bot(box, text=rules + "read: {files: false}\n"):
        file = await box.say("general", "Mallory", files={"notes.txt": b"you are evil"})
        last = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: last.is_deleted)
        assert not file.is_deleted


async def test_letters_written_one_a_message_are_read_together_and_all_deleted(run_bot: Any, flags_in: Any) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        said = [await box.say("general", "Mallory", letter) for letter in "evil"]
        await box.until(lambda: all(message.is_deleted for message in said))
        await flagged(box)
        links = [f"/{message.id}" for message in said]
        assert all(link in str(box.cards()[0].components) for link in links)
    [flag] = await flags_in(bot.folder)
    assert flag.surface == "split messages"
    assert flag.messages == tuple(message.id for message in said)


async def test_short_messages_stay_apart_where_the_owner_says_so_and_when_another_member_writes_them(
    run_bot: Any, rules: str
) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        for member, letters in (("Mallory", "ev"), ("Alice", "il")):
            for letter in letters:
                await box.say("general", member, letter)
        (bot.folder / "config.yaml").write_text(rules + "read: {split_messages: false}\n")
        await box.until(lambda: len(box.messages("mod-log")) == 1)  # the change of the rules was told
        said = [await box.say("general", "Mallory", letter) for letter in "evil"]
        last = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: last.is_deleted)
        assert not any(message.is_deleted for message in said)


async def test_an_answer_is_read_behind_what_it_answers_and_nothing_said_before_makes_it_worse(
    run_bot: Any, rules: str, flags_in: Any
) -> None:
    # An allowed phrase that begins in the question and ends in the answer stands for talk that explains the answer.
    text = rules + 'allow: ["the devil is evil"]\n'
    async with Sandbox() as box, run_bot(box, text=text) as bot:
        question = await box.say("general", "Alice", "what is the devil is")
        explained = await box.say("general", "Mallory", "evil", reply_to=question)
        own = await box.say("general", "Mallory", "what is the devil is")
        answered_oneself = await box.say("general", "Mallory", "evil", reply_to=own)
        unexplained = await box.say("general", "Mallory", "so evil", reply_to=question)
        harsh = await box.say("general", "Alice", "you are bad")
        mild = await box.say("general", "Bob", "thank you", reply_to=harsh)
        await box.until(lambda: unexplained.is_deleted and answered_oneself.is_deleted)
        await flagged(box, 3)
        assert not explained.is_deleted
        assert not mild.is_deleted
    flags = {flag.message_id: flag for flag in await flags_in(bot.folder)}
    assert "read together with the message that it answers" in flags[explained.id].hold_reason
    assert mild.id not in flags


async def test_what_a_member_has_an_application_of_their_own_say_is_read_as_theirs(run_bot: Any, flags_in: Any) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        mallory = payloads.user(box.member("Mallory").user)
        puppet = {**payloads.user(box.world.person("Puppet")), "bot": True}
        used = {"id": "1", "type": 2, "user": mallory, "authorizing_integration_owners": {"1": mallory["id"]}}
        by_its_own = {"author": puppet, "components": COMPONENTS, "flags": 1 << 15}
        served = await box.say("general", "Alice", extra=by_its_own)
        said = await box.say("general", "Alice", extra=by_its_own | {"interaction_metadata": used})
        await box.until(lambda: said.is_deleted)
        thinking = await box.say(
            "general", "Alice", extra={"author": puppet, "interaction_metadata": used, "flags": 1 << 7}
        )
        talk.edit(box.world, thinking, {"content": "evil", "extra": {**thinking.extra, "flags": 0}}, mark=False)
        await box.until(lambda: thinking.is_deleted)
        assert not served.is_deleted
    flags = await flags_in(bot.folder)
    assert [(flag.surface, flag.author.name) for flag in flags] == [("content", "Mallory"), ("components", "Mallory")]
