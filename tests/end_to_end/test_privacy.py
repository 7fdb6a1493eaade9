"""A member's own data, and what is erased from Discord as well: through the real bot."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.record.database import DATABASE_NAME
from bot.record.erasing import LEFT
from bot.record.ledger import Ledger
from bot.records import Author, CardPlace, Decision, Named, Post, Scores, Surface
from bot.sandbox import Sandbox, moderation


def texts_of(message: Any) -> str:
    def texts(part: Any) -> str:
        if isinstance(part, list):
            return "\n".join(filter(None, map(texts, part)))
        return "\n".join(filter(None, [part.get("content", ""), texts(part.get("components", []))]))

    return texts(message.components)


async def test_a_member_takes_their_data_away_and_has_it_erased(run_bot, flags_in, rules) -> None:
    rules += "strikes: {weights: {insult: 2}}\n"
    async with Sandbox() as box, run_bot(box, text=rules) as bot:
        await box.say("general", "Mallory", "you are evil")
        await box.say("general", "Mallory", "good morning")
        await box.say("general", "Bob", "you are evil, too")
        await box.until(lambda: len(box.cards()) == 2)
        reported = await box.say("general", "Bob", "good evening")
        await box.context_menu("Mallory", "Report to moderators", reported)
        exported = await box.command("Mallory", "general", "/mydata export")
        assert exported.is_ephemeral
        [(name, content)] = exported.files.items()
        kept = json.loads(content)
        assert name == "mydata.json"
        assert [flag["text"] for flag in kept["flags"]] == ["you are evil"]
        assert [strike["weight"] for strike in kept["strikes"]] == [2]
        assert [(report["message_id"], report["channel"]["name"]) for report in kept["reports"]] == [
            (str(reported.id), "general")
        ]
        assert b"too" not in content
        again = await box.command("Mallory", "general", "/mydata export")
        assert "Ask again" in again.content

        asked = await box.command("Mallory", "general", "/mydata delete")
        assert asked.is_ephemeral
        waiting = await box.press("Mallory", asked.message, "Erase my data")
        assert "1 more flags wait" in waiting.content
        card = next(each for each in box.cards() if "Mallory" in texts_of(each))
        await box.press("Morgan", card, "Uphold")
        await box.until(lambda: card.is_deleted)
    by_report, left = await flags_in(bot.folder)
    assert [(flag.author.name, flag.reports) for flag in (left, by_report)] == [("Bob", 0), ("Bob", 1)]
    assert b"Mallory" not in (bot.folder / DATABASE_NAME).read_bytes()
    async with Ledger.at(bot.folder) as ledger:
        mallory = box.member("Mallory").user.id
        long_ago = datetime.now(UTC) - timedelta(days=1)
        assert [strike.weight for strike in await ledger.strikes(left.guild.id, mallory, long_ago)] == [2]
        assert await ledger.score_count(author_id=mallory) == 0


async def test_a_text_goes_from_its_card_when_its_time_is_over_also_after_a_restart(run_bot, rules) -> None:
    async with Sandbox() as box:
        async with run_bot(box, text=rules):
            await box.say("general", "Mallory", "you are evil")
            [card] = await box.until(lambda: box.cards())
            assert "you are" in texts_of(card)
        await asyncio.sleep(1.0)  # so that its second is over when the next bot looks, which it does once an hour
        async with run_bot(box, text=rules + "retention: {text: 1s}\n"):
            await box.until(lambda: "you are" not in texts_of(card))
            assert "Mallory" in texts_of(card)
            assert not card.is_deleted


async def test_a_server_that_the_bot_left_is_erased_and_one_it_is_in_is_not(run_bot, tmp_path, rules) -> None:
    folder = tmp_path / "data"
    async with Sandbox() as box:
        async with run_bot(box, text=rules):
            await box.say("general", "Mallory", "you are evil")
            await box.until(lambda: box.cards())
        async with Ledger.at(folder) as ledger:
            gone = Post(
                Named(9_001, "Left"), Named(5, "general"), Author(7, "Nora"), 1, (Surface("content", "x"),), now()
            )
            flag = await ledger.open_flag(gone, Scores("m", ()), Decision(("toxic",)))
            assert flag is not None
            await ledger.card_posted(flag, CardPlace(600, 1))
            await ledger.close(flag)
            await ledger.erasing.guilds_now({box.guild.id}, now() - timedelta(days=31))
        async with run_bot(box, text=rules), Ledger.reading(folder) as record:
            await until(lambda: record.flag_count(9_001), False)
            assert await record.flag_count(box.guild.id) == 1


async def test_being_removed_from_a_server_is_noted_at_once_and_coming_back_cancels_it(run_bot) -> None:
    async with Sandbox() as box:
        other = box.world.add_guild("Other", owner="Olivia")
        box.world.add_channel(other, "general")
        roles = [other.roles[each] for each in other.members[box.world.bot.id].role_ids]
        async with run_bot(box) as bot:
            await box.say("general", "Olivia", "so bad", guild="Other")
            async with Ledger.reading(bot.folder) as record:
                await until(lambda: record.flag_count(other.id))
                moderation.leave(box.world, other.members[box.world.bot.id])
                await until(lambda: record.note(other.id, LEFT))
                assert await record.note(box.guild.id, LEFT) is None
                box.world.join(other, box.world.bot, roles)
                await until(lambda: record.note(other.id, LEFT), False)
                assert await record.flag_count(other.id) == 1


async def until(question: Callable[[], Awaitable[object]], wanted: bool = True) -> None:
    """Ask the record until the answer is something, or nothing."""
    async with asyncio.timeout(60):
        while bool(await question()) is not wanted:
            await asyncio.sleep(0.05)


def now() -> datetime:
    return datetime.now(UTC)
