"""What is taken for another language than English, and above all what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.read import views
from bot.read.language import CODES, ENGLISH, FEWEST_LETTERS, foreign, prepare

HERE = Path(__file__)
DATA = HERE.parents[3] / "shared" / "data"


def lines(name: str) -> list[list[str]]:
    """The language or kind of each text of a file, and the text."""
    found = HERE.with_name(name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in found if not line.startswith("#")]


FOREIGN = lines("foreign.txt")
ENGLISH_CHAT = lines("english.txt")
NOTHING_ALLOWED = views.AllowList()

MARKED_AT_LEAST = 0.95  # of foreign texts
FALSELY_MARKED_AT_MOST = 0.005  # of English abuse, real foreign rows among it included
FALSELY_MARKED_OF_ODD_ENGLISH = 0.025
ROWS = 300  # of each set

ABUSE = ("jigsaw2018_train", "davidson2017", "hatexplain_train_preprocessed", "edos_sexism", "toxic_spans_train")


def language(text: str) -> str | None:
    """As the pipeline asks: all readings of the text together."""
    return foreign(views.readings_of(text, NOTHING_ALLOWED, 8))


def test_chat_in_other_languages_and_scripts_is_known() -> None:
    missed = [(code, text) for code, text in FOREIGN if language(text) != code]
    assert len(missed) <= (1 - MARKED_AT_LEAST) * len(FOREIGN), missed


@pytest.mark.parametrize(
    "text",
    [
        "gg ez noobs get rekt lmaooo uninstall trash team",
        "u r sooo dumb lol go kys nobdy lieks u",
        "yeet bussin no cap fr fr ong sus amogus poggers",
        "y0u 4r3 4 5tup1d 1d10t 4nd 1 h473 y0u",
        "уоu аrе а stuрid idiоt аnd i hаtе уоu",
        "yοu αre α stυpid idiοt αnd i hαte yοu",
        "ＹＯＵ ＡＲＥ Ａ ＳＴＵＰＩＤ ＩＤＩＯＴ",
        "y o u a r e a s t u p i d i d i o t",
        "toidi diputs a era uoy",
        "https://example.com/aqui/esta/la/pagina/que/buscas.html",
        "<:kekw:123456789012345678> <@80351110224678912> <#80351110224678912>",
        "hahahahahahahahahahahahahahahahahaha",
    ],
)
def test_what_is_english_or_no_language_is_not_taken_for_another(text: str) -> None:
    assert language(text) is None


def test_english_chat_of_every_kind_is_not_taken_for_another_language() -> None:
    marked = [(kind, text, language(text)) for kind, text in ENGLISH_CHAT if language(text)]
    assert len(marked) <= FALSELY_MARKED_OF_ODD_ENGLISH * len(ENGLISH_CHAT), marked


def test_too_few_letters_tell_nothing() -> None:
    short = "ich hasse dich so"
    assert sum(map(str.isalpha, short)) < FEWEST_LETTERS
    assert language(short) is None


def test_one_reading_in_english_is_enough() -> None:
    assert foreign(["ich gehe morgen in die Schule und kaufe Brot", "you are such a stupid person, I hate you"]) is None


@pytest.mark.parametrize("text", ["c'est vraiment trop en retard ce train de merde", "nu är det slut på den här dagen"])
def test_a_word_that_is_abuse_in_english_does_not_make_a_text_english(text: str) -> None:
    assert language(text) in ("fr", "sv")


def test_the_codes_are_those_of_the_identifier() -> None:
    from bot.read.language import _identifier

    prepare()
    assert frozenset(_identifier().labels) - ENGLISH == CODES


def test_english_abuse_is_not_taken_for_another_language() -> None:
    pandas = pytest.importorskip("pandas")
    if not DATA.is_dir():
        pytest.skip("needs the training data beside the repository")
    texts: list[str] = []
    for name in ABUSE:
        rows = pandas.read_parquet(DATA / "train" / f"{name}.parquet")
        if "toxic" in rows:
            rows = rows[rows["toxic"] == 1]
        long = rows[rows["text"].str.count(r"[^\W\d_]") >= FEWEST_LETTERS]
        texts += list(long["text"].sample(ROWS, random_state=20261123))
    assert sum(foreign([text]) is not None for text in texts) <= FALSELY_MARKED_AT_MOST * len(texts)
