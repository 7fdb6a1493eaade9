"""``names:``, ``automod:`` and ``read:``."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import config
from bot.config import Rulebook
from bot.errors import ConfigInvalid
from bot.records import Named

LABELS = "labels: {insult: flag}\n"
SERVERS = ("Home", "Abroad", "Elsewhere")


def parsed(text: str) -> config.Settings:
    return config.settings.parse((LABELS + text).encode(), Path("config.yaml"), ("insult", "toxic"))


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigInvalid) as caught:
        parsed(text)
    return [problem.removeprefix("config.yaml:") for problem in caught.value.problems]


def test_names_have_ladders_of_their_own_and_are_not_read_without_them() -> None:
    rules = parsed("names: {insult: [{at: 0.9, do: reset_nickname}]}\n").rules
    assert rules.names is not None
    assert rules.about("name").reached("insult", 0.95) is not None
    assert rules.about("name").reached("insult", 0.6) is None
    assert parsed("").rules.names is None
    assert parsed("names: off\n").asks_for == frozenset()


def test_automod_takes_an_action_or_what_to_do_with_strikes() -> None:
    assert [action.name for action in parsed("automod: flag\n").rules.automod.steps[0].do] == ["flag"]
    [step] = parsed("automod: {do: [flag, timeout: 10m], strikes: 2, mode: shadow}\n").rules.automod.steps
    assert (step.strikes, step.shadowed_by) == (2, "automod")
    assert parsed("automod: flag\n").asks_for == {"automod"}


def test_a_server_has_names_and_automod_of_its_own() -> None:
    settings = parsed(
        "automod: flag\n"
        "guilds:\n"
        "  Home: {names: {insult: [{at: 0.9, do: reset_nickname}]}, automod: off}\n"
        "  Abroad: {automod: {do: [flag, timeout: 10m]}}\n"
    )
    home, abroad, other = (Rulebook(settings).in_guild(Named(at, name)).rules for at, name in enumerate(SERVERS))
    assert [rules.reads("name") for rules in (home, abroad, other)] == [True, False, False]
    assert [rules.reads("automod") for rules in (home, abroad, other)] == [False, True, True]
    assert home.about("name").reached("insult", 0.95) is not None
    assert [action.name for action in abroad.automod.steps[0].do] == ["flag", "timeout"]
    assert settings.asks_for == {"names", "automod"}


def test_a_server_may_be_left_out() -> None:
    settings = parsed("names: {insult: flag}\nguilds: {Home: {names: off}, Abroad: {mode: live}}\n")
    home, abroad, _ = (Rulebook(settings).in_guild(Named(at, name)).rules for at, name in enumerate(SERVERS))
    assert [rules.reads("name") for rules in (home, abroad)] == [False, True]
    assert parsed("guilds: {Home: {names: off, automod: off}}\n").asks_for == frozenset()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("names: {insult: delete}\n", "names.insult has delete, which cannot be done about a name; reset_nickname"),
        ("names: flag\n", 'names must be off, or a mapping of labels, such as {insult: reset_nickname}, not "flag"'),
        ("names: {rude: flag}\n", "names.rude is not a label of this model"),
        ("automod: {do: flag, at: 0.5}\n", "automod.at is not a known key"),
        ("guilds: {Home: {names: {insult: delete}}}\n", "guilds.Home.names.insult has delete, which cannot be done"),
        ("guilds: {Home: {automod: falg}}\n", 'guilds.Home.automod knows no action "falg"; did you mean flag?'),
        ("automod: {strikes: 1}\n", "automod needs the key do, as in {do: flag, strikes: 1}"),
        ("automod: falg\n", 'automod knows no action "falg"; did you mean flag?'),
        ("automod: {do: flag, mode: live}\n", "automod.mode must be shadow"),
        ("read: {files: maybe}\n", "read.files must be true or false"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    assert said in problems(text)[0]
