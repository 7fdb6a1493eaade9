"""What is scored of a post: every surface as written, and as it reads through a disguise."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.read import views
from bot.read.allow import AllowList
from bot.read.views import LONGEST_PART, MOST_READ, VIEWS_PER_POST
from bot.records import Author, Named, Post, Surface, View

BOSS = AllowList(("this boss is cancer",))


def post(*texts: str) -> Post:
    surfaces = tuple(Surface("content", text) for text in texts)
    return Post(Named(1, "S"), Named(2, "c"), Author(3, "M"), 4, surfaces, datetime(2026, 11, 23, tzinfo=UTC))


def scored(*texts: str, allow: AllowList | None = None) -> list[tuple[str, str]]:
    return [(view.name, view.text) for view in views.of(post(*texts), allow or AllowList()).scored]


def test_each_surface_is_read_as_it_is_written() -> None:
    assert views.of(post("hello", "world"), AllowList()).scored == (
        View("content", "written", "hello"),
        View("content", "written", "world"),
    )


def test_a_surface_with_nothing_in_it_gives_no_view() -> None:
    assert scored("", " \n\t", "this boss is cancer", "x", allow=BOSS) == [("written", "x")]


def test_a_disguised_text_is_scored_as_written_and_as_read_and_the_view_says_what_was_undone() -> None:
    assert scored("you i d i o t") == [("written", "you i d i o t"), ("spaced letters", "you idiot")]


def test_all_surfaces_stand_before_the_readings_of_any() -> None:
    assert [name for name, _ in scored("1d10t", "hello")] == ["written", "written", "digits for letters"]


@pytest.mark.parametrize("text", ["HELLO", "hello  there", "  hello\n", "hello\u00a0there", "Dear\u2003all"])
def test_what_a_model_reads_the_same_is_not_scored_twice(text: str) -> None:
    assert [name for name, _ in scored(text)] == ["written"]


def test_a_phrase_that_is_allowed_is_so_in_every_reading() -> None:
    assert scored("this **boss** is cancer", allow=BOSS) == [("written", "this **boss** is cancer")]


def test_a_post_has_at_most_so_many_views_and_the_rest_is_counted() -> None:
    found = views.of(post(*(f"number {number}" for number in range(VIEWS_PER_POST + 5))), AllowList())
    assert len(found.scored) == VIEWS_PER_POST
    assert found.left_out == 5
    assert views.of(post("x"), AllowList()).left_out == 0


def test_a_long_text_is_read_through_in_parts_and_abuse_at_its_end_is_found() -> None:
    long = "this is a quiet text. " * (2 * LONGEST_PART // 22) + "you 1d10t"
    read = views.of(post(long), AllowList())
    assert [view.name for view in read.scored] == ["written", "digits for letters"]
    assert read.scored[1].text.endswith("you idiot")
    assert len(read.scored[1].text) <= LONGEST_PART
    assert read.left_out == 0


@pytest.mark.parametrize(
    "hidden", ["\u202etoidi na era uoy\u202c", "you are an i\u200bd\u200biot", "you are an i\u0336d\u0336iot"]
)
def test_a_long_text_is_read_as_it_is_displayed(hidden: str) -> None:
    quiet = "this is a quiet text. " * (LONGEST_PART // 22 + 1)
    assert [view.name for view in views.of(post("\ufeff" + quiet), AllowList()).scored] == ["written"]
    read = views.of(post(quiet + hidden), AllowList()).scored
    assert [view.text.endswith("you are an idiot") for view in read[:2]] == [False, True]
    allowed = views.of(post(quiet + hidden), AllowList(("you are an idiot",))).scored
    assert not any("idiot" in view.text for view in allowed)


def test_what_is_too_long_to_be_read_through_is_counted() -> None:
    parts = MOST_READ // LONGEST_PART
    assert views.of(post("word " * (MOST_READ // 5 + LONGEST_PART)), AllowList()).left_out >= 1
    assert views.of(post("word " * (parts * LONGEST_PART // 5 - 100)), AllowList()).left_out == 0


def test_a_heap_of_marks_hides_nothing_behind_it() -> None:
    found = views.of(post("a" + "\u0301" * 100_000 + " 1d10t"), AllowList()).scored
    assert any(view.text.endswith("idiot") for view in found)


def test_what_was_read_can_be_shown_again_by_the_name_of_the_view() -> None:
    assert views.read_as("you i d i o t", "spaced letters") == "you idiot"
    assert views.read_as("hello\nyou 1d10t", "digits for letters") == "hello\nyou idiot"
    assert views.read_as("hello", "spaced letters") is None


TEXTS = st.text(st.sampled_from("ab il1!$|*_.- \n\u0301\u202e\u200bаｉ🇮ɐ`<@>[]()"), max_size=300)


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=3))
def test_no_post_raises_and_none_has_a_view_twice(texts: list[str]) -> None:
    found = views.of(post(*texts), AllowList()).scored
    read = [(view.name, " ".join(view.text.casefold().split())) for view in found if view.name != "written"]
    assert all(text for _, text in read)
    assert len(found) <= VIEWS_PER_POST
