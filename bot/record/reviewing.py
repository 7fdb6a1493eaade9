"""That part of the ledger which moderators move: verdicts, deeds by hand, notes, and the cards that show them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Update, func, select, update
from sqlalchemy.orm import Session

from bot.record import groups, rulings
from bot.record.asking import AskedRuling, answer_asked, asked_rulings
from bot.record.changing import change
from bot.record.clock import now_in_record
from bot.record.groups import ChangedDigest, Flood, Group, Shown, Standing
from bot.record.reading import FLAGS_TOGETHER, Reading
from bot.record.rows import outcome_from, plain
from bot.record.rulings import Ruled
from bot.record.tables import CardGoneRow, FlagRow, OutcomeRow, RemarkRow
from bot.record.writer import Writer
from bot.records import Action, CardPlace, Flag, Named, Outcome, Status, Verdict


class Reviewing(Reading):
    """Mixed into ``Ledger``, which has the writer."""

    _writer: Writer

    # Verdicts

    async def decide(
        self,
        guild_id: int,
        number: int,
        verdict: Verdict,
        by: Named,
        *,
        via: str,
        seen: int | None = None,
        covers: Collection[int] | None = None,
        confirmed: bool = False,
    ) -> Ruled:
        """Record a verdict; strikes are forgiven with a mistaken one, and what else it undoes is due from then on.

        ``seen``: how many verdicts the moderator knew of; where there are more by now, nothing is changed.
        ``covers``: see ``rulings.rule``.
        """
        return await self._writer.do(
            lambda session: rulings.rule(
                session,
                guild_id,
                number,
                verdict,
                by,
                now=now_in_record(),
                via=via,
                seen=seen,
                covers=covers,
                confirmed=confirmed,
            )
        )

    async def undo_due(self, limit: int = FLAGS_TOGETHER, after_id: int = 0) -> list[Flag]:
        """Closed flags that were mistaken and of which something may still have to be taken back, oldest first."""
        wanted = select(FlagRow).where(FlagRow.undo_due, FlagRow.closed_at.is_not(None), FlagRow.id > after_id)
        return await self._flags(wanted.order_by(FlagRow.id).limit(limit))

    async def undo_over(self, flag: Flag) -> None:
        """Nothing more of ``flag`` is to be taken back; its card says so."""

        def run(session: Session) -> None:
            session.execute(update(FlagRow).where(FlagRow.id == flag.id).values(undo_due=False))
            rulings.show_anew(session, [flag.id])

        await self._writer.do(run)

    async def asked_rulings(self) -> list[AskedRuling]:
        """The verdicts that the command line asks for, oldest first."""
        return await self._read(asked_rulings)

    async def answer_asked(self, asked_id: int, answer: str) -> None:
        await self._writer.do(lambda session: answer_asked(session, asked_id, answer, now_in_record()))

    # Deeds by hand and notes

    async def order(self, flag: Flag, action: Action, by: Named) -> int:
        """Plan one more action for a flag, which is open again until it is done; returns its position."""

        def run(session: Session) -> int:
            last = session.scalar(select(func.max(OutcomeRow.position)).where(OutcomeRow.flag_id == flag.id))
            position = 0 if last is None else last + 1
            row = OutcomeRow(
                position=position,
                action=action.name,
                status=Status.PLANNED,
                detail="",
                options=plain(action.options),
                by_id=by.id,
                by_name=by.name,
                ordered_at=now_in_record(),
            )
            row.flag_id = flag.id
            session.add(row)
            session.execute(update(FlagRow).where(FlagRow.id == flag.id).values(closed_at=None))
            return position

        return await self._writer.do(run)

    async def ordered_since(self, flag: Flag, since: datetime) -> list[Outcome]:
        """What moderators ordered about the author of ``flag`` after a time, from any card, and was not taken back."""
        theirs = (FlagRow.guild_id == flag.guild.id, FlagRow.author_id == flag.author.id)
        wanted = (
            select(OutcomeRow)
            .join(FlagRow, FlagRow.id == OutcomeRow.flag_id)
            .where(*theirs, OutcomeRow.by_id.is_not(None), OutcomeRow.ordered_at > since)
            .where(OutcomeRow.status.in_(_IN_FORCE), OutcomeRow.undo_status.is_(None))
        )
        return await self._read(lambda session: [outcome_from(row) for row in session.scalars(wanted)])

    async def ordered_is_over(self, flag: Flag) -> None:
        """Close a flag again after a deed by hand, unless another one is going on; and have its card say it."""
        going_on = select(OutcomeRow.flag_id).where(
            OutcomeRow.flag_id == flag.id, OutcomeRow.status.in_((Status.PLANNED, Status.STARTED))
        )

        def run(session: Session) -> None:
            done = update(FlagRow).where(FlagRow.id == flag.id, FlagRow.closed_at.is_(None), ~going_on.exists())
            session.execute(done.values(closed_at=now_in_record()))
            rulings.show_anew(session, [flag.id])

        await self._writer.do(run)

    async def remark(self, flag: Flag, by: Named, text: str) -> bool:
        """Keep a moderator's note, sealed; False where no text can be kept (see ``key_trouble``)."""

        def run(session: Session) -> bool:
            count = session.scalar(select(func.count()).select_from(RemarkRow).where(RemarkRow.flag_id == flag.id))
            what, now = f"remark {count}", now_in_record()
            sealed = self._vault.seal(flag.id, text, now, what)
            if sealed is None:
                return False
            session.add(RemarkRow(flag_id=flag.id, what=what, by_id=by.id, by_name=by.name, written_at=now))
            session.add(sealed)
            session.flush()
            shown = (FlagRow.id == flag.id, FlagRow.card_message_id.is_not(None), ~FlagRow.in_digest)
            session.execute(update(FlagRow).where(*shown).values(card_has_text=True))
            rulings.show_anew(session, [flag.id])
            return True

        return await self._writer.do(run)

    # Cards

    async def card_changed(self, guild_id: int, numbers: Iterable[int]) -> None:
        """Have the cards of these flags rendered anew."""
        wanted = select(FlagRow.id).where(FlagRow.guild_id == guild_id, FlagRow.number.in_(list(numbers)))
        await self._writer.do(lambda session: rulings.show_anew(session, list(session.scalars(wanted))))

    async def changed_cards(
        self, limit: int = FLAGS_TOGETHER, after_id: int = 0, but_in: Collection[int] = ()
    ) -> list[tuple[Flag, int]]:
        """The flags whose own card shows what is no longer so, oldest first, and the version it should show.

        ``but_in``: the channels of which nothing is wanted.
        """
        elsewhere = func.coalesce(FlagRow.card_channel_id, 0).not_in(list(but_in))
        wanted = (
            select(FlagRow)
            .where(FlagRow.card_wanted > FlagRow.card_shown, FlagRow.card_due.is_(False), FlagRow.id > after_id)
            .where(~FlagRow.in_digest, elsewhere)
            .order_by(FlagRow.id)
            .limit(limit)
        )
        return await self._read(
            lambda session: [(self._flag_of(row), row.card_wanted) for row in session.scalars(wanted)]
        )

    async def card_shown(self, flag: Flag, version: int) -> None:
        """The card shows that version now, or there is none to show it."""
        await self._writer.do(lambda session: session.execute(_shows(flag.id, version)), flag.guild.id)

    async def changed_digests(self) -> list[ChangedDigest]:
        """The digests that do not show all that they count, those of the oldest flags first."""
        wanted = (
            select(FlagRow.guild_id, FlagRow.guild_name, FlagRow.card_channel_id, FlagRow.card_message_id)
            .add_columns(FlagRow.id, FlagRow.card_wanted)
            .where(FlagRow.card_wanted > FlagRow.card_shown, FlagRow.in_digest)
            .order_by(FlagRow.id)
        )

        def run(session: Session) -> list[ChangedDigest]:
            flags: dict[CardPlace, list[tuple[int, int]]] = {}
            guilds: dict[CardPlace, Named] = {}
            for guild_id, guild_name, channel_id, message_id, flag_id, version in session.execute(wanted):
                place = CardPlace(channel_id, message_id, in_digest=True)
                guilds[place] = Named(guild_id, guild_name)
                flags.setdefault(place, []).append((flag_id, version))
            return [ChangedDigest(guilds[place], place, tuple(each)) for place, each in flags.items()]

        return await self._read(run)

    async def digest_shown(self, changed: ChangedDigest) -> None:
        """The digest shows that now, or there is none to show it."""

        def run(session: Session) -> None:
            for flag_id, version in changed.flags:
                session.execute(_shows(flag_id, version))

        await self._writer.do(run, changed.guild.id)

    async def card_posted(self, flag: Flag, place: CardPlace | None) -> None:
        """Note where the card is; None: there is nowhere to post it, and it is not to be tried again.

        A flag that another one's card shows has none: that card is rendered anew.
        """
        values: dict[str, Any] = {
            "card_due": False,
            "card_channel_id": place.channel_id if place else None,
            "card_message_id": place.message_id if place else None,
            "in_digest": place is not None and place.in_digest,
            "card_has_text": place is not None and not place.in_digest and flag.text is not None,
            "card_posted_at": now_in_record() if place else None,
        }
        if place is not None and place.in_digest:
            values["card_wanted"] = FlagRow.card_wanted + 1  # a digest shows what it counts once it is drawn anew

        def run(session: Session) -> None:
            # One that has left the group of ``flag.lead`` since is still to get a card of its own.
            same_group = FlagRow.lead_id.is_not_distinct_from(flag.lead)
            known = (FlagRow.guild_id == flag.guild.id, FlagRow.id == flag.id)
            if place is None and not session.scalar(select(same_group).where(*known)):
                return
            is_kept = change(session, update(FlagRow).where(*known).values(values)) > 0
            if not is_kept and place is not None and not place.in_digest:  # erased meanwhile
                where = {"channel_id": place.channel_id, "message_id": place.message_id}
                session.merge(CardGoneRow(guild_id=flag.guild.id, **where))
            if flag.lead is not None:
                rulings.show_anew(session, [flag.lead])

        await self._writer.do(run, flag.guild.id)

    async def is_kept(self, guild_id: int, flag_id: int) -> bool:
        """Whether a flag has not been erased."""
        wanted = select(FlagRow.id).where(FlagRow.guild_id == guild_id, FlagRow.id == flag_id)
        return await self._read(lambda session: session.scalar(wanted) is not None)

    async def group_of(self, flag: Flag) -> Group:
        """The flags that are shown on one card with ``flag``."""
        return await self._read(lambda session: groups.group_of(session, flag.guild.id, flag.lead or flag.id))

    async def mates(self, flag: Flag) -> list[Flag]:
        """The further flags that the card of ``flag`` shows, oldest first."""
        wanted = select(FlagRow).where(FlagRow.guild_id == flag.guild.id, FlagRow.lead_id == flag.id)
        return await self._flags(wanted.order_by(FlagRow.id))

    async def standing(self, flag: Flag, strikes_since: datetime) -> Standing:
        """What the record holds against the author of ``flag``, of the time before it."""
        return await self._read(
            lambda session: groups.standing_of(session, flag.guild.id, flag.author.id, flag.id, strikes_since)
        )

    async def flood(self, guild_id: int, message_id: int) -> Flood | None:
        """What the digest at ``message_id`` counts."""
        return await self._read(lambda session: groups.flood_of(session, guild_id, message_id))

    async def card_begun(self, guild_id: int, flag_id: int) -> None:
        """Note that a flag is about to get a card of its own: should the bot die now, it may have one."""
        due = update(FlagRow).where(FlagRow.guild_id == guild_id, FlagRow.id == flag_id, FlagRow.card_due)
        now = now_in_record()
        await self._writer.do(lambda session: session.execute(due.values(card_posted_at=now)), guild_id)

    async def shown_since(self, guild_id: int, since: datetime) -> Sequence[Shown]:
        """When and where the flags of a guild were last shown, oldest first."""
        wanted = (
            select(FlagRow.id, FlagRow.card_posted_at, FlagRow.card_channel_id, FlagRow.card_message_id)
            .add_columns(FlagRow.in_digest)
            .where(FlagRow.guild_id == guild_id, FlagRow.card_posted_at > since)
            .order_by(FlagRow.card_posted_at)
        )

        def run(session: Session) -> list[Shown]:
            return [
                Shown(flag_id, at, CardPlace(channel or 0, message, in_digest) if message else None)
                for flag_id, at, channel, message, in_digest in session.execute(wanted)
            ]

        return await self._read(run)

    async def undecided_in(self, guild_id: int, message_id: int) -> Flag | None:
        """The oldest flag of a digest that nobody has decided on."""
        within = (FlagRow.guild_id == guild_id, FlagRow.card_message_id == message_id, FlagRow.in_digest)
        wanted = select(FlagRow).where(*within, FlagRow.verdict.is_(None)).order_by(FlagRow.id).limit(1)
        return next(iter(await self._flags(wanted)), None)


_IN_FORCE = (Status.PLANNED, Status.STARTED, Status.DONE, Status.ALREADY_DONE)


def _shows(flag_id: int, version: int) -> Update:
    """A version that is shown already is not put back to an older one."""
    return update(FlagRow).where(FlagRow.id == flag_id, FlagRow.card_shown < version).values(card_shown=version)
