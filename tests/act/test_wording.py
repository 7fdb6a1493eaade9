"""The owner's words, with names in them that do no harm."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from bot.act.wording import LONGEST_MESSAGE, PLACEHOLDERS, ROOM_FOR_MENTION, Wording, fill, harmless
from bot.records import Case
from bot.texts import Texts

WORDING: TypeAdapter[str] = TypeAdapter(Wording)


def test_a_name_that_looks_like_a_placeholder_stays_a_name(case: Case, called: Callable[..., Case]) -> None:
    flag = called(case, member="{number}", server="{server}").flag
    assert fill("{member} on {server}", flag, Texts()) == "{number} on {server}"


def test_other_braces_and_format_codes_are_text_like_any_other(case: Case) -> None:
    assert fill("{} {0.__class__!r} {{member}} {a b} %s", case.flag, Texts()) == "{} {0.__class__!r} {Mallory} {a b} %s"


@pytest.mark.parametrize(
    "name",
    [
        "<@1>",
        "@everyone",
        "@here",
        "<@&5>",
        "<#5>",
        "<t:1:R>",
        "</x:1>",
        "<:e:1>",
        "**b**",
        "`x`",
        "||s||",
        "[a](b)",
        "https://x.yz",
        "discord.gg/abc",
        "# head",
        "> quote",
        "a\nb",
        "a\u202eb",
        "\u200b",
        "~~s~~",
        "_i_",
        "\\",
    ],
)
def test_a_name_cannot_ping_link_or_format(name: str) -> None:
    quiet = harmless(name, 100)
    assert not re.search(r"<(@[!&]?|#|:|/|t:)\w|@(everyone|here)|https?://|discord\.gg|\]\(|[\n\u202e]", quiet)
    assert not re.search(r"(?<!\\)[*_`|~\[\]#>]", re.sub(r"\\\\", "", quiet))


@settings(deadline=None)
@given(st.text(max_size=300), st.integers(1, 100))
def test_a_name_becomes_at_most_twice_as_long_as_it_may_be(name: str, longest: int) -> None:
    quiet = harmless(name, longest)
    assert len(quiet.encode("utf-16-le")) // 2 <= 2 * longest
    assert "\n" not in quiet


PARTS = st.lists(
    st.one_of(st.text(max_size=30), st.sampled_from([f"{{{name}}}" for name in PLACEHOLDERS])), max_size=40
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PARTS.map("".join), st.text(min_size=200, max_size=210), st.characters(categories=["P", "S", "Lu"]))
def test_a_wording_that_is_accepted_always_fits_a_message(
    case: Case, called: Callable[..., Case], text: str, name: str, char: str
) -> None:
    try:
        WORDING.validate_python(text)
    except ValidationError:
        return
    for each in (name, char * 200):
        filled = fill(text, called(case, member=each, server=each, channel=each).flag, Texts())
        assert len(filled.encode("utf-16-le")) // 2 <= LONGEST_MESSAGE - ROOM_FOR_MENTION


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "at least 1 character"),
        (" \n", "must not be empty"),
        ("hello {Member}", r"has an unknown placeholder \{Member\}; did you mean \{member\}\? \(known: \{member\}, "),
        ("{x}", r"has an unknown placeholder \{x\} \(known"),
        ("x" * 1971, "can grow to 1971 characters once its placeholders are filled in; 1970 is the most"),
        ("{server}" * 10, "can grow to 2000 characters"),
        ("x" * 2001, "at most 2000"),
    ],
)
def test_a_wording_that_could_not_be_sent_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        WORDING.validate_python(text)


def test_the_shipped_warning_is_a_right_one() -> None:
    texts = Texts()
    for text in (texts.warning, texts.reply, texts.warning_mistaken, texts.text_returned, texts.invited_back):
        assert WORDING.validate_python(text) == text
