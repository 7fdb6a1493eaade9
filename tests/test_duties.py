"""Duties end when they are told to, whatever happens at that moment."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.duties import forget_left_guilds
from bot.record.ledger import Ledger


async def test_news_at_the_moment_of_leaving_does_not_keep_a_duty_from_ending(tmp_path: Path) -> None:
    news, asked = asyncio.Event(), asyncio.Event()

    async def online() -> None:
        asked.set()

    async with Ledger.at(tmp_path / "data") as ledger:
        duty = asyncio.create_task(forget_left_guilds(ledger, list, news, online))
        await asked.wait()
        while not news._waiters:  # until it waits for news
            await asyncio.sleep(0)
        news.set()
        await asyncio.sleep(0)  # the news is on its way
        duty.cancel()
        await asyncio.wait({duty}, timeout=60)
        assert duty.cancelled()
