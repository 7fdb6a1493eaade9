"""Duties end when they are told to, whatever happens at that moment."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.decide.limits import Limits
from bot.duties import Troubles, forget_left_guilds, read_what_was_missed
from bot.errors import TryLater
from bot.health import Health
from bot.record.ledger import Ledger
from bot.records import Named
from bot.review.log_channel import Say
from bot.texts import Texts
from bot.texts.saying import NOTHING, say


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


async def test_a_catch_up_that_breaks_ends_nothing_and_the_next_one_is_made() -> None:
    missed, begun = asyncio.Event(), asyncio.Event()

    async def read() -> None:
        begun.set()
        raise AttributeError("something odd in a message")

    duty = asyncio.create_task(read_what_was_missed(missed, read))
    for _ in range(2):
        begun.clear()
        missed.set()
        reading = asyncio.create_task(begun.wait())
        await asyncio.wait({duty, reading}, return_when=asyncio.FIRST_COMPLETED)
        assert not duty.done()
    duty.cancel()
    await asyncio.wait({duty})


async def test_a_notice_that_cannot_be_posted_ends_nothing_and_the_next_one_is() -> None:
    health, posted = Health(), asyncio.Queue[str | None]()

    async def online() -> None: ...

    async def post(words: Say, _: int | None) -> None:
        await posted.put(words(Named(1, "home"), Texts()))
        raise TryLater(say("not_connected"))  # as when the connection goes away between two guilds

    troubles = Troubles(health, Limits(), NOTHING)
    duty = asyncio.create_task(troubles.announce(post, online))
    health.trouble("record", say("record_fails"))
    health.healed("record")
    arriving = asyncio.gather(posted.get(), posted.get())
    await asyncio.wait({duty, arriving}, return_when=asyncio.FIRST_COMPLETED)
    assert not duty.done()
    assert (await arriving)[1] == Texts().all_is_well
    duty.cancel()
    await asyncio.wait({duty})
