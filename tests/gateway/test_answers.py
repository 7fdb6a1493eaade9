"""Discord's answers, told apart and counted."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bot.errors import Away, DeedFailed, Forbidden, Gone, TryLater, Unreachable
from bot.gateway.answers import (
    INVALID_ANSWERS_AT_MOST,
    INVALID_WINDOW,
    REFUSAL_PAUSE,
    REFUSALS_AT_MOST,
    Answers,
    InvalidAnswers,
)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def http_error(status: int, code: int = 0) -> discord.HTTPException:
    kinds: dict[int, Any] = {403: discord.Forbidden, 404: discord.NotFound}
    response: Any = SimpleNamespace(status=status, reason="x")
    return kinds.get(status, discord.HTTPException)(response, {"code": code, "message": "No."})


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (http_error(404, 10008), Gone, "nothing left"),
        (http_error(400, 10026), Gone, "nothing left"),
        (http_error(403, 50013), Forbidden, "50013"),
        (http_error(403, 50007), Unreachable, "no direct messages"),
        (http_error(403, 50278), Unreachable, "no direct messages"),
        (http_error(400, 50034), DeedFailed, "answered 400"),
        (http_error(503), TryLater, "answered 503"),
        (discord.RateLimited(90.0), TryLater, "wait 90 s"),
        (aiohttp.ServerDisconnectedError(), Away, "could not be reached"),
        (TimeoutError(), Away, "could not be reached"),
        (RuntimeError("Session is closed"), Away, "could not be reached"),
    ],
)
async def test_each_answer_is_known_for_what_it_means(answer: Exception, kind: type[Exception], says: str) -> None:
    with pytest.raises(kind, match=says) as raised:
        async with Answers(InvalidAnswers()).to("kick", 1):
            raise answer
    assert type(raised.value) is kind


async def refuse(answers: Answers, guild_id: int = 1, deed: str = "kick", code: int = 50013) -> None:
    with pytest.raises(DeedFailed):
        async with answers.to(deed, guild_id):
            raise http_error(403, code)


async def test_what_is_refused_again_and_again_rests_for_a_while_in_that_guild_only() -> None:
    clock = Clock()
    answers = Answers(InvalidAnswers(clock), clock)
    for _ in range(REFUSALS_AT_MOST):
        await refuse(answers)
    with pytest.raises(TryLater, match="does not try again before"):
        async with answers.to("kick", 1):
            raise AssertionError("the call was made")
    for guild_id, deed in ((2, "kick"), (1, "react")):
        async with answers.to(deed, guild_id):
            pass
    clock.now += REFUSAL_PAUSE
    async with answers.to("kick", 1):
        pass


async def test_refusals_far_apart_and_closed_direct_messages_break_nothing() -> None:
    clock = Clock()
    answers = Answers(InvalidAnswers(clock), clock)
    for _ in range(3 * REFUSALS_AT_MOST):
        await refuse(answers, code=50007)
        await refuse(answers, code=50278)
        await refuse(answers, deed="react")
        clock.now += 300
    async with answers.to("react", 1):
        pass


async def test_long_before_discord_would_block_us_no_call_is_made_until_it_has_forgotten() -> None:
    clock = Clock()
    invalid = InvalidAnswers(clock)
    for status in (401, 403, 429):
        invalid.count(status)
    for _ in range(INVALID_ANSWERS_AT_MOST - 4):
        invalid.count(403)
    for status, scope in ((429, "shared"), (404, None), (200, None)):
        invalid.count(status, scope)
    answers = Answers(invalid, clock)
    async with answers.to("kick", 1):
        invalid.count(403)
    with pytest.raises(TryLater, match="block its address"):
        async with answers.to("kick", 2):
            raise AssertionError("the call was made")
    clock.now += INVALID_WINDOW
    async with answers.to("kick", 1):
        pass
