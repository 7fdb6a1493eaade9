"""The words that decided a flag, found beside the deeds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import ModelFailed, Overloaded
from bot.explaining import AT_ONCE, TEXTS_A_REQUEST, Explainer
from bot.health import Health
from bot.read.views import WRITTEN, AllowList
from bot.records import Author, Fired, Flag, Named, Scores, TextScores, ViewScores
from bot.texts.saying import say

NOTHING_ALLOWED = AllowList()
MODEL = "words@1"


class Scorer:
    """*evil* is an insult. ``refusal`` is raised instead of an answer; while ``is_held`` nothing is answered."""

    def __init__(self) -> None:
        self.asked: list[Sequence[str]] = []
        self.refusal: Exception | None = None
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def score(
        self, texts: Sequence[str], *, guild_id: int, member_id: int, in_background: bool = False
    ) -> TextScores:
        assert in_background
        self.asked.append(texts)
        await self.may_answer.wait()
        if self.refusal:
            raise self.refusal
        return TextScores(MODEL, tuple({"insult": 0.9 if "evil" in text else 0.1} for text in texts))


def flag(text: str | None, view: str = WRITTEN, **changes: Any) -> Flag:
    given: dict[str, Any] = {
        "id": 1,
        "number": 1,
        "guild": Named(1, "Guild"),
        "channel": Named(2, "general"),
        "author": Author(3, "Mallory"),
        "message_id": 5,
        "text": text,
        "scores": Scores(MODEL, (ViewScores("content", view, {"insult": 0.9}),)),
        "on": ("insult",),
        "fired": (Fired("insult", 0.9, 0.6, "labels.insult[0]", "content", view),),
        "outcomes": (),
        "created_at": datetime.now(UTC),
    }
    return Flag(**given | changes)


@pytest.fixture
def scorer() -> Scorer:
    return Scorer()


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def explainer(scorer: Scorer, health: Health) -> Explainer:
    return Explainer(lambda model: scorer if model == MODEL else None, health)


async def words(explainer: Explainer, flagged: Flag, allow: AllowList = NOTHING_ALLOWED) -> list[str]:
    spans = await explainer.explain(flagged, allow)
    return [(flagged.text or "")[span.start : span.end] for span in spans]


async def test_the_words_of_the_text_that_moved_the_label(explainer: Explainer) -> None:
    assert await words(explainer, flag("you are evil, Bob")) == ["evil"]


async def test_where_a_disguise_was_read_the_words_are_those_that_were_written(explainer: Explainer) -> None:
    assert await words(explainer, flag("you are e\u200bv\u200bil, Bob", "invisible characters")) == ["e\u200bv\u200bil"]


async def test_what_the_owner_allows_moves_nothing(explainer: Explainer) -> None:
    allow = AllowList(root=("evil twin",))
    assert await words(explainer, flag("my evil twin is evil"), allow) == ["evil"]


async def test_a_flag_without_its_text_has_no_words(explainer: Explainer) -> None:
    assert await words(explainer, flag(None)) == []


async def test_a_flag_that_no_label_of_the_model_raised_has_no_words(explainer: Explainer, scorer: Scorer) -> None:
    raised = flag("you are evil", fired=(Fired("moderator", 1.0, 1.0, "moderator", "content", WRITTEN),))
    assert await words(explainer, raised) == []
    assert scorer.asked == []


async def test_a_flag_of_a_model_that_is_gone_has_no_words(explainer: Explainer) -> None:
    assert await words(explainer, flag("you are evil", scores=Scores("other@2", ()))) == []


@pytest.mark.parametrize("refusal", [Overloaded(say("no_room")), ModelFailed(say("model_failed"))])
async def test_where_it_cannot_be_scored_there_are_no_words(
    explainer: Explainer, scorer: Scorer, refusal: Exception
) -> None:
    scorer.refusal = refusal
    assert await words(explainer, flag("you are evil")) == []


async def test_in_the_fail_safe_nothing_is_asked(explainer: Explainer, scorer: Scorer, health: Health) -> None:
    health.trouble("scoring", say("scoring_overloaded"))
    assert await words(explainer, flag("you are evil")) == []
    assert scorer.asked == []


async def test_in_a_flood_some_flags_go_without(explainer: Explainer, scorer: Scorer) -> None:
    scorer.may_answer.clear()
    first = [asyncio.create_task(words(explainer, flag("you are evil"))) for _ in range(AT_ONCE)]
    while len(scorer.asked) < AT_ONCE:
        await asyncio.sleep(0)
    assert await words(explainer, flag("you are evil")) == []
    scorer.may_answer.set()
    assert await asyncio.gather(*first) == [["evil"]] * AT_ONCE
    assert await words(explainer, flag("you are evil")) == ["evil"]


async def test_a_long_text_is_asked_in_small_parts(explainer: Explainer, scorer: Scorer) -> None:
    assert await words(explainer, flag(" ".join(f"word{n}" for n in range(200)) + " evil")) == ["evil"]
    assert max(map(len, scorer.asked)) <= TEXTS_A_REQUEST
