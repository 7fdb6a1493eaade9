"""Scores of every post: small, exact enough to replay, without a word of what was said."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from bot.record.ledger import Ledger
from bot.record.packing import labels_of, pack, unpack
from bot.record.scores import POSTS_TOGETHER, ScoredPost
from bot.records import Author, Named, Post, Scores, ViewScores

MakePost = Callable[..., Post]
NOW = datetime(2026, 11, 23, 9, 30, 15, 123_000, tzinfo=UTC)


async def test_scores_come_back_with_everything_that_rules_look_at(folder: Path, post: MakePost):
    each = post(is_edit=True)
    scores = Scores(
        "embedded@1",
        (
            ViewScores("content", "written", {"toxic": 0.1234, "insult": 1.0}),
            ViewScores("embed", "undisguised", {"toxic": 0.0, "insult": 0.5}),
        ),
        unscored=3,
    )
    async with Ledger.at(folder) as ledger:
        with time_machine.travel(NOW, tick=False):
            ledger.add_scores(each, scores)
        await ledger.flush_scores()
        (scored,) = [row async for row in ledger.scores(each.guild.id)]
        assert [row async for row in ledger.scores(each.guild.id + 1)] == []
        assert [row async for row in ledger.scores(each.guild.id, since=NOW)] == [scored]
        assert [row async for row in ledger.scores(each.guild.id, since=NOW.replace(second=16))] == []
    assert scored == ScoredPost.of(each, scores, NOW)
    assert scored.roles == (Named(30, "Member"), Named(31, "Jester"))
    with closing(sqlite3.connect(folder / "record.sqlite")) as connection:
        assert not [line for line in connection.iterdump() if "jerk" in line or "Mallory" in line]


async def test_scores_are_written_by_themselves_and_in_groups(
    folder: Path, post: MakePost, scores: Scores, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.record.scores.GROUP_SECONDS", 0.0)
    async with Ledger.at(folder) as ledger:
        for number in range(POSTS_TOGETHER + 5):
            ledger.add_scores(post(message_id=number), scores)
        while await ledger.score_count(9_000) < POSTS_TOGETHER + 5:
            pass
        ledger.add_scores(post(message_id=5_000), scores)
        while await ledger.score_count() < POSTS_TOGETHER + 6:
            pass


async def test_a_renamed_channel_is_shown_by_its_newest_name(folder: Path, post: MakePost, scores: Scores):
    async with Ledger.at(folder) as ledger:
        for name in ("first", "second", "first"):
            ledger.add_scores(post(channel=Named(500, name)), scores)
            await ledger.flush_scores()
            assert {row.channel.name async for row in ledger.scores(9_000)} == {name}


async def test_each_model_keeps_its_own_labels(folder: Path, post: MakePost):
    first = Scores("a", (ViewScores("content", "written", {"toxic": 0.5}),))
    second = Scores("b", (ViewScores("content", "written", {"rude": 0.25, "toxic": 0.75}),))
    async with Ledger.at(folder) as ledger:
        for scores in (first, second, first):
            ledger.add_scores(post(), scores)
        await ledger.flush_scores()
        assert [row.scores async for row in ledger.scores(9_000)] == [first, second, first]


async def test_a_post_that_no_table_takes_is_dropped_and_counted_and_the_others_stay(
    folder: Path, post: MakePost, scores: Scores
):
    async with Ledger.at(folder) as ledger:
        for number in (1, 2**63, 2):
            ledger.add_scores(post(message_id=number), scores)
        await ledger.flush_scores()
        assert [row.message_id async for row in ledger.scores(9_000)] == [1, 2]
        assert ledger.scores_dropped == 1


async def test_a_million_scores_stay_small(folder: Path, post: MakePost, scores: Scores):
    six = replace(
        scores,
        views=tuple(
            ViewScores("content", view, {f"label {n}": n / 7 for n in range(6)}) for view in ("written", "undisguised")
        ),
    )
    posts = 5_000
    async with Ledger.at(folder) as ledger:
        before = (folder / "record.sqlite").stat().st_size
        for number in range(posts):
            author = Author(2**59 + number % 700, "x", tuple(Named(2**59 + n, "r") for n in range(number % 9)))
            ledger.add_scores(post(message_id=2**60 + number, author=author), six)
        await ledger.flush_scores()
        assert await ledger.score_count() == posts
    assert ((folder / "record.sqlite").stat().st_size - before) / posts < 120


PROBABILITIES = st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 1), max_size=6)
VIEWS = st.lists(
    st.builds(ViewScores, st.sampled_from(["content", "poll"]), st.just("written"), PROBABILITIES), max_size=64
)


@given(views=VIEWS)
def test_packed_scores_unpack_to_four_decimals(views: list[ViewScores]):
    scores = Scores("m", tuple(views))
    labels = labels_of(scores)
    numbers = {"content": 1, "poll": 2**32 - 1}
    unpacked = list(unpack(pack(scores, labels, lambda surface, _view: numbers[surface]), labels)) if labels else []
    expected = [
        (numbers[view.surface], {label: pytest.approx(p, abs=0.5e-4) for label, p in view.labels.items()})
        for view in views
    ]
    assert unpacked == (expected if labels else [])


@pytest.mark.parametrize("wrong", [float("nan"), -0.1, 1.5, float("inf")])
def test_what_is_no_probability_is_not_recorded_as_one(wrong: float):
    scores = Scores("m", (ViewScores("content", "written", {"a": 0.5, "b": wrong}),))
    assert list(unpack(pack(scores, ("a", "b"), lambda *_: 1), ("a", "b"))) == [(1, {"a": 0.5})]
