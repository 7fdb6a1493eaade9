"""The way in: the whole path of one message, on one page.

A post is read, scored, decided on, recorded, acted on and shown to the moderators, in that order. Nothing is acted on
before it is recorded, and no failure of one stage loses what an earlier one has recorded.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from time import monotonic

import structlog

from bot.agenda import Agenda, InOrder
from bot.carrying import RECORD_RETRY, CardPoster, Carrying
from bot.config import Here, Rulebook
from bot.context import in_context, is_explained
from bot.decide.limits import Limits
from bot.decide.policy import decide
from bot.decide.rules import AUTOMOD, AUTOMOD_CERTAIN, StrikeRules
from bot.errors import RecordFailed, ScoringFailed
from bot.explaining import Explainer
from bot.health import Health
from bot.languages import in_another
from bot.read import views
from bot.read.alike import gist
from bot.read.eligibility import skip_reason
from bot.read.runs import Runs
from bot.record.ledger import Ledger
from bot.records import Decision, Deeds, Fired, Flag, History, Named, Post, Scorer, Scores, ViewScores
from bot.texts import fill

BY_AUTOMOD = Scores("Discord AutoMod", (ViewScores("AutoMod", views.WRITTEN, {AUTOMOD: AUTOMOD_CERTAIN}),))
UNRECORDED_KEPT = 1000  # decisions that wait in memory for a failing record to heal

log = structlog.get_logger()


class Pipeline:
    """Hand each post to ``handle``, call ``reconcile`` whenever connected and ``leave`` at the end."""

    def __init__(
        self,
        rulebook: Rulebook,
        *,
        scorer: Scorer,
        ledger: Ledger,
        deeds: Deeds,
        cards: CardPoster,
        health: Health,
        agenda: Agenda,
        online: Callable[[], Awaitable[None]],
        explainer: Explainer | None = None,
        record_retry: float = RECORD_RETRY,
    ) -> None:
        self._rulebook = rulebook
        self._scorer = scorer
        self._ledger = ledger
        self.health = health
        self.limits = Limits()
        self.carrying = Carrying(
            rulebook,
            ledger=ledger,
            deeds=deeds,
            cards=cards,
            health=health,
            agenda=agenda,
            online=online,
            explainer=explainer,
            record_retry=record_retry,
        )
        self._in_order = InOrder()
        self._runs = Runs()
        self._unrecorded = 0
        self._is_leaving = False
        self.counts: Counter[tuple[str, str]] = Counter()

    @property
    def rulebook(self) -> Rulebook:
        """The rules in force."""
        return self._rulebook

    async def handle(self, post: Post) -> None:
        """The path of one post, up to where only calls to Discord are left; ``leave`` waits for those under way."""
        if self._is_leaving:
            return self._count("skipped", "the bot is leaving")
        await self.carrying.begin(self._path(post))

    async def _path(self, post: Post) -> None:
        joined = None
        async with self._in_order(post.message_id):  # an edit never overtakes the message that it edits
            here = self._rulebook.here(post)
            if here.exempted_by:
                return self._count("skipped", f"{here.exempted_by} exempts it")
            if not here.rules.reads(post.kind):
                return self._count("skipped", f"{post.kind} is not read here")
            if reason := skip_reason(post, here.exempt):
                return self._count("skipped", str(reason))
            scores = BY_AUTOMOD if post.kind == "automod" else await self._scores_of(post, here)
            if scores is None:
                return None
            async with self._in_order((post.guild.id, post.author.id)):
                decision = await self._decide(post, scores)
                if decision.fired:
                    await self._record_and_act(post, scores, decision)
            if self._rulebook.settings.read.split_messages:
                joined = self._runs.with_earlier(post, has_fired=bool(decision.fired))
        if joined is not None:
            await self._path(joined)

    async def _scores_of(self, post: Post, here: Here) -> Scores | None:
        """What the model says, noted in the record before any verdict."""
        readings = views.of(post, here.allow)
        if not readings.scored:
            self._count("skipped", "nothing but allowed phrases")
            return None
        scores = await self._score(post, readings)
        if scores is not None:
            self._ledger.add_scores(post, scores)
        return scores

    async def raise_flag(
        self, post: Post, rule: str, *, by: Named | None = None, reported_by: int | None = None
    ) -> Flag | None:
        """Flag a post because people ask for it, whatever the rules say; None: this text of it has a flag already.

        Nothing but the flag is done about it. Where the model gives no scores, it has none. Raises ``RecordFailed``.
        """
        async with self._in_order(post.message_id):
            here = self._rulebook.here(post)
            readings = views.of(post, here.allow)
            scores = await self._score(post, readings) if readings.scored else None
            scores = scores or Scores("", ())
            fired = Fired(rule, 1.0, 1.0, rule, "content", views.WRITTEN)
            on, always = here.rules.on(scores.labels), here.rules.always
            decision = Decision(on, (fired,), always, raised_by=by, reported_by=reported_by)
            flag = await self._ledger.open_flag(post, scores, decision, gist(post, decision.fired))
        if flag is not None:
            self.carrying.carry_out(flag)
        return flag

    async def _score(self, post: Post, readings: views.Views) -> Scores | None:
        try:
            answer = await self._scorer.score(
                [view.text for view in readings.scored], guild_id=post.guild.id, member_id=post.author.id
            )
        except ScoringFailed as error:
            self._count("unscored", type(error).__name__)
            return None
        scored = zip(readings.scored, answer.each, strict=True)
        each = tuple(ViewScores(view.surface, view.name, labels) for view, labels in scored if labels is not None)
        return Scores(answer.model, each, answer.unscored + readings.left_out, answer.language)

    async def _decide(self, post: Post, scores: Scores) -> Decision:
        here = self._rulebook.here(post)  # anew: whoever turns to shadow mode means what is being scored, too
        decision, history = decide(scores, here.rules, texts=here.texts), History()
        if decision.struck:  # then it matters what the member did before; most messages need no look at the record
            history = await self._history(post, here.rules.strikes)
            decision = decide(scores, here.rules, history, here.texts)
        log.info("scored", guild=post.guild.id, message=post.message_id, on=decision.on, rule=decision.rule)
        if not decision.fired:
            return decision
        return self.limits.allow(
            await self._doubted(post, scores, await self._understood(post, scores, decision, here, history), here),
            here.limits,
            guild_id=post.guild.id,
            member_id=post.author.id,
            now=monotonic(),
            mode=here.mode,
            health=self.health,
            texts=here.texts,
        )

    async def _understood(
        self, post: Post, scores: Scores, decision: Decision, here: Here, history: History
    ) -> Decision:
        """Without its destructive actions, where it is in a language that the main model does not know.

        What its English asks for, read alone, is done all the same.
        """
        is_judged = post.kind == "automod" or bool(scores.language)
        if is_judged or post.doubt or not any(action.destructive for action in decision.actions):
            return decision
        readings = views.of(post, here.allow)
        language, english = await asyncio.to_thread(in_another, readings.scored)  # the first time it loads its model
        if language is None:
            return decision
        alone = await self._score(post, views.Views(english, 0)) if english else None
        by_english = decide(alone, here.rules, history, here.texts) if alone else None
        return decision.holding_back(fill(here.texts.held_by_language, language=language), but=by_english)

    async def _doubted(self, post: Post, scores: Scores, decision: Decision, here: Here) -> Decision:
        """Without its destructive actions, where a moderator had better look first."""
        if post.doubt:
            return decision.holding_back(getattr(here.texts, post.doubt))
        texts = in_context(post, scores, here.allow, here.rules)
        if not texts:
            return decision
        try:
            pairs = [text for pair in texts.values() for text in pair]
            answer = await self._scorer.score(pairs, guild_id=post.guild.id, member_id=post.author.id)
        except ScoringFailed as error:
            return decision.holding_back(error.said.in_words(here.texts))
        together = zip(answer.each[::2], answer.each[1::2], strict=True)
        if is_explained(dict(zip(texts, together, strict=True)), scores, here.rules):
            return decision.holding_back(here.texts.held_by_context)
        return decision

    async def _history(self, post: Post, strikes: StrikeRules) -> History:
        since = datetime.now(UTC) - strikes.forget_after
        try:
            standing = await self._ledger.strikes(post.guild.id, post.author.id, since)
        except RecordFailed:  # the flag will hardly be recorded either, and then nothing is done
            return History()
        return History(sum(strike.weight for strike in standing))

    async def _record_and_act(self, post: Post, scores: Scores, decision: Decision) -> None:
        try:
            flag = await self._ledger.open_flag(post, scores, decision, gist(post, decision.fired))
        except RecordFailed as error:
            self._record_later(post, scores, decision, error)
        else:
            self._act_on(flag)

    def _record_later(self, post: Post, scores: Scores, decision: Decision, error: RecordFailed) -> None:
        """Keep a decision in memory until the record heals. Nothing destructive is done on the strength of memory."""
        if self._unrecorded >= UNRECORDED_KEPT:
            return self._count("lost", "the record failed for too long")
        self._unrecorded += 1

        async def record() -> None:
            try:
                held_back = decision.holding_back(error.said.in_words(self._rulebook.here(post).texts))
                says = gist(post, decision.fired)
                opened = partial(self._ledger.open_flag, post, scores, held_back, says)
                self._act_on(await self.carrying.insist(opened))
            finally:
                self._unrecorded -= 1

        self.carrying.begin(record())

    def _act_on(self, flag: Flag | None) -> None:
        if flag is None:
            self._count("skipped", "flagged before")
        else:
            self.carrying.carry_out(flag)

    async def reconcile(self, leftovers: Sequence[Flag] = ()) -> None:
        """Finish the flags that an earlier run left open, and post the cards that are still unposted."""
        self.carrying.resume(leftovers)
        await self.carrying.post_due_cards()

    async def leave(self, seconds: float) -> None:
        """Take no further post, and ``drain``."""
        self._is_leaving = True
        await self.drain(seconds)

    async def drain(self, seconds: float) -> None:
        """Wait for what has been begun; what is not over in time stays open in the record for the next start."""
        await self.carrying.drain(seconds)

    def _count(self, what: str, why: str) -> None:
        self.counts[what, why] += 1
        log.debug(what, why=why)
