"""What tests with a running bot share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from bot.sandbox import Sandbox


@pytest.fixture
def furnished(run_bot, rules) -> Callable[..., Any]:
    """``async with furnished() as (box, bot)``: a bot whose commands are known; ``more`` is added to the rules."""

    @asynccontextmanager
    async def start(more: str = "", box: Sandbox | None = None) -> AsyncIterator[tuple[Sandbox, SimpleNamespace]]:
        if box is None:
            async with Sandbox() as made, run_bot(made, text=rules + more) as bot:
                await made.until(made.commands)
                yield made, bot
        else:
            async with run_bot(box, text=rules + more) as bot:
                await box.until(box.commands)
                yield box, bot

    return start


@pytest.fixture
def flagged() -> Callable[..., Awaitable[None]]:
    """Have (channel, member, text) written, each when the one before has its card, so that they are numbered so."""

    async def have(box: Sandbox, *said: tuple[str, str, str], **where: Any) -> None:
        for channel, member, text in said:
            before = len(box.cards(**where))
            await box.say(channel, member, text, **where)
            await box.until(lambda before=before: len(box.cards(**where)) > before)  # type: ignore[misc]

    return have
