"""A flag to act on, and deeds that are only written down."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.records import Author, Case, Deeds, Fired, Flag, Named, Scores

FLAG = Flag(
    id=7,
    number=12,
    guild=Named(1, "Server"),
    channel=Named(2, "general"),
    author=Author(3, "Mallory"),
    message_id=4,
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


@dataclass
class WrittenDown:
    """``Deeds`` that does nothing but remember; ``failing`` maps a deed to what it raises."""

    failing: dict[str, BaseException] = field(default_factory=dict)
    done: list[tuple[Any, ...]] = field(default_factory=list)

    async def delete_message(self, guild_id: int, channel_id: int, message_id: int, *, reason: str) -> None:
        self._do("delete_message", guild_id, channel_id, message_id, reason)

    async def direct_message(self, guild_id: int, user_id: int, text: str) -> None:
        self._do("direct_message", guild_id, user_id, text)

    async def notice(self, guild_id: int, channel_id: int, user_id: int, text: str, *, seconds: float) -> None:
        self._do("notice", guild_id, channel_id, user_id, text, seconds)

    def _do(self, deed: str, *about: Any) -> None:
        if deed in self.failing:
            raise self.failing[deed]
        self.done.append((deed, *about))


@pytest.fixture
def deeds() -> WrittenDown:
    deeds = WrittenDown()
    for name, deed in inspect.getmembers(Deeds, inspect.isfunction):
        if not name.startswith("_"):
            assert inspect.signature(getattr(WrittenDown, name)) == inspect.signature(deed), name
    return deeds


@pytest.fixture
def case(deeds: WrittenDown) -> Case:
    return Case(FLAG, deeds)


@pytest.fixture
def called() -> Callable[..., Case]:
    """The case again, about a member, server or channel with another name."""

    def about(case: Case, *, member: str = "Mallory", server: str = "Server", channel: str = "general") -> Case:
        flag = replace(case.flag, author=Author(3, member), guild=Named(1, server), channel=Named(2, channel))
        return Case(flag, case.deeds)

    return about
