"""An answer is read once more behind what it answers, and that never makes it worse."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot import act
from bot.context import in_context, is_explained
from bot.decide.rules import Ladder, Rules
from bot.read.allow import AllowList
from bot.records import Author, Named, Post, Scores, Step, Surface, ViewScores

RULES = Rules(
    {
        "insult": Ladder((Step(0.6, (act.make("flag"),), "a"), Step(0.9, (act.make("delete"),), "b"))),
        "toxic": Ladder((Step(0.5, (act.make("flag"),), "c"),)),
    }
)
WRITTEN = ("content", "written")
HARSH = {"insult": 0.93, "toxic": 0.9}


def answer(text: str = "that piece of junk", context: str = "which browser?", kind: str = "content") -> Post:
    return Post(
        guild=Named(1, "Guild"),
        channel=Named(2, "general"),
        author=Author(3, "Mallory"),
        message_id=4,
        surfaces=(Surface(kind, text),),
        created_at=datetime(2026, 11, 23, tzinfo=UTC),
        context=context,
    )


def scored(surface: str = "content", view: str = "written", **labels: float) -> Scores:
    return Scores("m", (ViewScores(surface, view, labels),))


def test_what_something_destructive_rests_on_is_read_behind_what_it_answers() -> None:
    texts = in_context(answer(), scored(insult=0.95, toxic=0.9), AllowList(), RULES)
    assert texts == {WRITTEN: ("which browser?\nthat piece of junk", "Thank you so m\nthat piece of junk")}


def test_a_disguise_is_undone_there_too() -> None:
    post = answer("you 1d10t")
    from bot.read import views

    disguised = views.of(post, AllowList()).scored[-1]
    texts = in_context(post, scored(view=disguised.name, insult=0.95), AllowList(), RULES)
    [(behind_question, behind_nothing)] = texts.values()
    assert behind_question == f"which browser?\n{disguised.text}"
    assert behind_nothing.endswith(f"\n{disguised.text}")


@pytest.mark.parametrize(
    ("post", "scores"),
    [
        (answer(context=""), scored(insult=0.95)),
        (answer(), scored(insult=0.7, toxic=0.9)),  # only flagged
        (answer(kind="file name"), scored("file name", insult=0.95)),
    ],
)
def test_nothing_is_asked_where_nothing_is_in_doubt(post: Any, scores: Scores) -> None:
    assert in_context(post, scores, AllowList(), RULES) == {}


@pytest.mark.parametrize(
    ("together", "explained"),
    [
        ({"insult": 0.2, "toxic": 0.1}, True),
        ({"insult": 0.2, "toxic": 0.9}, True),  # toxic asked for nothing but a flag
        ({"insult": 0.65, "toxic": 0.1}, False),  # it would still be flagged
        ({"insult": 0.99, "toxic": 0.9}, False),
    ],
)
def test_only_what_would_not_even_be_flagged_together_is_explained(together: dict[str, float], explained: bool) -> None:
    scores = scored(insult=0.95, toxic=0.9)
    assert is_explained({WRITTEN: (together, HARSH)}, scores, RULES) is explained


@pytest.mark.parametrize(
    ("behind_question", "behind_nothing"),
    [({}, {}), ({}, {"insult": 0.7}), ({}, None), (None, HARSH), (None, None)],
)
def test_what_any_talk_before_it_would_make_milder_is_not_explained_and_neither_is_what_was_not_scored(
    behind_question: Any, behind_nothing: Any
) -> None:
    scores = scored(insult=0.95)
    assert not is_explained({WRITTEN: (behind_question, behind_nothing)}, scores, RULES)
    assert not is_explained({}, scores, RULES)
