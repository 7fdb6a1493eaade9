"""Which posts say the same, so that moderators see them together: never two that might mean different things."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.read import views
from bot.read.alike import gist
from bot.records import Author, Fired, Named, Post, Surface

ONCE = "join EVIL club now"


def post(*texts: str) -> Post:
    surfaces = tuple(Surface("content", text) for text in texts)
    return Post(Named(1, "g"), Named(2, "c"), Author(3, "m"), 4, surfaces, datetime.now(UTC))


def read_as(text: str) -> str:
    """The gist of a message whose first reading, if it has one, is what fired."""
    other = [view for view in views.of(post(text), views.AllowList()).scored if view.name != views.WRITTEN]
    name = other[0].name if other else views.WRITTEN
    return gist(post(text), (Fired("insult", 0.9, 0.5, "labels.insult", "content", name),))


@pytest.mark.parametrize(
    "text",
    [
        "Join evil CLUB now",
        "  join   EVIL\nclub now ",
        "join E\u200bVIL cl\u2060ub now\ufeff",
        "join EVIL club now!!!",
        "join EVIL club now 😂😂",
        "join EVIL club now ❤️",
        "join EVIL club now 7",
        "join EVIL club now 83114",
        "join EVIL club now #17",
        "join EVIL club now [482]",
        "join EVIL club now 8251937 🔥",
        "join EVIL club now... 🤣 12",
        "𝐣𝐨𝐢𝐧 𝐄𝐕𝐈𝐋 𝐜𝐥𝐮𝐛 𝐧𝐨𝐰",
        "ｊｏｉｎ ＥＶＩＬ ｃｌｕｂ ｎｏｗ",
        "jоin ЕVIL club nоw",  # Cyrillic letters among them
    ],
)
def test_another_dress_is_the_same_text(text: str) -> None:
    assert gist(post(text)) == gist(post(ONCE))


@pytest.mark.parametrize("insult", ["1d10t", "i.d.i.o.t", "idiot"])
def test_a_disguise_that_fired_is_read_through(insult: str) -> None:
    assert read_as(f"you are an {insult} and ugly") == gist(post("you are an idiot and ugly"))


def test_a_disguise_that_did_not_fire_may_be_none() -> None:
    assert gist(post("take the evil a55 road home")) != gist(post("take the evil ass road home"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("you are evil", "you are not evil"),
        ("you are so evil", "you are so evil?"),
        ("the rapist came", "therapist came"),
        ("you are a 2", "you are a 10"),
        ("meet me at 5", "meet me at 9"),
        ("it was better in 1939", "it was better in 1969"),
        ("all hail the evil 88", "all hail the evil 77"),
        ("evil 1", "evil 2"),
        ("i hate you all 🔫", "i hate you all 😂"),
        ("i hate you all 🐒", "i hate you all"),
        ("so evil 😂", "so evil 😡"),
        ("<@1> you are so evil", "<@2> you are so evil"),
        ("evil club https://a.example/x", "evil club https://a.example/X"),
        ("[evil club here](https://a.example)", "[evil club here](https://b.example)"),
        ("evil club discord.gg/abc1", "evil club discord.gg/abc2"),
        ("the evil plan of 12 men", "the evil plan of 13 men"),
        ("un año muy evil", "un ano muy evil"),
        ("evil gpt4", "evil gpt5"),
        ("😂😂😂", "❤️"),
        ("1", "2"),
        ("this is her number 5551234", "this is her number 5559876"),
        ("so evil it was not 6000000", "so evil it was not 7000000"),
        ("all hail the evil [88]", "all hail the evil [87]"),
        ("you are such a b***", "you are such a b****"),
        ("i would rate you all -5", "i would rate you all -9"),
        ("public evil enemy man #1", "public evil enemy man #2"),
    ],
)
def test_what_might_mean_something_else_is_told_apart(one: str, other: str) -> None:
    assert gist(post(one)) != gist(post(other))
    assert read_as(one) != read_as(other)


def test_all_texts_of_a_post_count() -> None:
    assert gist(post("evil plan", "said by me")) != gist(post("evil plan", "said by you"))
    assert gist(post("evil plan", "x")) != gist(post("evil plan"))


@pytest.mark.parametrize("text", ["", " ", "!!!", "😂", "\u200b", "7", "a" * 20_000 + " 12"])
def test_nothing_is_too_odd(text: str) -> None:
    assert isinstance(gist(post(text)), str)
