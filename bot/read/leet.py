"""Words with digits and signs in the place of letters."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from bot.read import words
from bot.read.alphabets import DIGITS, KEYCAP
from bot.read.running_on import separated
from bot.read.starred import hidden_word

LETTERS = DIGITS | {
    "@": "a", "$": "s", "!": "il", "|": "li", "+": "t", "€": "e", "£": "l", "¢": "c", "¥": "y", "¡": "i",
    "(": "c", "<": "c", "&": "e", "%": "o", "#": "h", "^": "a", "*": "o", "×": "x", "µ": "u", "°": "o",
}  # fmt: skip
_PICTURES = (
    ("|\\/|", "m"), ("/\\/\\", "m"), ("\\/\\/", "w"), ("|\\|", "n"), ("/\\/", "n"), ("|-|", "h"), ("|_|", "u"),
    ("\\/", "v"), ("/\\", "a"), ("|<", "k"), ("|>", "p"), ("|)", "d"), ("()", "o"), ("><", "x"),
)  # fmt: skip
_LONGEST = 40  # characters
_SHORTEST = 3
_ENDINGS = ("re", "ve", "ll", "t", "s", "m", "d")  # of contractions: y0u'r3
_BEYOND_DOUBT = 2  # such tokens: then numbers may be words as well
_LONGEST_NUMBER = 6  # digits
_COMMON = 2000  # the rank of a word that is believed of a number
_LONE_DIGITS = ("1", "4")  # I and a
_TELLING = 4  # characters of a token that tells of a disguise
_PUNCTUATION = "()<>!&%^*+~#"
_EDGES = ".,;:?\"'’“”…*_~-"

_PLAIN_SIGN = r"(?:[A-Za-z]|[0-9](?!\ufe0f?\u20e3))"
_KEYCAP_TOKEN = re.compile(rf"{_PLAIN_SIGN}*+(?:[0-9#*]\ufe0f?\u20e3{_PLAIN_SIGN}*+)++")
_SPACED_KEYCAP = re.compile(r" ?([0-9#*]\ufe0f?\u20e3) ?")
_SIGN = re.compile(r"[0-9@$!|+€£¢¥¡(<&%#^×µ°\\/]")
_WITH_SIGNS = re.compile(rf"\S*?{_SIGN.pattern}\S*+")
_DATA = re.compile(
    r"""^(?:
        [$€£#@+]?\d[\d.,:'/x×+-]*+
        | [$€£#@+]?\d{1,3}(?:[.,]\d+)?(?:st|nd|rd|th|s|k|m|b|x|h|p|w|v|d)
        | \d[\d.,:]*+(?:am|pm|mg|ml|g|kg|km|cm|mm|hz|ghz|mhz|kb|mb|gb|tb|fps|ms|%)
        | v?\d+(?:\.\d+)+\w*
        | (?:0x|\#)[0-9a-f]+ | [0-9a-f]{8,} | [0-9a-f]{4,}(?:-[0-9a-f]{2,})+
        | [a-z]\d{1,2} | [a-h][1-8][a-h][1-8] | \W*+
    )$""",
    re.VERBOSE | re.IGNORECASE,
)


def unleeted(text: str) -> str:
    """Tokens with digits or signs among their letters as the known words that they spell; the rest as it is.

    Where one such word of some length is found, short ones count too: ``4n 1d10t``.
    """
    if not _SIGN.search(text):
        return text
    found: list[str] = []
    read = _WITH_SIGNS.sub(lambda match: _decoded(match.group(), decode, found), text)
    telling = sum(len(token) >= _TELLING for token in found)
    if not telling:
        return read
    spell = _decode_number if telling >= _BEYOND_DOUBT else decode_short
    return _WITH_SIGNS.sub(lambda match: _decoded(match.group(), spell, found), read)


def without_keycaps(text: str) -> str:
    """Keycap digits as the letters that they stand for, when some of them stand in words; polls keep theirs."""
    if KEYCAP not in text or not any(_in_word(token) for token in _KEYCAP_TOKEN.findall(text)):
        return text
    return _KEYCAP_TOKEN.sub(lambda match: _word_or_digits(match.group()), text)


def without_spaced_keycaps(text: str) -> str:
    """The same where keycaps have spaces about them: ``k 1️⃣ ll``. Only where the whole text reads as words then."""
    if KEYCAP not in text:
        return text
    tokens = [
        (_plain(token), words.segmented(_first_spelling(token))) for token in _SPACED_KEYCAP.sub(r"\1", text).split()
    ]
    if all(parts or bare.isalpha() for bare, parts in tokens) and any(
        parts and not bare.isdigit() for bare, parts in tokens
    ):
        return " ".join(" ".join(parts) if parts else bare for bare, parts in tokens)
    return text


def uncapped(text: str) -> str:
    """Keycap digits as bare ones."""
    return _KEYCAP_TOKEN.sub(lambda match: _plain(match.group()), text) if KEYCAP in text else text


def _in_word(token: str) -> bool:
    return not _plain(token).isdigit() and _keycap_word(token) is not None


def _word_or_digits(token: str) -> str:
    return _keycap_word(token) or _plain(token)


def _keycap_word(token: str) -> str | None:
    bare = _plain(token).lower()
    return words.best(words.spellings(bare, LETTERS)) or (hidden_word(bare) if bare[0].isalpha() else None)


def _first_spelling(token: str) -> str:
    bare = _plain(token).lower().strip(_EDGES)
    return words.best(words.spellings(bare, LETTERS)) or next(words.spellings(bare, LETTERS))


def _plain(token: str) -> str:
    return token.replace(KEYCAP, "").replace("\ufe0f", "")


def _decoded(token: str, spell: Callable[[str], str | None], found: list[str]) -> str:
    if len(token) > _LONGEST:
        return token
    start = len(token) - len(token.lstrip(_EDGES))
    end = len(token.rstrip(_EDGES))
    word = spell(token[start:end].lower())
    if word is None:
        return token
    found.append(token[start:end])
    return token[:start] + word + token[end:]


@lru_cache(words.CACHED)
def decode_short(token: str) -> str | None:
    """The known word of one to three letters that ``token`` spells: ``4n``, ``1``; no evidence of its own."""
    if len(token) > _SHORTEST or not all(sign.isalnum() or sign in "@$" for sign in token):
        return None
    if token.isdigit() and token not in _LONE_DIGITS:
        return None
    return words.best(words.spellings(token, LETTERS))


def _decode_number(token: str) -> str | None:
    """``decode_short``, and common words that are written in digits alone: ``90``, ``17``."""
    if not token.isdigit() or len(token) > _LONGEST_NUMBER or token in _LONE_DIGITS:
        return decode_short(token)
    word = words.best(words.spellings(token, LETTERS))
    return word if word and len(word) > 1 and words.RANKS[word] < _COMMON else None


@lru_cache(words.CACHED)
def decode(token: str) -> str | None:
    """The known word or words that ``token`` (lower case, no marks around it) spells; None where it spells none."""
    head, apostrophe, tail = token.replace("’", "'").partition("'")
    if apostrophe and (ending := next((end for end in words.spellings(tail, LETTERS) if end in _ENDINGS), None)):
        spelt = head if words.is_known(head) else decode(head) or decode_short(head)
        return f"{spelt}'{ending}" if spelt and f"{spelt}'{ending}" != token else None
    core = token.strip(_PUNCTUATION)
    start = token.find(core)
    if core.isalpha():  # its signs are punctuation, unless they finish a word of abuse
        word = None if words.is_known(core) else words.best(words.spellings(token, LETTERS))
        return word if word in words.STRONG else None
    for spell in (_spelt, _spelt_together):
        if word := spell(core):
            return token[:start] + word + token[start + len(core) :]
        if core != token and (word := spell(token)):
            return word
    return None


def _spelt(token: str) -> str | None:
    token = _without_pictures(token)
    if len(token) < _SHORTEST or _DATA.match(token):
        return None
    if token.isalpha() and words.is_known(token):
        return token
    signs = _signs_in(token)
    word = words.best(words.spellings(token, LETTERS)) if signs else None
    return word if word and _is_evident(token, word, signs) else None


def _spelt_together(token: str) -> str | None:
    """Several words in one token: ``y0uareanidi0t``."""
    token = _without_pictures(token)
    is_mixed = not _DATA.match(token) and 0 < _signs_in(token) < len(token)
    return separated(next(words.spellings(token, LETTERS)), in_disguise=True) if is_mixed else None


def _without_pictures(token: str) -> str:
    if token.isalnum():
        return token
    for picture, letter in _PICTURES:
        token = token.replace(picture, letter)
    return token


def _signs_in(token: str) -> int:
    """How many signs stand for letters; 0 as well when another sign is among them."""
    signs = sum(not sign.isalpha() for sign in token)
    return signs if all(sign.isalpha() or sign in LETTERS for sign in token) else 0


def _is_evident(token: str, word: str, signs: int) -> bool:
    """A letter and a number after it is the name of a road, a paper size or a square more often than a word."""
    if signs == len(token):  # no letter at all: digits alone are numbers
        return word in words.STRONG and not token.isalnum()
    if len(word) <= _SHORTEST and token[1:].isdigit():
        return False
    return not (token[: -1 if token[-1].isalpha() else None].isdigit() and len(token) <= _SHORTEST + 1)
