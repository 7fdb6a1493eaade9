"""Letters in disguise read as the letters that they are for a reader."""

from __future__ import annotations

import re
from typing import NamedTuple

import regex

from bot.read import words
from bot.read.alphabets import ALIKE, DIGITS, DRESSED, KEYCAP, PLAIN, plain_letter
from bot.read.starred import hidden_word

_A = 0x1F1E6  # regional indicator A
# Every country and region that has a flag emoji: its first letter, then the second ones.
_COUNTRIES = """
ACDEFGILMOQRSTUWXZ BABDEFGHIJLMNOQRSTVWYZ CACDFGHIKLMNOPQRUVWXYZ DEGJKMOZ EACEGHRSTU FIJKMOR
GABDEFGHILMNPQRSTUWY HKMNRTU ICDELMNOQRST JEMOP KEGHIMNPRWYZ LABCIKRSTUVY MACDEFGHKLMNOPQRSTUVWXYZ
NACEFGILOPRUZ OM PAEFGHKLMNRSTWY QA REOSUW SABCDEGHIJKLMNORSTVXYZ TACDFGHJKLMNORTVWZ UAGMNSYZ VACEGINU WFS XK
YET ZAMW
"""
_FLAGS = frozenset(row[0] + letter for row in _COUNTRIES.split() for letter in row[1:])
_LEAST_KNOWN = 0.6  # of the letters of foreign look: below this they are foreign
_SHORTEST = 3  # letters of a token that is worth a look
_MARKED_SHARE = 0.5  # of a word's letters: no spelling has marks on so many

_REGIONAL = re.compile(r"[\U0001F1E6-\U0001F1FF]++")
_EAST_ASIAN = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_DRESSED_OR_WIDE = DRESSED | {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if not chr(code).isalnum()}
_NO_LETTERS = regex.escape("".join(sign for sign in ALIKE if not sign.isalpha()))
_TOKEN = regex.compile(rf"([\p{{L}}\p{{M}}0-9@$!{_NO_LETTERS}]++)")
_WORD = regex.compile(r"[a-z]{2,}+")
_MARKED_WORD = regex.compile(r"([\p{L}\p{M}]++)")
_EMOJI_STYLE = regex.compile(rf"[\ufe0e\ufe0f{KEYCAP}]")
_BESIDE_LETTERS = regex.compile(r"(?<=[A-Za-z])[\ufe0e\ufe0f]")


def undressed(text: str) -> str:
    """Full-width, mathematical, circled, squared, raised and small-capital letters as plain ones."""
    if text.isascii():
        return text
    return _BESIDE_LETTERS.sub("", text.translate(DRESSED if _EAST_ASIAN.search(text) else _DRESSED_OR_WIDE))


def without_regional_indicators(text: str) -> str:
    """Flag letters as plain ones, unless all of them make flags."""
    if text.isascii():
        return text
    runs = {match.group() for match in _REGIONAL.finditer(text)}
    if all(_are_flags(run) for run in runs):
        return text
    return _REGIONAL.sub(lambda match: _lettered(match.group()).lower(), text)


def _lettered(run: str) -> str:
    return "".join(chr(ord("A") + ord(sign) - _A) for sign in run)


def _are_flags(run: str) -> bool:
    letters = _lettered(run)
    pairs = [letters[at : at + 2] for at in range(0, len(letters), 2)]
    return all(pair in _FLAGS for pair in pairs) and letters.lower() not in words.STRONG


class _Strange(NamedTuple):
    """A token with look-alike letters in it: how it reads, and whether it has letters of two alphabets."""

    plain: str
    is_mixed: bool
    is_word: bool


def without_lookalikes(text: str) -> str:
    """Letters of other alphabets as the Latin ones that they look like, where the text reads as English with them.

    In a text that does not, only words that mix alphabets and are known once they are read so.
    """
    if text.isascii() or not _TOKEN.search("".join(filter(_is_alien, set(text)))):
        return text
    parts = _TOKEN.split(text)
    tokens = {token: _strange(token) for token in set(parts[1::2]) if not token.isascii()}
    readable = sum(len(token) for token, read in tokens.items() if read and read.is_word)
    foreign = sum(len(token) for token, read in tokens.items() if _is_foreign(token, read))
    if readable >= _LEAST_KNOWN * (readable + foreign) and readable:
        plain = {token: read.plain for token, read in tokens.items() if read}
    else:
        plain = {token: read.plain for token, read in tokens.items() if read and read.is_mixed and read.is_word}
    return "".join([plain.get(part, part) for part in parts])


def _is_alien(sign: str) -> bool:
    """Whether ``sign`` is no Latin letter, with marks or without."""
    return not sign.isascii() and ord(sign) not in PLAIN


def _strange(token: str) -> _Strange | None:
    """None for a token wholly of Latin letters, and for one with letters that look like no Latin ones."""
    has_keycaps = KEYCAP in token
    token = _EMOJI_STYLE.sub("", token)
    aliens = list(filter(_is_alien, token))
    if not aliens:
        return None
    if not all(sign in ALIKE for sign in aliens):
        return _half_read(token)
    letters = {sign: ALIKE.get(sign) or plain_letter(sign) for sign in token if not sign.isascii()}
    if has_keycaps:
        letters |= DIGITS
    lowered = "".join(sign if sign in letters else sign.lower() for sign in token)
    plain = words.best(words.spellings(lowered, letters)) or next(words.spellings(lowered, letters))
    is_word = len(token) >= _SHORTEST and all(map(words.is_known, _WORD.findall(plain)))
    return _Strange(plain, len(aliens) < sum(map(str.isalpha, token)), is_word)


def _half_read(token: str) -> _Strange | None:
    """A token with letters of unknown look, when it can be but one word of abuse whatever they look like."""
    if not _SHORTEST < len(token) <= words.LONGEST_WORD:
        return None
    signs = [ALIKE.get(sign, "*")[0] if not sign.isascii() else sign.lower() for sign in token]
    known = [plain_letter(sign) or seen for sign, seen in zip(token, signs, strict=True)]
    if known.count("*") * 2 > len(known) or not any(sign.isascii() for sign in token):
        return None
    word = hidden_word("".join(known)) if "".join(known).replace("*", "").isalpha() else None
    return _Strange(word, True, True) if word else None


def _is_foreign(token: str, read: _Strange | None) -> bool:
    if read:
        return not read.is_word and len(token) >= _SHORTEST
    return any(sign.isalpha() and _is_alien(sign) for sign in token)


def without_accents(text: str) -> str:
    """Words of abuse, and words with marks on half of their letters, without their accents, strokes and hooks."""
    if text.isascii():
        return text
    parts = _MARKED_WORD.split(text)
    is_english = words.known_share([word.lower() for word in parts[1::2] if word.isascii()]) >= _LEAST_KNOWN
    plain = {word: _unaccented(word, is_english) for word in set(parts[1::2]) if not word.isascii()}
    return "".join([plain.get(part, part) for part in parts])


def _unaccented(word: str, is_english: bool) -> str:
    if not _SHORTEST <= len(word) <= words.LONGEST_WORD:
        return word
    plain = word.translate(PLAIN)
    if not words.is_known(plain) or plain in _ORDINARY:
        return word
    marked = sum(not sign.isascii() for sign in word)
    abuse = plain in words.STRONG or (is_english and plain in words.HARSH)
    is_disguise = abuse and len(plain) > _SHORTEST
    return plain if is_disguise or marked >= _MARKED_SHARE * len(word) else word


# Words of other languages which without their accents would be abuse: Vietnamese flu, French grated, ...
_ORDINARY = frozenset(("rape", "rapes", "pedes", "crape", "cretin", "cretins", "imbecile", "imbeciles"))
