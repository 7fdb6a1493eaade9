"""Actions are found by the name of their file, and made from options."""

from __future__ import annotations

import json
from types import ModuleType

import pytest

from bot import act
from bot.act.base import Stage, Urgency


def test_every_file_that_holds_an_action_is_found_under_its_name() -> None:
    assert list(act.actions()) == ["delete", "flag", "warn"]
    assert all(action.name == name for name, action in act.actions().items())


def test_an_action_that_is_not_named_like_its_file_is_refused() -> None:
    module = ModuleType("bot.act.timeout")
    found = type("Kick", (act.BaseAction,), {"name": "kick", "__module__": "bot.act.timeout"})
    module.__dict__["Kick"] = found
    with pytest.raises(TypeError, match=r"bot\.act\.timeout"):
        list(act._actions_in(module))


def test_a_file_without_an_action_only_helps() -> None:
    assert list(act._actions_in(ModuleType("bot.act.anything"))) == []


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("flag", None),
        ("delete", {}),
        ("warn", None),
        ("warn", "Be kind, {member}."),
        ("warn", {"text": "Be kind.", "notice": "PT1M"}),
    ],
)
def test_an_action_can_be_made_again_from_what_was_recorded_of_it(name: str, options: object) -> None:
    action = act.make(name, options)
    recorded = json.loads(json.dumps(action.options))
    assert act.make(name, recorded) == action
    assert type(act.make(name, recorded)) is act.actions()[name]


@pytest.mark.parametrize(
    ("name", "options", "complaint"),
    [
        ("ban", None, 'no action "ban"'),
        ("delete", 3, "takes no value"),
        ("delete", {"when": "now"}, "when"),
        ("warn", "{nobody}", "unknown placeholder"),
    ],
)
def test_what_makes_no_action_is_a_value_error(name: str, options: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        act.make(name, options)


def test_options_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        act.make("warn").text = "other"  # type: ignore[attr-defined]


def test_a_flag_is_the_only_action_that_touches_nothing() -> None:
    assert [name for name, action in act.actions().items() if not action.destructive] == ["flag"]


def test_deletes_go_first_in_a_guilds_queue_and_direct_messages_last() -> None:
    urgencies = {name: action.urgency for name, action in act.actions().items()}
    assert urgencies["delete"] == min(urgencies.values())
    assert urgencies["warn"] == max(urgencies.values()) == max(Urgency)


def test_a_member_is_written_to_before_they_can_be_removed() -> None:
    assert act.actions()["warn"].stage < Stage.MEMBER
    assert act.BaseAction.stage == Stage.MEMBER


def test_only_what_does_no_harm_twice_is_repeatable() -> None:
    assert {name: action.repeatable for name, action in act.actions().items()} == {
        "delete": True,
        "flag": True,
        "warn": False,
    }
