"""Words whose letters stand apart: ``i d i o t``, ``i.d.i.o.t``, ``id iot``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from bot.read import words
from bot.read.leet import LETTERS, decode
from bot.read.running_on import separated

_FEWEST = 3  # letters that stand alone, one after the other
_WIDEST = 12  # characters between two of them
_MOST_FRAGMENTS = 4
_SHORTEST = 4  # letters of a word that is put together from fragments
_READABLE = 0.6  # of the letters: so much must stand in known words once they are joined
_COMMON = 9000  # the rank of a word that is hardly ever a fragment

_LONE = rf"(?:[\W_]{{1,{_WIDEST}}}+[^\W_](?![^\W_]))"
_CANDIDATE = re.compile(rf"(?:(?<![^\W_])[^\W_]|[@$!|]){_LONE}{{{_FEWEST - 1}}}")
_ROW = re.compile(rf"(?<![^\W_])[^\W_](?![^\W_]){_LONE}++")
_PIECE = re.compile(r"([^\W_]++)")
_BEGINNINGS = frozenset(word[:end] for word in words.STRONG for end in range(1, len(word)))
_FIRST_FRAGMENTS = _BEGINNINGS - words.STRONG.keys()
_TAILS = frozenset(("s", "t", "d", "m", "re", "ll", "ve", "nt", "th", "st", "nd", "rd", "mr", "ms", "dr", "vs"))


def joined(text: str, *, surely: bool = False) -> str:
    """``text`` with letters that stand apart put together, where they make words that are known.

    ``surely``: the letters were in disguise already; they are put together whatever they make.
    """
    if not _CANDIDATE.search(text):
        return text
    out, end = [], 0
    for row in _ROW.finditer(text):
        if word := _read(text, row, surely):
            start, stop, read = word
            out.append(text[end:start] + read)
            end = stop
    return "".join([*out, text[end:]]) if out else text


def _read(text: str, row: re.Match[str], surely: bool) -> tuple[int, int, str] | None:
    """Start, end and reading of a row of single letters; None where it makes no sense."""
    parts = _PIECE.split(row.group())
    letters, gaps = parts[1::2], parts[2:-1:2]
    usual = Counter(gaps).most_common(1)[0][0]
    start, stop = _widened(text, row, usual)
    between = ["" if gap == usual else _sign_in(gap, usual) or " " * _is_wider(gap, usual) for gap in gaps]
    inside = "".join([sign + letter for sign, letter in zip(["", *between], letters, strict=True)])
    spelt = text[start : row.start()].strip() + inside + text[row.end() : stop].strip()
    if len(spelt) < _FEWEST or (len(spelt) == _FEWEST and spelt.isupper() and not text.isupper()):
        return None
    plain = _as_words(spelt.lower()) or (spelt.lower() if surely else None)
    return (start, stop, plain) if plain else None


def _is_wider(gap: str, usual: str) -> bool:
    return len(gap) > len(usual) or (any(map(str.isspace, gap)) and not any(map(str.isspace, usual)))


def _sign_in(gap: str, usual: str) -> str:
    """The sign that stands for a letter between two usual gaps: ``i d ! o t``."""
    middle = gap[len(usual) : len(gap) - len(usual)]
    is_letter = len(middle) == 1 and middle in LETTERS and middle not in usual
    return middle if is_letter and gap == usual + middle + usual else ""


def _widened(text: str, row: re.Match[str], usual: str) -> tuple[int, int]:
    """The row with a sign in front or behind that stands for a letter: ``@ s s``, ``a $ $``."""
    start, stop = row.span()
    sign = text[max(0, start - len(usual) - 1) : start]
    if usual and sign.endswith(usual) and len(sign) == len(usual) + 1 and sign[0] in "@$!|" and sign[0] not in usual:
        start -= len(sign)
    while usual and text.startswith(usual, stop) and (next_one := text[stop + len(usual) : stop + len(usual) + 1]):
        if next_one not in "@$" or next_one in usual:
            break
        stop += len(usual) + 1
    return start, stop


def _as_words(spelt: str) -> str | None:
    """``spelt`` as known words, its own spaces between them if they make sense, forwards or backwards."""
    apart = spelt.split()
    read = [_word(word) for word in apart]
    understood = sum(len(word) for word, plain in zip(apart, read, strict=True) if plain and len(word) > 1)
    if understood >= _READABLE * sum(map(len, apart)) and any(len(word) >= _FEWEST for word in apart):
        return " ".join(plain or word for word, plain in zip(apart, read, strict=True))
    together = "".join(apart)
    return _word(together) or (_word(together[::-1]) if len(together) > _FEWEST else None)


def _word(letters: str) -> str | None:
    if words.is_known(letters) or letters in _INITIALS:
        return letters
    if len(letters) > words.SEGMENTED:
        return None
    if not letters.isalpha():
        is_short = len(letters) <= words.LONGEST_WORD
        return (words.best(words.spellings(letters, LETTERS)) or decode(letters)) if is_short else None
    return words.unstretched(letters) or separated(letters, in_disguise=True)


# What is threatened in three letters; read out by ``abbreviations``.
_INITIALS = frozenset(("kys", "kms", "gfy", "stfu", "gtfo", "foad", "diaf"))


def mended(text: str) -> str:
    """``text`` with the fragments of unambiguous words of abuse put together: ``id iot``, ``fu.ck``, ``ass--hole``."""
    parts = _PIECE.split(text)  # a gap, a piece, a gap, ...
    gaps, pieces = parts[::2], [piece.lower() for piece in parts[1::2]]
    end = 0
    for at in [at for at, piece in enumerate(pieces[:-1]) if piece in _FIRST_FRAGMENTS]:
        if at >= end and (count := _fragments(gaps, pieces, at)):
            end = at + count
            parts[2 * at + 2 : 2 * end : 2] = [""] * (count - 1)
    return "".join(parts) if end else text


def _fragments(gaps: Sequence[str], pieces: Sequence[str], at: int) -> int:
    """How many ``pieces`` (lower case, each behind its gap) from ``at`` on make one word of abuse; 0 for none."""
    if len(pieces[at]) == len(pieces[at + 1]) == 1:
        return 0  # two letters that stand alone are for ``joined``
    word = pieces[at]
    for end in range(at + 1, min(at + _MOST_FRAGMENTS, len(pieces))):
        gap, part = gaps[end], pieces[end]
        if len(gap) > _FEWEST or "\n" in gap or "'" in gap or "’" in gap or part in _TAILS or part in words.STRONG:
            return 0
        word += part
        if len(word) >= _SHORTEST and word in words.STRONG and _are_scraps(pieces[at : end + 1], gap):
            return end + 1 - at
        if word not in _BEGINNINGS:
            return 0
    return 0


def _are_scraps(parts: Sequence[str], gap: str) -> bool:
    common = [words.RANKS.get(part, _COMMON) < _COMMON and len(part) > 1 for part in parts]
    lone = any(len(part) == 1 for part in parts)
    return not any(common) if lone and " " in gap else not all(common)
