"""The texts that people read, and what may stand in for them."""

from __future__ import annotations

import re

import pytest

from bot.texts import GROUPS, LONGEST_TEXT, Texts, fill, naming, placeholders
from bot.texts.saying import say

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


def test_a_sentence_is_put_into_the_words_of_whoever_reads_it() -> None:
    german = Texts(lacks="Dem Bot fehlt das Recht {permission}.", permission_kick_members="Mitglieder kicken")
    said = say("lacks", permission=say("permission_kick_members")) + say("kicked")
    assert said.in_words(german) == "Dem Bot fehlt das Recht Mitglieder kicken. The member was kicked."
    assert str(said) == "The bot lacks the permission Kick Members. The member was kicked."


def test_what_only_the_owner_of_the_machine_is_told_stays_out_of_discord() -> None:
    said = say("record_full").plainly("/data/record.sqlite cannot grow")
    assert (str(said), said.in_words(TEXTS)) == ("/data/record.sqlite cannot grow", TEXTS.record_full)
    assert str(say("kicked") + said) == "The member was kicked. /data/record.sqlite cannot grow"


def test_labels_actions_and_places_have_names_in_the_words_of_a_server() -> None:
    german = Texts(
        label_insult="Beleidigung",
        surface_poll_question="Umfrage",
        surface_forwarded="weitergeleitet: {surface}",
        view_look_alike_letters="Doppelgänger",
    )
    assert naming.label_names(["insult", "severe_toxic", "made_up"], german) == "Beleidigung, severe toxic, made up"
    assert naming.surface_name("forwarded poll question", german) == "weitergeleitet: Umfrage"
    assert naming.view_name("look-alike letters, stars", german) == "Doppelgänger, stars"
