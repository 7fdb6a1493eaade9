"""A message arrives, is scored, acted on, recorded and shown: the real bot over real sockets."""

from __future__ import annotations

from typing import Any

from bot.records import Status
from bot.sandbox import Sandbox, payloads
from bot.sandbox.permissions import Permission


def card_texts(box: Sandbox) -> list[str]:
    """The text of each card in #mod-log, all its parts joined."""
    return [_texts(message.components) for message in box.messages("mod-log") if message.components]


def _texts(components: Any) -> str:
    if isinstance(components, list):
        return "\n".join(filter(None, map(_texts, components)))
    own = components.get("content", "")
    return "\n".join(filter(None, [own, _texts(components.get("components", []))]))


async def test_an_insult_is_deleted_its_author_warned_and_the_moderators_told_why(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        insult = await box.say("general", "Mallory", "you are evil")
        greeting = await box.say("general", "Alice", "have a nice day")
        await box.until(lambda: insult.is_deleted and card_texts(box) and box.dms("Mallory"))
        assert not greeting.is_deleted
    [flag] = await flags_in(bot.folder)
    assert flag.text == "you are evil"
    assert flag.author.name == "Mallory"
    assert flag.channel.name == "general"
    assert {outcome.action: outcome.status for outcome in flag.outcomes} == {
        "flag": Status.DONE,
        "delete": Status.DONE,
        "warn": Status.DONE,
    }
    [card] = card_texts(box)
    assert "you are **__evil__**" in card
    assert "labels.insult" in card
    [warning] = box.dms("Mallory")
    assert "evil" not in warning.content


async def test_the_audit_log_names_the_flag_and_does_not_quote_the_member(run_bot) -> None:
    async with Sandbox() as box, run_bot(box):
        insult = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: insult.is_deleted)
        [call] = box.calls("DELETE /channels/{channel}/messages/{message}")
        assert call.reason is not None
        assert "flag #1" in call.reason
        assert "evil" not in call.reason


async def test_an_edit_into_abuse_is_found_without_a_cache(run_bot, flags_in) -> None:
    async with Sandbox() as box:
        message = await box.say("general", "Mallory", "good morning")  # before the bot was there
        async with run_bot(box) as bot:
            await box.edit(message, "you are evil")
            await box.until(lambda: message.is_deleted)
    [flag] = await flags_in(bot.folder)
    assert flag.is_edit


async def test_closed_direct_messages_bring_a_notice_in_the_channel_that_does_not_repeat_the_abuse(
    run_bot, flags_in
) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        box.member("Mallory")
        box.close_dms("Mallory")
        await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: card_texts(box))
        notices = [m for m in box.messages("general") if m.author.name != "Mallory"]
    [notice] = notices
    assert "evil" not in notice.content
    assert notice.is_deleted  # taken away, here because the bot stopped
    [flag] = await flags_in(bot.folder)
    assert {o.action: o.status for o in flag.outcomes}["warn"] is Status.DONE


async def test_shadow_mode_touches_nothing_and_says_what_it_would_have_done(run_bot, rules, flags_in) -> None:
    async with Sandbox() as box, run_bot(box, text=rules.replace("mode: live", "mode: shadow")) as bot:
        insult = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: card_texts(box))
        assert not insult.is_deleted
        assert not box.dms("Mallory")
        assert not box.calls("DELETE /channels/{channel}/messages/{message}")
        assert "shadow mode" in card_texts(box)[0]
    [flag] = await flags_in(bot.folder)
    assert {o.action: o.status for o in flag.outcomes}["delete"] is Status.HELD_BACK


async def test_a_moderator_a_bot_and_an_allowed_phrase_are_left_alone(run_bot, rules, flags_in) -> None:
    text = rules + 'exempt: {roles: [Moderator]}\nallow: ["evil twin"]\n'
    async with Sandbox() as box, run_bot(box, text=text) as bot:
        await box.say("general", "Morgan", "you are evil")
        await box.say("general", "Alice", "my evil twin")
        last = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: last.is_deleted)
    assert [flag.author.name for flag in await flags_in(bot.folder)] == ["Mallory"]


async def test_a_missing_permission_is_found_before_the_call_and_said_on_the_card(run_bot, flags_in) -> None:
    async with Sandbox() as box:
        box.world.role_called("Civil Tongue", box.guild).permissions &= ~Permission.MANAGE_MESSAGES
        async with run_bot(box) as bot:
            await box.say("general", "Mallory", "you are evil")
            await box.until(lambda: card_texts(box))
            assert "Manage Messages" in card_texts(box)[0].replace("\\", "")
            assert box.invalid_calls == 0
    [flag] = await flags_in(bot.folder)
    assert {o.action: o.status for o in flag.outcomes}["delete"] is Status.FORBIDDEN


async def test_a_message_its_author_deleted_first_is_already_done(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        hanging = box.faults.hang("DELETE /channels/{channel}/messages/{message}")
        message = await box.say("general", "Mallory", "you are evil")
        await hanging.reached.wait()
        await box.delete(message)
        hanging.release()
        await box.until(lambda: card_texts(box))
    [flag] = await flags_in(bot.folder)
    assert {o.action: o.status for o in flag.outcomes}["delete"] is Status.ALREADY_DONE


async def test_a_replayed_event_is_acted_on_once(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        message = await box.say("general", "Mallory", "you are evil")
        replayed = payloads.told_message(message, box.world.bot)
        await box.until(lambda: card_texts(box))
        box.gateway.dispatch("MESSAGE_CREATE", replayed)
        last = await box.say("general", "Mallory", "more evil")
        await box.until(lambda: last.is_deleted and len(card_texts(box)) == 2)
    assert len(await flags_in(bot.folder)) == 2
