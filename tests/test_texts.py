"""The texts that people read, and what may stand in for them."""

from __future__ import annotations

import re

import pytest

from bot.texts import GROUPS, LONGEST_TEXT, Texts, fill, placeholders

TEXTS = Texts()
ALL = list(Texts.model_fields)


def test_each_text_has_one_group_of_readers() -> None:
    assert [key for group in GROUPS for key in group.model_fields] == ALL


def test_each_text_keeps_to_the_rules_for_those_of_an_owner() -> None:
    assert Texts.model_validate(TEXTS.model_dump()) == TEXTS


def test_filling_all_placeholders_leaves_no_brace() -> None:
    filled = {key: fill(getattr(TEXTS, key), **dict.fromkeys(placeholders(key), "x")) for key in ALL}
    assert {key: text for key, text in filled.items() if re.search(r"[{}]", text)} == {}


def test_a_value_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    assert fill("{why}", why="{why} {other}") == "{why} {other}"


def test_a_text_that_would_grow_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match=f"{LONGEST_TEXT} is the most"):
        Texts(warning="{server}" * 20)


def test_one_set_of_texts_lies_on_top_of_another_key_by_key() -> None:
    file = Texts(warning="file", reply="file")
    assert Texts(warning="guild").on_top_of(file).model_dump() == {
        **TEXTS.model_dump(),
        "warning": "guild",
        "reply": "file",
    }
