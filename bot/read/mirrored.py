"""Text that is written backwards or upside down."""

from __future__ import annotations

import re

from bot.read import words
from bot.read.unseen import backwards

_READABLE = 0.6  # of the letters, once turned
_HALF_READABLE = 0.45  # is enough where letters stand on their heads
_BETTER = 0.35  # by so much more readable than before
_FEWEST = 4  # letters
_SHORTEST_ALONE = 5  # letters of a single word that is turned in the middle of a sentence
_FEWEST_ODD = 2  # signs that are no letters of a usual alphabet

# Each letter, followed by what it looks like upside down.
_UPSIDE_DOWN = """
aɐɒ bq cɔↄ dp eǝə fɟ gƃᵷɓ hɥ iᴉıᵎɩị jɾſɿ kʞ llʅןꞁʃ mɯ nu oo pd qb rɹɻ ss tʇ un vʌ wʍ xx yʎλ zz A∀Ɐ B𐐒ꓭᗺ CƆↃ
D◖ᗡ EƎ FℲ G⅁פ HH II Jꓩ K⋊ꓘꞰ L⅂˥ MƜW NN OO PԀ QΌ Rᴚꓤ SS T⊥Ʇ┴ U∩ VΛɅ WM XX Y⅄ ZZ !¡ ?¿ .˙ ,' ', _‾ "„ 69
96
"""
_TURNED = str.maketrans({sign: row[0] for row in _UPSIDE_DOWN.split() for sign in row[1:]})
_ODD = "".join(sign for sign in map(chr, _TURNED) if not sign.isascii() and sign not in "¡¿„ı")
_BACKWARD_ABUSE = {word[::-1]: word for word in words.STRONG if not words.is_known(word[::-1])}

_ODD_SIGN = re.compile(f"[{_ODD}]")
_INVERTED_I = re.compile(r"[¡!](?:(?<=[^\W\d_].)(?=[^\W\d_])|(?<!\S.)(?=[^\W\d_]+\b))")
_WORD = re.compile(r"[^\W\d_]++")
_LONE = re.compile(rf"(?<![\w/\\.@])[A-Za-z]{{{_SHORTEST_ALONE},{words.LONGEST_WORD}}}+(?![\w/\\@])")
_LINES = re.compile(r"[^\n]++")


def upright(text: str) -> str:
    """``text`` the right way up when it is upside down and can be read so; otherwise as it is."""
    if text.isascii() or len(_ODD_SIGN.findall(text[: words.MOST_JUDGED])) < _FEWEST_ODD:
        return text
    flipped = _INVERTED_I.sub("ᴉ", text).translate(_TURNED)
    turned = "\n".join(reversed([backwards(line) for line in flipped.split("\n")]))
    share, better = max((words.readability(turned), turned), (words.readability(flipped), flipped))
    return better if share >= _HALF_READABLE or _has_abuse(better) else text


def is_backwards(text: str) -> bool:
    """Whether the words of ``text`` are none, and are some once they are turned round."""
    tokens = [token.lower() for token in _WORD.findall(text[: words.MOST_JUDGED])]
    known = words.known_share(tokens)
    if known > 1 - _BETTER or sum(map(len, tokens)) < _FEWEST:
        return False
    turned = [token[::-1] for token in tokens]
    share = words.known_share(turned)
    if share < _READABLE or share - known < _BETTER:
        return False
    return len(tokens) > 1 or turned[0] in words.STRONG


def forwards(text: str) -> str:
    """``text`` with each line read from its end."""
    return _LINES.sub(lambda line: backwards(line.group()), text)


def words_forwards(text: str) -> str:
    """``text`` with each word turned round in its place."""
    return _WORD.sub(lambda word: word.group()[::-1], text)


def lone_words_forwards(text: str) -> str:
    """``text`` with its words of abuse that are written backwards turned round."""
    return _LONE.sub(lambda match: _BACKWARD_ABUSE.get(match.group().lower(), match.group()), text)


def _has_abuse(text: str) -> bool:
    return any(
        len(word) >= _FEWEST and word.lower() in words.STRONG for word in _WORD.findall(text[: words.MOST_JUDGED])
    )
