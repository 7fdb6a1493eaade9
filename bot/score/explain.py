"""Which words moved a score.

Each word is left out of the text, and read alone; what the first takes from a label's log-odds and the second brings of
its own is the word's evidence. Words are those of the text as it was written, whatever reading of it scored: a text
with a word less is read through its disguise anew. The constants are tuned by ``tests/benchmarks/spans.py``.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import regex

from bot.records import Span

STRETCH = 32  # words that are read together: what stands further off hardly matters
STRETCH_IN_DISGUISE = 64  # a disguise may spread over many
MOST_WORDS = 192  # of a longer text, the stretches that score highest are looked into
LONGEST_WORD = 40  # graphemes; a longer row of signs is taken in pieces

ALONE = 0.5  # what a word brings alone, against what leaving it out takes
SHARE = 0.55  # of the evidence of the strongest word: with less, a word is not among those that moved the label
LEAST = 0.5  # log-odds; with less, no word stands out

BLANK = "…"  # what is left when the only word is left out
_FLOOR = 1e-4  # probabilities nearer to 0 or 1 say nothing more

# A word, or single letters equally far apart ("i d i o t"), which make one word.
_LETTER_APART = r"(?P=gap)\S(?=\s|\p{P}|$)"
_UNIT = regex.compile(rf"(?<!\S)\S(?P<gap>\s{{1,3}})\S(?=\s|$)(?:{_LETTER_APART}){{1,30}}\p{{P}}*+(?!\S)|\S+")
_EDGE_BEFORE = regex.compile(r"[\"'“”‘’«»(\[{<*_~|>.,;:!?…-]+")
_EDGE_BEHIND = regex.compile(r"(?r)[\"'“”‘’«»)\]}>.,;:!?…-]+")
_EMPHASIS = "*_~|"
_GRAPHEME = regex.compile(r"\X")

Read = Callable[[str], Sequence[str]]
"""A text → its readings, all of which count; none where nothing of it is to be scored."""

Probabilities = Mapping[str, float] | None
Questions = Generator[list[str], Sequence[Probabilities], "list[Evidence]"]


@dataclass(frozen=True, slots=True)
class Weighing:
    """How evidence becomes spans."""

    alone: float = ALONE
    share: float = SHARE
    least: float = LEAST


@dataclass(frozen=True, slots=True)
class Word:
    """``start`` to ``end`` is shown; ``outer_start`` to ``outer_end``, with quotes and full stops, is left out."""

    start: int
    end: int
    outer_start: int
    outer_end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """About one word: label → the log-odds that are ``lost`` without it, and ``brought`` by it alone (at least 0)."""

    word: Word
    lost: Mapping[str, float]
    brought: Mapping[str, float]

    def weight(self, label: str, alone: float) -> float:
        return self.lost.get(label, 0.0) + alone * self.brought.get(label, 0.0)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Words of ``text`` that are read together. ``offset``: where ``text`` begins in the whole."""

    text: str = field(repr=False)
    offset: int
    words: tuple[Word, ...]

    @property
    def whole(self) -> str:
        return self.text[self.words[0].outer_start : self.words[-1].outer_end]

    def without(self, word: Word) -> str:
        first, last = self.words[0].outer_start, self.words[-1].outer_end
        rest = self.text[first : word.outer_start] + self.text[word.outer_end : last]
        return rest if rest.strip() else BLANK

    def alone(self, word: Word) -> str:
        return self.text[word.outer_start : word.outer_end]


def explain(
    score: Callable[[list[str]], Sequence[Probabilities]],
    parts: Iterable[tuple[int, str]],
    labels: Iterable[str],
    read: Read = lambda text: (text,),
    *,
    in_disguise: bool = False,
) -> tuple[Span, ...]:
    """The words that moved ``labels``; as ``questions``, with a ``score`` that answers them at once."""
    asking = questions(parts, read, in_disguise=in_disguise)
    wanted, evidence = advance(asking)
    while evidence is None:
        wanted, evidence = advance(asking, score(wanted))
    return spans(evidence, labels)


def advance(
    asking: Questions, answers: Sequence[Probabilities] | None = None
) -> tuple[list[str], list[Evidence] | None]:
    """The texts that are to be scored next, or the evidence once there are none; ``answers`` are those of the last."""
    try:
        return (next(asking) if answers is None else asking.send(answers)), None
    except StopIteration as end:
        return [], end.value


def questions(parts: Iterable[tuple[int, str]], read: Read, *, in_disguise: bool = False) -> Questions:
    """Yields texts to be scored, at most twice, takes their probabilities, and returns the evidence of each word.

    ``parts`` are the texts of one post, each with its offset in the whole. ``in_disguise``: words hang together over
    longer stretches, and ``read`` undoes that.
    """
    longest = STRETCH_IN_DISGUISE if in_disguise else STRETCH
    stretches = [stretch for offset, text in parts for stretch in _stretches(offset, text, longest)]
    most = MOST_WORDS // longest
    if len(stretches) > most:
        peaks = yield from _log_odds([stretch.whole for stretch in stretches], read)
        order = sorted(range(len(stretches)), key=lambda at: -max(peaks[at].values(), default=-math.inf))
        stretches = [stretches[at] for at in sorted(order[:most])]
    texts = [BLANK]
    for stretch in stretches:
        texts.append(stretch.whole)
        texts += [text for word in stretch.words for text in (stretch.without(word), stretch.alone(word))]
    blank, *found = yield from _log_odds(texts, read)
    answers = iter(found)
    evidence: list[Evidence] = []
    for stretch in stretches:
        whole = next(answers)
        for word in stretch.words:
            lost = _minus(whole, next(answers))
            brought = {label: max(0.0, more) for label, more in _minus(next(answers), blank).items()}
            evidence.append(Evidence(_moved(word, stretch.offset), lost, brought))
    return evidence


def spans(evidence: Sequence[Evidence], labels: Iterable[str], weighing: Weighing = Weighing()) -> tuple[Span, ...]:
    """The words whose evidence for a label comes near enough to that of the strongest, in the order of the text."""
    found: list[Span] = []
    for label in labels:
        weights = [each.weight(label, weighing.alone) for each in evidence]
        top = max(weights, default=0.0)
        if top <= weighing.least:
            continue
        found += [
            Span(label, each.word.start, each.word.end, weight / top)
            for each, weight in zip(evidence, weights, strict=True)
            if weight > 0 and weight >= weighing.share * top
        ]
    return tuple(sorted(found, key=lambda span: (span.start, span.end)))


def words(text: str) -> Iterator[Word]:
    """The words of ``text``; none begins or ends within a grapheme."""
    bounds = [match.start() for match in _GRAPHEME.finditer(text)] + [len(text)]
    for match in _UNIT.finditer(text):
        first, last = bisect_right(bounds, match.start()) - 1, bisect_left(bounds, match.end())
        for at in range(first, last, LONGEST_WORD):
            yield _word(text, bounds, bounds[at], bounds[min(at + LONGEST_WORD, last)])


def _word(text: str, bounds: Sequence[int], outer_start: int, outer_end: int) -> Word:
    """Without the marks around it, unless it is made of nothing else; stars behind a word stand for letters."""
    start, end = outer_start, outer_end
    if before := _EDGE_BEFORE.match(text, start, end):
        start = bounds[bisect_right(bounds, before.end()) - 1]
    if behind := _EDGE_BEHIND.match(text, start, end):
        end = bounds[bisect_left(bounds, behind.start())]
    if start > outer_start and text[start - 1] in _EMPHASIS:
        end = bounds[bisect_left(bounds, start + len(text[start:end].rstrip(_EMPHASIS)))]
    return Word(start, end, outer_start, outer_end) if start < end else Word(*(outer_start, outer_end) * 2)


def _stretches(offset: int, text: str, longest: int) -> Iterator[_Stretch]:
    """The words of ``text`` in stretches of about equal length."""
    found = tuple(words(text))
    count = -(-len(found) // longest)
    for _, group in groupby(range(len(found)), key=lambda at: at * count // len(found)):
        yield _Stretch(text, offset, tuple(found[at] for at in group))


def _log_odds(
    texts: Sequence[str], read: Read
) -> Generator[list[str], Sequence[Probabilities], list[dict[str, float]]]:
    """Asks about all readings of ``texts``, each once; per text label → the highest log-odds over its readings."""
    readings = [tuple(read(text)) or (BLANK,) for text in texts]
    wanted = list(dict.fromkeys(reading for each in readings for reading in each))
    answers = dict(zip(wanted, (yield wanted), strict=True))
    return [_highest(answers[reading] for reading in each) for each in readings]


def _highest(answers: Iterable[Probabilities]) -> dict[str, float]:
    top: dict[str, float] = {}
    for labels in answers:
        for label, probability in (labels or {}).items():
            kept = min(max(probability, _FLOOR), 1 - _FLOOR)
            top[label] = max(math.log(kept / (1 - kept)), top.get(label, -math.inf))
    return top


def _minus(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    return {label: odds - other[label] for label, odds in one.items() if label in other}


def _moved(word: Word, offset: int) -> Word:
    return replace(
        word,
        start=word.start + offset,
        end=word.end + offset,
        outer_start=word.outer_start + offset,
        outer_end=word.outer_end + offset,
    )
