"""Actions are found by the name of their file, and made from options."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

from bot import act
from bot.act.base import Stage, Urgency


def test_every_file_that_holds_an_action_is_found_under_its_name() -> None:
    files = {path.stem for path in Path(act.__file__).parent.glob("*.py")}
    assert files - set(act.actions()) == {"__init__", "base", "lasting", "removal", "roles", "telling", "wording"}
    assert all(action.name == name for name, action in act.actions().items())


def test_an_action_that_is_not_named_like_its_file_is_refused() -> None:
    module = ModuleType("bot.act.timeout")
    found = type("Kick", (act.actions()["kick"],), {"name": "kick", "__module__": "bot.act.timeout"})
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
        ("timeout", "PT1H"),
        ("kick", None),
        ("softban", "P2D"),
        ("ban", {"for": "P7D", "delete_messages": "P1D"}),
        ("add_role", {"role": "Muted", "for": "PT1H"}),
        ("remove_role", "Member"),
        ("reply", "Be kind."),
        ("react", "\N{EYES}"),
        ("react", "\N{INFORMATION SOURCE}\N{VARIATION SELECTOR-16}"),
        ("notify", {"role": "Moderator", "channel": "mod-log"}),
        ("slowmode", {"delay": "PT30S", "for": "PT10M"}),
        ("reset_nickname", None),
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
        ("banish", None, 'no action "banish"'),
        ("add_role", None, "role"),
        ("timeout", {"for": "P29D"}, "28 days"),
        ("react", "hello", "one emoji"),
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
    removing = {name for name, action in act.actions().items() if action.stage == Stage.REMOVAL}
    assert removing == {"kick", "softban", "ban"}
    assert {act.make(name).kind for name in removing} == {"removal"}
    assert act.actions()["warn"].stage < Stage.REMOVAL


def test_only_what_does_no_harm_twice_is_repeatable() -> None:
    repeatable = {name for name, action in act.actions().items() if action.repeatable}
    assert repeatable == {"delete", "flag", "timeout", "softban", "ban", "react", "add_role", "remove_role"}


def test_every_action_says_how_far_its_undo_goes() -> None:
    assert {name: action.undo_reach for name, action in act.actions().items() if action.undo_reach != "full"} == {
        **dict.fromkeys(("delete", "warn", "kick", "softban", "ban"), "partial"),
        "notify": "none",
    }


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        (("timeout", "PT1H"), ("timeout", "P1D")),
        (("kick", None), ("softban", None)),
        (("softban", None), ("ban", "P1D")),
        (("ban", "P1D"), ("ban", None)),
        (("add_role", {"role": "muted", "for": "PT1H"}), ("add_role", "Muted")),
        (("slowmode", "PT10S"), ("slowmode", "PT1H")),
    ],
)
def test_of_one_kind_the_strongest_is_known(weaker: tuple[str, object], stronger: tuple[str, object]) -> None:
    one, other = act.make(*weaker), act.make(*stronger)
    assert one.kind == other.kind
    assert one.strength < other.strength


def test_strength_never_lifts_an_action_over_the_next_severer_one() -> None:
    assert act.make("timeout", "P28D").strength < act.make("kick").strength
    assert act.make("add_role", "Muted").strength < act.make("timeout").strength
