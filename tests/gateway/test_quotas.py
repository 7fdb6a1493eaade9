"""How many direct messages and notices go out."""

from __future__ import annotations

import pytest

from bot.errors import DeedFailed, Forbidden, NotNow, Unreachable
from bot.gateway.quotas import (
    CLOSED_FOR,
    DMS_PER_MINUTE,
    DMS_PER_MINUTE_IN_ALL,
    MINUTE,
    NOTICES_PER_MINUTE,
    REFUSED_PER_MINUTE,
    DirectMessages,
    Notices,
)
from bot.texts.saying import say


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def messages(clock: Clock) -> DirectMessages:
    return DirectMessages(clock)


def send(messages: DirectMessages, guild: int, times: int = 1, *, failing: Exception | None = None) -> None:
    """Each to another member."""
    for member in range(times):
        with messages.sending(guild, 1_000 * guild + member):
            if failing:
                raise failing


def test_a_guild_gets_so_many_direct_messages_a_minute(messages: DirectMessages, clock: Clock) -> None:
    send(messages, 1, DMS_PER_MINUTE)
    with pytest.raises(NotNow, match=f"at most {DMS_PER_MINUTE} a minute in one server"):
        send(messages, 1)
    clock.now += MINUTE - 1
    with pytest.raises(NotNow):
        send(messages, 1)
    clock.now += 1
    send(messages, 1, DMS_PER_MINUTE)


def test_a_guild_that_used_its_own_up_leaves_others_theirs(messages: DirectMessages) -> None:
    send(messages, 1, DMS_PER_MINUTE)
    send(messages, 2, DMS_PER_MINUTE)


def test_all_guilds_together_get_so_many(messages: DirectMessages) -> None:
    for guild in range(DMS_PER_MINUTE_IN_ALL):
        send(messages, guild)
    with pytest.raises(NotNow, match=f"at most {DMS_PER_MINUTE_IN_ALL} a minute in all"):
        send(messages, 99)


@pytest.mark.parametrize("failure", [Forbidden(say("is_owner")), DeedFailed(say("not_connected")), RuntimeError()])
def test_what_was_not_sent_is_not_charged(messages: DirectMessages, failure: Exception) -> None:
    for _ in range(2 * DMS_PER_MINUTE_IN_ALL):
        with pytest.raises(type(failure)):
            send(messages, 1, failing=failure)
    send(messages, 1, DMS_PER_MINUTE)


def test_who_takes_none_is_not_tried_again_for_a_while(messages: DirectMessages, clock: Clock) -> None:
    closed = Unreachable(say("takes_no_messages"))
    with pytest.raises(Unreachable, match="takes no direct messages"):
        send(messages, 1, failing=closed)
    with pytest.raises(Unreachable, match="takes no direct messages"):
        send(messages, 1)
    with messages.sending(2, 1_000):
        pass  # another server's messages they may take
    clock.now += CLOSED_FOR
    send(messages, 1)


def test_refusals_are_bounded_too(messages: DirectMessages) -> None:
    def refuse(member: int) -> None:
        with messages.sending(1, member):
            raise Unreachable(say("takes_no_messages"))

    for member in range(REFUSED_PER_MINUTE):
        with pytest.raises(Unreachable, match="takes no direct messages"):
            refuse(member)
    with pytest.raises(NotNow, match=f"{REFUSED_PER_MINUTE} were refused"):
        refuse(REFUSED_PER_MINUTE)


def test_a_channel_gets_so_many_notices_a_minute(clock: Clock) -> None:
    notices = Notices(clock)
    for _ in range(NOTICES_PER_MINUTE):
        with notices.posting(1):
            pass
    with pytest.raises(DeedFailed, match="No notice was posted"), notices.posting(1):
        pass
    with notices.posting(2):
        pass
    clock.now += MINUTE
    with notices.posting(1):
        pass
