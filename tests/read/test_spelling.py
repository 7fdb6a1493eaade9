"""Digits for letters, stars, repeated letters, letters apart, words together, and abbreviations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.read import words
from bot.read.abbreviations import written_out
from bot.read.acrostic import spelt
from bot.read.leet import unleeted, without_keycaps
from bot.read.mirrored import forwards, is_backwards, lone_words_forwards, upright, words_forwards
from bot.read.running_on import unrun
from bot.read.spacing import joined, mended
from bot.read.starred import unstarred
from bot.read.stretched import unstretched


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("w0rthl3ss tr4sh", "worthless trash"),
        ("$tup1d", "stupid"),
        ("sh!t.", "shit."),
        ("@$$h0le!", "asshole!"),
        ("1d10t", "idiot"),
        ("y0u 4r3 4n 1d10t", "you are an idiot"),
        ("|<ill", "kill"),
        ("y0u'r3 dumb", "you're dumb"),
    ],
)
def test_digits_and_signs_among_letters_are_read(text: str, plain: str) -> None:
    assert unleeted(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "b4 gr8 m8 l8r",
        "10:30 $5.99 3x 2nd",
        "A55 B52 H1 mp3",
        "d41d8cd98f00b204",
        "v1.2.3",
        "#a55",
        "1080p 60fps",
        "exd5 e4e5",
        "5+5=10",
        "50% of 7",
    ],
)
def test_numbers_and_codes_stay_numbers(text: str) -> None:
    assert unleeted(text) == text


def test_keycaps_are_read_in_words_and_left_in_polls() -> None:
    assert without_keycaps("1\ufe0f\u20e3d1\ufe0f\u20e30\ufe0f\u20e3t") == "idiot"
    poll = "1\ufe0f\u20e3 pizza 2\ufe0f\u20e3 pasta"
    assert without_keycaps(poll) == poll


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("what the f*ck", "what the fuck"),
        ("st*p*d m*r*n", "stupid moron"),
        ("f**k this sh#t", "fuck this shit"),
        ("b***h", "bitch"),
        ("C#m and F#m", "C#m and F#m"),
        ("free* shipping**", "free* shipping**"),
        ("a*b*c = x*y", "a*b*c = x*y"),
        ("*.py and src/*.txt", "*.py and src/*.txt"),
        ("t-shirt, x-ray, e-mail", "t-shirt, x-ray, e-mail"),
    ],
)
def test_starred_letters_are_put_back_where_one_word_fits(text: str, plain: str) -> None:
    assert unstarred(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("iiidiooot", "idiot"),
        ("stuuuuupid", "stupid"),
        ("killll", "kill"),
        ("noooooo", "no"),
        ("hello good food", "hello good food"),
        ("hmmmm brrrr", "hmm brrr"),
    ],
)
def test_repeated_letters_are_shortened_to_a_word(text: str, plain: str) -> None:
    assert unstretched(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("i d i o t", "idiot"),
        ("you are s.t.u.p.i.d!", "you are stupid!"),
        ("s t u p i d   f o o l", "stupid fool"),
        ("y o u a r e s t u p i d", "you are stupid"),
        ("m-o-r-o-n", "moron"),
        ("m\no\nr\no\nn", "moron"),
        ("s\u3000t\u3000u\u3000p\u3000i\u3000d", "stupid"),
        ("1 2 3 4 5", "1 2 3 4 5"),
        ("x = a + b - c", "x = a + b - c"),
        ("q w e r t y z", "q w e r t y z"),
        ("grades: F A G", "grades: F A G"),
    ],
)
def test_letters_that_stand_apart_are_joined_where_they_make_words(text: str, plain: str) -> None:
    assert joined(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("you id iot", "you idiot"),
        ("fu.ck off", "fuck off"),
        ("mo~ron", "moron"),
        ("who re you, who're they", "who re you, who're they"),
        ("push it, as hard as it is", "push it, as hard as it is"),
        ("pen is mightier", "pen is mightier"),
    ],
)
def test_fragments_are_mended_only_to_unmistakable_words(text: str, plain: str) -> None:
    assert mended(text) == plain


@pytest.mark.parametrize(
    "name",
    [
        "Scunthorpe",
        "Penistone",
        "Lightwater",
        "shitakemushrooms",
        "Cockburn",
        "therapistfinder",
        "node.js",
        "HttpServletRequest",
    ],
)
def test_a_name_is_not_taken_apart(name: str) -> None:
    assert unrun(name, written=(name,)) == name


def test_words_run_together_are_parted() -> None:
    assert unrun("youareanidiot", written=("youareanidiot",)) == "you are an idiot"
    assert unrun("haveaniceday", written=()) == "have a nice day"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("kys", "kill yourself"),
        ("KYSSSS", "kill yourself"),
        ("just stfu already", "just shut the fuck up already"),
        ("fck u man", "fuck you man"),
        ("what a bstrd", "what a bastard"),
        ("fu", "fuck you"),
        ("the KYS airport", "the KYS airport"),
        ("Foad and Esad are here", "Foad and Esad are here"),
        ("FCK plays at home", "FCK plays at home"),
        ("ssmmdd, thanks", "ssmmdd, thanks"),
        ("kung fu movie", "kung fu movie"),
        ("a pos system", "a pos system"),
    ],
)
def test_abbreviations_of_abuse_are_written_out(text: str, plain: str) -> None:
    assert written_out(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"), [("toidi na era uoy", "you are an idiot"), ("olleh\neybdoog", "hello\ngoodbye")]
)
def test_backward_text_is_known_as_such_and_turned_round_line_by_line(text: str, plain: str) -> None:
    assert is_backwards(text)
    assert forwards(text) == plain


@pytest.mark.parametrize(
    "text", ["hello there", "was it on a level", "schönen guten Abend", "nimi on Ville ja asun Porissa", "xyz qrv"]
)
def test_text_that_does_not_read_better_turned_round_is_not_backward(text: str) -> None:
    assert not is_backwards(text)


def test_a_text_that_stays_as_it_is_keeps_its_exclamation_marks_too() -> None:
    assert upright("ɐɯ zxc! q!w") == "ɐɯ zxc! q!w"


def test_words_may_be_turned_round_one_by_one() -> None:
    assert words_forwards("uoy era na toidi") == "you are an idiot"
    assert lone_words_forwards("you are a toidi") == "you are a idiot"
    assert lone_words_forwards("le parc est beau") == "le parc est beau"


def test_upside_down_text_is_set_upright_and_phonetics_are_not() -> None:
    assert upright("pᴉdnʇs ǝɹɐ noʎ") == "you are stupid"
    assert upright("/ˈkʌmf(ə)təbl/ and /ɹɪˈsiːt/") == "/ˈkʌmf(ə)təbl/ and /ɹɪˈsiːt/"


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        (["so", "they", "understood", "people", "in", "denmark"], "stupid"),
        (["1. Ice", "2. Dates", "3. Icing", "4. Oats", "5. Tea"], "idiot"),
        (["milk", "eggs", "bread", "rice"], ""),
        (["kiwi", "yam"], ""),
    ],
)
def test_first_letters_are_read_where_they_spell_abuse(lines: list[str], word: str) -> None:
    assert spelt("\n".join(lines)) == word


@given(st.text(st.sampled_from("abcdeilnorstu"), max_size=80))
def test_cut_letters_are_the_letters(letters: str) -> None:
    parts = words.segmented(letters)
    assert parts is None or "".join(parts) == letters


STEPS = (unleeted, unstarred, unstretched, joined, mended, written_out, forwards, upright, lone_words_forwards)


@given(st.text(max_size=150), st.sampled_from(STEPS))
def test_no_step_raises_on_any_text(text: str, step: object) -> None:
    assert callable(step)
    assert isinstance(step(text), str)
