"""Which of many conditional rules hold for a post, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.decide.places import BY_SPECIFICITY, Places, Scope, Where, made_at
from bot.records import Author, Named, Post

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOME, AWAY = Named(1, "Home"), Named(2, "Away")
MEMES, TALK, LOUNGE = Named(10, "memes"), Named(11, "talk"), Named(12, "lounge")
THREAD = Named(13, "memes")  # a thread that a member gave a channel's name
FUN, WORK = Named(20, "Fun"), Named(21, "Work")
JESTER, KNIGHT = Named(30, "Jester"), Named(31, "Knight")


def account(age: timedelta) -> int:
    """The id of an account that is so old now."""
    return int((NOW - age - made_at(0)) / timedelta(milliseconds=1)) << 22


YOUNG, OLD = account(timedelta(days=3)), account(timedelta(days=300))


def post(
    channel: Named = TALK,
    *,
    guild: Named = HOME,
    parent: Named | None = None,
    category: Named | None = None,
    author: int = OLD,
    roles: tuple[Named, ...] = (),
) -> Post:
    return Post(guild, channel, Author(author, "Mallory", roles), 99, (), NOW, parent, category)


def where(**conditions: Any) -> Where:
    return Where(**conditions)


def holding(scopes: Sequence[Scope], of: Post) -> tuple[int, ...]:
    return Places(scopes, lambda found: found).at(of)


@pytest.mark.parametrize(
    ("conditions", "of", "holds"),
    [
        ({"channels": ("memes",)}, post(MEMES), True),
        ({"channels": ("#MEMES",)}, post(MEMES), True),
        ({"channels": ("10",)}, post(MEMES), True),
        ({"channels": ("talk", "memes")}, post(MEMES), True),
        ({"channels": ("memes",)}, post(TALK), False),
        ({"channels": ("memes",)}, post(THREAD, parent=MEMES), True),
        ({"channels": ("memes",)}, post(THREAD, parent=TALK), False),
        ({"channels": ("13",)}, post(THREAD, parent=TALK), True),
        ({"threads": ("13",)}, post(THREAD, parent=TALK), True),
        ({"threads": ("13",)}, post(TALK), False),
        ({"categories": ("fun",)}, post(TALK, category=FUN), True),
        ({"categories": ("fun",)}, post(THREAD, parent=TALK, category=FUN), True),
        ({"categories": ("fun",)}, post(TALK, category=WORK), False),
        ({"categories": ("fun",)}, post(TALK), False),
        ({"roles": ("@jester",)}, post(roles=(KNIGHT, JESTER)), True),
        ({"roles": ("jester",)}, post(roles=(KNIGHT,)), False),
        ({"roles": ("jester",)}, post(), False),
        ({"members": (str(OLD),)}, post(), True),
        ({"members": (str(OLD),)}, post(author=YOUNG), False),
        ({"younger_than": timedelta(days=7)}, post(author=YOUNG), True),
        ({"younger_than": timedelta(days=7)}, post(author=OLD), False),
        ({"younger_than": timedelta(days=3)}, post(author=YOUNG), False),
        ({"channels": ("memes",), "roles": ("jester",)}, post(MEMES, roles=(JESTER,)), True),
        ({"channels": ("memes",), "roles": ("jester",)}, post(MEMES), False),
        ({"channels": ("memes",), "roles": ("jester",)}, post(TALK, roles=(JESTER,)), False),
    ],
)
def test_a_scope_holds_where_all_its_conditions_do(conditions: dict[str, Any], of: Post, holds: bool) -> None:
    assert holding([Scope(where(**conditions))], of) == ((0,) if holds else ())


@pytest.mark.parametrize("guild", ["1", "home", "Home"])
def test_a_scope_of_a_guild_holds_in_no_other_one(guild: str) -> None:
    scopes = [Scope(where(channels=("talk",)), guild), Scope(guild=guild)]
    assert holding(scopes, post()) == (1, 0)
    assert holding(scopes, post(guild=AWAY)) == ()


def test_the_order_is_member_role_thread_channel_category_age_guild_and_the_more_specific_comes_last() -> None:
    scopes = [
        Scope(where(members=(str(YOUNG),))),
        Scope(where(roles=("jester",))),
        Scope(where(threads=("13",))),
        Scope(where(channels=("memes",))),
        Scope(where(categories=("fun",))),
        Scope(where(younger_than=timedelta(days=7))),
        Scope(guild="home"),
    ]
    everything = post(THREAD, parent=MEMES, category=FUN, author=YOUNG, roles=(JESTER,))
    assert holding(scopes, everything) == (6, 5, 4, 3, 2, 1, 0)


def test_a_second_condition_makes_it_more_specific_but_not_more_than_a_higher_one() -> None:
    scopes = [
        Scope(where(roles=("jester",))),
        Scope(where(channels=("memes",), categories=("fun",), younger_than=timedelta(days=7)), "home"),
        Scope(where(channels=("memes",))),
    ]
    assert holding(scopes, post(MEMES, category=FUN, author=YOUNG, roles=(JESTER,))) == (2, 1, 0)


def test_of_equals_the_later_one_comes_last() -> None:
    scopes = [Scope(where(channels=("memes",))), Scope(where(channels=("10",))), Scope(where(channels=("memes", "x")))]
    assert holding(scopes, post(MEMES)) == (0, 1, 2)


def test_a_channel_a_role_and_a_guild_that_get_another_name_are_seen_by_it() -> None:
    places = Places(
        [Scope(where(channels=("memes",))), Scope(where(roles=("jester",))), Scope(guild="home")], lambda found: found
    )
    assert places.at(post(MEMES, roles=(JESTER,))) == (2, 0, 1)
    assert places.at(post(Named(10, "art"), guild=Named(1, "Elsewhere"), roles=(Named(30, "Fool"),))) == ()
    assert places.at(post(Named(10, "memes"), category=FUN)) == (2, 0)


def test_what_is_built_is_built_once_per_combination() -> None:
    built: list[tuple[int, ...]] = []

    def build(found: tuple[int, ...]) -> tuple[int, ...]:
        built.append(found)
        return found

    places = Places([Scope(where(channels=("memes",)))], build)
    for author in (YOUNG, OLD, YOUNG):
        places.at(post(MEMES, author=author))
        places.at(post(TALK, author=author))
    assert built == [(0,), ()]


def test_the_age_of_an_account_is_in_its_id() -> None:
    assert made_at(175928847299117063) == datetime(2016, 4, 30, 11, 18, 25, 796000, tzinfo=UTC)


NAMES = ["memes", "10", "talk", "nowhere"]
REFERENCES = st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True).map(tuple)
WHERES = st.fixed_dictionaries(
    {},
    optional={
        "channels": REFERENCES,
        "categories": st.sampled_from([("fun",), ("21",)]),
        "threads": st.just(("13",)),
        "roles": st.sampled_from([("jester",), ("knight", "30")]),
        "members": st.sampled_from([(str(OLD),), (str(YOUNG), "5")]),
        "younger_than": st.sampled_from([timedelta(days=1), timedelta(days=7)]),
    },
).map(lambda given: Where(**given))
SCOPES = st.lists(st.builds(Scope, WHERES, st.sampled_from([None, "home", "2"])), max_size=12)
POSTS = st.builds(
    post,
    st.sampled_from([MEMES, TALK, THREAD]),
    guild=st.sampled_from([HOME, AWAY]),
    parent=st.sampled_from([None, MEMES, LOUNGE]),
    category=st.sampled_from([None, FUN, WORK]),
    author=st.sampled_from([YOUNG, OLD]),
    roles=st.lists(st.sampled_from([JESTER, KNIGHT]), unique=True).map(tuple),
)


def plainly(scope: Scope, of: Post) -> bool:
    """Whether a scope holds, worked out without masks and memory."""
    given, channel = scope.where, of.parent or of.channel

    def named(one: Named, references: tuple[str, ...]) -> bool:
        return any(one.answers_to(reference) for reference in references)

    return all(
        [
            scope.guild is None or of.guild.answers_to(scope.guild),
            not given.channels or named(channel, given.channels) or str(of.channel.id) in given.channels,
            not given.threads or str(of.channel.id) in given.threads,
            not given.categories or (of.category is not None and named(of.category, given.categories)),
            not given.roles or any(named(role, given.roles) for role in of.author.roles),
            not given.members or str(of.author.id) in given.members,
            given.younger_than is None or of.created_at - made_at(of.author.id) < given.younger_than,
        ]
    )


def rank(scope: Scope) -> tuple[bool, ...]:
    return (*(bool(getattr(scope.where, name)) for name in BY_SPECIFICITY), scope.guild is not None)


@given(SCOPES, st.lists(POSTS, min_size=1, max_size=8))
def test_what_is_remembered_never_changes_what_holds(scopes: list[Scope], posts: list[Post]) -> None:
    places = Places(scopes, lambda found: found)
    for each in posts * 2:
        assert sorted(places.at(each)) == [at for at, scope in enumerate(scopes) if plainly(scope, each)]


@given(SCOPES, POSTS)
def test_a_scope_comes_after_all_less_specific_ones_and_after_earlier_equals(scopes: list[Scope], of: Post) -> None:
    found = [(rank(scopes[at]), at) for at in holding(scopes, of)]
    assert found == sorted(found)


@given(SCOPES, POSTS, st.randoms())
def test_the_order_in_the_file_matters_only_between_equals(scopes: list[Scope], of: Post, random: Any) -> None:
    mixed = list(scopes)
    random.shuffle(mixed)
    before = [rank(scopes[at]) for at in holding(scopes, of)]
    assert before == [rank(mixed[at]) for at in holding(mixed, of)]
