"""Who judges a text: the model of its language where the config names one, else the main model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial

import structlog

from bot.config import Settings
from bot.errors import ScoringFailed
from bot.health import Health
from bot.read.english import english_in
from bot.read.language import OTHER, foreign, prepare
from bot.records import Scorer, TextScores, View
from bot.score.model import load
from bot.score.worker import Worker

Labels = Mapping[str, float] | None

log = structlog.get_logger()


def in_another(found: Sequence[View]) -> tuple[str | None, tuple[View, ...]]:
    """The language that the readings of a post are in, where that is not English, and what of them is English."""
    code = foreign([view.text for view in found])
    if code is None:
        return None, ()
    english = (replace(view, text=english_in(view.text, code)) for view in found)
    return code, tuple(view for view in english if view.text)


class ByLanguage:
    """A ``Scorer`` that sends each post to the model of its language.

    Where that one cannot score, the main model does, so that no language is an off switch; what comes of it is then
    only flagged, as for any language that it does not know.
    """

    def __init__(self, main: Scorer, others: Mapping[str, Scorer]) -> None:
        self._main = main
        self._others = others

    async def score(self, texts: Sequence[str], *, guild_id: int, member_id: int) -> TextScores:
        """As of a worker; the answer tells the ``language`` whose own model gave it.

        What of the texts is English the main model scores too, and the higher probability of each label counts.
        """
        code = await asyncio.to_thread(foreign, texts) if self._others else None
        chosen = self._others.get(code) or self._others.get(OTHER) if code else None
        if code and chosen:
            try:
                answer = await chosen.score(texts, guild_id=guild_id, member_id=member_id)
                answer = await self._with_english(texts, code, answer, guild_id, member_id)
                return replace(answer, language=code)
            except ScoringFailed as error:
                log.warning("scored by the main model", language=code, why=type(error).__name__)
        return await self._main.score(texts, guild_id=guild_id, member_id=member_id)

    async def _with_english(
        self, texts: Sequence[str], code: str, answer: TextScores, guild_id: int, member_id: int
    ) -> TextScores:
        english = await asyncio.to_thread(lambda: [english_in(text, code) for text in texts])
        some = [at for at, text in enumerate(english) if text]
        if not some:
            return answer
        try:
            alone = await self._main.score([english[at] for at in some], guild_id=guild_id, member_id=member_id)
        except ScoringFailed as error:
            log.warning("scored without its English", language=code, why=type(error).__name__)
            return answer
        by_place = dict(zip(some, alone.each, strict=True))
        each = tuple(_highest(labels, by_place.get(at)) for at, labels in enumerate(answer.each))
        return replace(answer, each=each)


def _highest(one: Labels, other: Labels) -> Labels:
    if one is None or other is None:
        return one or other
    return {label: max(one.get(label, 0.0), other.get(label, 0.0)) for label in {**one, **other}}


@asynccontextmanager
async def workers_by_language(settings: Settings, main: Worker) -> AsyncIterator[dict[str, Worker]]:
    """Language → the worker with its model; languages with the same model share one.

    What goes wrong in them is not the bot's fail-safe: the main model takes over.
    """
    preparing = asyncio.create_task(asyncio.to_thread(prepare))  # so that no decision has to wait for it
    async with AsyncExitStack() as stack:
        stack.push_async_callback(asyncio.wait, [preparing])
        workers = {settings.model: main}
        for model in settings.models.values():
            if model not in workers:
                loading = partial(load, model, options=settings.model_options, threads=settings.worker.threads)
                worker = Worker(loading, options=settings.worker, health=Health())
                workers[model] = await stack.enter_async_context(worker)
        yield {code: workers[model] for code, model in settings.models.items()}
