"""Each action: done, already so, taken back, and left alone where a moderator has changed it since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.act import make
from bot.errors import Forbidden, Gone, TryLater, Unreachable
from bot.records import Case, Named, Outcome, Status
from bot.texts import Texts
from bot.texts.saying import say

DONE, ALREADY, LEFT_ALONE = Status.DONE, Status.ALREADY_DONE, Status.HELD_BACK
BECAUSE = "Civil Tongue flag #12: insult, severe_toxic"
LACKS_INVITE = Forbidden(say("lacks", permission=say("permission_create_instant_invite")))
BACK = "Civil Tongue flag #12: taken back"
DAY = timedelta(days=1)


def in_a_day() -> datetime:
    return datetime.now(UTC) + DAY


def names(deeds: Any) -> list[str]:
    return [deed[0] for deed in deeds.done]


# The action, its options, what it does, and what its undo does.
REVERSIBLE = [
    ("timeout", "PT1H", ["time_out"], ["time_out"]),
    ("ban", None, ["direct_message", "ban"], ["unban", "invite", "direct_message"]),
    ("kick", None, ["direct_message", "kick"], ["invite", "direct_message"]),
    ("softban", None, ["direct_message", "ban", "unban"], ["invite", "direct_message"]),
    ("add_role", "Muted", ["add_role"], ["remove_role"]),
    ("remove_role", "Member", ["remove_role"], ["add_role"]),
    ("reset_nickname", "Someone", ["set_nickname"], ["set_nickname"]),
    ("slowmode", None, ["set_slowmode"], ["set_slowmode"]),
    ("reply", None, ["reply"], ["delete_own"]),
    ("react", None, ["react"], ["unreact"]),
    ("warn", None, ["direct_message"], ["direct_message"]),
    ("delete", None, ["delete_message"], ["direct_message"]),
    ("flag", None, [], []),
]


@pytest.mark.parametrize(("name", "options", "does", "undoes"), REVERSIBLE, ids=[each[0] for each in REVERSIBLE])
async def test_an_action_is_done_with_a_reason_and_taken_back(
    case: Case, deeds: Any, name: str, options: object, does: list[str], undoes: list[str]
) -> None:
    action = make(name, options)
    outcome = await action.apply(case)
    assert (outcome.status, names(deeds)) == (DONE, does), outcome.detail
    assert all(deed[-1] == BECAUSE for deed in deeds.done if deed[0] not in ("reply", "react", "direct_message"))
    deeds.done.clear()
    undone = await action.undo(case, outcome)
    assert (undone.status, names(deeds)) == (DONE, undoes), undone.detail
    assert all(deed[-1] == BACK for deed in deeds.done if deed[0] in ("time_out", "unban", "add_role", "invite"))
    again = await action.undo(case, replace(outcome, undo_status=DONE))
    assert again.status is ALREADY


@pytest.mark.parametrize(
    ("name", "role", "roles_then", "role_ids_now", "status", "undoes"),
    [
        ("add_role", "Muted", [20], {20, 21}, DONE, ["remove_role"]),
        ("add_role", "Muted", [20, 21], {20, 21}, ALREADY, []),
        ("add_role", "Muted", [20], {20}, DONE, ["add_role", "remove_role"]),
        ("remove_role", "Member", [20], set(), DONE, ["add_role"]),
        ("remove_role", "Member", [], set(), ALREADY, []),
    ],
)
async def test_a_role_for_a_time_is_taken_back_even_if_the_bot_died_when_it_gave_it(
    case: Case, deeds: Any, name: str, role: str, roles_then: list[int], role_ids_now: Any, status: Status, undoes: Any
) -> None:
    action = make(name, {"role": role, "for": "P365D"})
    begun = Outcome(name, Status.STARTED, options=action.options)
    author = replace(case.flag.author, roles=tuple(Named(each, str(each)) for each in roles_then))
    case = replace(case, flag=replace(case.flag, author=author, outcomes=(begun,)))
    deeds.role_ids = frozenset(role_ids_now)
    outcome = await action.apply(case)
    assert (outcome.status, outcome.due is not None) == (status, True)
    await action.undo(case, outcome)
    assert names(deeds) == undoes


@pytest.mark.parametrize(("status", "became"), [(Status.PLANNED, Status.ALREADY_DONE), (Status.STARTED, DONE)])
async def test_a_message_that_is_gone_was_deleted_by_the_attempt_of_which_nobody_knew_how_it_ended(
    case: Case, deeds: Any, status: Status, became: Status
) -> None:
    delete = make("delete")
    case = replace(case, flag=replace(case.flag, outcomes=(Outcome("delete", status, options=delete.options),)))
    deeds.failing["delete_message"] = Gone(say("nothing_left", deed=say("deed_delete_message")))
    outcome = await delete.apply(case)
    assert outcome.status is became
    undone = await delete.undo(case, outcome)
    assert (undone.status, names(deeds)) == ((DONE, ["direct_message"]) if became is DONE else (became, []))


def timed_out(deeds: Any) -> None:
    deeds.timed_out_until = in_a_day()


def muted(deeds: Any) -> None:
    deeds.role_ids |= {21}


def without_roles(deeds: Any) -> None:
    deeds.role_ids = frozenset()


def slow(deeds: Any) -> None:
    deeds.seconds = 60


def banned(deeds: Any) -> None:
    deeds.banned = "a moderator's reason"


def gone(deeds: Any) -> None:
    deeds.is_there = False


@pytest.mark.parametrize(
    ("name", "options", "already"),
    [
        ("timeout", "PT1H", timed_out),
        ("timeout", "PT1H", gone),
        ("kick", None, gone),
        ("softban", None, gone),
        ("softban", None, banned),
        ("ban", None, banned),
        ("add_role", "muted", muted),
        ("add_role", "muted", gone),
        ("remove_role", "member", without_roles),
        ("reset_nickname", None, gone),
        ("reset_nickname", None, lambda deeds: None),
        ("slowmode", "PT30S", slow),
    ],
)
async def test_what_is_so_already_costs_no_call_and_is_not_taken_back(
    case: Case, deeds: Any, name: str, options: object, already: Callable[[Any], None]
) -> None:
    already(deeds)
    outcome = await make(name, options).apply(case)
    assert (outcome.status, deeds.done) == (ALREADY, [])
    assert outcome.detail
    undone = await make(name, options).undo(case, outcome)
    assert (undone.status, deeds.done) == (ALREADY, [])


async def test_who_has_left_is_banned_all_the_same(case: Case, deeds: Any) -> None:
    gone(deeds)
    assert (await make("ban").apply(case)).status is DONE
    assert names(deeds) == ["ban"]


@pytest.mark.parametrize(
    ("name", "options", "change", "status"),
    [
        ("timeout", "PT1H", timed_out, LEFT_ALONE),
        ("timeout", "PT1H", lambda deeds: setattr(deeds, "timed_out_until", None), ALREADY),
        ("ban", None, banned, LEFT_ALONE),
        ("ban", None, lambda deeds: setattr(deeds, "banned", None), ALREADY),
        ("kick", None, lambda deeds: setattr(deeds, "is_there", True), ALREADY),
        ("softban", None, lambda deeds: setattr(deeds, "is_there", True), ALREADY),
        ("add_role", "Muted", without_roles, ALREADY),
        ("remove_role", "Member", lambda deeds: setattr(deeds, "role_ids", frozenset({20})), ALREADY),
        ("slowmode", "PT30S", slow, LEFT_ALONE),
        ("slowmode", "PT30S", lambda deeds: setattr(deeds, "seconds", 0), ALREADY),
        ("reset_nickname", "x", lambda deeds: setattr(deeds, "nickname", "y"), LEFT_ALONE),
        ("reset_nickname", "x", lambda deeds: setattr(deeds, "nickname", None), ALREADY),
    ],
)
async def test_an_undo_leaves_alone_what_was_changed_since(
    case: Case, deeds: Any, name: str, options: object, change: Callable[[Any], None], status: Status
) -> None:
    action = make(name, options)
    outcome = await action.apply(case)
    deeds.done.clear()
    change(deeds)
    undone = await action.undo(case, outcome)
    assert (undone.status, deeds.done) == (status, [])
    assert undone.detail


async def test_an_undo_puts_back_what_stood_before(case: Case, deeds: Any) -> None:
    earlier = datetime.now(UTC) + timedelta(minutes=20)
    deeds.timed_out_until, deeds.nickname, deeds.seconds = earlier, "Mal", 5
    for name, options in (("timeout", "P1D"), ("reset_nickname", None), ("slowmode", "PT1M")):
        action = make(name, options)
        await action.undo(case, await action.apply(case))
    assert (deeds.timed_out_until, deeds.nickname, deeds.seconds) == (earlier, "Mal", 5)


async def test_a_timeout_is_counted_from_the_flag_and_a_repeated_one_changes_nothing(case: Case, deeds: Any) -> None:
    case = replace(case, flag=replace(case.flag, created_at=datetime.now(UTC) - timedelta(minutes=30)))
    first = await make("timeout", "PT1H").apply(case)
    assert deeds.timed_out_until == case.flag.created_at + timedelta(hours=1)
    again = await make("timeout", "PT1H").apply(case)  # as after a crash between the call and its record
    assert (names(deeds), again.status, again.before) == (["time_out"], DONE, first.before)


async def test_slow_mode_says_the_seconds_it_sets(case: Case, deeds: Any) -> None:
    done = await make("slowmode", "PT1.5S").apply(case)
    assert deeds.seconds == 2
    assert "2 s" in done.detail


async def test_a_burst_of_flags_sets_a_timeout_once(case: Case, deeds: Any) -> None:
    for seconds in range(5):
        flag = replace(case.flag, created_at=case.flag.created_at + timedelta(seconds=seconds))
        await make("timeout", "PT10M").apply(replace(case, flag=flag))
    assert names(deeds) == ["time_out"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("timeout", "PT10M"),
        ("add_role", {"role": "Muted", "for": "PT10M"}),
        ("remove_role", {"role": "Member", "for": "PT10M"}),
        ("slowmode", {"for": "PT10M"}),
        ("ban", "PT10M"),
    ],
)
async def test_what_would_be_over_by_now_is_not_begun(case: Case, deeds: Any, name: str, options: object) -> None:
    late = replace(case, flag=replace(case.flag, created_at=datetime.now(UTC) - timedelta(minutes=11)))
    outcome = await make(name, options).apply(late)
    assert (outcome.status, outcome.due, deeds.done) == (ALREADY, None, [])
    if name != "timeout":  # which Discord itself ends
        assert (await make(name, options).apply(case)).due == case.flag.created_at + timedelta(minutes=10)


async def test_a_softban_that_was_cut_short_is_finished(case: Case, deeds: Any) -> None:
    deeds.failing["unban"] = TryLater(say("not_connected"))
    outcome = await make("softban").apply(case)
    assert outcome.status is Status.FAILED
    assert "could not be unbanned" in outcome.detail
    deeds.failing.clear()
    assert (await make("softban").apply(case)).status is DONE
    assert (names(deeds), deeds.banned) == (["direct_message", "ban", "unban"], None)


async def test_an_untouchable_member_is_left_alone_and_the_outcome_says_why(case: Case, deeds: Any) -> None:
    deeds.failing["member"] = Forbidden(say("is_owner"))
    for name in ("timeout", "kick", "softban", "ban", "reset_nickname"):
        outcome = await make(name).apply(case)
        assert (outcome.status, outcome.detail) == (Status.FORBIDDEN, str(deeds.failing["member"]))
    assert deeds.done == []


async def test_an_invite_that_cannot_be_sent_is_there_for_the_moderators(case: Case, deeds: Any) -> None:
    outcome = await make("kick").apply(case)
    deeds.failing["direct_message"] = Unreachable(say("takes_no_messages"))
    undone = await make("kick").undo(case, outcome)
    assert undone.status is DONE
    assert "https://discord.gg/abc" in undone.detail
    deeds.failing["invite"] = LACKS_INVITE
    assert (await make("kick").undo(case, outcome)).status is Status.FORBIDDEN


async def test_a_ban_is_lifted_even_where_no_invite_can_be_made(case: Case, deeds: Any) -> None:
    outcome = await make("ban").apply(case)
    deeds.failing["invite"] = LACKS_INVITE
    undone = await make("ban").undo(case, outcome)
    assert undone.status is DONE
    assert undone.detail == "The ban was lifted. No invite was made: The bot lacks the permission Create Invite."


@pytest.mark.parametrize("texts", [Texts(), Texts(text_returned="{server}" * 5 + "i" * 460, text_cut="c" * 100)])
async def test_a_deleted_text_goes_back_to_its_author_in_one_message(case: Case, deeds: Any, texts: Texts) -> None:
    flag = replace(case.flag, text="x" * 4000, guild=Named(1, "_" * 100))
    long = replace(case, flag=flag, texts=texts)
    await make("delete").undo(long, await make("delete").apply(long))
    text = deeds.done[-1][-1]
    assert "xxx" in text
    assert len(text) <= 2000


async def test_a_text_that_is_no_longer_kept_cannot_go_back(case: Case, deeds: Any) -> None:
    case = replace(case, flag=replace(case.flag, text=None))
    undone = await make("delete").undo(case, Outcome("delete", DONE))
    assert undone.status is Status.FAILED
    assert "no longer kept" in undone.detail


async def test_a_ping_names_the_flag_and_cannot_be_taken_back(case: Case, deeds: Any) -> None:
    action = make("notify", {"role": "Moderator", "channel": "staff"})
    outcome = await action.apply(case)
    [(_, guild, role, text, channel)] = deeds.done
    assert (guild, role, channel) == (1, "Moderator", "staff")
    assert case.flag.link in text
    assert "pillock" not in text
    assert (await action.undo(case, outcome)).status is Status.FAILED


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (Status.FAILED, ALREADY),
        (Status.FORBIDDEN, ALREADY),
        (Status.HELD_BACK, ALREADY),
        (Status.UNKNOWN, Status.FAILED),
    ],
)
async def test_what_was_not_done_is_not_taken_back(case: Case, deeds: Any, status: Status, answer: Status) -> None:
    undone = await make("timeout").undo(case, Outcome("timeout", status))
    assert (undone.status, deeds.done) == (answer, [])


REMOVALS = ("kick", "softban", "ban")


@pytest.mark.parametrize("name", REMOVALS)
async def test_who_is_removed_is_told_before_and_can_appeal(case: Case, deeds: Any, name: str) -> None:
    outcome = await make(name).apply(case)
    assert names(deeds)[0] == "direct_message"
    assert deeds.appealable == [case.flag.number]
    assert "pillock" not in deeds.done[0][-1]
    assert outcome.detail.endswith("They were told by direct message.")


@pytest.mark.parametrize("name", REMOVALS)
async def test_who_cannot_be_told_is_removed_all_the_same(case: Case, deeds: Any, name: str) -> None:
    deeds.failing["direct_message"] = Unreachable(say("takes_no_messages"))
    outcome = await make(name).apply(case)
    assert outcome.status is DONE
    assert outcome.detail.endswith("They were not told: The member takes no direct messages from this server.")


@pytest.mark.parametrize("name", REMOVALS)
@pytest.mark.parametrize(
    "outcomes",
    [
        (Outcome("warn", Status.PLANNED), Outcome("kick", Status.PLANNED)),  # the warning tells them
        tuple(Outcome(name, Status.STARTED) for name in REMOVALS),  # an earlier run of the bot may have told them
    ],
    ids=["warned", "begun before"],
)
async def test_nobody_is_told_twice(case: Case, deeds: Any, name: str, outcomes: tuple[Outcome, ...]) -> None:
    outcome = await make(name).apply(replace(case, flag=replace(case.flag, outcomes=outcomes)))
    assert outcome.status is DONE
    assert "direct_message" not in names(deeds)


async def test_a_warning_that_was_held_back_tells_nobody(case: Case, deeds: Any) -> None:
    outcomes = (Outcome("warn", Status.HELD_BACK), Outcome("ban", Status.PLANNED))
    await make("ban").apply(replace(case, flag=replace(case.flag, outcomes=outcomes)))
    assert names(deeds) == ["direct_message", "ban"]


async def test_a_moderator_who_bans_by_hand_after_a_warning_lets_them_know(case: Case, deeds: Any) -> None:
    flag = replace(case.flag, outcomes=(Outcome("warn", Status.DONE), Outcome("ban", Status.PLANNED, by=Named(9, "M"))))
    await make("ban").apply(replace(case, flag=flag, by=Named(9, "M")))
    assert names(deeds) == ["direct_message", "ban"]


@pytest.mark.parametrize("name", REMOVALS)
async def test_the_owner_may_have_nobody_told(case: Case, deeds: Any, name: str) -> None:
    await make(name, {"tell": False}).apply(case)
    assert "direct_message" not in names(deeds)


@pytest.mark.parametrize("name", ["kick", "softban"])
async def test_a_member_who_could_not_be_asked_back_is_not_said_to_be(case: Case, deeds: Any, name: str) -> None:
    outcome = await make(name).apply(case)
    deeds.failing["invite"] = Gone(say("nothing_left", deed=say("deed_invite")))
    undone = await make(name).undo(case, outcome)
    assert (undone.status, undone.detail) == (Status.FAILED, str(deeds.failing["invite"]))
