"""A card fits into one Discord message whatever is in it, and nothing that members wrote works inside it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import config
from bot.agenda import Agenda
from bot.config import Rulebook
from bot.decide.policy import Missed
from bot.record.groups import Flood, Group, Standing
from bot.record.ledger import Ledger
from bot.records import (
    Author,
    Fired,
    Flag,
    Named,
    Outcome,
    Remark,
    Ruling,
    Scores,
    Span,
    Status,
    Step,
    Struck,
    ViewScores,
)
from bot.review.board import Board
from bot.review.buttons import NoteForm, Press, TimeoutMenu, Yes
from bot.review.card_lines import CardFacts, bars
from bot.review.cards import Card
from bot.review.grouping import Digest
from bot.review.log_channel import LogChannel
from bot.texts import LONGEST_TEXT, Texts

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TEXT_AT_MOST, COMPONENTS_AT_MOST = 4_000, 40  # Discord's limits for one message
LABEL_AT_MOST, CUSTOM_ID_AT_MOST, TITLE_AT_MOST = 80, 100, 45
NASTY = (
    "<@1> <@&2> <t:1:R> </x:1> <#5> <:e:1> <a:e:1> https://evil.example [click](https://evil.example) "
    "``` `x` **b** ||s|| # h\n# h\n> q\n- l\n\u202eabc\u2066 @everyone"
)
# Bold and underline are marks of ours; what else Discord would act on in a text that members wrote.
WORKING = re.compile(r"<(@|#|t:|/|a?:)|(?<!\\)://|(?<!\\)`|\]\(|(?<!\\)~~|[\u202a-\u202e\u2066-\u2069]|@everyone")


def flag(text: str | None = "you fool", name: str = "Mallory", **changes: Any) -> Flag:
    here = Flag(
        id=1,
        number=1,
        guild=Named(1, name),
        channel=Named(2, name),
        author=Author(3, name, joined_at=NOW - timedelta(days=1)),
        message_id=4,
        text=text,
        scores=Scores("m", (ViewScores("content", "written", {"toxic": 0.9, "insult": 0.2}),)),
        on=("toxic",),
        fired=(Fired("toxic", 0.9, 0.5, "labels.toxic[0]", "content", "written", 7),),
        outcomes=(Outcome("flag", Status.DONE), Outcome("delete", Status.DONE)),
        created_at=NOW,
    )
    return replace(here, **changes)


def components(view: discord.ui.LayoutView) -> list[dict[str, Any]]:
    """Every component of a view, also those inside others, as it is sent."""
    found: list[dict[str, Any]] = []

    def look(parts: list[Any]) -> None:
        for part in parts:
            found.append(part)
            look(part.get("components", []))

    look(view.to_components())
    return found


def texts_in(view: discord.ui.LayoutView) -> list[str]:
    return [each["content"] for each in components(view) if "content" in each]


def check(view: discord.ui.LayoutView) -> None:
    """What Discord checks of a message that is made of components."""
    every = components(view)
    assert len(every) <= COMPONENTS_AT_MOST
    texts = texts_in(view)
    assert all(texts)
    assert sum(map(len, texts)) <= TEXT_AT_MOST
    for each in every:
        assert len(each.get("custom_id", "")) <= CUSTOM_ID_AT_MOST
        for label in (each.get("label"), each.get("placeholder"), *(o["label"] for o in each.get("options", []))):
            assert label is None or 0 < len(label) <= LABEL_AT_MOST + 20


anything = st.text(max_size=120) | st.sampled_from([NASTY, "|" * 100, "\\" * 100, "👩\u200d👧" * 30, "W" * 100])
moderators = st.builds(Named, st.just(2**63 - 1), anything)
outcomes = st.lists(
    st.builds(
        Outcome,
        st.sampled_from(["delete", "timeout", "ban", "warn", "reset_nickname"]),
        st.sampled_from(Status),
        anything,
        by=st.none() | moderators,
        undo_status=st.none() | st.sampled_from(Status),
        undo_detail=anything,
    ),
    max_size=40,
)
rulings = st.lists(
    st.builds(Ruling, st.sampled_from(["upheld", "mistaken"]), moderators, st.just(NOW), st.just("card")), max_size=12
)
remarks = st.lists(st.builds(Remark, moderators, st.just(NOW), st.none() | anything), max_size=12)


@given(
    text=st.none() | anything | st.just(NASTY * 40) | st.just("x" * 5_000),
    name=anything,
    labels=st.lists(anything, min_size=1, max_size=30, unique=True),
    outcomes=outcomes,
    rulings=rulings,
    remarks=remarks,
    spans=st.lists(st.builds(Span, st.just("toxic"), st.integers(0, 400), st.integers(401, 900), st.just(1.0))),
    group=st.none() | st.builds(Group, st.integers(1, 500), st.integers(1, 500), st.tuples(moderators, moderators)),
)
@settings(max_examples=60)
def test_a_card_fits_whatever_is_in_it(text, name, labels, outcomes, rulings, remarks, spans, group) -> None:
    shown = flag(
        text,
        name,
        number=10**15,
        scores=Scores("m", (ViewScores("content", "written", dict.fromkeys(labels, 0.5)),)),
        on=tuple(labels),
        fired=tuple(Fired(label, 0.9, 0.5, name or "x", name or "content", "written", 7) for label in labels),
        outcomes=tuple(outcomes),
        rulings=tuple(rulings),
        remarks=tuple(remarks),
        spans=tuple(spans),
        hold_reason=name,
        struck=Struck(2, 9, at=3, source=name, line=4),
        reports=3,
    )
    facts = CardFacts(Standing(10**6, 10**5, 10**4), group, dict.fromkeys(labels, 0.5))
    check(Card(shown, Texts(), facts))


def test_a_card_fits_with_the_longest_texts_that_an_owner_may_set() -> None:
    names = [name for name in Texts.model_fields if name.startswith(("card_", "status_", "button_", "flood"))]
    longest = Texts.model_construct(**dict.fromkeys(names, "x" * LONGEST_TEXT))
    shown = flag("y" * 5_000, outcomes=tuple(Outcome("ban", Status.DONE) for _ in range(20)))
    check(Card(shown, longest, CardFacts(Standing(1, 1, 1))))
    flood = Flood(9, 1, 1, 9, NOW, 3, (("toxic", 9),), ((Named(1, "general"), 9),))
    check(Digest(flood, longest))


@given(anything, anything)
@settings(max_examples=30)
def test_a_digest_fits_whatever_the_names_are(label: str, channel: str) -> None:
    flood = Flood(10**9, 10**9, 1, 10**9, NOW, 10**9, ((label, 10**9),) * 8, ((Named(1, channel), 10**9),) * 5)
    check(Digest(flood, Texts()))


@pytest.mark.parametrize("where", ["text", "member", "moderator", "note", "detail", "label", "rule", "surface", "mate"])
def test_nothing_that_somebody_wrote_works_inside_a_card(where: str) -> None:
    plain = Named(9, NASTY if where == "moderator" else "Morgan")
    fired = Fired(
        NASTY if where == "label" else "toxic",
        0.9,
        0.5,
        NASTY if where == "rule" else "labels.toxic",
        NASTY if where == "surface" else "content",
        "written",
    )
    shown = flag(
        NASTY if where == "text" else "hello",
        NASTY if where == "member" else "Mallory",
        on=(fired.label,),
        fired=(fired,),
        outcomes=(Outcome("ban", Status.FAILED, NASTY if where == "detail" else "", by=plain),),
        rulings=(Ruling("upheld", plain, NOW, "card"),),
        remarks=(Remark(plain, NOW, NASTY if where == "note" else "fine"),),
    )
    group = Group(5, 5, (Named(3, NASTY if where == "mate" else "Bob"),))
    said = "\n".join(texts_in(Card(shown, Texts(), CardFacts(group=group))))
    ours = re.compile(
        r"<@[39]>|<#2>|<t:\d+:[Rf]>|https://discord\.com/\S+|```\n(?:(?!```).)*\n```|`[^`\n]*`", re.DOTALL
    )
    left = re.sub(r"\\[!-/:-@\[-`{-~]", "x", ours.sub("", said))
    assert not WORKING.search(left), WORKING.search(left)
    assert len(re.findall(r"\|\|", left)) == 2  # the spoiler around the text, and no other


def test_decisive_words_are_marked_and_labels_have_their_tick() -> None:
    said = "\n".join(texts_in(Card(flag("you fool", spans=(Span("toxic", 4, 8, 1.0),)), Texts())))
    assert "||you **__fool__**||" in said
    assert "toxic  ██████┃████░ 0.90 ≥ 0.50" in said


@pytest.mark.parametrize(
    ("probability", "at", "line"),
    [
        (0.80, 0.84, "toxic ██████████┃░ 0.80 < 0.84"),
        (0.86, 0.84, "toxic ██████████┃█ 0.86 ≥ 0.84"),
        (0.97, 0.97, "toxic ██████████┃█ 0.97 ≥ 0.97"),
        (0.01, 0.02, "toxic ┃░░░░░░░░░░░ 0.01 < 0.02"),
    ],
)
def test_a_bar_goes_beyond_its_tick_only_where_the_threshold_was_reached(
    probability: float, at: float, line: str
) -> None:
    assert line in bars(
        flag(scores=Scores("m", (ViewScores("content", "written", {"toxic": probability}),)), fired=()),
        {"toxic": at},
        Texts(),
    )


def test_many_messages_read_as_one_leave_room_for_who_wrote_them_and_where() -> None:
    many = flag(also=tuple(range(10**18, 10**18 + 9)), guild=Named(10**18, "Guild"), channel=Named(10**18, "general"))
    head = texts_in(Card(many, Texts()))[0]
    assert "**Mallory** (<@3>) in <#1000000000000000000>" in head
    assert head.count("https://") >= 3
    assert not head.removesuffix("\n…").endswith("/")


def test_a_card_tells_who_is_new_and_what_went_before() -> None:
    said = "\n".join(texts_in(Card(flag(), Texts(), CardFacts(Standing(4, 1, 3)))))
    assert "New here, joined <t:" in said
    assert "Flags before: 4 (mistaken: 1)." in said
    assert "Strikes that stand: 3." in said


def test_a_card_tells_which_threshold_was_nearly_reached_and_that_strikes_count_no_more() -> None:
    missed = Missed("threat", 0.5, Step(0.6, (), "labels.threat[0]", 9))
    shown = flag(struck=Struck(2, 3), verdict="mistaken")
    said = "\n".join(texts_in(Card(shown, Texts(), CardFacts(nearest=missed))))
    assert "Nearest threshold not reached: threat 0.50 of 0.6 (`labels.threat[0]`)." in said
    assert "Strikes: 2 for this, 3 in all. They were taken back." in said
    far = CardFacts(nearest=missed._replace(probability=0.1))
    assert "Nearest" not in "\n".join(texts_in(Card(shown, Texts(), far)))


@pytest.mark.parametrize(
    ("outcome", "label", "disabled"),
    [
        (Outcome("ban", Status.FORBIDDEN), "Mistaken", True),  # nothing was done, so there is nothing to try again
        (Outcome("delete", Status.DONE, undo_status=Status.FAILED), "Try again", False),
        (Outcome("delete", Status.DONE, undo_status=Status.DONE), "Mistaken", True),
    ],
)
def test_only_what_could_not_be_taken_back_is_tried_again(outcome: Outcome, label: str, disabled: bool) -> None:
    shown = components(Card(flag(verdict="mistaken", outcomes=(outcome,)), Texts()))
    [button] = [each for each in shown if each.get("custom_id", "").startswith("ct:mistaken")]
    assert (button["label"], button.get("disabled", False)) == (label, disabled)


def test_buttons_carry_all_they_need_in_their_ids() -> None:
    ids = [each["custom_id"] for each in components(Card(flag(number=7), Texts())) if "custom_id" in each]
    assert ids == ["ct:uphold:7:0", "ct:mistaken:7:0", "ct:delete:7:0", "ct:ban:7:0", "ct:note:7:0", "ct:timeout:7"]
    patterns = [kind.__discord_ui_compiled_template__ for kind in (Press, TimeoutMenu)]
    assert all(any(pattern.fullmatch(each) for pattern in patterns) for each in ids)


async def test_forms_and_questions_fit_with_the_largest_numbers() -> None:
    form = NoteForm(10**17, Texts.model_construct(note_title="x" * 90, note_label="y" * 90))
    assert len(form.title) <= TITLE_AT_MOST
    assert len(Yes("mistaken", 10**17, "999999999", 10**17, "z" * 200).item.label or "") <= LABEL_AT_MOST


HOLDS = """
labels: {toxic: flag, insult: {at: 0.3, do: flag}}
names: {toxic: {at: 0.8, do: flag}}
overrides: [{categories: [Talk], labels: {insult: off}}]
"""


@pytest.mark.parametrize(
    ("where", "marks"),
    [
        ({}, ["0.90 ≥ 0.50", "0.20 < 0.30"]),
        ({"category": Named(7, "Talk")}, ["0.90 ≥ 0.50", "0.20"]),
        ({"kind": "name"}, ["0.90 ≥ 0.80", "0.20"]),
    ],
)
async def test_a_card_measures_by_the_rules_that_hold_where_it_was_written(
    tmp_path: Path, where: dict[str, Any], marks: list[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(HOLDS)
    rulebook = Rulebook(config.load(path))
    log_channel = LogChannel(lambda: discord.Client(intents=discord.Intents.none()), rulebook)

    async def online() -> None: ...

    async with Ledger.at(tmp_path / "data") as ledger:
        board = Board(ledger, rulebook, log_channel, Agenda(), online)
        said = "\n".join(texts_in(await board.card(flag(fired=(), **where))))
    assert re.findall(r"[█░┃] (0.*)", said) == marks
