"""What several flags did to one member or channel: taken back once, to what stood before, and not too early."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.act import make
from bot.agenda import Agenda
from bot.due import Due
from bot.record.ledger import Ledger
from bot.records import Author, Case, Decision, Fired, Flag, MemberNow, Named, Post, Scores, Status, Surface
from bot.verdict import Verdicts

GUILD, MORGAN = Named(1, "Guild"), Named(11, "Morgan")
HOUR = timedelta(hours=1)


class Discord:
    """One channel and one member of a server."""

    def __init__(self) -> None:
        self.seconds = 0
        self.role_ids: frozenset[int] = frozenset()
        self.timed_out_until: datetime | None = None

    @asynccontextmanager
    async def alone(self, *about: Hashable) -> AsyncIterator[None]:
        yield

    def try_again(self, guild_id: int, user_id: int) -> None: ...

    async def slowmode(self, guild_id: int, channel_id: int) -> int:
        return self.seconds

    async def set_slowmode(self, guild_id: int, channel_id: int, seconds: int, *, reason: str) -> None:
        self.seconds = seconds

    async def role(self, guild_id: int, reference: str) -> Named:
        return Named(21, "Muted")

    async def member(self, guild_id: int, user_id: int, role_ids: Sequence[int], *, to: str) -> MemberNow:
        return MemberNow(guild_id, user_id, self.role_ids, None, self.timed_out_until)

    async def add_role(self, member: MemberNow, role_id: int, *, reason: str) -> None:
        self.role_ids |= {role_id}

    async def remove_role(self, member: MemberNow, role_id: int, *, reason: str) -> None:
        self.role_ids -= {role_id}

    async def time_out(self, member: MemberNow, until: datetime | None, *, reason: str) -> None:
        self.timed_out_until = until


class Server:
    """A record beside that server: ``flag`` has something done, ``mistaken`` and ``after`` have it taken back."""

    def __init__(self, ledger: Ledger) -> None:
        self.discord: Any = Discord()
        self.ledger = ledger
        self._start = datetime.now(UTC)
        self._messages = 100

    async def flag(self, action: str, options: Any, text: str = "", by: Named | None = None) -> Flag:
        self._messages += 1
        made = make(action, options)
        text = text or f"evil {self._messages}"
        author, now = Author(3, "Mallory"), datetime.now(UTC)
        post = Post(GUILD, Named(2, "general"), author, self._messages, (Surface("content", text),), now)
        fired = (Fired("insult", 0.9, 0.6, "labels.insult", "content", "written"),)
        opened = await self.ledger.open_flag(post, Scores("m", ()), Decision(("insult",), fired, (made,)))
        assert opened is not None
        await self.ledger.start(opened, 0)
        await self.ledger.finish(opened, 0, await made.apply(Case(opened, self.discord)))
        await self.ledger.close(opened)
        return opened

    async def order(self, flag: Flag, action: str, options: Any) -> None:
        """As a moderator does by hand."""
        made = make(action, options)
        position = await self.ledger.order(flag, made, MORGAN)
        case = Case(flag, self.discord, by=MORGAN, since=datetime.now(UTC))
        await self.ledger.finish(flag, position, await made.apply(case))
        await self.ledger.ordered_is_over(flag)

    async def mistaken(self, flag: Flag) -> None:
        async def online() -> None: ...

        verdicts = Verdicts(self.ledger, deeds=self.discord, agenda=Agenda(), online=online)
        await verdicts.decide(1, flag.number, "mistaken", MORGAN, via="card")

    async def after(self, time: timedelta) -> None:
        await Due(self.ledger, self.discord, Agenda(), clock=lambda: self._start + time).take_back()

    async def undo(self, flag: Flag) -> tuple[Status | None, str]:
        found = await self.ledger.flag(1, flag.number)
        assert found is not None
        return found.outcomes[0].undo_status, found.outcomes[0].undo_detail


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    monkeypatch.delenv("CIVIL_TONGUE_KEY_FILE", raising=False)
    async with Ledger.at(tmp_path / "data") as ledger:
        yield Server(ledger)


@pytest.mark.parametrize("at_once", [False, True])
async def test_a_slow_mode_on_top_of_another_ends_in_what_was_before_both(server: Server, at_once: bool) -> None:
    await server.flag("slowmode", {"delay": "PT30S", "for": "PT10M"})
    await server.flag("slowmode", {"delay": "PT1M", "for": "PT1H"})
    if not at_once:  # as where the bot was away when both ended
        await server.after(HOUR / 2)
        assert server.discord.seconds == 60
    await server.after(2 * HOUR)
    assert server.discord.seconds == 0


async def test_one_verdict_on_a_group_lifts_every_timeout_of_it(server: Server) -> None:
    first = await server.flag("timeout", "PT10M", "the same")
    await server.flag("timeout", "P1D", "the same")
    await server.mistaken(first)
    assert server.discord.timed_out_until is None


async def test_what_a_mistaken_flag_put_back_is_not_what_an_earlier_mistaken_one_did(server: Server) -> None:
    first = await server.flag("timeout", "PT10M")
    second = await server.flag("timeout", "P1D")
    await server.mistaken(first)
    assert server.discord.timed_out_until is not None
    await server.mistaken(second)
    assert server.discord.timed_out_until is None


@pytest.mark.parametrize("longer", [{"role": "Muted"}, {"role": "Muted", "for": "P1D"}])
async def test_a_mistaken_flag_prolongs_nothing(server: Server, longer: Any) -> None:
    await server.flag("add_role", {"role": "Muted", "for": "PT1H"})
    again = await server.flag("add_role", longer)
    await server.mistaken(again)
    assert server.discord.role_ids == {21}
    await server.after(2 * HOUR)
    assert server.discord.role_ids == frozenset()


async def test_what_another_flag_asks_for_stays_until_that_one_is_over(server: Server) -> None:
    first = await server.flag("add_role", {"role": "Muted", "for": "PT1H"})
    second = await server.flag("add_role", {"role": "Muted", "for": "P1D"})
    await server.mistaken(first)
    assert server.discord.role_ids == {21}
    assert await server.undo(first) == (Status.HELD_BACK, "Flag #2 asks for it, too, so it stays.")
    await server.after(25 * HOUR)
    assert server.discord.role_ids == frozenset()
    assert (await server.undo(second))[0] is Status.DONE


async def test_a_role_that_is_asked_for_twice_goes_at_the_later_end(server: Server) -> None:
    await server.flag("add_role", {"role": "Muted", "for": "P1D"})
    await server.flag("add_role", {"role": "Muted", "for": "PT1H"})
    await server.after(2 * HOUR)
    assert server.discord.role_ids == {21}
    await server.after(25 * HOUR)
    assert server.discord.role_ids == frozenset()


async def test_what_a_moderator_makes_last_longer_on_the_same_card_lasts(server: Server) -> None:
    flag = await server.flag("add_role", {"role": "Muted", "for": "PT1H"})
    await server.order(flag, "add_role", "Muted")
    await server.after(2 * HOUR)
    assert server.discord.role_ids == {21}
    await server.mistaken(flag)
    assert server.discord.role_ids == frozenset()


async def test_the_end_of_what_a_moderator_took_back_is_not_the_end_of_what_came_after(server: Server) -> None:
    first = await server.flag("add_role", {"role": "Muted", "for": "PT1H"})
    server.discord.role_ids = frozenset()  # by a moderator
    await server.flag("add_role", {"role": "Muted", "for": "P1D"})
    await server.after(2 * HOUR)
    assert server.discord.role_ids == {21}
    assert (await server.undo(first))[0] is Status.ALREADY_DONE
    await server.after(25 * HOUR)
    assert server.discord.role_ids == frozenset()
