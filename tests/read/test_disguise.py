"""Every kind of disguise undone, and what looks like one left alone."""

from __future__ import annotations

import string
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.read.disguise import readings
from bot.read.views import LONGEST_PART


def read(text: str) -> list[str]:
    return [reading.text.casefold() for reading in readings(text)]


@pytest.mark.parametrize(
    ("text", "name", "plain"),
    [
        ("||you|| are an **id**i__ot__", "markup", "you are an idiot"),
        ("[you idiot](https://example.com/x)", "link text", "you idiot"),
        ("id<@80351110224678912>iot", "mentions", "idiot"),
        ("st\u200bup\u2060id", "invisible characters", "stupid"),
        ("\u202etoidi na era uoy\u202c", "text direction, invisible characters", "you are an idiot"),
        ("i\u0337d\u0337i\u0337o\u0337t\u0337", "piled accents", "idiot"),
        ("ｙｏｕ ｆｏｏｌ", "letter styles", "you fool"),
        ("уоu fооl", "look-alike letters", "you fool"),
        ("fück off", "accents", "fuck off"),
        ("🇾🇴🇺 🇫🇴🇴🇱", "flag letters", "you fool"),
        ("m o r o n", "spaced letters", "moron"),
        ("m0r0n", "digits for letters", "moron"),
        ("st*p*d m#ron", "stars", "stupid moron"),
        ("mo ron", "split words", "moron"),
        ("mmmorrrooon", "repeated letters", "moron"),
        ("hguone ton era uoy", "backwards", "you are not enough"),
        ("pᴉdnʇs ǝɹɐ noʎ", "upside down", "you are stupid"),
        ("youareallstupid", "words run together", "you are all stupid"),
        ("kys", "abbreviations", "kill yourself"),
        ("Some\nThing\nUnder\nPlain\nIron\nDoors", "first letters of the lines", "stupid"),
    ],
)
def test_a_disguise_is_undone_and_named(text: str, name: str, plain: str) -> None:
    assert plain in [reading.text for reading in readings(text) if name in reading.name or name == "stars"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("🇮 🇩 🇮 🇴 🇹", "idiot"),
        ("ⓜ ⓞ ⓡ ⓞ ⓝ", "moron"),
        ("1 d 1 0 t", "idiot"),
        ("t o i d i", "idiot"),
        ("**m**\u200b0r0n", "moron"),
        ("||m||||o||||r||||o||||n||", "moron"),
        ("ｍ0ｒ0ｎ", "moron"),
        ("k.y.s", "kill yourself"),
        ("y0u 4r3 4n 1d10t", "you are an idiot"),
        ("mооооrооооn", "moron"),
        ("f🔥u🔥c🔥k off", "fuck off"),
    ],
)
def test_disguises_upon_disguises_are_undone(text: str, plain: str) -> None:
    assert plain in read(text)


HARMLESS = (
    "Scunthorpe and Penistone",
    "b4 gr8 m8 l8r c u l8r",
    "take 10mg at 08:30, twice",
    "1. e4 e5 2. Nf3 Nc6 3. Bb5 a6 4. O-O Qxe5+",
    "https://example.com/a.s.s/e/t.png?id=1d10t",
    "/usr/share/k/y/s and C:\\Users\\f.u\\ck",
    "d41d8cd98f00b204e9800998ecf8427e",
    "у меня есть кот, а у него хвост",
    "Ο σκύλος μου κοιμάται",
    "मेरा नाम क्या है",
    "أنا أحب القهوة",
    "私は学生です",
    "Straße, schön, größer, Fußgänger",
    "Việt Nam để làm gì",
    "🇩🇪 🇫🇷 vs 🇯🇵",
    "objects/exercises, who're we",
    "the A55 and the B52, paper A4",
    "U S A and the U.K.",
    "v1.2.3-rc4 of torch==2.13.0",
    "(╯°□°)╯︵ ┻━┻",
    "the KYS airport",
)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_disguise_hides_no_abuse(text: str) -> None:
    from bot.read import words

    before = set(words.STRONG) & set(text.casefold().split())
    for reading in readings(text):
        found = set(words.STRONG) & set("".join(c if c.isalpha() else " " for c in reading.text.casefold()).split())
        assert found <= before
        assert "kill" not in reading.text


PLAIN = st.text(st.sampled_from(string.ascii_letters + " .,?"), max_size=200)
PROSE = st.lists(
    st.sampled_from("the weather was nice today and we went to see an old friend at home before dinner".split()),  # noqa: SIM905
    max_size=40,
).map(" ".join)
SIGNS = st.text(
    st.sampled_from(
        "abeiosty013457@$!|*_-~`>#\\ .\n[]()<>:/&"
        "\u0301\u0336\u200b\u200d\ufe0f\u202e\u202c\u2066аеоі🇮🇩🇪ｉⓘɪɐǝʇﬀß字ع\U000e0041👍"
    ),
    max_size=400,
)


@given(PROSE)
def test_plain_prose_is_read_as_it_is_written(text: str) -> None:
    assert {reading.text for reading in readings(text)} <= {text}


@settings(deadline=None, max_examples=300)
@given(st.one_of(SIGNS, st.text(max_size=200), PLAIN))
def test_no_text_raises_and_no_reading_is_much_longer_than_it(text: str) -> None:
    for reading in readings(text):
        assert len(reading.text) <= 8 * len(text) + 60
        assert reading.undone or reading.text == text


@pytest.mark.parametrize(
    "text", ["y0u 1d10t", "i d i o t", "||m||0r0n", "\u202etoidi\u202c", "kys", "ｍоrоn", "f*ck y*u", *HARMLESS]
)
def test_what_was_read_reads_as_itself(text: str) -> None:
    once = next(readings(text)).text
    assert next(readings(once)).text == once


@pytest.mark.parametrize(
    "unit",
    [
        "\u0301",
        "*",
        "[",
        "> ",
        "||",
        "\u202e",
        "k ",
        "a.",
        "<@1",
        "[a](https://",
        "`",
        "1a",
        "f*c ",
        "ab",
        "ɐ",
        "а",
        "\n",
        "/a",
        "(",
        "_a",
        "🇦",
    ],
)
def test_a_hostile_text_is_read_whatever_it_repeats(unit: str) -> None:
    for reading in readings("a" + unit * (LONGEST_PART // len(unit))):
        assert len(reading.text) <= 2 * LONGEST_PART


def calls(text: str) -> int:
    """How many functions are called while ``text`` is read."""
    count = 0

    def counting(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counting)
    try:
        for _ in readings(text):
            pass
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "unit", ["1a ", "k ", "f*c ", "a.", "а x ", "ɐq ", "a\n", "ab/", "iid ", "<@1>a", "🇦 ", "ｉd "]
)
def test_twice_the_text_is_twice_the_work(unit: str) -> None:
    size = LONGEST_PART // len(unit) // 2
    readings_of_nothing = calls("a")
    assert calls(unit * 2 * size) <= 2.2 * calls(unit * size) + 10 * readings_of_nothing
