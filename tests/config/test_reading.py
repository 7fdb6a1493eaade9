"""YAML without surprises, and nothing but clean errors."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.reading import DEEPEST, LARGEST_FILE, MOST_VALUES, Place, Unreadable, read


def data(text: str) -> Any:
    return read(text.encode()).data


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("true", True),
        ("false", False),
        ("off", "off"),
        ("on", "on"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("1", 1),
        ("-3", -3),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1.50", 1.5),
        ("9007199254740993", 9007199254740993),
        ("0123", "0123"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("2026-11-23", "2026-11-23"),
        ("9" * 5000, "9" * 5000),
        ("~", None),
        ("null", None),
        ("", None),
        ("'off'", "off"),
        ('"1"', "1"),
        ("'true'", "true"),
        ("[a, 1]", ["a", 1]),
        ("{a: {b: off}}", {"a": {"b": "off"}}),
        ("[flag, warn: hi]", ["flag", {"warn": "hi"}]),
        ("|\n  two\n  lines", "two\nlines"),
    ],
)
def test_a_value_is_what_it_looks_like(written: str, meant: object) -> None:
    value = data(f"key: {written}")["key"]
    assert (type(value), value) == (type(meant), meant)


def test_keys_are_always_text() -> None:
    assert data("NO: on\n1: a\ntrue: b\n1.50: c\n~: d") == {"NO": "on", "1": "a", "true": "b", "1.50": "c", "~": "d"}


def test_every_value_and_key_has_its_place_and_numbers_their_spelling() -> None:
    document = read(b"a:\n  - {at: 0.70, do: x}\n  - 1.50\n")
    assert document.values == {
        (): Place(1, 1),
        ("a",): Place(2, 3),
        ("a", 0): Place(2, 5),
        ("a", 0, "at"): Place(2, 10, "0.70"),
        ("a", 0, "do"): Place(2, 20),
        ("a", 1): Place(3, 5, "1.50"),
    }
    assert document.keys == {("a",): Place(1, 1), ("a", 0, "at"): Place(2, 6), ("a", 0, "do"): Place(2, 16)}


def test_a_file_may_start_with_a_byte_order_mark_and_hold_nothing() -> None:
    assert data("\ufeffa: 1") == {"a": 1}
    assert data("# only a comment\n") is None


def test_a_key_that_stands_twice_is_a_fault_and_the_first_one_counts() -> None:
    document = read(b"a: 1\nb:\n  c: 2\n  c: {d: 3}\na: [4]\n")
    assert document.data == {"a": 1, "b": {"c": 2}}
    assert document.faults == [
        (("b", "c"), Place(4, 3), "stands here twice; it is already in line 3"),
        (("a",), Place(5, 1), "stands here twice; it is already in line 1"),
    ]


def test_a_tag_is_a_fault_and_does_nothing() -> None:
    document = read(b"a: !!python/object/apply:os.getcwd []\nb: !x 1")
    assert document.data == {"a": [], "b": 1}
    assert [(path, place) for path, place, _ in document.faults] == [(("a",), Place(1, 4)), (("b",), Place(2, 4))]


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{this}: &{this} [{', '.join(['*' + last] * 9)}]\n" for last, this in zip("abcdef", "bcdefg", strict=True)
)
ANCHOR = "anchors (&name) and aliases (*name) are not read here; write the value out"


@pytest.mark.parametrize(
    ("text", "line", "column", "sentence"),
    [
        ("[" * 3000, 1, DEEPEST + 1, "lists and mappings stand more than 20 deep inside each other here"),
        ("- " * 3000, 1, 2 * DEEPEST + 1, "lists and mappings stand more than 20 deep inside each other here"),
        (BOMB, 1, 4, ANCHOR),
        ("a: *b", 1, 4, ANCHOR),
        ("a: b\n&c d: e", 2, 1, "a key must be plain text"),
        ("a: [1,\nb: 2", 2, 5, "a comma or the closing ] of a list is missing before this (it began in line 1)"),
        ("a: {b: 1", 1, 9, "a comma or the closing } of a mapping is missing before this"),
        ("a: 'b\n", 2, 1, "a quotation mark was opened and never closed (it began in line 1)"),
        ("a:\n\t- b", 2, 1, "a tab stands where YAML wants spaces"),
        ("a: b: c", 1, 5, "a colon is not allowed here; put text with a colon into quotes"),
        ("a: @b", 1, 4, "text that starts with this character must be put into quotes"),
        ("a: *", 1, 5, "text that starts with &, * or % must be put into quotes"),
        ("a: ]", 1, 4, "a value is missing before this, or this bracket is one too many"),
        ("a: 'b' c", 1, 8, "this does not fit here; check the indentation and the quotation marks"),
        ("a: 1\n---\nb: 2", 2, 1, "a second document starts here; the file may hold only one"),
        ("%YAML 1.1\n---\na: 1", 1, 1, "directives such as %YAML are not read here; delete the line"),
        ("%YAML 9.9\n---\na: 1", 1, 1, "directives such as %YAML are not read here; delete the line"),
        ("[a]: 1", 1, 1, "a key must be plain text"),
        ("a: \x1b[31m", 1, 4, "a character stands here that cannot be printed; delete it"),
        (
            'a: "\\q"',
            1,
            6,
            "after a backslash in double quotes, this is not allowed; use single quotes or a double backslash",
        ),
        ("#" * (LARGEST_FILE + 1), 1, 1, "the file is larger than 256 KB"),
        ("[" + "a," * MOST_VALUES + "]", 1, 2 * MOST_VALUES, "the file holds more than 20,000 values"),
    ],
)
def test_what_cannot_be_read_is_one_error_with_its_place(text: str, line: int, column: int, sentence: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(text.encode())
    assert (caught.value.place.line, caught.value.place.column, caught.value.sentence) == (line, column, sentence)


@pytest.mark.parametrize(
    ("source", "place"),
    [("a: 1\nb: é".encode("latin-1"), Place(2, 4)), ("a: 1".encode("utf-16"), Place(1, 1)), (b"\xef\xbb", Place(1, 1))],
)
def test_only_utf8_is_read(source: bytes, place: Place) -> None:
    with pytest.raises(Unreadable, match="not UTF-8") as caught:
        read(source)
    assert caught.value.place == place


MARKS = [*"[]{}:,-?&*!|>'\"%@`#~ \t\n\\a1", "off", "<<", "---", "...", "\n  ", ": ", "- ", "? ", "\\U", "\\x"]
PIECES = st.one_of(st.sampled_from([*MARKS, "%YAML ", "!!", "\ufeff", "\x85"]), st.text(max_size=5))
YAMLISH = st.lists(PIECES, max_size=40).map("".join)


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=200), YAMLISH.map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_whatever_stands_in_a_file_it_is_read_or_unreadable(source: bytes) -> None:
    try:
        document = read(source)
    except Unreadable as error:
        place, sentence = error.place, error.sentence
    else:
        place, sentence = Place(1, 1), ""
        assert document.values.keys() >= document.keys.keys()
    assert place.line >= 1
    assert place.column >= 1
    assert "\n" not in sentence
