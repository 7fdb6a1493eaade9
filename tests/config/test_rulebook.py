"""What holds where: the file's rules with its overrides laid over them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import config
from bot.config import Here, Rulebook
from bot.decide.places import made_at
from bot.records import Author, Named, Post

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOME, AWAY = Named(1, "Home"), Named(2, "Second Home")
MEMES, TALK = Named(10, "memes"), Named(11, "talk")
JESTER = Named(30, "Jester")

Open = Callable[[str], Rulebook]


@pytest.fixture
def book(tmp_path: Path) -> Open:
    """The rulebook of a text."""

    def open_book(text: str) -> Rulebook:
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8")
        return Rulebook(config.load(path))

    return open_book


def post(channel: Named = TALK, *, guild: Named = HOME, author: int = 5, roles: tuple[Named, ...] = ()) -> Post:
    return Post(guild, channel, Author(author, "Mallory", roles), 99, (), NOW)


def steps(here: Here, label: str) -> list[tuple[float, list[str], str, int | None, str]]:
    return [
        (step.at, [action.name for action in step.do], step.source, step.line, step.shadowed_by)
        for step in here.rules.ladders[label].steps
    ]


LABELS = """\
mode: live
log_channel: mod-log
labels:
  toxic: flag
  insult: [{at: 0.6, do: flag}, {at: 0.9, do: [delete]}]
"""


def test_labels_are_merged_one_by_one_and_each_step_knows_where_it_comes_from(book: Open) -> None:
    rules = book(LABELS + "overrides:\n  - channels: [memes]\n    labels: {toxic: {at: 0.8, do: delete}}\n")
    memes = rules.here(post(MEMES))
    assert steps(memes, "toxic") == [(0.8, ["delete"], "overrides[0].labels.toxic", 8, "")]
    assert steps(memes, "insult") == steps(rules.here(post(TALK)), "insult")
    assert steps(rules.here(post(TALK)), "toxic") == [(0.5, ["flag"], "labels.toxic", 4, "")]


def test_a_label_can_be_switched_off_or_put_into_shadow_mode_in_a_place(book: Open) -> None:
    rules = book(LABELS + "overrides: [{channels: [memes], labels: {toxic: off, insult: shadow}}]")
    memes = rules.here(post(MEMES))
    assert steps(memes, "toxic") == []
    assert [(source, by) for *_, source, _, by in steps(memes, "insult")] == [
        ("labels.insult[0]", "overrides[0].labels.insult"),
        ("labels.insult[1]", "overrides[0].labels.insult"),
    ]


def test_one_step_can_be_in_shadow_mode(book: Open) -> None:
    rules = book("labels: {insult: [{at: 0.6, do: delete}, {at: 0.9, do: warn, mode: shadow}]}")
    assert [by for *_, by in steps(rules.here(post()), "insult")] == ["", "labels.insult[1]"]


def test_the_more_specific_override_wins_wherever_it_stands(book: Open) -> None:
    rules = book(
        LABELS
        + "overrides:\n  - {members: [5], mode: live}\n  - {roles: [jester], mode: shadow}\n"
        + "  - {channels: [memes], mode: live}\n"
    )
    assert rules.here(post(roles=(JESTER,), author=6)).mode == "shadow"
    assert rules.here(post(MEMES, roles=(JESTER,), author=6)).mode == "shadow"
    assert rules.here(post(MEMES, roles=(JESTER,))).mode == "live"


def test_of_equal_ones_the_later_wins(book: Open) -> None:
    rules = book(LABELS + "overrides: [{channels: [memes], mode: live}, {channels: [memes, x], mode: shadow}]")
    assert rules.here(post(MEMES)).mode == "shadow"


def test_allowed_phrases_add_up_and_are_allowed_nowhere_else(book: Open) -> None:
    rules = book(LABELS + 'allow: ["a b"]\noverrides: [{channels: [memes], allow: ["c d", "a b"]}]')
    assert rules.here(post(MEMES)).allow.root == ("a b", "c d")
    assert rules.here(post(TALK)).allow.root == ("a b",)


def test_an_override_exempts_and_a_more_specific_one_takes_that_back(book: Open) -> None:
    rules = book(LABELS + "overrides: [{roles: [jester], exempt: false}, {channels: [memes], exempt: true}]")
    assert rules.here(post(MEMES)).exempted_by == "overrides[1]"
    assert rules.here(post(MEMES, roles=(JESTER,))).exempted_by == ""
    assert rules.here(post(TALK)).exempted_by == ""


def test_young_accounts_have_rules_of_their_own(book: Open) -> None:
    rules = book(LABELS + "overrides: [{younger_than: 7d, labels: {toxic: delete}}]")
    young = int((NOW - timedelta(days=2) - made_at(0)) / timedelta(milliseconds=1)) << 22
    assert steps(rules.here(post(author=young)), "toxic")[0][1] == ["delete"]
    assert steps(rules.here(post()), "toxic")[0][1] == ["flag"]


GUILDS = (
    LABELS
    + """\
exempt: {roles: [Moderator], channels: [bots]}
strikes: {weights: {insult: 1}}
guilds:
  second home:
    mode: shadow
    log_channel: staff
    labels: {toxic: off}
    exempt: {channels: [spam]}
    allow: [oh well]
    strikes: off
    texts: {all_is_well: Alles gut.}
    overrides:
      - {channels: [memes], labels: {insult: off}}
overrides:
  - {channels: [talk], labels: {toxic: delete}}
"""
)


def test_a_guild_has_its_own_rules_and_no_other_one_sees_them(book: Open) -> None:
    rules = book(GUILDS)
    away, home = rules.in_guild(AWAY), rules.in_guild(HOME)
    assert (away.mode, away.log_channel, away.allow.root) == ("shadow", "staff", ("oh well",))
    assert (away.exempt.roles, away.exempt.channels) == (("Moderator",), ("spam",))
    assert (dict(away.rules.strikes.weights), away.texts.all_is_well) == ({}, "Alles gut.")
    assert (home.mode, home.log_channel, home.allow.root) == ("live", "mod-log", ())
    assert home.exempt.channels == ("bots",)
    assert dict(home.rules.strikes.weights) == {"insult": 1}
    assert home.texts.all_is_well.startswith("**All is well")
    assert steps(rules.here(post(MEMES, guild=AWAY)), "insult") == []
    assert len(steps(rules.here(post(MEMES)), "insult")) == 2


def test_an_override_of_the_file_about_a_channel_is_more_specific_than_a_guild(book: Open) -> None:
    rules = book(GUILDS)
    assert steps(rules.here(post(TALK, guild=AWAY)), "toxic")[0][1] == ["delete"]
    assert steps(rules.here(post(MEMES, guild=AWAY)), "toxic") == []


def test_other_settings_are_in_force_at_once_and_nothing_of_the_old_ones_is_left(book: Open) -> None:
    rules = book(GUILDS)
    assert rules.here(post(MEMES, guild=AWAY)).mode == "shadow"
    rules.use(book(LABELS).settings)
    assert rules.here(post(MEMES, guild=AWAY)).mode == "live"
    assert rules.here(post(MEMES, guild=AWAY)).layers == ()


CONDITIONS = [
    "channels: [memes]",
    "channels: [talk]",
    "roles: [jester]",
    "members: [5]",
    "channels: [memes], roles: [jester]",
]
CHANGES = [
    "mode: shadow",
    "labels: {toxic: off}",
    "labels: {toxic: delete}",
    "labels: {insult: shadow}",
    "allow: [oh well]",
]
ENTRIES = st.lists(
    st.tuples(st.sampled_from(CONDITIONS), st.sampled_from(CHANGES)),
    min_size=1,
    max_size=5,
    unique_by=lambda each: each[0],
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ENTRIES, st.randoms(), st.sampled_from([MEMES, TALK]), st.booleans(), st.sampled_from([5, 6]))
def test_the_order_of_entries_with_different_kinds_of_conditions_makes_no_difference(
    book: Open, entries: list[tuple[str, str]], random: Any, channel: Named, jests: bool, author: int
) -> None:
    """Channels [memes] and [talk] are of one kind, but never hold together."""

    def what_holds(written: list[tuple[str, str]]) -> tuple[Any, ...]:
        lines = [f"  - {{{where}, {change}}}" for where, change in written]
        here = book(LABELS + "overrides:\n" + "\n".join(lines)).here(
            post(channel, roles=(JESTER,) if jests else (), author=author)
        )
        does = {label: [(at, do, bool(by)) for at, do, _, _, by in steps(here, label)] for label in ("toxic", "insult")}
        return here.mode, sorted(here.allow.root), does

    mixed = list(entries)
    random.shuffle(mixed)
    assert what_holds(entries) == what_holds(mixed)
