"""What a card shows in the log channel as time goes by, and what becomes of it where Discord says no."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

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
