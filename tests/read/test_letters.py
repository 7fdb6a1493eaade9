"""Letters in another dress, and letters of other alphabets that look alike."""

from __future__ import annotations

import pytest

from bot.read.letters import undressed, without_accents, without_lookalikes, without_regional_indicators


@pytest.mark.parametrize(
    "dressed",
    [
        "ｈｅｌｌｏ",
        "𝐡𝐞𝐥𝐥𝐨",
        "𝒽ℯ𝓁𝓁ℴ",
        "𝕙𝕖𝕝𝕝𝕠",
        "𝚑𝚎𝚕𝚕𝚘",
        "ⓗⓔⓛⓛⓞ",
        "⒣⒠⒧⒧⒪",
        "ʰᵉˡˡᵒ",
        "ₕₑₗₗₒ",
        "ʜᴇʟʟᴏ",
        "🅗🅔🅛🅛🅞",
        "🅷🅴🅻🅻🅾",
        "🄷🄴🄻🄻🄾",
    ],
)
def test_a_letter_in_another_dress_is_the_letter(dressed: str) -> None:
    assert undressed(dressed).lower() == "hello"


@pytest.mark.parametrize("text", ["½ x² ™ ① №", "こんにちは！（笑）", "naïve", "ﷺ", "1ª 2º"])
def test_what_is_no_letter_in_disguise_keeps_its_shape(text: str) -> None:
    assert undressed(text) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("🇭🇪🇱🇱🇴", "hello"),
        ("🇭 🇪 🇱 🇱 🇴", "h e l l o"),
        ("go 🇩🇪 🇫🇷!", "go 🇩🇪 🇫🇷!"),
        ("🇺🇸🇬🇧", "🇺🇸🇬🇧"),
    ],
)
def test_flag_letters_are_letters_unless_they_make_flags(text: str, plain: str) -> None:
    assert without_regional_indicators(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("hеllо", "hello"),  # Cyrillic
        ("gοοd mοrning", "good morning"),  # Greek
        ("wօrld", "world"),  # Armenian
        ("ᎻᎬᎪᎡᎢ", "heart"),  # Cherokee, wholly
        ("say hеllо tо аll", "say hello to all"),
    ],
)
def test_lookalikes_are_read_where_the_words_are_english(text: str, plain: str) -> None:
    assert without_lookalikes(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "сегодня хорошая погода, и кот спит",
        "рот, нос и ухо у кота",
        "η γάτα κοιμάται στο σπίτι",
        "شكرا جزيلا",
        "आप कैसे हैं",
        "ありがとうございます",
        "თბილისი ლამაზია",
        "բարեւ ձեզ",
        "купил iPhone'ом снято",
    ],
)
def test_real_languages_are_left_as_they_are(text: str) -> None:
    assert without_lookalikes(undressed(text)) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ídíöt", "idiot"),
        ("such a lósér you are", "such a loser you are"),
        ("über café naïve", "über café naïve"),
        ("râpé", "râpé"),
    ],
)
def test_accents_go_only_where_they_hide_something(text: str, plain: str) -> None:
    assert without_accents(text) == plain
