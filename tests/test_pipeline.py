"""The path of a message where the sandbox cannot easily reach: order, overload, leftovers, draining."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from bot import act, config
from bot.agenda import Agenda
from bot.carrying import TOO_LATE
from bot.errors import Overloaded, TryLater
from bot.health import Health
from bot.pipeline import Pipeline
from bot.record.belongings import Whom
from bot.record.database import DATABASE_NAME
from bot.record.ledger import Ledger
from bot.records import Author, CardPlace, Flag, Named, Post, Status, Surface, TextScores
from bot.texts.saying import say

PATIENCE = 60.0  # seconds until a test that hangs is called failed
RULES = "mode: live\nlabels:\n  insult: [{at: 0.6, do: [flag, delete, warn]}]\n"


class Scorer:
    """Finds *evil* an insult. A text in ``held`` waits for its event; a text in ``refused`` is refused."""

    def __init__(self) -> None:
        self.held: dict[str, asyncio.Event] = {}
        self.refused: set[str] = set()
        self.asked: list[str] = []

    async def score(self, texts: Sequence[str], *, guild_id: int, member_id: int) -> TextScores:
        [text] = texts
        self.asked.append(text)
        if text in self.refused:
            raise Overloaded(say("no_room"))
        if text in self.held:
            await self.held[text].wait()
        return TextScores("words@1", ({"insult": 0.9 if "evil" in text else 0.1},))


class Discord:
    """Deeds and cards, noted in the order in which they were done."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.cards: list[Flag] = []
        self.hold_deletes: asyncio.Event | None = None
        self.hold_cards: asyncio.Event | None = None
        self.is_down = False
        self.is_connected: asyncio.Event | None = None

    async def online(self) -> None:
        if self.is_connected is not None:
            await self.is_connected.wait()

    async def delete_message(self, guild_id: int, channel_id: int, message_id: int, *, reason: str) -> None:
        if self.hold_deletes is not None:
            await self.hold_deletes.wait()
        self.done.append(f"delete {message_id}")

    async def direct_message(self, guild_id: int, user_id: int, text: str, *, appeal: int | None = None) -> None:
        self.done.append(f"dm {user_id}")

    async def notice(self, guild_id: int, channel_id: int, user_id: int, text: str, *, seconds: float) -> None:
        self.done.append(f"notice {user_id}")

    async def post_card(self, flag: Flag) -> CardPlace | None:
        if self.is_down:
            raise TryLater(say("not_connected"))
        if self.hold_cards is not None:
            await self.hold_cards.wait()
        self.cards.append(flag)
        return CardPlace(9, 1000 + flag.number)


def post(message_id: int, text: str, **changes: Any) -> Post:
    here = Post(
        guild=Named(1, "Guild"),
        channel=Named(2, "general"),
        author=Author(3, "Mallory"),
        message_id=message_id,
        surfaces=(Surface("content", text),),
        created_at=datetime.now(UTC),
    )
    return replace(here, **changes)


class Parts:
    """A pipeline with everything around it."""

    def __init__(self, folder: Path, ledger: Ledger, text: str = RULES) -> None:
        path = folder / "rules.yaml"
        path.write_text(text)
        self.folder = folder
        self.scorer, self.discord, self.health, self.ledger = Scorer(), Discord(), Health(), ledger
        self.pipeline = Pipeline(
            config.Rulebook(config.load(path)),
            scorer=self.scorer,
            ledger=ledger,
            deeds=self.discord,
            cards=self.discord,
            health=self.health,
            agenda=Agenda(),
            online=self.discord.online,
            record_retry=0.0,
        )

    async def settle(self) -> None:
        await self.pipeline.drain(PATIENCE)


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    async with Ledger.at(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def parts(tmp_path: Path, ledger: Ledger) -> Parts:
    return Parts(tmp_path, ledger)


async def test_an_edit_never_overtakes_the_message_that_it_edits(parts: Parts) -> None:
    parts.scorer.held["hello"] = asyncio.Event()
    first = asyncio.create_task(parts.pipeline.handle(post(5, "hello")))
    edit = asyncio.create_task(parts.pipeline.handle(post(5, "evil", is_edit=True)))
    other = asyncio.create_task(parts.pipeline.handle(post(6, "evil too")))
    await other
    assert parts.scorer.asked == ["hello", "evil too"]
    parts.scorer.held["hello"].set()
    await asyncio.gather(first, edit)
    await parts.settle()
    assert parts.scorer.asked == ["hello", "evil too", "evil"]
    assert {flag.message_id for flag in await parts.ledger.flags()} == {5, 6}


async def test_the_same_text_of_a_message_is_flagged_once_and_a_new_one_again(parts: Parts) -> None:
    for text in ("evil", "evil", "very evil", "evil"):
        await parts.pipeline.handle(post(5, text, is_edit=True))
    await parts.settle()
    assert [flag.text for flag in await parts.ledger.flags()] == ["very evil", "evil"]
    assert parts.pipeline.counts["skipped", "flagged before"] == 2


async def test_what_cannot_be_scored_is_counted_and_does_not_stop_the_next(parts: Parts) -> None:
    parts.scorer.refused.add("lost")
    await parts.pipeline.handle(post(5, "lost"))
    await parts.pipeline.handle(post(6, "evil"))
    await parts.settle()
    assert parts.pipeline.counts["unscored", "Overloaded"] == 1
    assert len(parts.discord.cards) == 1


async def test_in_fail_safe_a_flag_is_made_and_nothing_else_done(parts: Parts) -> None:
    parts.health.trouble("scoring", say("scoring_overloaded"))
    await parts.pipeline.handle(post(5, "evil"))
    await parts.settle()
    assert parts.discord.done == []
    [card] = parts.discord.cards
    assert card.hold_reason == str(say("scoring_overloaded"))
    parts.health.healed("scoring")
    await parts.pipeline.handle(post(6, "evil"))
    await parts.settle()
    assert parts.discord.done == ["delete 6", "dm 3"]


async def test_trouble_that_comes_after_the_decision_stops_what_has_not_begun(parts: Parts) -> None:
    await parts.pipeline.handle(post(5, "evil"))
    parts.health.trouble("scoring", say("scoring_fails"))
    await parts.settle()
    assert parts.discord.done == []
    [flag] = await parts.ledger.flags()
    assert {o.action: o.status for o in flag.outcomes}["delete"] is Status.HELD_BACK


async def test_scoring_never_waits_for_discord(parts: Parts) -> None:
    parts.discord.hold_deletes = asyncio.Event()
    for number in range(30):
        await parts.pipeline.handle(post(number, f"evil {number}"))
    assert len(await parts.ledger.flags()) == 30
    parts.discord.hold_deletes.set()
    await parts.settle()
    assert sum(deed.startswith("delete") for deed in parts.discord.done) == 30


async def test_what_does_not_end_in_time_is_left_open_and_finished_after_a_restart(
    parts: Parts, tmp_path: Path
) -> None:
    parts.discord.hold_deletes = asyncio.Event()
    await parts.pipeline.handle(post(5, "evil"))
    async with asyncio.timeout(PATIENCE):
        while Status.STARTED not in {outcome.status for outcome in (await parts.ledger.flags())[0].outcomes}:
            await asyncio.sleep(0)
    await parts.pipeline.drain(0)
    leftovers = await parts.ledger.unfinished()
    assert [flag.message_id for flag in leftovers] == [5]
    again = Parts(tmp_path, parts.ledger)
    await again.pipeline.reconcile(leftovers)
    await again.settle()
    assert "delete 5" in again.discord.done
    assert await parts.ledger.unfinished() == []
    assert len(again.discord.cards) == 1


async def test_a_leftover_that_is_too_old_is_closed_without_acting(parts: Parts, tmp_path: Path) -> None:
    leftovers = await leftover(parts)
    again = Parts(tmp_path, parts.ledger)
    with time_machine.travel(datetime.now(UTC) + TOO_LATE + timedelta(minutes=1)):
        await again.pipeline.reconcile(leftovers)
        await again.settle()
    assert again.discord.done == []
    [flag] = await parts.ledger.flags()
    assert {o.action: o.status for o in flag.outcomes}["delete"] is Status.HELD_BACK
    assert len(again.discord.cards) == 1


async def test_what_a_moderator_ordered_long_ago_and_was_told_had_failed_is_not_done_at_a_later_start(
    parts: Parts, tmp_path: Path
) -> None:
    await parts.pipeline.handle(post(5, "evil"))
    await parts.settle()
    [flag] = await parts.ledger.flags()
    await parts.ledger.order(flag, act.make("ban"), Named(11, "Morgan"))
    again = Parts(tmp_path, parts.ledger)
    with time_machine.travel(datetime.now(UTC) + TOO_LATE + timedelta(minutes=1)):
        await again.pipeline.reconcile(await parts.ledger.unfinished())
        await again.settle()
    assert again.discord.done == []
    [flag] = await parts.ledger.flags()
    assert flag.outcomes[-1].status is Status.HELD_BACK


async def test_a_delete_that_may_have_reached_discord_is_repeated_however_late(parts: Parts, tmp_path: Path) -> None:
    [flag] = await leftover(parts)
    for position, outcome in enumerate(flag.outcomes):
        if outcome.action in ("delete", "warn"):
            await parts.ledger.start(flag, position)
    again = Parts(tmp_path, parts.ledger)
    with time_machine.travel(datetime.now(UTC) + TOO_LATE + timedelta(minutes=1)):
        await again.pipeline.reconcile(await parts.ledger.unfinished())
        await again.settle()
    assert again.discord.done == ["delete 5"]  # a second warning would do harm
    [flag] = await parts.ledger.flags()
    status = {o.action: o.status for o in flag.outcomes}
    assert (status["delete"], status["warn"]) == (Status.DONE, Status.UNKNOWN)


STRIKES = "strikes: {weights: {insult: 2}, ladder: [{at: 9, do: [kick]}]}\n"


async def strikes_of_mallory(parts: Parts) -> list[int]:
    standing = await parts.ledger.strikes(1, 3, datetime.now(UTC) - timedelta(days=1))
    return [strike.weight for strike in standing]


async def test_a_flag_of_which_everything_was_held_back_too_late_gives_no_strikes(
    tmp_path: Path, ledger: Ledger
) -> None:
    leftovers = await leftover(Parts(tmp_path, ledger, RULES + STRIKES))
    again = Parts(tmp_path, ledger, RULES + STRIKES)
    assert await strikes_of_mallory(again) == [2]
    with time_machine.travel(datetime.now(UTC) + TOO_LATE + timedelta(minutes=1)):
        await again.pipeline.reconcile(leftovers)
        await again.settle()
    assert await strikes_of_mallory(again) == []
    [card] = again.discord.cards
    assert card.struck is not None
    assert card.struck.given == 0


async def test_a_flag_that_was_not_acted_on_before_the_owner_chose_shadow_mode_gives_no_strikes(
    tmp_path: Path, ledger: Ledger
) -> None:
    [flag] = await leftover(Parts(tmp_path, ledger, RULES + STRIKES))
    [done] = [position for position, outcome in enumerate(flag.outcomes) if outcome.action == "flag"]
    await ledger.finish(flag, done, replace(flag.outcomes[done], status=Status.DONE))
    again = Parts(tmp_path, ledger, (RULES + STRIKES).replace("live", "shadow"))
    await again.pipeline.reconcile(await ledger.unfinished())
    await again.settle()
    assert again.discord.done == []
    assert await strikes_of_mallory(again) == []


async def test_who_is_not_warned_once_more_within_a_minute_gets_strikes_all_the_same(
    tmp_path: Path, ledger: Ledger
) -> None:
    parts = Parts(tmp_path, ledger, RULES.replace("delete, ", "") + STRIKES)
    for number in range(5, 9):
        await parts.pipeline.handle(post(number, "evil"))
    await parts.settle()
    assert parts.discord.done == ["dm 3"] * 3
    assert await strikes_of_mallory(parts) == [2] * 4


async def test_a_flag_of_which_something_was_done_keeps_its_strikes(tmp_path: Path, ledger: Ledger) -> None:
    parts = Parts(tmp_path, ledger, RULES + STRIKES)
    [flag] = await leftover(parts)
    [warn] = [position for position, outcome in enumerate(flag.outcomes) if outcome.action == "warn"]
    await ledger.finish(flag, warn, replace(flag.outcomes[warn], status=Status.HELD_BACK))
    again = Parts(tmp_path, ledger, RULES + STRIKES)
    await again.pipeline.reconcile(await ledger.unfinished())
    await again.settle()
    assert again.discord.done == ["delete 5"]
    assert await strikes_of_mallory(again) == [2]


async def test_a_flag_keeps_its_strikes_where_a_moderator_acted_while_its_own_deeds_were_held_back(
    tmp_path: Path, ledger: Ledger
) -> None:
    leftovers = await leftover(Parts(tmp_path, ledger, RULES + STRIKES))
    again = Parts(tmp_path, ledger, RULES + STRIKES)
    again.health.trouble("scoring", say("scoring_fails"))
    position = await ledger.order(leftovers[0], act.make("delete"), Named(11, "Morgan"))
    await again.pipeline.carrying.carry_out_order(leftovers[0], position, act.make("delete"))
    await again.pipeline.reconcile(leftovers)  # as they were before
    await again.settle()
    assert again.discord.done == ["delete 5"]
    assert await strikes_of_mallory(again) == [2]


async def test_a_card_shows_no_text_where_none_can_be_kept(tmp_path: Path) -> None:
    async with Ledger.at(tmp_path / "data") as ledger:
        parts = Parts(tmp_path, ledger)
        await parts.pipeline.handle(post(5, "evil"))
        await parts.settle()
    (tmp_path / "data" / "key").unlink()
    async with Ledger.at(tmp_path / "data") as ledger:
        keyless = Parts(tmp_path, ledger)
        await keyless.pipeline.handle(post(6, "evil too"))
        await keyless.settle()
        assert keyless.discord.done[0] == "delete 6"
    assert [card.text for card in parts.discord.cards + keyless.discord.cards] == ["evil", None]


async def test_a_card_shows_no_text_that_was_erased_while_its_flag_was_carried_out(parts: Parts) -> None:
    parts.discord.hold_deletes = asyncio.Event()
    await parts.pipeline.handle(post(5, "evil"))
    await parts.ledger.erasing.purge(Whom(1, 3))
    parts.discord.hold_deletes.set()
    await parts.settle()
    assert [card.text for card in parts.discord.cards] == [None]


async def test_who_leaves_waits_for_the_messages_under_way_and_takes_no_further_one(parts: Parts) -> None:
    parts.scorer.held["evil"] = asyncio.Event()
    under_way = asyncio.create_task(parts.pipeline.handle(post(5, "evil")))
    await until(lambda: parts.scorer.asked == ["evil"])
    leaving = asyncio.create_task(parts.pipeline.leave(PATIENCE))
    await asyncio.sleep(0)
    await parts.pipeline.handle(post(6, "evil"))
    parts.scorer.held["evil"].set()
    await asyncio.gather(leaving, under_way)
    assert [card.message_id for card in parts.discord.cards] == [5]
    assert [flag.message_id for flag in await parts.ledger.flags()] == [5]


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not is_so():
            await asyncio.sleep(0)


async def test_a_leftover_is_not_acted_on_once_the_owner_chose_shadow_mode(parts: Parts, tmp_path: Path) -> None:
    leftovers = await leftover(parts)
    again = Parts(tmp_path, parts.ledger, RULES.replace("live", "shadow"))
    await again.pipeline.reconcile(leftovers)
    await again.settle()
    assert again.discord.done == []


async def test_what_still_waits_when_the_owner_chooses_shadow_mode_is_not_done(parts: Parts, tmp_path: Path) -> None:
    parts.discord.is_connected = asyncio.Event()
    await parts.pipeline.handle(post(5, "evil"))
    parts.pipeline.rulebook.use(config.load(tmp_path / "rules.yaml").model_copy(update={"mode": "shadow"}))
    parts.discord.is_connected.set()
    await parts.settle()
    assert parts.discord.done == []
    [flag] = await parts.ledger.flags()
    assert flag.outcomes[-1].detail == "The bot is in shadow mode now."


async def test_what_another_version_of_the_bot_planned_does_not_keep_a_flag_from_its_card(parts: Parts) -> None:
    await leftover(parts)
    with sqlite3.connect(parts.folder / "data" / DATABASE_NAME) as database:
        database.execute("UPDATE outcomes SET action = 'tickle' WHERE action = 'delete'")
    await parts.pipeline.reconcile(await parts.ledger.unfinished())
    await parts.settle()
    assert parts.discord.done == ["dm 3"]
    [card] = parts.discord.cards
    [unknown] = [outcome for outcome in card.outcomes if outcome.action == "tickle"]
    assert unknown.status is Status.UNKNOWN
    assert "does not know tickle" in unknown.detail
    assert await parts.ledger.unfinished() == []


async def test_a_leftover_is_acted_on_where_its_category_is_live(tmp_path: Path, ledger: Ledger) -> None:
    text = RULES.replace("live", "shadow") + "overrides: [{categories: [Talk], mode: live}]\n"
    leftovers = await leftover(Parts(tmp_path, ledger, text), category=Named(7, "Talk"))
    again = Parts(tmp_path, ledger, text)
    await again.pipeline.reconcile(leftovers)
    await again.settle()
    assert again.discord.done == ["delete 5", "dm 3"]


async def leftover(parts: Parts, **where: Any) -> list[Flag]:
    """A flag that was opened by a bot that died right afterwards."""
    honest, parts.pipeline.carrying.carry_out = parts.pipeline.carrying.carry_out, lambda flag: None  # type: ignore[method-assign]
    await parts.pipeline.handle(post(5, "evil", **where))
    parts.pipeline.carrying.carry_out = honest  # type: ignore[method-assign]
    return await parts.ledger.unfinished()


async def test_a_card_that_could_not_be_posted_is_posted_when_connected_again(parts: Parts) -> None:
    parts.discord.is_down = True
    await parts.pipeline.handle(post(5, "evil"))
    await parts.settle()
    assert parts.discord.cards == []
    parts.discord.is_down = False
    await parts.pipeline.reconcile()
    await parts.pipeline.reconcile()  # a second connection finds nothing left to do
    await parts.settle()
    assert len(parts.discord.cards) == 1


async def test_a_card_that_is_posted_while_the_record_says_which_are_due_is_not_posted_again(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts.discord.hold_cards = asyncio.Event()
    ask = parts.ledger.without_card

    async def slowly(limit: int, after_id: int) -> list[Flag]:
        await parts.pipeline.handle(post(5, "evil"))
        while not (found := await ask(limit, after_id)):
            await asyncio.sleep(0)
        parts.discord.hold_cards.set()
        await parts.settle()
        monkeypatch.undo()
        return found

    monkeypatch.setattr(parts.ledger, "without_card", slowly)
    await parts.pipeline.reconcile()
    await parts.settle()
    assert [flag.message_id for flag in parts.discord.cards] == [5]


async def test_a_message_split_over_many_is_read_whole_however_slowly_it_comes(parts: Parts) -> None:
    for number, text in enumerate(("you", "can", "go", "home"), start=5):
        await parts.pipeline.handle(post(number, text))
    read = ["you", "can", "you can", "go", "you can go", "home", "you can go home"]
    assert parts.scorer.asked == read
