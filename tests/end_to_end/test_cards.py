"""What a card shows in the log channel as time goes by, and what becomes of it where Discord says no."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.review import log_channel
from bot.sandbox import Sandbox, talk

EDIT = "PATCH /channels/{channel}/messages/{message}"


def shown(message: Any) -> str:
    return str(message.components)


def cards_to_draw(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "record.sqlite")) as database:
        return int(database.execute("SELECT count(*) FROM flags WHERE card_wanted > card_shown").fetchone()[0])


async def test_a_card_that_may_not_be_edited_now_is_edited_once_it_may(run_bot, flagged, monkeypatch) -> None:
    monkeypatch.setattr(log_channel, "REFUSED_PAUSE", 0.5)
    async with Sandbox() as box, run_bot(box):
        await flagged(box, ("general", "Mallory", "a bad word"))
        [card] = box.cards()
        refused = box.faults.answer(EDIT, 403, code=50001, message="Missing Access", times=None)
        await box.press("Morgan", card, "Uphold")
        await refused.reached.wait()
        refused.lift()
        await box.until(lambda: "upheld** by **Morgan**" in shown(card))


async def test_while_cards_may_not_be_edited_discord_is_not_asked_for_each(run_bot, flagged) -> None:
    async with Sandbox() as box, run_bot(box):
        await flagged(box, *(("general", "Mallory", f"a bad word {number}") for number in "abc"))
        refused = box.faults.answer(EDIT, 403, code=50001, message="Missing Access", times=None)
        for card in box.cards():
            await box.press("Morgan", card, "Uphold")
            await refused.reached.wait()
        await box.press("Morgan", box.cards()[0], "Mistaken")
    assert refused.met == 1


async def test_a_card_that_was_deleted_is_let_go(run_bot, flagged) -> None:
    async with Sandbox() as box, run_bot(box) as bot:
        await flagged(box, ("general", "Mallory", "a bad word"))
        [card] = box.cards()
        opened = await box.command("Morgan", "mod-log", "/flag", number=1)
        talk.delete(box.world, card, by=box.member("Ada").user)
        await box.press("Morgan", opened, "Uphold")
        await box.until(lambda: box.calls(EDIT))
        while await asyncio.to_thread(cards_to_draw, bot.folder):
            await asyncio.sleep(0.05)
    assert {call.status for call in box.calls(EDIT)} == {404}


@pytest.mark.parametrize("archived", [False, True])
async def test_the_log_channel_may_be_a_thread_by_its_id(run_bot, rules, archived: bool) -> None:
    async with Sandbox() as box:
        thread = box.world.add_thread(box.channel("mod-log"), "flags", box.guild.owner)
        thread.archived = archived  # as Discord does after some days without a message
        text = rules.replace("log_channel: mod-log", f"log_channel: '{thread.id}'")
        async with run_bot(box, text=text):
            await box.say("general", "Mallory", "a bad word")
            await box.until(lambda: box.cards(thread))
            [card] = box.cards(thread)
            await box.press("Morgan", card, "Uphold")
            await box.until(lambda: "upheld** by **Morgan**" in shown(card))
        assert (box.cards(), thread.archived) == ([], False)


async def test_a_thread_that_is_called_like_the_log_channel_is_none(run_bot, rules, flags_in) -> None:
    async with Sandbox() as box:
        box.world.drop_channel(box.channel("mod-log"))
        thread = box.world.add_thread(box.channel("general"), "mod-log", box.member("Mallory").user)
        async with run_bot(box, text=rules) as bot:
            message = await box.say("general", "Mallory", "an evil word")
            await box.until(lambda: message.is_deleted and box.dms("Mallory"))
        assert box.messages(thread) == []
        assert len(await flags_in(bot.folder)) == 1
