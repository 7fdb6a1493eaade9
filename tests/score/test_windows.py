from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.score.windows import (
    MOST_CHARACTERS_A_POST,
    MOST_TEXTS_A_POST,
    MOST_TOKENS_A_POST,
    OVERLAP_TOKENS,
    slide,
    trim,
    window,
)


@given(length=st.integers(0, 3000), room=st.integers(4, 600))
def test_windows_cover_every_token_overlap_and_are_as_few_as_they_may(length: int, room: int) -> None:
    tokens = list(range(length))
    windows = slide(tokens, room)
    assert {token for each in windows for token in each} == set(tokens)
    assert all(0 < len(each) <= room for each in windows)
    overlap = min(OVERLAP_TOKENS, room // 4)
    for one, next_one in pairwise(windows):
        assert len(set(one) & set(next_one)) >= overlap
    if length:
        assert len(windows) == 1 + max(0, -(-(length - room) // (room - overlap)))


@given(lengths=st.lists(st.integers(0, 6000), max_size=6), room=st.integers(16, 512))
def test_a_post_never_costs_more_than_its_cap_and_what_is_left_out_is_counted(lengths: list[int], room: int) -> None:
    done = window([list(range(length)) for length in lengths], room)
    scored = [len({token for each in windows or () for token in each}) for windows in done.each]
    assert sum(scored) == min(sum(lengths), MOST_TOKENS_A_POST)
    assert (done.unscored == 0) == (sum(lengths) <= MOST_TOKENS_A_POST)
    for length, windows in zip(lengths, done.each, strict=True):
        assert (windows == ()) == (length == 0)


@given(st.lists(st.text(max_size=30) | st.sampled_from(["x" * 40_000, " y" * 30_000]), max_size=80))
def test_trimming_bounds_texts_and_characters_and_leaves_nothing_out_silently(texts: list[str]) -> None:
    done = trim(texts)
    assert len(done.texts) == len(texts)
    assert done.kept <= MOST_TEXTS_A_POST
    # One space is put into every run of 100 characters.
    assert done.characters <= MOST_CHARACTERS_A_POST * 101 / 100
    left_out = sum(text is None for text in done.texts)
    assert done.cut >= left_out
    whole = len(texts) <= MOST_TEXTS_A_POST and sum(map(len, texts)) <= MOST_CHARACTERS_A_POST
    assert (done.cut == 0) == whole


def test_ordinary_texts_are_left_as_they_are() -> None:
    texts = ("Hello, world!", "", "żółw 🐢", "a" * 100)
    assert trim(texts).texts == texts


def test_what_was_cut_before_tokenising_is_counted_too() -> None:
    assert window([[1, 2], None], 16, cut=1).unscored == 1
    assert window([[1, 2], None], 16, cut=1).each == (([1, 2],), None)
