"""The way back where the sandbox cannot easily reach: Discord away, a hurry, restarts, what the command line asks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import act
from bot.agenda import Agenda
from bot.errors import Away, NotNow, Unreachable
from bot.record.asking import ask_running_bot
from bot.record.ledger import Ledger
from bot.records import Author, Decision, Fired, Flag, Named, Outcome, Post, Scores, Status, Struck, Surface, ViewScores
from bot.texts.saying import say
from bot.verdict import RULINGS_A_MINUTE, Result, Verdicts, in_words

GUILD, MORGAN = Named(1, "Guild"), Named(11, "Morgan")


class Discord:
    """Deeds on one member, noted in the order in which they were done; ``failing`` is raised by direct messages."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.failing: Exception | None = None
        self.banned: str | None = "Civil Tongue flag #1: insult"

    @asynccontextmanager
    async def alone(self, *about: Hashable) -> AsyncIterator[None]:
        yield

    async def direct_message(self, guild_id: int, user_id: int, text: str, *, appeal: int | None = None) -> None:
        if self.failing is not None:
            raise self.failing
        self.done.append(f"dm {text.splitlines()[-1]}")

    def try_again(self, guild_id: int, user_id: int) -> None: ...

    async def ban_reason(self, guild_id: int, user_id: int) -> str | None:
        return self.banned

    async def unban(self, guild_id: int, user_id: int, *, reason: str) -> None:
        self.banned = None
        self.done.append(f"unban ({reason})")

    async def invite(self, guild_id: int, channel_id: int, *, reason: str) -> str:
        return "https://discord.gg/abc"


@pytest.fixture
async def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ledger]:
    monkeypatch.delenv("CIVIL_TONGUE_KEY_FILE", raising=False)
    async with Ledger.at(tmp_path / "data") as ledger:
        yield ledger


@pytest.fixture
def discord() -> Discord:
    return Discord()


def verdicts_of(ledger: Ledger, discord: Any, **wiring: Any) -> Verdicts:
    async def online() -> None: ...

    return Verdicts(ledger, deeds=discord, agenda=Agenda(), online=online, **wiring)


async def carried_out(ledger: Ledger, number: int = 1, *names: str) -> Flag:
    """A closed flag whose actions were done."""
    names = names or ("delete", "ban")
    post = Post(
        guild=GUILD,
        channel=Named(2, "general"),
        author=Author(3, "Mallory"),
        message_id=number,
        surfaces=(Surface("content", f"evil {number}"),),
        created_at=datetime.now(UTC),
    )
    decision = Decision(
        on=("insult",),
        fired=(Fired("insult", 0.9, 0.6, "labels.insult", "content", "written"),),
        actions=tuple(act.make(name) for name in names),
        struck=Struck(1, 1),
    )
    flag = await ledger.open_flag(post, Scores("m", (ViewScores("content", "written", {"insult": 0.9}),)), decision)
    assert flag is not None
    for position, name in enumerate(names):
        before = {"reason": f"Civil Tongue flag #{number}: insult"} if name == "ban" else {}
        await ledger.finish(flag, position, Outcome(name, Status.DONE, before=before))
    await ledger.close(flag)
    return flag


async def test_what_was_done_last_is_taken_back_first(ledger: Ledger, discord: Discord) -> None:
    await carried_out(ledger)
    decided = await verdicts_of(ledger, discord).decide(1, 1, "mistaken", MORGAN, via="card", seen=0)
    assert [done.split()[0] for done in discord.done] == ["unban", "dm", "dm"]
    assert discord.done[0] == "unban (Civil Tongue flag #1: taken back by Morgan)"
    assert discord.done[-1] == "dm evil 1"
    assert (decided.is_over, decided.strikes) == (True, 1)
    assert [(each.action, each.undo_status) for each in decided.undone] == [
        ("delete", Status.DONE),
        ("ban", Status.DONE),
    ]


@pytest.mark.parametrize("error", [Away(say("not_connected")), NotNow(say("messages_here", count=5))])
async def test_what_may_pass_stays_due_and_is_done_later(ledger: Ledger, discord: Discord, error: Exception) -> None:
    await carried_out(ledger, 1, "delete")
    discord.failing = error
    decided = await verdicts_of(ledger, discord).decide(1, 1, "mistaken", MORGAN, via="card")
    assert not decided.is_over
    assert "the card will tell" in in_words(decided, 1)
    discord.failing = None
    later = verdicts_of(ledger, discord)  # as after a restart
    running = asyncio.create_task(later.run())
    while await ledger.undo_due():
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert discord.done == ["dm evil 1"]
    flag = await ledger.flag(1, 1)
    assert flag is not None
    assert flag.outcomes[0].undo_status is Status.DONE


async def test_what_will_not_pass_is_said_and_not_tried_for_ever(ledger: Ledger, discord: Discord) -> None:
    await carried_out(ledger, 1, "delete")
    discord.failing = Unreachable(say("takes_no_messages"))
    decided = await verdicts_of(ledger, discord).decide(1, 1, "mistaken", MORGAN, via="card")
    assert decided.is_over
    assert "✗ delete not taken back. The member takes no direct messages" in in_words(decided, 1)
    assert await ledger.undo_due() == []


async def test_a_verdict_that_is_given_again_leaves_what_came_after_it_and_says_so(
    ledger: Ledger, discord: Discord
) -> None:
    flag = await carried_out(ledger, 1, "delete")
    verdicts = verdicts_of(ledger, discord)
    await verdicts.decide(1, 1, "mistaken", MORGAN, via="card")
    position = await ledger.order(flag, act.make("ban"), Named(12, "Ada"))
    await ledger.finish(flag, position, Outcome("ban", Status.DONE, before={"reason": discord.banned}))
    await ledger.ordered_is_over(flag)
    again = await verdicts.decide(1, 1, "mistaken", MORGAN, via="command line")
    assert (again.result, again.is_over) == (Result.SAME, True)
    assert "ban by Ada came after the verdict, so it stays" in in_words(again, 1)
    assert discord.banned is not None
    await verdicts.decide(1, 1, "upheld", MORGAN, via="card")
    anew = await verdicts.decide(1, 1, "mistaken", MORGAN, via="card")
    assert "ban taken back" in in_words(anew, 1)
    assert discord.banned is None


async def test_of_many_presses_for_the_same_flag_each_deed_is_taken_back_once(ledger: Ledger, discord: Discord) -> None:
    await carried_out(ledger)
    verdicts = verdicts_of(ledger, discord)
    decided = await asyncio.gather(
        *(verdicts.decide(1, 1, "mistaken", Named(20 + n, f"Moderator {n}"), via="card", seen=0) for n in range(5))
    )
    assert sorted(str(each.result) for each in decided) == ["decided", *["too late"] * 4]
    assert discord.done.count("dm evil 1") == 1


async def test_a_moderator_in_a_hurry_is_announced_once_and_asked_each_time(ledger: Ledger, discord: Discord) -> None:
    hurried: list[Named] = []
    verdicts = verdicts_of(ledger, discord, hurried=lambda _, by: hurried.append(by))
    for number in range(1, RULINGS_A_MINUTE + 4):
        await carried_out(ledger, number, "delete")
    results = [
        (await verdicts.decide(1, number, "upheld", MORGAN, via="card", seen=0)).result
        for number in range(1, RULINGS_A_MINUTE + 4)
    ]
    assert results == [Result.DECIDED] * RULINGS_A_MINUTE + [Result.CONFIRM] * 3
    assert hurried == [MORGAN]
    confirmed = await verdicts.decide(1, RULINGS_A_MINUTE + 1, "upheld", MORGAN, via="card", seen=0, confirmed=True)
    assert confirmed.result is Result.DECIDED


async def test_the_command_line_is_answered_in_words(ledger: Ledger, discord: Discord, tmp_path: Path) -> None:
    await carried_out(ledger, 1, "delete")
    running = asyncio.create_task(verdicts_of(ledger, discord).run())
    said = await ask_running_bot(tmp_path / "data", 1, 1, "mistaken", "Olga", wait=30)
    missing = await ask_running_bot(tmp_path / "data", 1, 7, "upheld", "Olga", wait=30)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert said is not None
    assert "Flag #1 was mistaken" in said
    assert "delete taken back" in said
    assert missing == "There is no flag #7 here."
    assert await ledger.asked_rulings() == []


async def test_a_look_that_breaks_does_not_end_the_bot(
    ledger: Ledger, discord: Discord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await carried_out(ledger, 1, "delete")
    asked = ledger.asked_rulings

    async def break_once() -> Any:
        monkeypatch.setattr(ledger, "asked_rulings", asked)
        raise ValueError("something odd")

    monkeypatch.setattr(ledger, "asked_rulings", break_once)
    running = asyncio.create_task(verdicts_of(ledger, discord).run())
    said = await ask_running_bot(tmp_path / "data", 1, 1, "upheld", "Olga", wait=30)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert said is not None
    assert "Flag #1 is upheld" in said


async def test_a_flag_of_the_same_text_is_undone_with_its_group(ledger: Ledger, discord: Discord) -> None:
    lead = await carried_out(ledger, 1, "delete")
    post = Post(GUILD, Named(2, "general"), Author(4, "Alice"), 99, (Surface("content", "EVIL 1"),), datetime.now(UTC))
    scores = Scores("m", (ViewScores("content", "written", {"insult": 0.9}),))
    fired = (Fired("insult", 0.9, 0.6, "labels.insult", "content", "written"),)
    mate = await ledger.open_flag(post, scores, Decision(("insult",), fired, (act.make("delete"),)))
    assert mate is not None
    assert mate.lead == lead.id
    await ledger.finish(mate, 0, Outcome("delete", Status.DONE))
    await ledger.close(mate)
    decided = await verdicts_of(ledger, discord).decide(1, 1, "mistaken", MORGAN, via="card", seen=0)
    assert (decided.also, decided.is_over) == ((2,), True)
    assert sorted(discord.done) == ["dm EVIL 1", "dm evil 1"]
