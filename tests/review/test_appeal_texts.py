"""Everything that an appeal, /why and /mydata show fits Discord's limits and does nothing, whatever stands in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.record.appeals import NotTaken
from bot.records import (
    BY_REPORT,
    Appeal,
    Author,
    Fired,
    Flag,
    Named,
    Outcome,
    Ruling,
    Scores,
    Status,
    ViewScores,
)
from bot.review.appeals.buttons import AppealForm, appeal_buttons
from bot.review.appeals.card import AppealCard
from bot.review.appeals.words import answer_of, why_not
from bot.review.commands.mydata import as_file, erased_in_words
from bot.review.commands.why import FLAGS_SHOWN, OwnFlags
from bot.sandbox.components import Reader
from bot.sandbox.forms import Form
from bot.texts import LONGEST_TEXT, Texts, placeholders
from bot.texts.writing import PLACEHOLDER_GROWS_TO

NOW = datetime(2026, 11, 23, tzinfo=UTC)
BIG = 2**63 - 1
ALIVE = "<@1> <t:1:R> </x:1> <#5> <:e:1> https://x.y [a](https://x.y) \u202e ``` ` ||"
FLAG = Flag(
    id=7,
    number=12,
    guild=Named(1, "Server"),
    channel=Named(2, "general"),
    author=Author(3, "Mallory"),
    message_id=4,
    text="words",
    scores=Scores("m", (ViewScores("content", "written", {"insult": 0.9}),)),
    on=("insult",),
    fired=(Fired("insult", 0.97, 0.95, "labels.insult[1]", "content", "written"),),
    outcomes=(Outcome("delete", Status.DONE), Outcome("ban", Status.DONE)),
    created_at=NOW,
    rulings=(Ruling("upheld", Named(9, "Morgan"), NOW, "card"),),
    verdict="upheld",
)
APPEAL = Appeal(flag_id=7, guild_id=1, number=12, member_id=3, made_at=NOW, text="why")


def longest_texts() -> Texts:
    """Each text as long as an owner may make it, with all its placeholders; no two are the same."""

    def longest(name: str) -> str:
        filled = " ".join(f"{{{each}}}" for each in placeholders(name))
        room = LONGEST_TEXT - PLACEHOLDER_GROWS_TO * len(placeholders(name)) - len(placeholders(name))
        most = next(
            (each.max_length for each in Texts.model_fields[name].metadata if hasattr(each, "max_length")), room
        )
        own = str(list(Texts.model_fields).index(name))
        return filled + own.rjust(max(len(own), min(room, most - len(filled))), "x")

    return Texts(**{name: longest(name) for name in Texts.model_fields})


def read(view: Any, *, version_2: bool = True) -> list[dict[str, Any]]:
    """The components as Discord takes them; raises where one breaks a limit."""
    form = Form({"components": view.to_components()})
    found = Reader(version_2=version_2).read(form)
    form.check()
    return found


def contents(part: Any) -> list[str]:
    if isinstance(part, list):
        return [each for one in part for each in contents(one)]
    return [part.get("content", ""), *contents(part.get("components", []))]


names = st.text(min_size=1, max_size=100) | st.just("*" * 100) | st.just("\\" * 100) | st.just(ALIVE)
words = st.text(max_size=4_000) | st.just("|" * 4_000) | st.just(ALIVE * 20) | st.none()


@settings(max_examples=60)
@given(name=names, text=words, said=words, is_long=st.booleans(), is_blocked=st.booleans(), step=st.integers(0, 2))
async def test_the_card_of_an_appeal_fits(
    name: str, text: str | None, said: str | None, is_long: bool, is_blocked: bool, step: int
) -> None:
    texts = longest_texts() if is_long else Texts()
    flag = replace(
        FLAG,
        number=BIG,
        text=text,
        author=Author(BIG, name),
        on=tuple(f"{name}{each}" for each in range(20)),
        rulings=(Ruling("upheld", Named(9, name), NOW, "card"),),
    )
    ends: tuple[dict[str, Any], ...] = (
        {},
        {"decision": "accepted", "by": Named(9, name), "decided_at": NOW},
        {"decision": "refused", "by": Named(9, name), "decided_at": NOW, "is_told": True},
    )
    appeal = replace(APPEAL, number=BIG, text=said, **ends[step])
    read(AppealCard(appeal, flag, texts, is_blocked=is_blocked))


async def test_an_appeal_against_a_flag_that_people_raised_says_who_did() -> None:
    raised = replace(FLAG, on=(), fired=(Fired(BY_REPORT, 1.0, 1.0, BY_REPORT, "content", "written"),))
    shown = "\n".join(contents(read(AppealCard(APPEAL, raised, Texts(), is_blocked=False))))
    assert "The flag (reported by members): https" in shown


async def test_nothing_that_a_member_writes_works_in_what_is_shown() -> None:
    ruled = (Ruling("upheld", Named(9, ALIVE), NOW, "card"),)
    flag = replace(FLAG, guild=Named(1, ALIVE), text=ALIVE, author=Author(3, ALIVE), on=(ALIVE,), rulings=ruled)
    appeal = replace(APPEAL, text=ALIVE)
    card = AppealCard(appeal, flag, Texts(), is_blocked=True)
    own = OwnFlags([flag], {12: appeal}, Texts(), open_to=[12], count=1, strikes=0, appeal_url=None)
    shown = "\n".join(contents(read(card)) + contents(read(own)))
    for alive in ("<@1>", "<t:1:R>", "</x:1>", "<#5>", "<:e:1>", "https://x.y", "[a](", "\u202e", "```"):
        assert alive not in shown, alive


@settings(max_examples=40)
@given(name=names, text=words, is_long=st.booleans(), count=st.integers(1, FLAGS_SHOWN))
async def test_why_fits(name: str, text: str | None, is_long: bool, count: int) -> None:
    texts = longest_texts() if is_long else Texts()
    flags = [
        replace(
            FLAG,
            number=BIG - each,
            guild=Named(BIG, name),
            text=text,
            on=tuple(f"{name}{number}" for number in range(10)),
            outcomes=tuple(Outcome("remove_role", Status.DONE) for _ in range(20)),
        )
        for each in range(count)
    ]
    appeals = {flags[0].number: replace(APPEAL, number=flags[0].number, decision="refused")}
    numbers = [flag.number for flag in flags]
    read(OwnFlags(flags, appeals, texts, open_to=numbers, count=BIG, strikes=BIG, appeal_url="https://" + "x" * 500))


@pytest.mark.parametrize("texts", [Texts(), longest_texts()], ids=["shipped", "longest"])
async def test_messages_forms_and_answers_fit(texts: Texts) -> None:
    server = "*" * 100
    for decision in (None, "accepted", "refused"):
        assert len(answer_of(replace(APPEAL, number=BIG, decision=decision), server, texts)) <= 2_000  # type: ignore[arg-type]
    for reason in NotTaken:
        assert 0 < len(why_not(reason, BIG, server, texts)) <= 2_000
    view = appeal_buttons(BIG, BIG, texts, "https://" + "x" * 500, is_taken=True)
    read(view, version_2=False)
    form = AppealForm(BIG, BIG, texts).to_dict()
    assert 0 < len(form["title"]) <= 45
    assert len(form["custom_id"]) <= 100
    [label] = form["components"]
    assert 0 < len(label["label"]) <= 45
    assert len(erased_in_words(BIG, BIG, BIG, texts)) <= 2_000


async def test_without_a_way_to_appeal_there_are_no_buttons() -> None:
    assert appeal_buttons(1, 1, Texts(), None, is_taken=False) is None


def test_a_file_that_is_too_large_leaves_out_the_oldest_scores_and_counts_them() -> None:
    kept = {"flags": [], "scores": [{"at": each, "x": "y" * 1_000} for each in range(20_000)], "scores_left_out": 5}
    content, left_out = as_file(kept)
    import json

    shown = json.loads(content)
    assert len(content) <= 8_000_000
    assert shown["scores"][-1]["at"] == 19_999
    assert left_out == shown["scores_left_out"] == 5 + 20_000 - len(shown["scores"])
