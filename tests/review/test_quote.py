"""Member text in a card shows its letters and does nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.review.quote import ELLIPSIS, quote, without_tricks

# What Discord's markdown would act on, written down apart from the code under test.
MEANINGFUL = re.compile(r"[*_~`|<>\[\]@\\]|://|^\s*([#+-]|\d+[.)])", re.MULTILINE)


def live(markdown: str) -> bool:
    """Whether anything in it still works: what is escaped stands for a plain letter."""
    return bool(MEANINGFUL.search(re.sub(r"\\[!-/:-@\[-`{-~]", "x", markdown)))


def shown(markdown: str) -> str:
    """What Discord shows of text in which everything with a meaning is escaped."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)


@pytest.mark.parametrize(
    "text",
    [
        "<@1> <@&2> @everyone",
        "<t:1:R>",
        "</x:1> <#5> <:e:1> <a:e:1>",
        "https://evil.example/a_b",
        "[click](https://evil.example)",
        "``` code ``` `x` **b** __u__ ~~s~~ ||spoiler||",
        "# heading\n> quote\n>>> more\n-# small\n- list\n1. one",
        "\u00a0- list\n\u3000# heading",
        r"\* \\ \|| already escaped",
    ],
)
def test_nothing_with_a_meaning_is_left_unescaped(text: str) -> None:
    quoted = quote(text, 4000)
    assert not live(quoted)
    assert shown(quoted) == text


def test_ordinary_punctuation_is_left_as_it_is() -> None:
    assert (
        quote("Well, it's 3.5 (more or less): isn't it? a-b #1", 100)
        == "Well, it's 3.5 (more or less): isn't it? a-b #1"
    )


def test_bidi_and_invisible_controls_go_and_joiners_stay() -> None:
    assert without_tricks("a\u202eb\u2066c\u200bd\u00ade\ufeff\x00f\U000e0041") == "abcdef"
    assert without_tricks("👩\u200d👧 می\u200cخواهم") == "👩\u200d👧 می\u200cخواهم"


def test_a_tower_of_combining_marks_is_cut_down() -> None:
    assert without_tricks("Z" + "\u0301" * 500 + "o") == "Z" + "\u0301" * 4 + "o"


def test_one_line_has_no_line_breaks() -> None:
    assert quote("a\n\nb\u2028c", 100, one_line=True) == "a bc"


@given(st.text(max_size=300), st.integers(min_value=1, max_value=200))
@example("|" * 100, 11)
@example("\\" * 50, 10)
def test_never_longer_than_the_limit_and_never_cut_inside_an_escape(text: str, limit: int) -> None:
    quoted = quote(text, limit)
    assert len(quoted) <= limit
    assert not live(quoted)
    visible = shown(quoted)
    plain = without_tricks(text)
    assert visible == plain or (visible.endswith(ELLIPSIS) and plain.startswith(visible[: -len(ELLIPSIS)]))


def test_words_are_marked_where_they_stand_also_behind_what_is_left_out() -> None:
    text = "you\u200b *utter* fool, yes"
    start = text.index("*utter*")
    assert quote(text, 100, marks=[(start, start + 12)]) == r"you **__\*utter\*__** **__fool__**, yes"


def test_a_mark_is_closed_where_the_text_is_cut() -> None:
    quoted = quote("fool" * 50, 40, marks=[(0, 200)])
    assert quoted.startswith("**__fool")
    assert quoted.endswith(f"__**{ELLIPSIS}")
    assert len(quoted) <= 40


@given(st.text(max_size=200), st.lists(st.integers(0, 200), max_size=6, unique=True), st.integers(20, 300))
def test_marks_change_nothing_but_the_look(text: str, edges: list[int], limit: int) -> None:
    ordered = sorted(edges[: len(edges) // 2 * 2])
    marks = list(zip(ordered[::2], ordered[1::2], strict=True))
    quoted = quote(text, limit, marks=marks)
    assert len(quoted) <= limit
    bare = re.sub(r"(?<!\\)\*\*__|(?<!\\)__\*\*", "", re.sub(r"\\([\\*_])", "\x01", quoted))
    assert not live(bare)
