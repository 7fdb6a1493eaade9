"""What a reader does not see, or sees in another order."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.read.unseen import MOST_TURNS, as_displayed, backwards, without_invisible, without_piled_marks


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("he\u200bllo", "hello"),
        ("he\u00adl\u2060lo\ufeff", "hello"),
        ("h\u034fello", "hello"),
        ("hel\ufe0flo", "hello"),
        ("a\U000e0041b", "ab"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("نمی\u200cخواهم", "نمی\u200cخواهم"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("क्\u200dष", "क्\u200dष"),
        ("line\nand\ttab", "line\nand\ttab"),
    ],
)
def test_invisible_characters_go_and_those_that_a_script_needs_stay(text: str, seen: str) -> None:
    assert without_invisible(text) == seen


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\u202eolleh\u202c", "hello"),
        ("say \u202eolleh\u202c now", "say hello now"),
        ("\u202eolleh", "hello"),
        ("\u202eolleh\nnow", "hello\nnow"),
        ("\u202ed\u202ero\u202cw\u202c", "word"),
        ("\u2067hello\u2069", "hello"),
        ("plain", "plain"),
    ],
)
def test_a_right_to_left_override_is_read_as_it_is_displayed(text: str, seen: str) -> None:
    assert without_invisible(as_displayed(text)) == seen


def test_so_many_changes_of_direction_are_followed_and_what_stands_behind_them_is_kept_as_it_is() -> None:
    turns = "\u202eba\u202c" * (MOST_TURNS // 2)
    assert without_invisible(as_displayed(turns + "\u202edc")) == "ab" * (MOST_TURNS // 2) + "dc"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("h\u0335e\u0335y\u0335", "hey"),
        ("h\u0301\u0302\u0303ey", "hey"),
        ("Z\u0351\u036b\u0343\u036aalgo", "Zalgo"),
        ("h\u20dde\u20ddy", "hey"),
        ("für größere Äpfel", "für größere Äpfel"),
        ("u\u0308ber", "über"),
        ("e\u0302\u0301", "ế"),
        ("Tiếng Việt", "Tiếng Việt"),
        ("déjà vu, ça va", "déjà vu, ça va"),
        ("เก้าอี้", "เก้าอี้"),
        ("नमस्ते", "नमस्ते"),
        ("שָׁלוֹם", "שָׁלוֹם"),
    ],
)
def test_piled_marks_go_and_spellings_keep_theirs(text: str, seen: str) -> None:
    assert without_piled_marks(text) == seen


@given(st.text(max_size=100))
def test_backwards_keeps_what_is_one_character_for_a_reader(text: str) -> None:
    assert sorted(backwards(text)) == sorted(text)


def test_letters_and_signs_that_stand_by_themselves_are_turned_round_one_by_one() -> None:
    assert backwards("ⱯB → дом") == "мод → BⱯ"
    assert backwards("\r\né") == "é\r\n"


def test_a_family_is_not_torn_apart_when_a_text_is_turned_round() -> None:
    assert backwards("ab👨\u200d👩\u200d👧e\u0301") == "e\u0301👨\u200d👩\u200d👧ba"


@given(st.text(max_size=200))
def test_nothing_is_added(text: str) -> None:
    assert set(without_invisible(text)) <= set(text) | {" "}
    assert len(as_displayed(text)) == len(text)
    assert len(unicodedata.normalize("NFD", without_piled_marks(text))) <= len(unicodedata.normalize("NFD", text))
