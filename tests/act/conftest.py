"""A flag to act on, and deeds that are only written down."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import Gone
from bot.records import Author, Case, Deeds, Fired, Flag, MemberNow, Named, Scores
from bot.texts.saying import say

FLAG = Flag(
    id=7,
    number=12,
    guild=Named(1, "Server"),
    channel=Named(2, "general"),
    author=Author(3, "Mallory"),
    message_id=4,
    is_edit=True,  # a message as old as this would be answered too late
    text="you absolute pillock",
    scores=Scores("m", ()),
    on=("insult", "severe_toxic"),
    fired=(
        Fired("insult", 0.97, 0.95, "labels.insult[1]", "content", "written"),
        Fired("severe_toxic", 0.6, 0.5, "labels.severe_toxic", "content", "written"),
    ),
    outcomes=(),
    created_at=datetime(2026, 11, 23, tzinfo=UTC),
)


ROLES = {"member": Named(20, "Member"), "muted": Named(21, "Muted")}


@dataclass
class WrittenDown:
    """``Deeds`` on a server of one member, that remembers what was done; ``failing`` maps a deed to what it raises."""

    failing: dict[str, BaseException] = field(default_factory=dict)
    done: list[tuple[Any, ...]] = field(default_factory=list)
    is_there: bool = True
    role_ids: frozenset[int] = frozenset({20})
    nickname: str | None = None
    timed_out_until: datetime | None = None
    banned: str | None = None
    seconds: int = 0
    thread_title: str = "weekend plans"
    taken: set[tuple[Hashable, ...]] = field(default_factory=set)
    appealable: list[int] = field(default_factory=list)  # flags with a button to appeal under a direct message

    @asynccontextmanager
    async def alone(self, *about: Hashable) -> AsyncIterator[None]:
        assert about not in self.taken
        self.taken.add(about)
        try:
            yield
        finally:
            self.taken.remove(about)

    async def delete_message(self, guild_id: int, channel_id: int, message_id: int, *, reason: str) -> None:
        self._do("delete_message", guild_id, channel_id, message_id, reason)

    async def delete_own(self, guild_id: int, channel_id: int, message_id: int) -> None:
        self._do("delete_own", guild_id, channel_id, message_id)

    async def direct_message(self, guild_id: int, user_id: int, text: str, *, appeal: int | None = None) -> None:
        self._do("direct_message", guild_id, user_id, text)
        if appeal is not None:
            self.appealable.append(appeal)

    def try_again(self, guild_id: int, user_id: int) -> None:
        self._do("try_again", guild_id, user_id)

    async def notice(self, guild_id: int, channel_id: int, user_id: int, text: str, *, seconds: float) -> None:
        self._do("notice", guild_id, channel_id, user_id, text, seconds)

    async def reply(self, guild_id: int, channel_id: int, message_id: int, text: str) -> int:
        self._do("reply", guild_id, channel_id, message_id, text)
        return 99

    async def react(self, guild_id: int, channel_id: int, message_id: int, emoji: str) -> None:
        self._do("react", guild_id, channel_id, message_id, emoji)

    async def unreact(self, guild_id: int, channel_id: int, message_id: int, emoji: str) -> None:
        self._do("unreact", guild_id, channel_id, message_id, emoji)

    async def ping(self, guild_id: int, role: str, text: str, *, channel: str | None = None) -> None:
        self._do("ping", guild_id, role, text, channel)

    async def title(self, guild_id: int, thread_id: int) -> str:
        return self.thread_title

    async def set_title(self, guild_id: int, thread_id: int, title: str, *, reason: str) -> None:
        self._do("set_title", guild_id, thread_id, title, reason)
        self.thread_title = title

    async def clear_voice_status(self, guild_id: int, channel_id: int, *, reason: str) -> None:
        self._do("clear_voice_status", guild_id, channel_id, reason)

    async def delete_event(self, guild_id: int, event_id: int, *, reason: str) -> None:
        self._do("delete_event", guild_id, event_id, reason)

    async def slowmode(self, guild_id: int, channel_id: int) -> int:
        return self.seconds

    async def set_slowmode(self, guild_id: int, channel_id: int, seconds: int, *, reason: str) -> None:
        self._do("set_slowmode", guild_id, channel_id, seconds, reason)
        self.seconds = seconds

    async def invite(self, guild_id: int, channel_id: int, *, reason: str) -> str:
        self._do("invite", guild_id, channel_id, reason)
        return "https://discord.gg/abc"

    async def member(self, guild_id: int, user_id: int, role_ids: Sequence[int], *, to: str) -> MemberNow:
        if "member" in self.failing:
            raise self.failing["member"]
        if not self.is_there:
            raise Gone(say("member_left"))
        return MemberNow(guild_id, user_id, self.role_ids, self.nickname, self.timed_out_until)

    async def time_out(self, member: MemberNow, until: datetime | None, *, reason: str) -> None:
        self._do("time_out", member.id, until, reason)
        self.timed_out_until = until

    async def kick(self, member: MemberNow, *, reason: str) -> None:
        self._do("kick", member.id, reason)
        self.is_there = False

    async def set_nickname(self, member: MemberNow, nickname: str | None, *, reason: str) -> None:
        self._do("set_nickname", member.id, nickname, reason)
        self.nickname = nickname

    async def role(self, guild_id: int, reference: str) -> Named:
        return next(role for name, role in ROLES.items() if reference.casefold() in (name, str(role.id)))

    async def add_role(self, member: MemberNow, role_id: int, *, reason: str) -> None:
        self._do("add_role", member.id, role_id, reason)
        self.role_ids |= {role_id}

    async def remove_role(self, member: MemberNow, role_id: int, *, reason: str) -> None:
        self._do("remove_role", member.id, role_id, reason)
        self.role_ids -= {role_id}

    async def ban_reason(self, guild_id: int, user_id: int) -> str | None:
        return self.banned

    async def ban(self, guild_id: int, user_id: int, *, delete_seconds: int, reason: str) -> None:
        self._do("ban", user_id, delete_seconds, reason)
        self.banned, self.is_there = reason, False

    async def unban(self, guild_id: int, user_id: int, *, reason: str) -> None:
        self._do("unban", user_id, reason)
        self.banned = None

    def _do(self, deed: str, *about: Any) -> None:
        if deed in self.failing:
            raise self.failing[deed]
        self.done.append((deed, *about))


@pytest.fixture
def deeds() -> WrittenDown:
    deeds = WrittenDown()
    for name, deed in inspect.getmembers(Deeds, inspect.isfunction):
        if not name.startswith("_"):
            own = inspect.signature(getattr(WrittenDown, name)).parameters
            assert own == inspect.signature(deed).parameters, name
    return deeds


@pytest.fixture
def case(deeds: WrittenDown) -> Case:
    return Case(replace(FLAG, created_at=datetime.now(UTC)), deeds)


@pytest.fixture
def called() -> Callable[..., Case]:
    """The case again, about a member, server or channel with another name."""

    def about(case: Case, *, member: str = "Mallory", server: str = "Server", channel: str = "general") -> Case:
        flag = replace(case.flag, author=Author(3, member), guild=Named(1, server), channel=Named(2, channel))
        return Case(flag, case.deeds)

    return about
