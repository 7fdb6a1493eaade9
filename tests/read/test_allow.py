"""The owner's allowed phrases."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.read.allow import BLANK, AllowList

BOSS = AllowList(("this boss is cancer", "c++", "don't die"))


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

    allow = AllowList(("a " * 39 + "b",))
    allow.__dict__["_trie"] = counting(allow._trie)
    allow.blank("a " * 5_000)
    assert looks <= 5_000 * 41


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("कम", "कमीना"),
        ("ass", "you ass-hole"),
        ("ass", "dumb-ass"),
        ("hell", "hell's"),
        ("hell", "hell’s"),
    ],
)
def test_a_phrase_is_not_found_inside_a_longer_word(phrase: str, text: str) -> None:
    assert AllowList((phrase,)).blank(text) == text


@pytest.mark.parametrize(
    ("phrase", "text", "blanked"),
    [
        ("ass", "what an ass - really", f"what an {BLANK} - really"),
        ("ass", "'ass'", f"'{BLANK}'"),
        ("ass-hole", "an ass-hole!", f"an {BLANK}!"),
        ("hell", "- hell -", f"- {BLANK} -"),
        ("कमीना", "कमीना है", f"{BLANK} है"),
    ],
)
def test_a_sign_beside_a_phrase_that_joins_nothing_is_no_part_of_a_word(phrase: str, text: str, blanked: str) -> None:
    assert AllowList((phrase,)).blank(text) == blanked


def test_a_phrase_of_very_many_signs_is_refused() -> None:
    with pytest.raises(ValidationError, match="more than"):
        AllowList(("!" * 199 + "a",))
