"""What was written while the bot was away is found, each once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.record.ledger import Ledger
from bot.sandbox import Sandbox
from bot.sandbox.entities import ChannelType

CHANNELS = ("general", "off-topic", "trash-talk", "weekend plans")


async def test_what_was_written_while_the_bot_was_away_is_found_each_once(run_bot, flags_in) -> None:
    async with Sandbox() as box:
        async with run_bot(box) as bot:
            before = await box.say("general", "Mallory", "evil before")
            await box.until(lambda: before.is_deleted and box.cards())
        missed = [
            await box.say(channel, "Mallory", f"evil {number}")
            for number, channel in enumerate(["general", "off-topic", "weekend plans"] * 3)
        ]
        await box.say("general", "Alice", "hello")
        async with run_bot(box):
            now = await box.say("general", "Mallory", "evil now")
            await box.until(lambda: now.is_deleted and all(message.is_deleted for message in missed))
    texts = [flag.text for flag in await flags_in(bot.folder)]
    assert sorted(texts) == sorted(["evil before", "evil now", *(f"evil {number}" for number in range(9))])


async def test_two_minutes_of_traffic_while_the_bot_was_away_are_found_each_once(run_bot, flags_in, rules) -> None:
    text = rules + "limits: {destructive_per_minute: 3000}\n"
    async with Sandbox() as box:
        async with run_bot(box, text=text) as bot:
            earlier = datetime.now(UTC) - timedelta(seconds=130)
            before = [await box.say(channel, "Mallory", f"evil in {channel}", at=earlier) for channel in CHANNELS]
            await box.until(lambda: all(message.is_deleted for message in before))
        began = datetime.now(UTC) - timedelta(seconds=120)
        abusive, ordinary = [], []
        for second in range(120):
            at, channel = began + timedelta(seconds=second), CHANNELS[second % len(CHANNELS)]
            if second % 3:
                ordinary.append(await box.say(channel, "Alice", f"hello {second}", at=at))
            else:
                abusive.append(await box.say(channel, f"Rude {second % 7}", f"evil {second}", at=at))
        async with run_bot(box, text=text):
            await box.until(lambda: all(message.is_deleted for message in abusive))
            async with asyncio.timeout(120), Ledger.reading(bot.folder) as record:
                # The bot may still be reading what nobody has to do anything about.
                while len({post.message_id async for post in record.scores(box.guild.id)}) < len(before) + 120:
                    await asyncio.sleep(0.1)
        flags = [flag.message_id for flag in await flags_in(bot.folder)]
        assert sorted(flags) == sorted(message.id for message in (*before, *abusive))
        assert not any(message.is_deleted for message in ordinary)
        async with Ledger.reading(bot.folder) as record:
            scored = [post.message_id async for post in record.scores(box.guild.id)]
    assert set(scored) == {message.id for message in (*before, *abusive, *ordinary)}, "nothing was passed over"


async def test_late_messages_are_deleted_and_nobody_is_warned_in_the_channel(run_bot, flags_in) -> None:
    async with Sandbox() as box:
        async with run_bot(box) as bot:
            first = await box.say("general", "Mallory", "evil")
            await box.until(lambda: first.is_deleted)
        box.close_dms("Mallory")
        ago = datetime.now(UTC) - timedelta(minutes=5)
        late = await box.say("off-topic", "Mallory", "evil and late", at=ago)
        old = await box.say("off-topic", "Mallory", "evil and old", at=ago - timedelta(hours=1))
        async with run_bot(box):
            await box.until(lambda: late.is_deleted)
            await box.until(lambda: len(box.cards()) == 2)
        assert not old.is_deleted
        assert all(message.author is not box.world.bot for message in box.messages("off-topic"))
    latest = (await flags_in(bot.folder))[0]
    assert "too late" in {outcome.action: outcome.detail for outcome in latest.outcomes}["warn"]


async def test_before_its_first_day_the_bot_reads_nothing_back(run_bot, flags_in) -> None:
    async with Sandbox() as box:
        earlier = await box.say("general", "Mallory", "evil long before")
        async with run_bot(box) as bot:
            now = await box.say("general", "Mallory", "evil now")
            await box.until(lambda: now.is_deleted)
        assert not earlier.is_deleted
    assert len(await flags_in(bot.folder)) == 1


async def recorded(folder: Path, guild_id: int, message_id: int) -> None:
    """Until the scores of this message are on disk."""
    async with asyncio.timeout(120), Ledger.reading(folder) as record:
        while message_id not in {post.message_id async for post in record.scores(guild_id)}:
            await asyncio.sleep(0.05)


async def test_what_is_written_now_hides_nothing_that_was_written_while_the_bot_was_away(run_bot) -> None:
    async with Sandbox() as box:
        away = box.world.add_guild("Away")
        chat = box.world.add_channel(away, "chat")
        async with run_bot(box) as bot:
            before = [await box.say("general", "Mallory", "evil"), await box.say(chat, "Mallory", "evil")]
            await box.until(lambda: all(message.is_deleted for message in before))
        missed = [await box.say("general", "Mallory", "evil missed"), await box.say(chat, "Mallory", "evil missed")]
        reading_back = box.faults.hang("GET /channels/{channel}/messages")
        async with run_bot(box):
            await reading_back.reached.wait()
            now = [await box.say("general", "Alice", "hello"), await box.say(chat, "Alice", "hello")]
            for message, home in zip(now, (box.guild, away), strict=True):
                await recorded(bot.folder, home.id, message.id)
            reading_back.release()
            await box.until(lambda: all(message.is_deleted for message in missed))


async def test_what_one_shard_missed_is_found_when_it_alone_begins_a_new_session(run_bot) -> None:
    async with Sandbox() as box:
        box.world.application.shards = 2
        shard = (box.guild.id >> 22) % 2
        async with run_bot(box):
            before = await box.say("general", "Mallory", "evil")
            await box.until(lambda: before.is_deleted)
            began = box.gateway.identifies
            box.gateway.invalidate(shard=shard)
            missed = await box.say("general", "Mallory", "evil missed")
            await box.until(lambda: box.gateway.identifies > began and missed.is_deleted)


async def test_the_chat_of_a_stage_is_read_back_too(run_bot) -> None:
    async with Sandbox() as box:
        stage = box.world.add_channel(box.guild, "stage", type=ChannelType.STAGE)
        async with run_bot(box):
            before = await box.say("general", "Mallory", "evil")
            await box.until(lambda: before.is_deleted)
        missed = await box.say(stage, "Mallory", "evil missed")
        async with run_bot(box):
            await box.until(lambda: missed.is_deleted)
