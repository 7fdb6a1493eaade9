"""Doing an action gives an outcome, whatever happens."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.act import make
from bot.errors import DeedFailed, Forbidden, Gone, TryLater, Unreachable
from bot.records import Case, Status
from bot.texts.saying import say

TEXT = "you absolute pillock"


async def test_a_flag_does_nothing_to_discord(case: Case, deeds: Any) -> None:
    outcome = await make("flag").apply(case)
    assert (outcome.action, outcome.status, outcome.detail) == ("flag", Status.DONE, "")
    assert deeds.done == []


async def test_a_delete_names_the_flag_in_the_audit_log_and_quotes_nothing(case: Case, deeds: Any) -> None:
    outcome = await make("delete").apply(case)
    assert outcome.status is Status.DONE
    assert deeds.done == [("delete_message", 1, 2, 4, "Civil Tongue flag #12: insult, severe_toxic")]


async def test_an_outcome_carries_the_options_and_how_long_it_took(case: Case) -> None:
    action = make("warn", "Be kind.")
    outcome = await action.apply(case)
    assert outcome.options == action.options
    assert outcome.took is not None
    assert outcome.took >= 0


@pytest.mark.parametrize(
    ("error", "status", "detail"),
    [
        (Forbidden(say("is_owner")), Status.FORBIDDEN, str(say("is_owner"))),
        (Gone(say("member_left")), Status.ALREADY_DONE, "The member has left the server."),
        (TryLater(say("not_connected")), Status.FAILED, "The bot is not connected to this server at the moment."),
        (
            Unreachable(say("messages_here", count=5)),
            Status.FAILED,
            "No direct message was sent: the bot sends at most 5 a minute in one server.",
        ),
        (DeedFailed(say("no_such_role", name="x")), Status.FAILED, 'There is no role "x" in this server.'),
    ],
)
async def test_a_deed_that_fails_is_an_outcome(
    case: Case, deeds: Any, error: Exception, status: Status, detail: str
) -> None:
    deeds.failing["delete_message"] = error
    outcome = await make("delete").apply(case)
    assert (outcome.status, outcome.detail) == (status, detail)


async def test_an_unexpected_exception_is_named_but_never_quoted(
    case: Case, deeds: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    deeds.failing["delete_message"] = KeyError(TEXT)
    outcome = await make("delete").apply(case)
    assert outcome.status is Status.FAILED
    assert outcome.detail.startswith("delete failed with an unexpected KeyError at conftest.py:")
    assert TEXT not in str(outcome)
    printed = capsys.readouterr()
    assert "KeyError" in printed.out + printed.err
    assert TEXT not in printed.out + printed.err


async def test_a_cancellation_passes_through(case: Case, deeds: Any) -> None:
    deeds.failing["delete_message"] = asyncio.CancelledError()
    with pytest.raises(asyncio.CancelledError):
        await make("delete").apply(case)


async def test_a_warning_goes_to_the_member_alone(case: Case, deeds: Any) -> None:
    outcome = await make("warn", "{member}, this was {labels} in #{channel} on {server} ({number}).").apply(case)
    text = "Mallory, this was insult, severe toxic in #general on Server (12)."
    assert deeds.done == [("direct_message", 1, 3, text)]
    assert outcome.status is Status.DONE
    assert outcome.detail == "The member was told by direct message."


async def test_with_closed_direct_messages_a_notice_stands_in_the_channel_for_a_while(case: Case, deeds: Any) -> None:
    deeds.failing["direct_message"] = Unreachable(say("takes_no_messages"))
    outcome = await make("warn", {"text": "Be kind, {member}.", "notice": "PT20S"}).apply(case)
    assert deeds.done == [("notice", 1, 2, 3, "Be kind, Mallory. Type /why to see why, and to appeal.", 20.0)]
    assert outcome.status is Status.DONE
    assert outcome.detail == (
        "The member takes no direct messages from this server. A notice was posted in the channel for 20 s instead."
    )


async def test_the_shipped_warning_repeats_nothing_of_the_message(case: Case, deeds: Any) -> None:
    deeds.failing["direct_message"] = Unreachable(say("takes_no_messages"))
    await make("warn").apply(case)
    assert "pillock" not in str(deeds.done)


async def test_where_neither_way_works_the_outcome_says_so(case: Case, deeds: Any) -> None:
    deeds.failing |= {"direct_message": Unreachable(say("takes_no_messages")), "notice": Forbidden(say("is_owner"))}
    outcome = await make("warn").apply(case)
    assert (outcome.status, outcome.detail) == (
        Status.FORBIDDEN,
        "The member owns this server, so nothing can be done to them.",
    )


async def test_another_failure_of_the_direct_message_is_no_reason_for_a_notice(case: Case, deeds: Any) -> None:
    deeds.failing["direct_message"] = TryLater(say("not_connected"))
    outcome = await make("warn").apply(case)
    assert outcome.status is Status.FAILED
    assert deeds.done == []
