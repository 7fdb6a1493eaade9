"""The cards in the log channels: posted once, grouped where they are many, and edited whenever a flag has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import NoReturn

import structlog

from bot.agenda import CARD_URGENCY, Agenda
from bot.config import Rulebook
from bot.decide.policy import nearest
from bot.errors import DeedFailed, Forbidden, Gone, RecordFailed
from bot.record.ledger import Ledger
from bot.records import CardPlace, Flag
from bot.review.card_lines import CardFacts
from bot.review.cards import Card
from bot.review.grouping import Digest, Floods
from bot.review.log_channel import LogChannel, nonce_of
from bot.rounds import heard, one_round
from bot.texts import Texts, fill

LOOK_EVERY = 5.0  # seconds; changes of this process are shown at once, those of an earlier one by this
AT_MOST_EVERY = 1.0  # seconds between two rounds of edits: what changes fast is drawn once
DIGEST_EVERY = 5.0  # seconds between two edits of a digest that is growing

log = structlog.get_logger()


class Board:
    """``post_card`` what is new, ``changed`` when something is to be drawn anew, ``run`` to have that done."""

    def __init__(
        self,
        ledger: Ledger,
        rulebook: Rulebook,
        log_channel: LogChannel,
        agenda: Agenda,
        online: Callable[[], Awaitable[None]],
    ) -> None:
        self._ledger = ledger
        self._rulebook = rulebook
        self._log_channel = log_channel
        self._agenda = agenda
        self._online = online
        self._floods = Floods(ledger)
        self._news = asyncio.Event()
        self._drawn: dict[CardPlace, float] = {}  # when each digest was drawn last

    async def post_card(self, flag: Flag) -> CardPlace | None:
        """Show a flag: by a card of its own, on that of its group, or in a digest; None: there is nowhere to.

        Raises ``DeedFailed`` when it is to be tried again.
        """
        if flag.lead is not None and await self._ledger.is_kept(flag.guild.id, flag.lead):
            self._news.set()  # its leader's card is drawn anew once this is noted
            return None
        texts = self._texts(flag)
        place = await self._floods.place(
            flag.guild.id,
            flag.id,
            partial(self._post, flag),
            lambda nonce: self._log_channel.post_view(flag.guild.id, Digest(None, texts), nonce=nonce),
        )
        if place is not None and place.in_digest:
            self._news.set()
        return place

    async def card(self, flag: Flag) -> Card:
        """The card as it has to look now."""
        return Card(flag, self._texts(flag), await self._facts(flag))

    def changed(self) -> None:
        """A flag has changed, so its card is to be drawn anew soon."""
        self._news.set()

    async def run(self) -> NoReturn:
        """Draw anew what has changed, until cancelled."""
        while True:
            self._news.clear()
            with one_round("cards not drawn"):
                await self.draw()
            await asyncio.sleep(AT_MOST_EVERY)
            await heard(self._news, LOOK_EVERY)

    async def draw(self) -> None:
        """One round. A card that Discord does not take now is drawn in a later one."""
        last = 0
        while changed := await self._ledger.changed_cards(after_id=last, but_in=self._log_channel.closed):
            last = changed[-1][0].id
            await asyncio.gather(*(self._draw(flag, version) for flag, version in changed))
        await self._draw_digests()

    async def _post(self, flag: Flag) -> CardPlace | None:
        where_else = fill(self._texts(flag).card_plain, number=flag.number, link=flag.link)
        return await self._log_channel.post_view(
            flag.guild.id, await self.card(flag), nonce=nonce_of("c", flag), plainly=where_else
        )

    async def _draw(self, flag: Flag, version: int) -> None:
        place = flag.card
        if place is not None:

            async def edit() -> None:
                await self._online()
                await self._log_channel.edit_view(place, await self.card(flag))

            try:
                await self._agenda.run(flag.guild.id, CARD_URGENCY, edit)
            except Gone:
                pass  # a moderator deleted it, which is their right
            except Forbidden:
                return
            except DeedFailed as error:
                log.warning("card not drawn", guild=flag.guild.id, flag=flag.number, why=str(error))
                return
            except RecordFailed:
                raise
            except Exception as error:  # one card that cannot be drawn is no reason to stop, nor to try for ever
                log.error("card not drawn", guild=flag.guild.id, flag=flag.number, error=type(error).__name__)
        await self._ledger.card_shown(flag, version)

    async def _draw_digests(self) -> None:
        now = monotonic()
        self._drawn = {place: at for place, at in self._drawn.items() if now - at < DIGEST_EVERY}
        for changed in await self._ledger.changed_digests():
            if changed.place in self._drawn or changed.place.channel_id in self._log_channel.closed:
                continue
            self._drawn[changed.place] = now
            flood = await self._ledger.flood(changed.guild.id, changed.place.message_id)
            try:
                await self._online()
                await self._log_channel.edit_view(
                    changed.place, Digest(flood, self._rulebook.in_guild(changed.guild).texts)
                )
            except Gone:
                await self._floods.gone(changed.guild.id, changed.place)
            except DeedFailed as error:
                log.warning("digest not drawn", guild=changed.guild.id, why=str(error))
                continue
            await self._ledger.digest_shown(changed)

    async def _facts(self, flag: Flag) -> CardFacts:
        forgotten = datetime.now(UTC) - self._rulebook.longest_memory
        rules = self._rulebook.here(flag.post).rules
        thresholds = {
            label: min(step.at for step in ladder.steps) for label, ladder in rules.ladders.items() if ladder.steps
        }
        return CardFacts(
            standing=await self._ledger.standing(flag, forgotten),
            group=await self._ledger.group_of(flag),
            thresholds=thresholds,
            nearest=nearest(flag.scores.labels, rules) if flag.scores.views else None,
        )

    def _texts(self, flag: Flag) -> Texts:
        return self._rulebook.in_guild(flag.guild).texts
