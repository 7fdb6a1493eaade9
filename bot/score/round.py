"""One round: a set of posts scored together, in batches of windows of about equal length."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import structlog

from bot.errors import ModelFailed
from bot.records import TextScores
from bot.score.faults import described
from bot.score.windows import Tokens, Trimmed, Windowed, window
from bot.texts.saying import say

log = structlog.get_logger()

# A batch is closed early only where padding would cost more than it saves: batches of one size are the fastest,
# since the kernels are prepared anew for every shape.
MOST_PADDING = 0.25
SMALLEST_BATCH = 8  # windows
MOST_TOKENS_A_BATCH = 16_384  # bounds the memory that a model with long windows takes

Probabilities = np.ndarray[Any, np.dtype[np.float32]]
Answer = TextScores | ModelFailed


class Backend(Protocol):
    """What turns texts into probabilities. Its methods may be called from several threads at once."""

    @property
    def id(self) -> str: ...

    @property
    def labels(self) -> tuple[str, ...]: ...

    @property
    def room(self) -> int:
        """How many bare tokens, without the special ones, a window takes."""
        ...

    def tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        """The bare tokens of each text."""
        ...

    def probabilities(self, windows: Sequence[Tokens]) -> Probabilities:
        """``[windows, labels]`` in [0, 1]; the special tokens are added here."""
        ...


@dataclass(slots=True)
class _Sheet:
    """The scores of one post while they come in: per text the maximum over its windows so far."""

    windowed: Windowed
    tops: list[Probabilities | None]
    waiting: int
    failure: ModelFailed | None = None
    told: bool = False


@dataclass(slots=True)
class _Slip:
    """One window, and the post and text it belongs to."""

    post: int
    text: int
    tokens: Tokens = field(repr=False)


def score_posts(
    backend: Backend,
    posts: Sequence[Trimmed],
    *,
    batch_texts: int,
    tell: Callable[[list[tuple[int, Answer]]], None],
    wanted: Callable[[int], bool] = lambda _: True,
) -> None:
    """Score ``posts``; after every batch ``tell`` gets the answers of those that are done, by their place in ``posts``.

    Each post is answered exactly once, except those that ``wanted`` no longer wants, which are skipped. Only a post
    with a text that fails on its own is answered ``ModelFailed``. An empty text has probability 0 of everything.
    """
    sheets, answers = _open_sheets(backend, posts)
    slips = [
        _Slip(post, text, tokens)
        for post, sheet in sheets.items()
        for text, windows in enumerate(sheet.windowed.each)
        for tokens in windows or ()
    ]
    answers += _finished(backend, sheets, sheets)
    if answers:
        tell(answers)
    for batch in homogeneous(slips, batch_texts):
        live = [slip for slip in batch if not sheets[slip.post].told and wanted(slip.post)]
        if live:
            _score_batch(backend, live, sheets)
            tell(_finished(backend, sheets, {slip.post for slip in live}))


def homogeneous(slips: Sequence[_Slip], batch_texts: int) -> Iterator[list[_Slip]]:
    """Batches sorted by length, shortest first, with little padding in each."""
    batch: list[_Slip] = []
    tokens = 0
    for slip in sorted(slips, key=lambda slip: len(slip.tokens)):
        longest, size = len(slip.tokens), len(batch) + 1
        padded = longest * size - tokens - longest > MOST_PADDING * longest * size
        too_long = longest * size > MOST_TOKENS_A_BATCH
        if batch and (size > batch_texts or too_long or (padded and size > SMALLEST_BATCH)):
            yield batch
            batch, tokens = [], 0
        batch.append(slip)
        tokens += longest
    if batch:
        yield batch


def _open_sheets(backend: Backend, posts: Sequence[Trimmed]) -> tuple[dict[int, _Sheet], list[tuple[int, Answer]]]:
    """A sheet for each post that could be tokenised, and the answers to the others."""
    try:
        tokens = _tokenise(backend, posts)
    except BaseException as error:  # a panic in Rust is no Exception
        if len(posts) == 1:
            log.error("tokenising_failed", **described(error))
            return {}, [(0, ModelFailed(say("not_tokenised")))]
        parts = [_open_sheets(backend, [post]) for post in posts]
        sheets = {at: part[0][0] for at, part in enumerate(parts) if part[0]}
        return sheets, [(at, answer) for at, part in enumerate(parts) for _, answer in part[1]]
    windowed = [window(each, backend.room, post.cut) for each, post in zip(tokens, posts, strict=True)]
    return {at: _sheet(each, len(backend.labels)) for at, each in enumerate(windowed)}, []


def _tokenise(backend: Backend, posts: Sequence[Trimmed]) -> list[list[Tokens | None]]:
    flat = iter(backend.tokenise([text for post in posts for text in post.texts if text is not None]))
    return [[None if text is None else next(flat) for text in post.texts] for post in posts]


def _sheet(windowed: Windowed, labels: int) -> _Sheet:
    tops = [None if windows is None else np.zeros(labels, np.float32) for windows in windowed.each]
    return _Sheet(windowed, tops, waiting=sum(len(windows or ()) for windows in windowed.each))


def _score_batch(backend: Backend, batch: list[_Slip], sheets: dict[int, _Sheet]) -> None:
    try:
        rows = backend.probabilities([slip.tokens for slip in batch])
    except BaseException as error:  # a panic in Rust is no Exception
        if len(batch) > 1:
            log.warning("batch_failed", windows=len(batch), **described(error))
            for slip in batch:
                _score_batch(backend, [slip], sheets)
            return
        log.error("window_failed", tokens=len(batch[0].tokens), **described(error))
        sheets[batch[0].post].failure = ModelFailed(say("model_failed"))
        return
    sane = np.asarray(((rows >= 0) & (rows <= 1)).all(axis=1))  # false for nan, too
    for slip, row, is_sane in zip(batch, rows, sane.tolist(), strict=True):
        _enter(sheets[slip.post], slip, row, is_sane)


def _enter(sheet: _Sheet, slip: _Slip, row: Probabilities, is_sane: bool) -> None:
    top = sheet.tops[slip.text]
    if not is_sane or top is None:
        sheet.failure = ModelFailed(say("not_a_probability"))
    else:
        np.maximum(top, row, out=top)
    sheet.waiting -= 1


def _finished(backend: Backend, sheets: dict[int, _Sheet], posts: Any) -> list[tuple[int, Answer]]:
    answers: list[tuple[int, Answer]] = []
    for at in posts:
        sheet = sheets[at]
        if sheet.told or (sheet.waiting and sheet.failure is None):
            continue
        sheet.told = True
        answers.append((at, sheet.failure or _scores(backend, sheet)))
    return answers


def _scores(backend: Backend, sheet: _Sheet) -> TextScores:
    each = tuple(None if top is None else dict(zip(backend.labels, top.tolist(), strict=True)) for top in sheet.tops)
    return TextScores(model=backend.id, each=each, unscored=sheet.windowed.unscored)
