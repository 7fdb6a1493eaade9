"""Which words moved a score, asked of models whose answers are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.records import Span, marked
from bot.score.explain import MOST_WORDS, STRETCH, Weighing, advance, explain, questions, spans, words
from bot.score.model import load
from bot.score.options import ModelOptions

GRAPHEME = regex.compile(r"\X")


def lit(texts: Sequence[str]) -> list[Mapping[str, float]]:
    """``bad`` lights toxic, ``evil`` lights insult; all else is dark."""
    return [{"toxic": 0.95 if "bad" in text else 0.05, "insult": 0.95 if "evil" in text else 0.05} for text in texts]


def found(text: str, *labels: str, **options: object) -> list[tuple[str, str]]:
    return [(span.label, text[span.start : span.end]) for span in explain(lit, [(0, text)], labels, **options)]  # type: ignore[arg-type]


def test_each_label_has_its_own_words() -> None:
    assert found("you bad and evil thing", "toxic", "insult") == [("toxic", "bad"), ("insult", "evil")]


def test_only_the_labels_asked_for_are_explained() -> None:
    assert found("you bad and evil thing", "insult") == [("insult", "evil")]


def test_a_word_that_stands_twice_is_found_twice_though_leaving_out_one_changes_nothing() -> None:
    assert found("bad, very bad", "toxic") == [("toxic", "bad"), ("toxic", "bad")]


def test_quotes_and_full_stops_around_a_word_are_not_marked() -> None:
    assert found('you "bad", *evil* (bad)!', "toxic", "insult") == [
        ("toxic", "bad"),
        ("insult", "evil"),
        ("toxic", "bad"),
    ]


def test_where_no_word_stands_out_none_is_marked() -> None:
    assert found("have a nice day", "toxic") == []
    assert found("", "toxic") == []
    assert found(" \n ", "toxic") == []


def test_a_text_of_one_word_is_explained_by_it() -> None:
    assert found("bad", "toxic") == [("toxic", "bad")]


def test_stars_behind_a_word_stand_for_letters_and_those_around_it_for_emphasis() -> None:
    assert [text[word.start : word.end] for text in ("f***", "**f**", "sh*t.") for word in words(text)] == [
        "f***",
        "f",
        "sh*t",
    ]


def test_letters_apart_are_one_word() -> None:
    text = "an i d i o t, really"
    assert [text[word.start : word.end] for word in words(text)] == ["an", "i d i o t", "really"]


def test_words_are_places_in_the_text_as_written_though_another_reading_scored() -> None:
    def read(text: str) -> list[str]:
        return [text, text.replace("8", "b")]

    text = "so 8ad today"
    [span] = explain(lit, [(0, text)], ["toxic"], read, in_disguise=True)
    assert text[span.start : span.end] == "8ad"


def test_parts_of_a_post_are_explained_together_each_at_its_offset() -> None:
    whole = "hello\nvery bad"
    [span] = explain(lit, [(0, "hello"), (6, "very bad")], ["toxic"])
    assert whole[span.start : span.end] == "bad"


def test_a_word_in_a_very_long_text_is_found_with_bounded_work() -> None:
    text = " ".join(["word"] * 2000 + ["bad"] + ["word"] * 2000)
    asked: list[int] = []

    def score(texts: Sequence[str]) -> list[Mapping[str, float]]:
        asked.append(len(texts))
        return lit(texts)

    [span] = explain(score, [(0, text)], ["toxic"])
    assert text[span.start : span.end] == "bad"
    assert len(asked) == 2
    assert asked[0] <= 4001 / STRETCH + 1
    assert asked[1] <= 1 + MOST_WORDS // STRETCH * (1 + 2 * STRETCH)


def test_a_text_that_was_not_scored_is_no_evidence() -> None:
    assert explain(lambda texts: [None for _ in texts], [(0, "bad bad")], ["toxic"]) == ()


def test_where_nothing_of_a_text_is_to_be_scored_nothing_is_asked_but_the_blank() -> None:
    asking = questions([(0, "bad")], lambda _: ())
    wanted, evidence = advance(asking)
    assert evidence is None
    assert wanted == ["…"]
    _, evidence = advance(asking, lit(wanted))
    assert evidence is not None
    assert spans(evidence, ["toxic"], Weighing()) == ()


def test_marked_pieces_of_several_labels_become_one() -> None:
    both = [Span("toxic", 0, 3, 1.0), Span("insult", 2, 5, 0.6), Span("insult", 7, 9, 1.0)]
    assert marked(both) == [(0, 5), (7, 9)]


ANYTHING = st.text(
    st.sampled_from("ab d*_.,!\n\u0301\u200d\u200b👩🏽🇩🇪é한नि\u202e\ud800x"),
    max_size=60,
)


@given(ANYTHING)
def test_no_word_begins_or_ends_within_a_grapheme(text: str) -> None:
    bounds = {0, len(text), *(match.start() for match in GRAPHEME.finditer(text))}
    for word in words(text):
        assert word.outer_start <= word.start < word.end <= word.outer_end
        assert {word.start, word.end, word.outer_start, word.outer_end} <= bounds


@given(ANYTHING)
def test_words_are_in_order_and_share_nothing(text: str) -> None:
    ends = [0, *(place for word in words(text) for place in (word.outer_start, word.outer_end))]
    assert ends == sorted(ends)


@pytest.fixture(scope="module")
def model(tiny: Path) -> object:
    return load(str(tiny), options=ModelOptions(number_type="float32"))


def test_a_real_model_is_asked_through_its_own_windows(model: object) -> None:
    text = " ".join(["hello"] * 150 + ["evil"] + ["hello"] * 150)  # several windows of 64 tokens
    [span] = explain(lambda texts: list(model.score_many(texts)), [(0, text)], ["insult"])  # type: ignore[attr-defined]
    assert text[span.start : span.end] == "evil"
