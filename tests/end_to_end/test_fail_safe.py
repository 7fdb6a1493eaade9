"""When something breaks, destructive actions become flags, and it is said once."""

from __future__ import annotations

import asyncio
import sqlite3

from bot.records import Status
from bot.sandbox import Sandbox


def notices(box: Sandbox) -> list[str]:
    """What the bot said in #mod-log in plain words, but for its introduction."""
    said = [message.content for message in box.messages("mod-log") if message.content]
    return [text for text in said if "watches this server" not in text]


async def test_while_the_record_is_locked_nothing_is_deleted_and_afterwards_it_is_flagged(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        other = sqlite3.connect(bot.folder / "record.sqlite", isolation_level=None, timeout=60, check_same_thread=False)
        await asyncio.to_thread(other.execute, "BEGIN EXCLUSIVE")  # the bot may be writing; it needs this loop to end
        during = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: notices(box))
        assert "Flagging only" in notices(box)[0]
        assert not during.is_deleted
        other.execute("ROLLBACK")
        other.close()
        await box.until(lambda: len(notices(box)) == 2)
        after = await box.say("general", "Mallory", "still evil")
        await box.until(lambda: after.is_deleted)
        assert not during.is_deleted
        assert len(notices(box)) == 2
    later, first = sorted(await flags_in(bot.folder), key=lambda flag: flag.message_id, reverse=True)
    assert first.text == "you are evil"
    assert {o.action: o.status for o in first.outcomes}["delete"] is Status.HELD_BACK
    assert {o.action: o.status for o in later.outcomes}["delete"] is Status.DONE


async def test_a_rule_that_runs_away_is_stopped_and_the_moderators_are_told_once(run_bot, rules, flags_in) -> None:
    async with Sandbox() as box, run_bot(box, text=rules + "limits: {destructive_per_minute: 4}\n") as bot:
        messages = [await box.say("general", f"Rude {number}", f"evil {number}") for number in range(6)]
        await box.until(lambda: len(box.cards()) == 6 and notices(box))
        assert sum(message.is_deleted for message in messages) == 4
        assert len(notices(box)) == 1
        assert "destructive_per_minute" in notices(box)[0]
    assert len(await flags_in(bot.folder)) == 6


async def test_a_missing_log_channel_leaves_the_flags_in_the_record(run_bot, rules, flags_in) -> None:
    async with Sandbox() as box, run_bot(box, text=rules.replace("mod-log", "nowhere")) as bot:
        message = await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: message.is_deleted)
    [flag] = await flags_in(bot.folder)
    assert flag.card is None


async def test_a_refused_call_is_an_outcome_and_not_an_end(run_bot, flags_in) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        box.faults.answer(
            "DELETE /channels/{channel}/messages/{message}", 403, code=50013, message="Missing Permissions"
        )
        await box.say("general", "Mallory", "you are evil")
        await box.until(lambda: box.dms("Mallory") and box.cards())
        second = await box.say("general", "Mallory", "still evil")
        await box.until(lambda: second.is_deleted)
    first = (await flags_in(bot.folder))[-1]
    assert {o.action: o.status for o in first.outcomes}["delete"] is Status.FORBIDDEN
