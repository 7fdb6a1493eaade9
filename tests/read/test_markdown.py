"""Discord's markup, read as it is displayed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.read.markdown import link_texts, without_glued_mentions, without_marks, without_mentions


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("||hidden|| words", "hidden words"),
        ("h**el**lo *there* __you__ ~~all~~", "hello there you all"),
        ("h||e||||l||lo", "hello"),
        ("`h`ello ``world``", "hello world"),
        ("```py\nprint(1)\n```", "print(1)\n"),
        ("```hello```", "hello"),
        ("```hello\n```", "hello\n"),
        ("# Title\n-# small\n> quoted\n>>> more", "Title\nsmall\nquoted\nmore"),
        (r"\*not bold\*", "not bold"),
        ("_so_ snake_case", "so snake_case"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("- a list", "- a list"),
        ("#1 and 5 > 3", "#1 and 5 > 3"),
        ("d*mn it", "damn it"),
    ],
)
def test_marks_are_taken_away_and_text_stays(text: str, shown: str) -> None:
    assert without_marks(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[hello](https://example.com)", "hello"),
        ("say [hel](<https://example.com/a?b=c>)lo", "say hello"),
        ('[hello](https://example.com "a title")', "hello"),
        ("[hello](not a link)", "[hello](not a link)"),
        ("array[0](1)", "array[0](1)"),
    ],
)
def test_of_a_masked_link_its_text_is_read(text: str, shown: str) -> None:
    assert link_texts(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hel<@80351110224678912>lo", "hello"),
        ("hel<@&1><#2><:wave:3><a:wave:4><t:5:R></help:6>lo", "hello"),
        ("hello <@1> there", "hello there"),
        ("<@1> hello", "<@1> hello"),
        ("hello <@1>", "hello <@1>"),
        ("hel@everyonelo", "hello"),
        ("<:h:1><:i:2><:a:3> you", "hia you"),
        ("a < b and b > c", "a < b and b > c"),
    ],
)
def test_mentions_and_emoji_within_and_between_words_are_passed_over(text: str, shown: str) -> None:
    assert without_mentions(text) == shown


def test_mentions_may_stand_for_spaces() -> None:
    assert without_glued_mentions("hello<@1>my<#2>friend") == "hello my friend"


@given(st.text(st.sampled_from("xy[]()<>@:/*_|~`\\#>- \nw12"), max_size=200))
def test_nothing_but_markup_is_taken_away(text: str) -> None:
    letters = [sign for sign in text if sign in "xy"]
    assert [sign for sign in without_marks(text) if sign in "xy"] == letters
    assert link_texts(text) == text
    assert len(without_mentions(text)) <= len(text)
