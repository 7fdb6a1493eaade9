"""What is to be erased, and when: wishes that wait, guilds that the bot has left, and the cards of what is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, delete, exists, or_, select, union, update
from sqlalchemy.orm import Session

from bot.record.belongings import ON_APPEALS_CARD, ON_FLAGS_CARD, Erased, Whom, is_decided, is_over
from bot.record.beside import beside
from bot.record.changing import change
from bot.record.clock import now_in_record
from bot.record.notes import put_note
from bot.record.purging import erase_own, purge
from bot.record.tables import (
    AppealRow,
    Base,
    CardGoneRow,
    ErasureRow,
    FlagRow,
    NoteRow,
    NumberRow,
    SealedTextRow,
)
from bot.record.writer import Writer
from bot.records import CardPlace

WAITS_AT_MOST = timedelta(days=30)  # a member's wish for flags that nobody decides
LEFT = "left"  # what the record notes the time under at which the bot was removed from a guild

LOOK_EVERY = 0.5  # seconds

T = TypeVar("T")
Read = Callable[[Callable[[Session], T]], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class Wish:
    """Something to be erased. ``whole``: all of it at once, as the owner may ask; else what a member may."""

    whom: Whom
    asked_at: datetime
    whole: bool


class Erasing:
    """``carry_out`` is to be called every few seconds; all else notes or does one thing."""

    def __init__(self, writer: Writer, read: Read[Any], folder: Path, forget_numbers: Callable[[], None]) -> None:
        self._writer = writer
        self._read = read
        self._folder = folder
        self._forget_numbers = forget_numbers
        self._begun: set[Wish] = set()  # of which only flags are left, that have to wait

    async def purge(self, whom: Whom, *, at_once: bool = False) -> Erased:
        """Erase everything about a guild or a member, strikes too, in the record and its backups.

        What was done for a time is taken back before its flag goes, unless ``at_once``; ``carry_out`` does the rest.
        """
        gone = await purge(self._writer, self._folder, whom, at_once=at_once, forget_numbers=self._forget_numbers)
        if gone.waiting:
            await self._ask(Wish(whom, now_in_record(), whole=True))
        return gone

    async def erase_own(self, guild_id: int, member_id: int, now: datetime) -> Erased:
        """Erase what a member asks to have erased; what has to wait is erased by ``carry_out`` when it may be."""
        gone = await erase_own(self._writer, self._folder, guild_id, member_id, wait=True)
        if gone.waiting:
            await self._ask(Wish(Whom(guild_id, member_id), now, whole=False))
        return gone

    async def wishes(self) -> list[Wish]:
        found: list[Wish] = await self._read(_wishes)
        return found

    async def carry_out(self, now: datetime) -> Erased:
        """Erase what was asked for and waits no longer."""
        gone = Erased()
        for wish in await self.wishes():
            wait = not wish.whole and now - wish.asked_at < WAITS_AT_MOST
            is_new = wish not in self._begun
            if not is_new and not await self._read(lambda session, of=wish, wait=wait: _is_ripe(session, of, wait)):  # type: ignore[misc]
                continue
            self._begun.add(wish)
            gone += (erased := await self._carry_out(wish, wait))
            if not erased.waiting:
                self._begun.discard(wish)
                await self._writer.do(lambda session, wish=wish: _done(session, wish))  # type: ignore[misc]
        return gone

    async def _carry_out(self, wish: Wish, wait: bool) -> Erased:
        if wish.whole:
            return await self.purge(wish.whom)
        guild_id, member_id = wish.whom.guild_id or 0, wish.whom.member_id or 0
        return await erase_own(self._writer, self._folder, guild_id, member_id, wait=wait)

    async def _ask(self, wish: Wish) -> None:
        await self._writer.do(lambda session: ask(session, wish))

    async def guilds_now(self, here: Collection[int], now: datetime) -> set[int]:
        """Note which guilds of the record the bot is in no more, and which it is in again; returns those newly left."""
        return await self._writer.do(lambda session: _note_left(session, here, now))

    async def purge_left(self, left_before: datetime) -> list[int]:
        """Erase the guilds that the bot left before a time; returns their ids."""
        noted = await self._read(_left_guilds)
        over = [guild_id for guild_id, since in noted.items() if since < left_before]
        for guild_id in over:
            await self.purge(Whom(guild_id), at_once=True)  # from outside nothing can be taken back
        return over

    async def cards_gone(self, limit: int) -> list[tuple[int, CardPlace]]:
        """Messages of the bot's own that are still to be deleted: guild and place."""
        wanted = select(CardGoneRow.guild_id, CardGoneRow.channel_id, CardGoneRow.message_id).limit(limit)
        rows: list[Any] = await self._read(lambda session: session.execute(wanted).all())
        return [(guild_id, CardPlace(channel_id, message_id)) for guild_id, channel_id, message_id in rows]

    async def card_deleted(self, guild_id: int, place: CardPlace) -> None:
        """Note that a message is deleted, or cannot be."""
        row = (
            CardGoneRow.guild_id == guild_id,
            CardGoneRow.channel_id == place.channel_id,
            CardGoneRow.message_id == place.message_id,
        )
        await self._writer.do(lambda session: session.execute(delete(CardGoneRow).where(*row)) and None)

    async def hide_texts(self, written_before: datetime, limit: int) -> int:
        """Have cards shown anew whose text has expired, at most ``limit`` of each kind; returns how many."""
        return await self._writer.do(lambda session: _hide_texts(session, written_before, limit))


async def ask_running_bot(folder: Path, whom: Whom, *, wait: float) -> bool:
    """Have the bot that runs on ``folder`` erase everything about ``whom``; whether it had within ``wait`` seconds."""
    async with beside(folder) as writer:
        wish = Wish(whom, datetime.now(UTC), whole=True)
        await writer.do(lambda session: ask(session, wish))
        for _ in range(round(wait / LOOK_EVERY)):
            await asyncio.sleep(LOOK_EVERY)
            if whom not in [each.whom for each in await writer.do(_wishes)]:
                return True
    return False


def ask(session: Session, wish: Wish) -> None:
    """Note a wish. One for all of it takes the place of a lesser one, and never the other way round."""
    guild_id, member_id = wish.whom.guild_id or 0, wish.whom.member_id or 0
    noted = session.get(ErasureRow, (guild_id, member_id))
    if noted is None:
        session.add(ErasureRow(guild_id=guild_id, member_id=member_id, asked_at=wish.asked_at, whole=wish.whole))
    else:
        noted.whole = noted.whole or wish.whole


def _wishes(session: Session) -> list[Wish]:
    rows = session.scalars(select(ErasureRow).order_by(ErasureRow.asked_at))
    return [Wish(Whom(row.guild_id or None, row.member_id or None), row.asked_at, row.whole) for row in rows]


def _done(session: Session, wish: Wish) -> None:
    row = session.get(ErasureRow, (wish.whom.guild_id or 0, wish.whom.member_id or 0))
    if row is not None:
        session.delete(row)


def _is_ripe(session: Session, wish: Wish, wait: bool) -> bool:
    """Whether some of the flags that had to wait need not any more, or none is left."""
    theirs = select(FlagRow.id).where(wish.whom.flags).limit(1)
    ripe = theirs.where(is_over(), is_decided()) if wait else theirs.where(is_over())
    return session.scalar(ripe) is not None or session.scalar(theirs) is None


def _note_left(session: Session, here: Collection[int], now: datetime) -> set[int]:
    noted = set(_left_guilds(session))
    away = _guilds(session) - set(here)
    for guild_id in away - noted:
        put_note(session, guild_id, LEFT, now.isoformat())
    back = noted & set(here)
    session.execute(delete(NoteRow).where(NoteRow.what == LEFT, NoteRow.guild_id.in_(back)))
    return away - noted


def _guilds(session: Session) -> set[int]:
    """Every guild that something is kept of. 0 stands for all guilds."""
    tables = [table for table in Base.metadata.sorted_tables if "guild_id" in table.c]
    kept_for_ever = (NumberRow.__table__, CardGoneRow.__table__)
    wanted = union(*(select(table.c.guild_id).distinct() for table in tables if table not in kept_for_ever))
    return {guild_id for (guild_id,) in session.execute(wanted)} - {0}


def _left_guilds(session: Session) -> dict[int, datetime]:
    rows = session.execute(select(NoteRow.guild_id, NoteRow.state).where(NoteRow.what == LEFT))
    return {guild_id: datetime.fromisoformat(state).astimezone(UTC) for guild_id, state in rows}


def _hide_texts(session: Session, written_before: datetime, limit: int) -> int:
    """Where a text has expired, or is gone already, it goes from the record now: cards are drawn from there."""
    flags = _with_expired(session, FlagRow.id, FlagRow.card_has_text, ON_FLAGS_CARD, written_before, limit)
    appeals = _with_expired(session, AppealRow.flag_id, AppealRow.card_has_text, ON_APPEALS_CARD, written_before, limit)
    expired = (SealedTextRow.flag_id.in_({*flags, *appeals}), SealedTextRow.written_at < written_before)
    change(session, delete(SealedTextRow).where(*expired))
    changed = {"card_has_text": exists().where(ON_FLAGS_CARD), "card_wanted": FlagRow.card_wanted + 1}
    change(session, update(FlagRow).where(FlagRow.id.in_(flags)).values(changed))
    due = {"card_has_text": exists().where(ON_APPEALS_CARD), "card_due": True}
    change(session, update(AppealRow).where(AppealRow.flag_id.in_(appeals)).values(due))
    return len(flags) + len(appeals)


def _with_expired(
    session: Session, flag_id: Any, has_text: Any, on_card: ColumnElement[bool], written_before: datetime, limit: int
) -> list[int]:
    expired = exists().where(on_card, SealedTextRow.written_at < written_before)
    wanted = select(flag_id).where(has_text, or_(expired, ~exists().where(on_card)))
    return list(session.scalars(wanted.order_by(flag_id).limit(limit)))
