"""Whether a text is in another language than English, which is all that the embedded model knows.

Only a clear case counts: slang, misspellings, names, code and game talk are not another language, and neither is a text
with English abuse in it, or what was insulted in English could be made safe with a foreign sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from threading import Lock
from typing import TYPE_CHECKING

from bot.read import words

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

FEWEST_LETTERS = 20
LOOKED_AT = 400  # characters that the language is told by
CONFIDENT = 0.5  # of the language that fits best
ENGLISH_AT_MOST = 0.05  # probability; the identifier's own, calibrated over 139 languages
KNOWN_AT_MOST = 0.45  # of the letters in words of some length; "lol", "server" and "ranked" are read everywhere
ENGLISH_IN_A_ROW = 3  # words
SHORTEST_HARSH = 4  # letters: "die" and "fat" mean something else in German or Swedish

OTHER = "other"  # any language that has no entry of its own
# What the identifier tells apart, by ISO 639 code.
CODES = frozenset(
    """
    ace af am an ar ary arz as az ba bcl be bg bn br bs ca crh cs cy da de dz el eo es et eu ext fa fi fo fr fuv fy
    ga gcf gcr gd gl gom grc gu gug guw ha hbo he hi hr ht hu hy id ig is it ja jv ka kab kik kk km kn ko ku ky la
    lb lg lij ln lo lt ltg lv mg mk ml mn mr ms mt my ne nl nn no nso oc om or pa pl ps pt qu ro ru rw sa sdh se si
    sk sl sn so sq sr st sv sw ta te tg th tk tl tr tt ug uk ur uz uzs vec vi vo wa wuu xh yo yue zh zu
    """.split()  # noqa: SIM905
)
# Nigerian creole too: English abuse without grammar looks like it. And what is no language: codes, names, hashes.
ENGLISH = frozenset({"en", "pcm", "zxx"})

# Abuse in English, and innocent or another word somewhere else: French retard, Swedish slut, Danish fag, German dick.
_ELSEWHERE = frozenset(
    """
    ass bastard cock coon crap cretin cum dick dicks fag fags homo homos idiot idiots imbecile nazi nazis negro
    negroes nonce paki pedo penis porn prick rape retard slut spic tit vagina
    """.split()  # noqa: SIM905
)
_WORD = re.compile(r"[^\W\d_]++")
_ADDRESS = re.compile(r"https?://\S+|<[@#:/a]?[^<>\s]{1,100}>|`[^`]*`")


def foreign(texts: Sequence[str]) -> str | None:
    """The ISO 639 code of the language that ``texts``, the readings of one post, are in; None: English, or not clear.

    Loads the identifier when it is first asked, unless ``prepare`` has.
    """
    plain = [_ADDRESS.sub(" ", text) for text in texts]
    if any(map(_has_english_abuse, plain)):
        return None
    codes = [_code(text) for text in map(_without_names, plain) if _letters(text) >= FEWEST_LETTERS]
    return codes[0] if codes and all(codes) else None


def prepare() -> None:
    """Load the identifier, which takes half a second and 76 MB."""
    with _loading:
        _identifier()


def _code(text: str) -> str | None:
    if words.readability(text) > KNOWN_AT_MOST:
        return None
    prepare()
    ranked = _identifier().rank(text[:LOOKED_AT])
    code, probability = ranked[0]
    english = sum(each for name, each in ranked if name in ENGLISH)
    return code if code not in ENGLISH and probability >= CONFIDENT and english <= ENGLISH_AT_MOST else None


def _has_english_abuse(text: str) -> bool:
    found = [word.lower() for word in _WORD.findall(text)]
    if any(word in words.STRONG and word not in _ELSEWHERE for word in found):
        return True
    return any(len(row) >= ENGLISH_IN_A_ROW or (len(row) > 1 and any(map(_is_harsh, row))) for row in _rows(found))


def _without_names(text: str) -> str:
    """Names say little, and many names are foreign. What German writes with a capital goes with them."""
    return _WORD.sub(lambda word: " " if word.start() and _is_name(word.group()) else word.group(), text)


def _is_name(word: str) -> bool:
    return len(word) > 1 and word.istitle()


def _rows(found: list[str]) -> Iterator[list[str]]:
    """The English words that follow each other."""
    return (list(row) for is_known, row in groupby(found, key=words.is_known) if is_known)


def _is_harsh(word: str) -> bool:
    return len(word) >= SHORTEST_HARSH and words.is_abuse(word) and word not in _ELSEWHERE


def _letters(text: str) -> int:
    """Vowel signs, as Hindi writes them, among them."""
    return sum(unicodedata.category(character)[0] in "LM" for character in text)


_loading = Lock()


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
