"""What holds a decision back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.act import make
from bot.decide.limits import WINDOW, LimitOptions, Limits
from bot.health import Health
from bot.records import Decision, Fired, Struck
from bot.texts import Texts
from bot.texts.saying import say

FLAG, DELETE, WARN = make("flag"), make("delete"), make("warn")
BOTH = Decision(fired=(Fired("insult", 0.9, 0.5, "labels.insult", "content", "written"),), actions=(FLAG, DELETE, WARN))
ONE = Decision(fired=BOTH.fired, actions=(FLAG, DELETE))
ONLY_FLAG = Decision(fired=BOTH.fired, actions=(FLAG,))
MOMENT = datetime(2026, 11, 23, 14, 3, 5, tzinfo=UTC)


@dataclass
class Asking:
    """A ``Limits`` and the fail-safe beside it, asked in one guild unless said otherwise."""

    limits: Limits
    health: Health
    options: LimitOptions
    asked: int = 0

    def __call__(
        self, decision: Decision, now: float = 0, guild: int = 1, mode: Any = "live", member: int | None = None
    ) -> Decision:
        """Each post is another member's where none is named."""
        self.asked += 1
        member = 1_000 + self.asked if member is None else member
        return self.limits.allow(
            decision, self.options, guild_id=guild, member_id=member, now=now, mode=mode, health=self.health
        )


def asking(quota: int = 2) -> Asking:
    return Asking(Limits(lambda: MOMENT), Health(), LimitOptions(destructive_per_minute=quota))


def test_live_and_well_a_decision_stays_as_it_is() -> None:
    assert asking()(BOTH) is BOTH


def test_shadow_mode_leaves_only_the_flag() -> None:
    held = asking()(BOTH, mode="shadow")
    assert (held.actions, held.held_back, held.hold_reason) == ((FLAG,), (DELETE, WARN), Texts().held_by_shadow_mode)


def test_the_fail_safe_holds_back_and_says_why() -> None:
    ask = asking()
    ask.health.trouble("model", say("scoring_fails"))
    assert ask(BOTH).hold_reason == Texts().scoring_fails
    ask.health.healed("model")
    assert ask(BOTH).held_back == ()


def test_over_the_quota_of_a_minute_actions_are_held_back_with_a_sentence() -> None:
    ask = asking(quota=2)
    assert ask(BOTH).held_back == ()
    assert ask(BOTH).held_back == ()
    held = ask(ONE, now=WINDOW - 1)
    assert (held.actions, held.held_back) == ((FLAG,), (DELETE,))
    assert held.hold_reason == (
        "more than 2 messages were to be acted on within a minute in this server, so actions are held back since"
        " 2026-11-23 14:03:05 UTC and until a minute asks for fewer (limits.destructive_per_minute in the config)"
    )
    assert ask.limits.open_since(1) == MOMENT


def test_the_quota_slides() -> None:
    ask = asking(quota=2)
    ask(ONE, now=0)
    ask(ONE, now=30)
    assert ask(ONE, now=WINDOW).held_back == ()
    assert ask(ONE, now=WINDOW + 1).held_back == (DELETE,)


def test_a_rule_that_goes_on_running_away_stays_held_back() -> None:
    ask = asking(quota=10)
    held = [bool(ask(ONE, now=second * 3.0).held_back) for second in range(200)]
    assert held == [False] * 10 + [True] * 190


def test_the_breaker_closes_once_a_minute_asks_for_fewer() -> None:
    ask = asking(quota=2)
    for _ in range(50):
        ask(ONE)
    assert ask(ONE, now=WINDOW).held_back == ()
    assert ask.limits.open_since(1) is None


def test_one_guild_does_not_use_up_the_quota_of_another() -> None:
    ask = asking(quota=2)
    ask(BOTH, guild=1)
    ask(BOTH, guild=1)
    assert ask(ONE, guild=1).held_back
    assert not ask(BOTH, guild=2).held_back


@pytest.mark.parametrize("mode", ["shadow", "live"])
def test_what_is_not_done_does_not_count(mode: Any) -> None:
    ask = asking(quota=2)
    for _ in range(10):
        ask(BOTH if mode == "shadow" else ONLY_FLAG, mode=mode)
    assert ask(BOTH).held_back == ()


def test_posts_count_and_not_what_is_done_about_each() -> None:
    assert asking(quota=1)(BOTH).held_back == ()


def test_one_flooder_holds_back_nobody_and_is_still_deleted() -> None:
    ask = asking(quota=8)
    flood = [ask(BOTH, now=float(second), member=7) for second in range(50)]
    assert all(DELETE in decision.actions for decision in flood)
    assert [bool(ask(BOTH, now=50.0).held_back) for _ in range(7)] == [False] * 6 + [True]


def test_a_member_is_warned_three_times_a_minute_and_then_only_deleted() -> None:
    ask = asking(quota=100)
    warned = [WARN in ask(BOTH, now=second * 10.0, member=7).actions for second in range(8)]
    assert warned == [True] * 3 + [False] * 3 + [True] * 2
    struck = replace(BOTH, struck=Struck(2, 2))
    held = ask(struck, now=75.0, member=7)
    held = ask(struck, now=76.0, member=7)
    assert (held.actions, held.held_back, held.struck) == ((FLAG, DELETE), (WARN,), struck.struck)
    assert held.hold_reason == "this member was warned 3 times within a minute"
    assert ask(BOTH, now=76.0, member=8).held_back == ()


def test_guilds_and_members_of_long_ago_are_forgotten_and_an_open_breaker_is_told_closed() -> None:
    ask = asking(quota=1)
    told: list[tuple[int, str | None]] = []
    ask.limits.listen(lambda guild, sentence: told.append((guild, sentence)))
    for guild in range(100):
        ask(BOTH, guild=guild)
    ask(BOTH, guild=7)
    ask(BOTH, guild=500, now=2 * WINDOW)
    assert list(ask.limits._breakers) == [500]
    assert [(guild, bool(sentence)) for guild, sentence in told] == [(7, True), (7, False)]


def test_opening_and_closing_are_told_once_each() -> None:
    ask = asking(quota=1)
    told: list[tuple[int, str | None]] = []
    ask.limits.listen(lambda guild, sentence: told.append((guild, sentence)))
    for now in (0.0, 1.0, 2.0, WINDOW + 3, WINDOW + 3 + WINDOW):
        ask(ONE, now=now, guild=7)
    assert [(guild, bool(sentence)) for guild, sentence in told] == [(7, True), (7, False)]


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 5), st.sampled_from([ONE, BOTH, ONLY_FLAG])), max_size=60), st.integers(1, 5))
def test_no_minute_sees_more_than_the_quota(asked: list[tuple[float, Decision]], quota: int) -> None:
    ask = asking(quota)
    now, done = 0.0, []
    for pause, decision in asked:
        now += pause
        allowed = ask(decision, now=now)
        assert FLAG in allowed.actions
        done += [now] * any(action.destructive for action in allowed.actions)
    assert all(sum(start <= moment < start + WINDOW for moment in done) <= quota for start in done)


def test_options_have_bounds() -> None:
    with pytest.raises(ValidationError):
        LimitOptions(destructive_per_minute=0)
