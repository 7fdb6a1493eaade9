"""What each action does about what is no message, and what it says where there is nothing to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot import act
from bot.errors import Gone, Unreachable
from bot.records import Case, Fired, Named, Outcome, Status
from bot.texts.saying import say


def about(case: Case, kind: str, **changes: Any) -> Case:
    return replace(case, flag=replace(case.flag, kind=kind, **changes))  # type: ignore[arg-type]


async def test_of_a_thread_the_title_goes_and_comes_back(case: Case, deeds: Any) -> None:
    case = about(case, "title", text="weekend plans")
    outcome = await act.make("delete").apply(case)
    assert (outcome.status, deeds.thread_title) == (Status.DONE, "Title removed")
    assert "weekend" not in str(outcome.before)
    undone = await act.make("delete").undo(case, outcome)
    assert (undone.status, deeds.thread_title) == (Status.DONE, "weekend plans")


async def test_a_title_that_was_changed_since_is_left_alone(case: Case, deeds: Any) -> None:
    case = about(case, "title", text="weekend plans")
    outcome = await act.make("delete").apply(case)
    deeds.thread_title = "cats"
    assert (await act.make("delete").undo(case, outcome)).status is Status.HELD_BACK
    assert deeds.thread_title == "cats"


async def test_an_event_is_deleted_and_its_text_goes_back(case: Case, deeds: Any) -> None:
    case = about(case, "event")
    outcome = await act.make("delete").apply(case)
    undone = await act.make("delete").undo(case, outcome)
    assert [deed[0] for deed in deeds.done] == ["delete_event", "direct_message"]
    assert "the event itself is gone" in undone.detail


async def test_the_status_of_a_voice_channel_goes_and_its_text_comes_back(case: Case, deeds: Any) -> None:
    case = about(case, "status")
    outcome = await act.make("delete").apply(case)
    undone = await act.make("delete").undo(case, outcome)
    assert [deed[0] for deed in deeds.done] == ["clear_voice_status", "direct_message"]
    assert "the status itself is gone" in undone.detail


async def test_all_messages_of_a_split_one_are_deleted_and_one_that_is_gone_keeps_no_other(
    case: Case, deeds: Any
) -> None:
    case = about(case, "message", also=(1, 2))
    assert (await act.make("delete").apply(case)).status is Status.DONE
    assert [deed[3] for deed in deeds.done] == [1, 2, case.flag.message_id]
    deeds.failing["delete_message"] = Gone(say("nothing_left", deed=say("deed_delete_message")))
    assert (await act.make("delete").apply(case)).status is Status.ALREADY_DONE


async def test_what_automod_kept_back_needs_no_deleting(case: Case, deeds: Any) -> None:
    assert (await act.make("delete").apply(about(case, "automod"))).status is Status.DOES_NOT_APPLY
    assert deeds.done == []
    assert (await act.make("delete").apply(about(case, "automod", also=(9,)))).status is Status.DONE


@pytest.mark.parametrize("action", ["delete", "reply", "react", "slowmode"])
async def test_what_cannot_be_done_about_a_name_is_said_and_not_tried(case: Case, deeds: Any, action: str) -> None:
    outcome = await act.make(action).apply(about(case, "name"))
    assert (outcome.status, outcome.detail) == (Status.DOES_NOT_APPLY, f"There is no {action} for a name.")
    assert deeds.done == []


async def test_a_nickname_is_taken_away_but_none_from_over_a_worse_name(case: Case, deeds: Any) -> None:
    deeds.nickname = "evil cook"
    named = (Fired("insult", 0.9, 0.8, "names.insult[0]", "nickname", "written"),)
    assert (await act.make("reset_nickname").apply(about(case, "name", fired=named))).status is Status.DONE
    deeds.nickname = "nice cook"
    account = (replace(named[0], surface="display name"),)
    outcome = await act.make("reset_nickname").apply(about(case, "name", fired=account))
    assert (outcome.status, deeds.nickname) == (Status.DOES_NOT_APPLY, "nice cook")
    covered = await act.make("reset_nickname", "Someone").apply(about(case, "name", fired=account))
    assert (covered.status, deeds.nickname) == (Status.DONE, "Someone")


@pytest.mark.parametrize(("kind", "said"), [("name", "Your name"), ("title", "The title"), ("event", "An event")])
async def test_a_warning_says_what_it_is_about(case: Case, deeds: Any, kind: str, said: str) -> None:
    await act.make("warn").apply(about(case, kind))
    assert deeds.done[0][3].startswith(said)


async def test_where_there_is_no_channel_no_notice_is_posted(case: Case, deeds: Any) -> None:
    deeds.failing["direct_message"] = Unreachable(say("takes_no_messages"))
    outcome = await act.make("warn").apply(about(case, "name", channel=Named(0, "names")))
    assert isinstance(outcome, Outcome)
    assert (outcome.status, outcome.detail) == (Status.FAILED, "The member takes no direct messages from this server.")
