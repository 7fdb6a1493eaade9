"""A flood of flags becomes one digest, also over a restart, and ends when the flood does."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import TryLater
from bot.record.ledger import Ledger
from bot.records import Author, CardPlace, Decision, Fired, Flag, Named, Post, Scores, Surface, ViewScores
from bot.review.grouping import CARDS_A_MINUTE, DIGEST_GOES_ON, MINUTE, Floods
from bot.texts.saying import say

GUILD = Named(9, "Guild")


class Channel:
    """A log channel that only counts what is posted there."""

    def __init__(self) -> None:
        self.cards = self.digests = 0
        self.is_missing = self.is_away = self.loses_answers = False
        self.nonces: dict[str, CardPlace] = {}

    async def card(self) -> CardPlace | None:
        if self.is_away:
            raise TryLater(say("not_connected"))
        self.cards += 1
        return None if self.is_missing else CardPlace(1, 100 + self.cards)

    async def digest(self, nonce: str) -> CardPlace | None:
        if self.is_away:
            raise TryLater(say("not_connected"))
        if self.is_missing:
            return None
        if nonce not in self.nonces:
            self.digests += 1
            self.nonces[nonce] = CardPlace(1, 1_000 + self.digests)
        if self.loses_answers:
            raise TryLater(say("not_connected"))
        return self.nonces[nonce]


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ledger]:
    monkeypatch.delenv("CIVIL_TONGUE_KEY_FILE", raising=False)
    async with Ledger.at(tmp_path / "data") as ledger:
        yield ledger


FLAG_IDS = itertools.count(1_000_000)


async def place(floods: Floods, channel: Channel, flag_id: int = 0) -> CardPlace | None:
    return await floods.place(GUILD.id, flag_id or next(FLAG_IDS), channel.card, channel.digest)


async def fill(floods: Floods, channel: Channel) -> None:
    """As many cards as a minute may have: the next flag is a flood."""
    for _ in range(CARDS_A_MINUTE):
        await place(floods, channel)


async def note(ledger: Ledger, number: int, shown: CardPlace | None) -> None:
    """As the bot does after each card."""
    await ledger.card_posted(await opened(ledger, number), shown)


async def opened(ledger: Ledger, number: int) -> Flag:
    post = Post(
        guild=GUILD,
        channel=Named(2, "general"),
        author=Author(3, "Mallory"),
        message_id=number,
        surfaces=(Surface("content", f"text {number}"),),
        created_at=datetime.now(UTC),
    )
    scores = Scores("m", (ViewScores("content", "written", {"toxic": 0.9}),))
    flag = await ledger.open_flag(
        post, scores, Decision(on=("toxic",), fired=(Fired("toxic", 0.9, 0.5, "labels.toxic", "content", "written"),))
    )
    assert flag is not None
    return flag


async def test_what_is_more_than_a_few_a_minute_is_counted_in_one_message(ledger: Ledger) -> None:
    floods, channel = Floods(ledger, Clock()), Channel()
    places = [await place(floods, channel) for _ in range(500)]
    assert (channel.cards, channel.digests) == (CARDS_A_MINUTE, 1)
    assert places[CARDS_A_MINUTE:] == [CardPlace(1, 1_001, in_digest=True)] * (500 - CARDS_A_MINUTE)


async def test_a_restart_in_a_flood_posts_neither_cards_nor_a_second_digest(ledger: Ledger) -> None:
    clock, channel = Clock(), Channel()
    for number in range(CARDS_A_MINUTE + 3):
        await note(ledger, number, await place(Floods(ledger, clock), channel))
    assert (channel.cards, channel.digests) == (CARDS_A_MINUTE, 1)


async def test_cards_that_may_be_there_after_a_crash_are_posted_again_and_not_counted_as_well(ledger: Ledger) -> None:
    clock, channel = Clock(), Channel()
    flags = [await opened(ledger, number) for number in range(2 * CARDS_A_MINUTE)]
    dying, counted = Floods(ledger, clock), []
    for flag in flags[CARDS_A_MINUTE:]:
        await place(dying, channel, flag.id)  # and the bot dies before it notes where
    restarted = Floods(ledger, clock)
    for flag in flags:
        shown = await place(restarted, channel, flag.id)
        assert shown is not None
        counted.append(shown.in_digest)
    assert counted == [True] * CARDS_A_MINUTE + [False] * CARDS_A_MINUTE


async def test_a_digest_that_may_be_there_after_a_crash_is_found_again(ledger: Ledger) -> None:
    clock, channel = Clock(), Channel()
    flags = [await opened(ledger, number) for number in range(CARDS_A_MINUTE + 3)]
    dying = Floods(ledger, clock)
    for flag in flags[:CARDS_A_MINUTE]:
        await ledger.card_posted(flag, await place(dying, channel, flag.id))
    *_, third, second, first = flags
    await place(dying, channel, first.id)  # and the bot dies before it notes where
    restarted = Floods(ledger, clock)
    places = [await place(restarted, channel, flag.id) for flag in (second, third)]
    clock.now += MINUTE + timedelta(seconds=1)
    places.append(await place(Floods(ledger, clock), channel, first.id))  # the last one of which nothing is noted
    assert places == [CardPlace(1, 1_001, in_digest=True)] * 3
    assert (channel.cards, channel.digests) == (CARDS_A_MINUTE, 1)


async def test_a_digest_that_may_be_there_after_a_long_outage_is_found_again(ledger: Ledger) -> None:
    clock, channel = Clock(), Channel()
    floods = Floods(ledger, clock)
    await fill(floods, channel)
    channel.is_away = True
    with pytest.raises(TryLater):
        await place(floods, channel)
    clock.now += DIGEST_GOES_ON - timedelta(seconds=5)
    channel.is_away = False
    await place(floods, channel)  # and the bot dies before it notes that
    clock.now += timedelta(seconds=10)
    assert await place(Floods(ledger, clock), channel) == CardPlace(1, 1_001, in_digest=True)


async def test_a_digest_that_was_deleted_stays_so_after_a_restart_however_late_a_flag_of_it_is_noted(ledger) -> None:
    clock, channel = Clock(), Channel()
    floods, flag = Floods(ledger, clock), await opened(ledger, 1)
    await fill(floods, channel)
    deleted = await place(floods, channel, flag.id)
    assert deleted is not None
    await floods.gone(GUILD.id, deleted)
    newest = await place(floods, channel)
    await ledger.card_posted(flag, deleted)
    for number in range(2, CARDS_A_MINUTE + 2):
        await note(ledger, number, CardPlace(1, number))
    assert await place(Floods(ledger, clock), channel) == newest != deleted


async def test_a_digest_whose_answer_was_lost_is_not_posted_by_another_flag_once_more(ledger: Ledger) -> None:
    clock, channel = Clock(), Channel()
    floods = Floods(ledger, clock)
    await fill(floods, channel)
    channel.loses_answers = True
    for _ in range(3):
        with pytest.raises(TryLater):
            await place(floods, channel)
    channel.loses_answers = False
    assert await place(floods, channel) == CardPlace(1, 1_001, in_digest=True)
    assert channel.digests == 1


async def test_a_flood_while_discord_takes_no_cards_is_counted_once_it_takes_them_again(ledger: Ledger) -> None:
    clock, channel = Clock(), Channel()
    floods, flags = Floods(ledger, clock), range(1, 5 * CARDS_A_MINUTE)
    channel.is_away = True
    for _ in range(5):
        for flag in flags:
            with pytest.raises(TryLater):
                await place(floods, channel, flag)
        clock.now += MINUTE + timedelta(seconds=1)
    channel.is_away = False
    for flag in flags:
        await place(floods, channel, flag)
    assert (channel.cards, channel.digests) == (CARDS_A_MINUTE, 1)


async def test_when_the_flood_is_over_flags_have_cards_again_and_the_next_one_has_its_own_digest(ledger) -> None:
    clock, channel = Clock(), Channel()
    floods = Floods(ledger, clock)
    for _ in range(CARDS_A_MINUTE + 1):
        await place(floods, channel)
    clock.now += MINUTE + timedelta(seconds=1)
    assert (await place(floods, channel)) == CardPlace(1, 100 + CARDS_A_MINUTE + 1)
    clock.now += DIGEST_GOES_ON
    for _ in range(CARDS_A_MINUTE + 1):
        await place(floods, channel)
    assert channel.digests == 2


async def test_a_flood_that_swells_again_soon_goes_on_in_its_digest(ledger: Ledger) -> None:
    clock, channel = Clock(), Channel()
    floods = Floods(ledger, clock)
    for _ in range(3):
        for _ in range(CARDS_A_MINUTE + 5):
            await place(floods, channel)
        clock.now += MINUTE + timedelta(seconds=1)
    assert (channel.cards, channel.digests) == (3 * CARDS_A_MINUTE, 1)


async def test_without_a_log_channel_nothing_is_shown_and_nothing_breaks(ledger: Ledger) -> None:
    floods, channel = Floods(ledger, Clock()), Channel()
    channel.is_missing = True
    assert [await place(floods, channel) for _ in range(CARDS_A_MINUTE + 2)] == [None] * (CARDS_A_MINUTE + 2)


async def test_a_flood_whose_digest_was_deleted_gets_another_one(ledger: Ledger) -> None:
    channel, clock = Channel(), Clock()
    floods = Floods(ledger, clock)
    shown = [await place(floods, channel) for _ in range(CARDS_A_MINUTE + 2)]
    assert (channel.digests, shown[-1]) == (1, shown[-2])
    deleted = shown[-1]
    assert deleted is not None
    await floods.gone(GUILD.id, deleted)
    again = [await place(floods, channel) for _ in range(2)]
    await floods.gone(GUILD.id, deleted)  # a late answer is about the old one
    assert await place(floods, channel) == again[0] == again[1] != deleted
    assert channel.digests == 2
