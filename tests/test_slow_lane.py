"""Files are read one after another, bounded, and without holding up what is said."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from bot import slow_lane
from bot.read.views import MOST_READ
from bot.records import Author, Named, Post, Surface, TextFile
from bot.slow_lane import SlowLane


def post(number: int, *names: str, author: int = 3) -> Post:
    return Post(
        guild=Named(1, "Guild"),
        channel=Named(2, "general"),
        author=Author(author, "Mallory"),
        message_id=number,
        surfaces=(Surface("content", "look"),),
        created_at=datetime(2026, 11, 23, tzinfo=UTC),
        context="a question",
        files=tuple(TextFile(name, 3) for name in names),
    )


class Around:
    """What is fetched and handed on; ``texts`` are the files there are."""

    def __init__(self, **texts: str) -> None:
        self.texts = texts
        self.handed: list[Post] = []
        self.asked: list[str] = []
        self.lane = SlowLane(self.fetch, self.hand_on, lambda post: post.author.id != 99)

    async def fetch(self, file: TextFile) -> str | None:
        self.asked.append(file.url)
        if file.url == "broken":
            raise ValueError("private words")
        return self.texts.get(file.url)

    async def hand_on(self, post: Post) -> None:
        self.handed.append(post)

    async def run(self) -> None:
        """Until nothing waits."""
        running = asyncio.create_task(self.lane.run())
        while len(self.lane._queue) or self.lane._wake.is_set():
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_each_file_is_handed_on_as_the_words_of_its_message() -> None:
    around = Around(a="one", b="two")
    around.lane.take(post(4, "a", "b", "gone"))
    await around.run()
    assert [each.surfaces for each in around.handed] == [
        (Surface("text file", "one"),),
        (Surface("text file", "two"),),
    ]
    assert all((each.message_id, each.context, each.files) == (4, "", ()) for each in around.handed)
    assert around.lane.counts["read"] == 2


async def test_a_file_that_breaks_something_ends_no_lane() -> None:
    around = Around(a="one")
    around.lane.take(post(4, "broken", "broken", "broken", "a"))
    await around.run()
    assert len(around.handed) == 1
    assert around.lane.counts["it failed with ValueError"] == 3


async def test_an_event_that_comes_twice_while_its_files_wait_reads_them_once_and_ends_no_lane() -> None:
    around = Around(a="one", b="two")
    for _ in range(3):
        around.lane.take(post(4, "a"))
    running = asyncio.create_task(around.lane.run())
    async with asyncio.timeout(30):
        while not around.handed:
            await asyncio.sleep(0)
        around.lane.take(post(5, "b"))
        while len(around.handed) < 2 and not running.done():
            await asyncio.sleep(0)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert around.asked == ["a", "b"]


async def test_what_is_given_up_when_the_bot_leaves_ends_no_lane() -> None:
    around = Around(a="one")

    async def given_up(_: Post) -> None:
        raise asyncio.CancelledError

    around.lane = SlowLane(around.fetch, given_up, lambda _: True)
    for number in range(slow_lane.AT_ONCE + 1):
        around.lane.take(post(number, "a"))
    await around.run()
    assert around.lane.counts["the bot is leaving"] == slow_lane.AT_ONCE + 1


async def test_a_long_file_is_cut_and_that_is_counted() -> None:
    around = Around(a="x" * (MOST_READ + 1))
    around.lane.take(post(4, "a"))
    await around.run()
    assert len(around.handed[0].text) == MOST_READ
    assert sum(around.lane.counts.values()) == 2


async def test_messages_without_files_and_of_members_who_are_left_alone_ask_for_nothing() -> None:
    around = Around(a="one")
    around.lane.take(post(4))
    around.lane.take(post(5, "a", author=99))
    await around.run()
    assert around.asked == []


async def test_too_many_files_of_one_member_are_turned_away_and_not_those_of_another() -> None:
    around = Around(**{name: name for name in "ab"})
    for number in range(slow_lane.FILES_WAITING + 20):
        around.lane.take(post(number, "a"))
    around.lane.take(replace(post(9_999, "b"), author=Author(4, "Alice")))
    await around.run()
    assert "b" in around.asked
    assert len(around.asked) <= slow_lane.FILES_WAITING
    assert around.lane.counts["too many files wait"] == 21
