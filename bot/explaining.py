"""Finds the words that decided a flag, in the background: live messages come first, and no deed waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from bot.errors import ScoringFailed
from bot.health import Health
from bot.read.allow import AllowList
from bot.read.views import WRITTEN, readings_of
from bot.records import BackgroundScorer, Flag, Span, TextScores
from bot.score.explain import Evidence, Probabilities, Questions, Read, advance, questions, spans

AT_ONCE = 8  # flags that are explained at the same time; in a flood the others go without
TEXTS_A_REQUEST = 32  # a live message never waits for more than these
READINGS = 3  # of each text with a word less

log = structlog.get_logger()


class Explainer:
    """Gives the spans of flags, or none: in a flood, in the fail-safe, and where the text is not at hand."""

    def __init__(self, scorer_of: Callable[[str], BackgroundScorer | None], health: Health) -> None:
        """``scorer_of`` gives what scores with the model of this id, None where it is no longer there."""
        self._scorer_of = scorer_of
        self._health = health
        self._at_work = 0

    async def explain(self, flag: Flag, allow: AllowList) -> tuple[Span, ...]:
        """The words of ``flag.text`` that moved the labels which fired."""
        fired = [each for each in flag.fired if each.label in flag.scores.labels]
        scorer = self._scorer_of(flag.scores.model)
        if not (scorer and flag.text and fired) or self._at_work >= AT_ONCE or not self._health.is_well:
            return ()
        in_disguise = any(each.view != WRITTEN for each in fired)
        asking = questions([(0, flag.text)], reader(allow, in_disguise=in_disguise), in_disguise=in_disguise)
        self._at_work += 1
        try:
            score = partial(scorer.score, guild_id=flag.guild.id, member_id=flag.author.id, in_background=True)
            return spans(await _answered(asking, score), [each.label for each in fired])
        except ScoringFailed as error:
            log.info("flag not explained", guild=flag.guild.id, flag=flag.number, why=type(error).__name__)
            return ()
        finally:
            self._at_work -= 1


async def _answered(asking: Questions, score: Callable[[list[str]], Awaitable[TextScores]]) -> list[Evidence]:
    # In a thread: to read a text through its disguise dozens of times takes too long for the event loop.
    wanted, evidence = await asyncio.to_thread(advance, asking)
    while evidence is None:
        answers: list[Probabilities] = []
        for at in range(0, len(wanted), TEXTS_A_REQUEST):
            answers += (await score(wanted[at : at + TEXTS_A_REQUEST])).each
        wanted, evidence = await asyncio.to_thread(advance, asking, answers)
    return evidence


def reader(allow: AllowList, *, in_disguise: bool) -> Read:
    """How a text with a word less is read: without what is allowed, and where that matters through its disguise."""
    most = READINGS if in_disguise else 0
    return lambda text: readings_of(text, allow, most)
