"""Takes appeals, shows them to the moderators, and carries their decision to the flag and to its author."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import discord
import structlog
from discord.utils import format_dt

from bot.agenda import CARD_URGENCY, Agenda, InOrder
from bot.away import AWAY
from bot.config import Rulebook
from bot.errors import DeedFailed, Forbidden, Gone
from bot.record.appeals import NotTaken
from bot.record.ledger import Ledger
from bot.record.rulings import Result
from bot.records import Appeal, AppealDecision, Deeds, Flag, Named, Verdict
from bot.review.appeals.buttons import appeal_buttons
from bot.review.appeals.card import AppealCard
from bot.review.appeals.words import LONGEST_ANSWER, answer_of, why_not
from bot.review.authority import Deed, refusal
from bot.review.fitting import cut
from bot.review.log_channel import LogChannel, nonce_of
from bot.review.quote import quote
from bot.rounds import heard, one_round
from bot.texts import Texts, fill
from bot.verdict import Verdicts, in_words

LOOK_EVERY = 5.0  # seconds
CARDS_A_LOOK = 10  # so that a crowd of appeals is no flood of cards
ANOTHER_DECIDES_FOR = timedelta(days=3)  # after which whoever upheld may decide too: nobody else has
MODERATORS_ASKED = 5  # of those on record, when it matters whether somebody else could decide
NAME_SHOWN = 80  # characters

log = structlog.get_logger()


class Appeals:
    """``may`` and ``make`` for members, ``decide`` and ``block`` for moderators; ``run`` shows what has changed."""

    def __init__(
        self,
        ledger: Ledger,
        rulebook: Rulebook,
        *,
        verdicts: Verdicts,
        deeds: Deeds,
        agenda: Agenda,
        log_channel: LogChannel,
        online: Callable[[], Awaitable[None]],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._ledger = ledger
        self._book = ledger.appeals
        self._rulebook = rulebook
        self._verdicts = verdicts
        self._deeds = deeds
        self._agenda = agenda
        self._log_channel = log_channel
        self._online = online
        self._clock = clock
        self._in_order = InOrder()
        self._news = asyncio.Event()
        self._shown_to = 0  # flag id of the appeal that was looked at last

    # Members

    def buttons(self, guild: Named, number: int) -> discord.ui.View | None:
        """What stands under a direct message about a flag."""
        here = self._rulebook.in_guild(guild)
        return appeal_buttons(
            guild.id, number, here.texts, self._rulebook.settings.appeal_url, is_taken=here.log_channel is not None
        )

    async def may(self, guild_id: int, number: int, member_id: int) -> tuple[str | None, Texts]:
        """What to answer a member who wants to appeal; None: they may, in the words of the texts."""
        flag = await self._ledger.flag(guild_id, number)
        guild = flag.guild if flag else Named(guild_id, "")
        texts = self._texts(guild)
        why = await self._book.may(guild_id, number, member_id, self._clock())
        return (None if why is None else await self._why_not(why, guild, number, member_id, texts)), texts

    async def make(self, guild_id: int, number: int, member_id: int, words: str) -> str:
        """Take an appeal; what to answer its author."""
        made = await self._book.make(guild_id, number, member_id, words.strip(), self._clock())
        flag = await self._ledger.flag(guild_id, number)
        guild = flag.guild if flag else Named(guild_id, "")
        texts = self._texts(guild)
        if isinstance(made, NotTaken):
            return await self._why_not(made, guild, number, member_id, texts)
        log.info("appeal made", guild=guild_id, flag=number)
        await self._card_changed(made)
        return fill(texts.appeal_made, number=number, server=_quoted(guild.name))

    async def _why_not(self, why: NotTaken, guild: Named, number: int, member_id: int, texts: Texts) -> str:
        if why is NotTaken.APPEALED:
            appeal = (await self._book.of(guild.id, [number])).get(number)
            if appeal is not None and appeal.member_id == member_id:
                await self.heard(appeal)
                return answer_of(appeal, guild.name, texts)
        return why_not(why, number, guild.name, texts)

    async def heard(self, appeal: Appeal) -> None:
        """Note that the author of an appeal has just read how it ended."""
        if appeal.decision is not None and not appeal.is_told:
            await self._book.told(appeal, self._clock())
            self._news.set()

    # Moderators

    async def decide(self, guild: Named, number: int, what: str, presser: discord.Member) -> str:
        """Accept or refuse an appeal; what to answer the moderator."""
        texts = self._texts(guild)
        async with self._in_order((guild.id, number)):
            appeal = (await self._book.of(guild.id, [number])).get(number)
            flag = await self._ledger.flag(guild.id, number)
            if appeal is None or flag is None:
                return texts.appeal_gone
            if appeal.decision is not None and appeal.by is not None:
                return fill(texts.appeal_decided, member=_quoted(appeal.by.name))
            accepted = what == "accept"
            group = await self._ledger.mates(flag)
            if why := await self._refusal(appeal, [flag, *group], presser, texts, accepted=accepted):
                return why
            by = Named(presser.id, presser.display_name)
            verdict: Verdict = "mistaken" if accepted else "upheld"
            covers = {mate.id for mate in group}
            decided = await self._verdicts.decide(
                guild.id, number, verdict, by, via="appeal", seen=len(flag.rulings), covers=covers
            )
            if decided.result is Result.CONFIRM:
                return texts.appeal_hurry
            if decided.result not in (Result.DECIDED, Result.SAME):
                return cut(in_words(decided, number, texts, name=_quoted), LONGEST_ANSWER)
            is_told = await self._end(appeal, flag, "accepted" if accepted else "refused", by)
        known = texts.appeal_card_told if is_told else texts.appeal_card_not_told
        return cut(f"{in_words(decided, number, texts, name=_quoted)}\n{known}", LONGEST_ANSWER)

    async def _refusal(
        self, appeal: Appeal, flags: Sequence[Flag], presser: discord.Member, texts: Texts, *, accepted: bool
    ) -> str | None:
        flag, *group = flags
        verdict: Verdict | None = "mistaken" if accepted else None
        if why := await refusal(presser, Deed.VERDICT, flag, texts, also=group, verdict=verdict):
            return why
        until = appeal.made_at + ANOTHER_DECIDES_FOR
        if presser.id not in _judges(flag) or self._clock() > until:
            return None
        if not await self._another_could(presser, flag, texts):
            return None
        return fill(texts.appeal_for_another, when=format_dt(until, "f"))

    async def _another_could(self, presser: discord.Member, flag: Flag, texts: Texts) -> bool:
        """Whether somebody else could decide: the owner of the server, or a moderator known from the record.

        All members of a server cannot be listed without an intent that this bot does not ask for.
        """
        guild, out = presser.guild, {*_judges(flag), flag.author.id}
        if guild.owner_id is not None and guild.owner_id not in out:
            return True
        known = await self._book.moderators(guild.id, MODERATORS_ASKED + len(out))
        for member_id in [each for each in known if each not in out][:MODERATORS_ASKED]:
            try:
                member = await guild.fetch_member(member_id)
            except (discord.DiscordException, *AWAY):
                continue
            if await refusal(member, Deed.VERDICT, flag, texts) is None:
                return True
        return False

    async def block(self, guild: Named, number: int, what: str, presser: discord.Member) -> str:
        """Take no more appeals of a member, or take them again; what to answer the moderator."""
        texts = self._texts(guild)
        appeal = (await self._book.of(guild.id, [number])).get(number)
        flag = await self._ledger.flag(guild.id, number)
        if appeal is None or flag is None:
            return texts.appeal_gone
        if why := await refusal(presser, Deed.VERDICT, flag, texts):
            return why
        by, shown = Named(presser.id, presser.display_name), _quoted(flag.author.name)
        if what == "block":
            await self._book.block(guild.id, appeal.member_id, by, self._clock())
        else:
            await self._book.unblock(guild.id, appeal.member_id)
        await self._card_changed(appeal)
        return fill(texts.appeal_is_blocked if what == "block" else texts.appeal_is_unblocked, member=shown)

    async def _end(self, appeal: Appeal, flag: Flag, decision: AppealDecision, by: Named) -> bool:
        """Record the end of an appeal and tell its author; whether they could be told."""
        if not await self._book.decide(appeal, decision, by, self._clock()):
            return appeal.is_told
        log.info("appeal decided", guild=flag.guild.id, flag=flag.number, decision=decision)
        ended = (await self._book.of(flag.guild.id, [flag.number])).get(flag.number)
        is_told = ended is not None and await self._tell(ended, flag)
        self._news.set()
        return is_told

    async def _tell(self, appeal: Appeal, flag: Flag) -> bool:
        text = answer_of(appeal, flag.guild.name, self._texts(flag.guild))
        try:
            await self._deeds.direct_message(flag.guild.id, flag.author.id, text)
        except DeedFailed as error:
            log.info("author of an appeal not told", guild=flag.guild.id, flag=flag.number, why=type(error).__name__)
            return False
        await self._book.told(appeal, self._clock())
        return True

    # Cards

    async def run(self) -> NoReturn:
        """Post and edit the cards of appeals, until cancelled; at once where something happened."""
        while True:
            self._news.clear()
            await self._online()
            with one_round("appeals not shown"):
                await self.look()
            await heard(self._news, LOOK_EVERY)

    async def look(self) -> None:
        """One round: end what was settled elsewhere, then show what is due."""
        for appeal, by in await self._book.settled_otherwise(CARDS_A_LOOK):
            if flag := await self._ledger.flag(appeal.guild_id, appeal.number):
                await self._end(appeal, flag, "accepted", by)
        due = await self._book.cards_due(CARDS_A_LOOK, self._shown_to)
        self._shown_to = due[-1].flag_id if due else 0  # what cannot be shown now must not stand before the others
        for appeal in due:
            flag = await self._ledger.flag(appeal.guild_id, appeal.number)
            if flag is not None:
                await self._show(appeal, flag)

    async def _show(self, appeal: Appeal, flag: Flag) -> None:
        is_blocked = await self._book.is_blocked(appeal.guild_id, appeal.member_id)
        card = AppealCard(appeal, flag, self._texts(flag.guild), is_blocked=is_blocked)

        plainly = fill(self._texts(flag.guild).appeal_card_title, number=flag.number)

        async def show() -> None:
            place = appeal.card
            if place is None:
                place = await self._log_channel.post_view(
                    flag.guild.id, card, nonce=nonce_of("a", flag), plainly=plainly
                )
            else:
                await self._log_channel.edit_view(place, card)
            if place is not None:
                await self._book.card_shown(appeal, place)

        try:
            await self._agenda.run(flag.guild.id, CARD_URGENCY, show)
        except Gone:
            await self._book.card_shown(appeal, None)
        except Forbidden:
            pass
        except DeedFailed as error:
            log.warning("appeal not shown", guild=flag.guild.id, flag=flag.number, why=str(error))

    async def _card_changed(self, appeal: Appeal) -> None:
        await self._book.card_changed(appeal)
        self._news.set()

    def _texts(self, guild: Named) -> Texts:
        return self._rulebook.in_guild(guild).texts


def _judges(flag: Flag) -> set[int]:
    """Who has found the flag right: whoever upheld it last, or raised it by hand."""
    if flag.rulings:
        return {flag.rulings[-1].by.id} if flag.verdict == "upheld" else set()
    return {flag.raised_by.id} if flag.raised_by is not None else set()


def _quoted(name: str) -> str:
    return quote(name, NAME_SHOWN, one_line=True)
