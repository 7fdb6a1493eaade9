"""Identity words in people's sentences: put where they can stand, and judged as the sentence was."""

from __future__ import annotations

import re

import numpy as np
import pytest

from bot.insight.rows import LABELS
from bot.training.data import Examples
from bot.training.identities import with_identities

CLEAN = [0.0] * len(LABELS)


def examples(**by_text: list[float]) -> Examples:
    texts = [text.replace("_", " ") for text in by_text]
    return Examples(texts, np.array([*by_text.values()], np.float32), np.ones(len(texts), np.float32))


def target(**on: float) -> list[float]:
    return [on.get(label, 0.0) for label in LABELS]


def test_a_word_comes_before_the_noun_or_the_mood_and_nothing_else_changes() -> None:
    given = examples(Yesterday_my_friend_came_over=CLEAN, well_I_am_happy_for_you=CLEAN)
    found = with_identities(given, LABELS, rows=2, fragments=0, seed=1).texts
    friend, happy = sorted(found)
    assert re.fullmatch("Yesterday my [a-z-]+ friend came over", friend)
    assert re.fullmatch("well I am [a-z-]+ and happy for you", happy)


@pytest.mark.parametrize("seed", range(30))
def test_the_article_goes_with_the_word(seed: int) -> None:
    [text] = with_identities(examples(she_met_a_teacher=CLEAN), LABELS, rows=1, fragments=0, seed=seed).texts
    article, word = text.split()[2:4]
    assert article == ("an" if word[0] in "aeiou" and word != "european" else "a")


def test_who_shouts_goes_on_shouting() -> None:
    [text] = with_identities(examples(WHERE_IS_MY_FRIEND=CLEAN), LABELS, rows=1, fragments=0, seed=1).texts
    assert text.isupper()


def test_peace_stays_peace_and_of_abuse_it_is_left_open_whom_it_hates() -> None:
    given = examples(thank_the_guys=CLEAN, this_guy_is_a_moron=target(toxic=1, insult=1))
    found = with_identities(given, LABELS, rows=9, fragments=0, seed=1)
    is_abuse = {"moron" in text: row.tolist() for text, row in zip(found.texts, found.targets, strict=True)}
    assert is_abuse[False] == CLEAN
    assert is_abuse[True] == pytest.approx(target(toxic=1, insult=1, identity_hate=np.nan), nan_ok=True)


def test_hatred_of_one_group_is_not_turned_into_that_of_another_and_no_place_is_no_line() -> None:
    given = examples(all_those_people_must_leave=target(toxic=1, identity_hate=1), nothing_to_see_here=CLEAN)
    found = with_identities(given, LABELS, rows=9, fragments=0, seed=1)
    assert (found.texts, found.targets.shape, found.weights.shape) == ([], (0, len(LABELS)), (0,))


def test_the_same_seed_gives_the_same_lines() -> None:
    given = examples(my_brother_sings=CLEAN, the_nurse_came=CLEAN, some_students_laugh=CLEAN)
    first, again, other = (with_identities(given, LABELS, rows=3, fragments=0, seed=seed).texts for seed in (1, 1, 2))
    assert first == again != other
    assert len(with_identities(given, LABELS, rows=2, fragments=0, seed=1)) == 2


@pytest.mark.parametrize("seed", range(20))
def test_a_fragment_is_the_word_with_a_few_around_it_and_abuse_stays_whole(seed: int) -> None:
    peace, abuse = "the whole evening long my cousin sang to us all", "all that this guy does is moronic and vile"
    given = Examples([peace, abuse], np.array([CLEAN, target(toxic=1)], np.float32), np.ones(2, np.float32))
    found = with_identities(given, LABELS, rows=2, fragments=1, seed=seed)
    whole, fragment = sorted(found.texts, key=len, reverse=True)
    assert re.fullmatch("all that this [a-z-]+ guy does is moronic and vile", whole)
    assert re.fullmatch("(((evening )?long )?my )?[a-z-]+( cousin( sang( to)?)?)?", fragment)


def test_where_fewer_words_stand_before_a_place_than_are_drawn_a_fragment_has_them_all() -> None:
    """None, one, two or three words are drawn; of two there are, half of the fragments have both."""
    given = Examples(["see my cousin sing"] * 400, np.array([CLEAN] * 400, np.float32), np.ones(400, np.float32))
    found = with_identities(given, LABELS, rows=400, fragments=1, seed=1).texts
    assert sum(text.startswith("see my") for text in found) == pytest.approx(200, abs=40)
