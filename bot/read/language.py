"""Whether a text is in another language than English, which is all that the embedded model knows.

Only a clear case counts: slang, misspellings, names, code and game talk are not another language. What of such a text
is English all the same, ``english`` finds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
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
PAIRS_KEPT = 32  # of languages that are told apart: each takes half a megabyte

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

_WORD = re.compile(r"[^\W\d_]++")
_ADDRESS = re.compile(r"https?://\S+|<[@#:/a]?[^<>\s]{1,100}>|`[^`]*`")


def foreign(texts: Sequence[str]) -> str | None:
    """The ISO 639 code of the language that ``texts``, the readings of one post, are in; None: English, or not clear.

    Loads the identifier when it is first asked, unless ``prepare`` has.
    """
    plain = [_ADDRESS.sub(" ", text) for text in texts]
    codes = [_code(text) for text in map(_without_names, plain) if _letters(text) >= FEWEST_LETTERS]
    return codes[0] if codes and all(codes) else None


def between(one: str, other: str, text: str) -> float:
    """The probability in [0, 1] that ``text`` is in ``one`` of two languages, by its letters alone."""
    return float(dict(_pair(one, other).rank(text))[one])


def prepare() -> None:
    """Load the identifier, which takes half a second and 76 MB."""
    with _loading:
        _identifier()


def _code(text: str) -> str | None:
    if words.readability(text) > KNOWN_AT_MOST:
        return None
    prepare()
    looked_at = text[:LOOKED_AT]
    code, probability = _identifier().classify(looked_at)
    if code in ENGLISH or probability < CONFIDENT:
        return None
    if probability < 1 - ENGLISH_AT_MOST:  # then there is room for English
        english = sum(each for name, each in _identifier().rank(looked_at) if name in ENGLISH)
        if english > ENGLISH_AT_MOST:
            return None
    return str(code)


def _without_names(text: str) -> str:
    """Names say little, and many names are foreign. What German writes with a capital goes with them."""
    return _WORD.sub(lambda word: " " if word.start() and _is_name(word.group()) else word.group(), text)


def _is_name(word: str) -> bool:
    return len(word) > 1 and word.istitle()


def _letters(text: str) -> int:
    """Vowel signs, as Hindi writes them, among them."""
    return sum(unicodedata.category(character)[0] in "LM" for character in text)


_loading = Lock()


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@lru_cache(PAIRS_KEPT)
def _pair(one: str, other: str) -> LanguageIdentifier:
    from py3langid.langid import LanguageIdentifier

    prepare()
    whole = _identifier()
    pair = LanguageIdentifier(
        whole.nb_ptc, whole.nb_pc, whole.nb_classes, whole.tk_nextmove, whole.tk_output, True, tk_row=whole.tk_row
    )
    pair.set_languages([one, other])
    return pair
