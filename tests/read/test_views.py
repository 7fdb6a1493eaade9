"""What is scored of a post."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.read import views
from bot.read.views import BLANK, VIEWS_PER_POST, AllowList
from bot.records import Author, Named, Post, Surface, View

BOSS = AllowList(("this boss is cancer", "c++", "don't die"))


def post(*texts: str) -> Post:
    surfaces = tuple(Surface("content", text) for text in texts)
    return Post(Named(1, "S"), Named(2, "c"), Author(3, "M"), 4, surfaces, datetime(2026, 11, 23, tzinfo=UTC))


def test_each_surface_is_read_as_it_is_written() -> None:
    assert views.of(post("hello", "world"), AllowList()) == (
        View("content", "written", "hello"),
        View("content", "written", "world"),
    )


def test_a_surface_with_nothing_in_it_gives_no_view() -> None:
    assert views.of(post("", " \n\t", "this boss is cancer", "x"), BOSS) == (View("content", "written", "x"),)


@pytest.mark.parametrize(
    ("text", "blanked"),
    [
        ("this boss is cancer", ""),
        ("  This BOSS is Cancer \n", ""),
        ("this  boss\n is\tcancer, idiot", f"{BLANK}, idiot"),
        ("idiot, this boss is cancer", f"idiot, {BLANK}"),
        ("kill this boss is cancer yourself", f"kill {BLANK} yourself"),
        ("this boss is cancer this boss is cancer x", f"{BLANK} {BLANK} x"),
        ("I like c++ a lot", f"I like {BLANK} a lot"),
        ("please don’t die", f"please {BLANK}"),
        ("this boss is cancerous", "this boss is cancerous"),
        ("xthis boss is cancer", "xthis boss is cancer"),
        ("this boss was cancer", "this boss was cancer"),
        ("this boss this boss is cancer!", f"this boss {BLANK}!"),
        ("nothing of it", "nothing of it"),
    ],
)
def test_allowed_phrases_are_blanked_and_the_rest_still_counts(text: str, blanked: str) -> None:
    assert BOSS.blank(text) == blanked


def test_of_two_phrases_the_longer_one_is_blanked() -> None:
    assert AllowList(("kill", "kill the boss")).blank("kill the boss now") == f"{BLANK} now"


def test_a_post_has_at_most_so_many_views_and_the_rest_is_counted() -> None:
    long = post(*(str(number) for number in range(VIEWS_PER_POST + 5)))
    assert len(views.of(long, AllowList())) == VIEWS_PER_POST
    assert views.left_out(long, AllowList()) == 5
    assert views.left_out(post("x"), AllowList()) == 0


@pytest.mark.parametrize("phrase", ["", " ", "...", "x" * 201])
def test_a_phrase_has_a_word_and_an_end(phrase: str) -> None:
    with pytest.raises(ValidationError):
        AllowList((phrase,))


WORDS = st.sampled_from(["a", "b", "ab", "c", "-", "  ", "\n", "A", "é", "b’", "'"])
TEXTS = st.lists(WORDS, max_size=20).map("".join)
PHRASES = st.lists(TEXTS.filter(lambda text: re.search(r"\w", text)), max_size=4).map(tuple)


@settings(deadline=None)
@given(TEXTS, PHRASES)
def test_blanking_only_takes_away_and_never_makes_a_new_word(text: str, phrases: tuple[str, ...]) -> None:
    blanked = AllowList(phrases).blank(text)
    assert set(re.findall(r"\w+", blanked)) <= set(re.findall(r"\w+", text))


@settings(deadline=None)
@given(TEXTS, TEXTS, PHRASES.filter(bool))
def test_an_allowed_phrase_is_gone_wherever_it_stands_alone(before: str, after: str, phrases: tuple[str, ...]) -> None:
    allow = AllowList(phrases[:1])
    around = f"{before} | {phrases[0]} | {after}"
    assert len(re.findall(r"\w+", allow.blank(around))) < len(re.findall(r"\w+", around))


@settings(deadline=None)
@given(TEXTS)
def test_without_phrases_a_text_stays_as_it_is(text: str) -> None:
    assert AllowList().blank(text) == text


def test_the_worst_text_costs_a_look_at_each_token_times_the_longest_phrase() -> None:
    looks = 0

    class Counting(dict[str, object]):
        def get(self, key: str, default: object = None) -> object:
            nonlocal looks
            looks += 1
            return super().get(key, default)

    def counting(node: dict[str, object]) -> Counting:
        return Counting({key: counting(value) for key, value in node.items()})  # type: ignore[arg-type]

    allow = AllowList(("a " * 50 + "b",))
    allow.__dict__["_trie"] = counting(allow._trie)
    allow.blank("a " * 5_000)
    assert looks <= 5_000 * 52
