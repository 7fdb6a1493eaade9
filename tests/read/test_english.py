"""What of a text in another language is English, so that it is judged all the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.languages import in_another
from bot.read import views, words
from bot.read.allow import AllowList
from bot.read.english import english_in
from bot.read.language import foreign
from bot.records import View

GERMAN = "ich gehe morgen in die Schule und kaufe Brot für meine Familie"
SPANISH = "mañana tengo examen así que no voy a poder conectarme con ustedes"


@pytest.mark.parametrize(
    ("text", "code", "english"),
    [
        (f"{GERMAN}, drink bleach", "de", "drink bleach"),
        (f"drink bleach. {GERMAN}", "de", "drink bleach"),
        (f"{GERMAN}\nnobody likes you, go kill yourself!\n{GERMAN}", "de", "nobody likes you, go kill yourself"),
        (f"{SPANISH} you're a worthless idiot {SPANISH}", "es", "you're a worthless idiot"),
        (f"eres un worthless y {SPANISH}", "es", "worthless"),
        ("kill ich your gehe self morgen früh you wirst stupid schon waste gesehen of haben air", "de",
         "kill your self you stupid waste of air"),
        ("ich kill gehe your in self die Schule", "de", "kill your self"),
    ],
)  # fmt: skip
def test_english_is_found_wherever_it_stands(text: str, code: str, english: str) -> None:
    found = iter(re.findall(r"[\w']+", english_in(text, code)))
    assert all(word in found for word in re.findall(r"[\w']+", english))  # in this order


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("c'est vraiment trop en retard ce train de merde", "fr"),
        ("nu är det slut på den här dagen", "sv"),
        ("er ist so dick geworden, das Kleid passt nicht", "de"),
        ("du är en idiot och ingen vill ha dig här", "sv"),
        ("no seas idiota, ya te dije mil veces", "es"),
        ("Das ist doch wirklich der größte Unsinn", "de"),
    ],
)
def test_what_is_abuse_in_english_only_by_its_look_is_not(text: str, code: str) -> None:
    assert not any(map(words.is_abuse, english_in(text, code).lower().split()))


@pytest.mark.parametrize(
    ("disguised", "read"),
    [
        ("y0u 4r3 w0rthl3ss 4nd stup1d", "worthless"),
        ("уоu аrе wоrthlеss аnd stuрid", "worthless"),
        ("y o u   a r e   w o r t h l e s s", "worthless"),
    ],
)
def test_english_in_disguise_is_found_in_the_reading(disguised: str, read: str) -> None:
    texts = views.readings_of(f"{GERMAN} {GERMAN} {disguised}", AllowList(), 8)
    code, english = in_another([View("content", str(at), text) for at, text in enumerate(texts)])
    assert code is None or any(read in view.text for view in english)


def test_a_short_text_beside_a_foreign_one_is_judged_too() -> None:
    code, english = in_another([View("content", "written", "drink bleach"), View("poll question", "written", GERMAN)])
    assert code == "de"
    assert View("content", "written", "drink bleach") in english


def test_a_text_in_english_is_not_asked_about() -> None:
    assert in_another([View("content", "written", "thank you so much for all the help")]) == (None, ())


@given(st.text(max_size=300), st.sampled_from(["de", "fr", "ru", "zh"]))
def test_what_is_found_stands_in_the_text_word_by_word(text: str, code: str) -> None:
    assert set(english_in(text, code).split()) <= {piece for word in text.split() for piece in _pieces(word)}


def _pieces(word: str) -> set[str]:
    """All that may be left of ``word`` when signs at its ends, or other words, are taken off."""
    return {word[start:end] for start in range(len(word)) for end in range(start + 1, len(word) + 1)}


def test_a_very_long_text_is_read_to_its_end() -> None:
    """However many different words stand before it."""
    many = " ".join(f"wort{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}" for n in range(5_000))
    text = f"{GERMAN} {many} you should drink bleach"
    assert foreign([text]) is not None
    assert english_in(text, "de").endswith("you should drink bleach")
