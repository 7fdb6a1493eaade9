"""What is taken for another language than English, and above all what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.read import views
from bot.read.language import CODES, ENGLISH, FEWEST_LETTERS, foreign, prepare

HERE = Path(__file__)
DATA = HERE.parents[3] / "shared" / "data"
FOREIGN = [
    line.split("\t")
    for line in HERE.with_name("foreign.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
NOTHING_ALLOWED = views.AllowList()

MARKED_AT_LEAST = 0.95  # of foreign texts
FALSELY_MARKED_AT_MOST = 0.005  # of English abuse, real foreign rows among it included
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
        "def foo(bar): return sum(map(int, bar.split())) or None",
        "sudo apt-get install libssl-dev && systemctl restart nginx.service",
        "https://example.com/aqui/esta/la/pagina/que/buscas.html",
        "<:kekw:123456789012345678> <@80351110224678912> <#80351110224678912>",
        "Krzysztof Brzęczyszczykiewicz and Søren Kierkegård played Åse Bjørnsdottir",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "hahahahahahahahahahahahahahahahahaha",
        "asdkjhaskdjh qweoiuqwe zxmnczxcm lkjhasd qwpoeir",
        "me go shop buy food you no come why you no like",
    ],
)
def test_what_is_english_or_no_language_is_not_taken_for_another(text: str) -> None:
    assert language(text) is None


def test_too_few_letters_tell_nothing() -> None:
    short = "ich hasse dich so"
    assert sum(map(str.isalpha, short)) < FEWEST_LETTERS
    assert language(short) is None


@pytest.mark.parametrize(
    "abuse", ["you fucking idiot", "kill yourself", "nobody likes you", "shut up bitch", "go kill yourself now"]
)
def test_a_foreign_sentence_around_english_abuse_hides_nothing(abuse: str) -> None:
    before, behind = "ich gehe morgen in die Schule und kaufe Brot", "und dann komme ich wieder nach Hause"
    assert language(f"{before} {abuse}") is None
    assert language(f"{abuse} {behind}") is None
    assert language(f"{before}, {abuse}, {behind}") is None


def test_one_reading_in_english_is_enough() -> None:
    assert foreign(["ich gehe morgen in die Schule und kaufe Brot", "you are such a stupid person, I hate you"]) is None


@pytest.mark.parametrize("text", ["c'est vraiment trop en retard ce train de merde", "nu är det slut på den här dagen"])
def test_a_word_that_is_abuse_in_english_alone_does_not_make_a_text_english(text: str) -> None:
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
