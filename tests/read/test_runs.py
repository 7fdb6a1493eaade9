"""Short messages of one member, one after another, are read as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.read import runs
from bot.read.runs import SPLIT, Runs
from bot.records import Author, Named, Post, Surface

START = datetime(2026, 11, 23, tzinfo=UTC)


def post(number: int, text: str, *, seconds: float = 1.0, **changes: Any) -> Post:
    made = Post(
        guild=Named(1, "Guild"),
        channel=Named(2, "general"),
        author=Author(3, "Mallory"),
        message_id=number,
        surfaces=(Surface("content", text),),
        created_at=START + timedelta(seconds=seconds * number),
    )
    return replace(made, **changes)


def told(*posts: Post) -> list[Post | None]:
    joining = Runs()
    return [joining.with_earlier(each, has_fired=False) for each in posts]


def test_each_further_message_is_read_behind_the_earlier_ones() -> None:
    first, second, third = told(post(1, "k"), post(2, "y"), post(3, "s"))
    assert first is None
    assert second is not None
    assert third is not None
    assert third.surfaces == (Surface(SPLIT, "k y s"),)
    assert (third.also, third.message_id) == ((1, 2), 3)


def test_messages_that_arrive_in_another_order_are_read_in_theirs() -> None:
    *_, last = told(post(2, "are"), post(1, "you"))
    assert last is not None
    assert (last.surfaces[0].text, last.also, last.message_id) == ("you are", (1,), 2)


def test_a_pause_a_longer_message_another_member_and_another_channel_part_them() -> None:
    assert told(post(1, "k"), post(2, "y", seconds=60)) == [None, None]
    assert told(post(1, "k"), post(2, "a message that is no longer short"), post(3, "y")) == [None] * 3
    assert told(post(1, "k"), post(2, "y", author=Author(4, "Alice"))) == [None, None]
    assert told(post(1, "k"), post(2, "y", channel=Named(5, "memes"))) == [None, None]


def test_an_edit_a_file_a_name_and_what_was_joined_already_are_not_joined() -> None:
    assert told(post(1, "k"), post(2, "y", is_edit=True)) == [None, None]
    assert told(post(1, "k"), post(2, "y", surfaces=(Surface("text file", "y"),))) == [None, None]
    assert told(post(1, "k"), post(2, "y", kind="name")) == [None, None]
    assert told(post(1, "k"), post(2, "y", also=(1,))) == [None, None]


def test_what_was_flagged_ends_the_run() -> None:
    joining = Runs()
    joining.with_earlier(post(1, "you"), has_fired=False)
    assert joining.with_earlier(post(2, "pillock"), has_fired=True) is None
    assert joining.with_earlier(post(3, "haha"), has_fired=False) is None


def test_a_run_is_bounded_and_so_is_how_many_there_are() -> None:
    last = told(*(post(number, "no") for number in range(1, 40)))[-1]
    assert last is not None
    assert len(last.also) == runs.PARTS - 1
    joining = Runs()
    for number in range(runs.RUNS_KEPT + 10):
        joining.with_earlier(post(number, "no", author=Author(number, "x")), has_fired=False)
    assert len(joining._runs) == runs.RUNS_KEPT
