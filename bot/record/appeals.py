"""Appeals as rows: at most one a flag, decided once, their words sealed like the flag's text."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, TypeVar, cast

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.record.changing import change
from bot.record.tables import APPEAL, AppealBlockRow, AppealRow, FlagRow, SealedTextRow
from bot.record.vault import Vault
from bot.record.writer import Writer
from bot.records import Appeal, AppealDecision, CardPlace, Named

APPEALS_A_DAY = 3  # of one member in one guild
APPEAL_WITHIN = timedelta(days=30)  # of the flag

T = TypeVar("T")
Read = Callable[[Callable[[Session], T]], Awaitable[T]]


class NotTaken(StrEnum):
    """Why an appeal is not taken."""

    NO_FLAG = "there is no such flag on this member"
    TOO_OLD = "the flag is too old"
    APPEALED = "it was appealed before"
    TAKEN_BACK = "it is mistaken already"
    BLOCKED = "this member's appeals are not taken"
    TOO_MANY = "this member appealed too often today"


class AppealBook:
    """The appeals of a record."""

    def __init__(self, writer: Writer, read: Read[Any], vault: Vault) -> None:
        self._writer = writer
        self._read = read
        self._vault = vault

    async def may(self, guild_id: int, number: int, member_id: int, now: datetime) -> NotTaken | None:
        """Why this member could not appeal against this flag now; None: they can."""
        answer: NotTaken | None = await self._read(
            lambda session: _refusal(session, _flag(session, guild_id, number), member_id, now)
        )
        return answer

    async def make(self, guild_id: int, number: int, member_id: int, words: str, now: datetime) -> Appeal | NotTaken:
        """Record an appeal by the author of a flag."""
        return await self._writer.do(lambda session: self._make(session, guild_id, number, member_id, words, now))

    def _make(
        self, session: Session, guild_id: int, number: int, member_id: int, words: str, now: datetime
    ) -> Appeal | NotTaken:
        flag = _flag(session, guild_id, number)
        if why := _refusal(session, flag, member_id, now):
            return why
        assert flag is not None  # noqa: S101 - else it was refused
        row = AppealRow(flag_id=flag.id, guild_id=guild_id, member_id=member_id, made_at=now)
        session.add(row)
        if sealed := self._vault.seal(flag.id, words, now, APPEAL):
            session.add(sealed)
        return _appeal(row, number, words)

    async def of(self, guild_id: int, numbers: Collection[int]) -> dict[int, Appeal]:
        """The appeals against these flags of a guild, by the flag's number."""
        wanted = select(AppealRow, FlagRow.number).join(FlagRow, FlagRow.id == AppealRow.flag_id)
        some = wanted.where(AppealRow.guild_id == guild_id, FlagRow.number.in_(numbers))
        found: list[Appeal] = await self._read(lambda session: self._appeals(session, some))
        return {appeal.number: appeal for appeal in found}

    async def of_member(self, guild_id: int, member_id: int) -> list[Appeal]:
        """All appeals of a member, oldest first."""
        wanted = select(AppealRow, FlagRow.number).join(FlagRow, FlagRow.id == AppealRow.flag_id)
        some = wanted.where(AppealRow.guild_id == guild_id, AppealRow.member_id == member_id)
        found: list[Appeal] = await self._read(lambda session: self._appeals(session, some.order_by(AppealRow.flag_id)))
        return found

    async def cards_due(self, limit: int, after: int = 0) -> list[Appeal]:
        """Appeals whose card is to be posted or edited, oldest first; go on with ``after``, the last one's flag id."""
        wanted = select(AppealRow, FlagRow.number).join(FlagRow, FlagRow.id == AppealRow.flag_id)
        some = wanted.where(AppealRow.card_due, AppealRow.flag_id > after).order_by(AppealRow.flag_id).limit(limit)
        found: list[Appeal] = await self._read(lambda session: self._appeals(session, some))
        return found

    async def settled_otherwise(self, limit: int) -> list[tuple[Appeal, Named]]:
        """Open appeals against flags that were found mistaken without them, and who found so."""
        wanted = (
            select(AppealRow, FlagRow.number, FlagRow.verdict_by_id, FlagRow.verdict_by_name)
            .join(FlagRow, FlagRow.id == AppealRow.flag_id)
            .where(AppealRow.decision.is_(None), FlagRow.verdict == "mistaken")
            .limit(limit)
        )

        def ask(session: Session) -> list[tuple[Appeal, Named]]:
            return [
                (_appeal(row, number, None), Named(by_id or 0, by_name or ""))
                for row, number, by_id, by_name in session.execute(wanted)
            ]

        found: list[tuple[Appeal, Named]] = await self._read(ask)
        return found

    async def open_count(self, guild_id: int, member_id: int) -> int:
        """How many appeals of a member wait for a decision."""
        mine = (AppealRow.guild_id == guild_id, AppealRow.member_id == member_id, AppealRow.decision.is_(None))
        wanted = select(func.count()).select_from(AppealRow).where(*mine)
        return int(await self._read(lambda session: session.scalar(wanted)) or 0)

    async def decide(self, appeal: Appeal, decision: AppealDecision, by: Named, now: datetime) -> bool:
        """Record the end of an appeal; False when it was decided before."""
        values = {"decision": decision, "by_id": by.id, "by_name": by.name, "decided_at": now, "card_due": True}
        return await self._change(appeal, AppealRow.decision.is_(None), **values)

    async def told(self, appeal: Appeal, now: datetime) -> None:
        """Note that the member has had the answer."""
        await self._change(appeal, AppealRow.told_at.is_(None), told_at=now, card_due=True)

    async def card_changed(self, appeal: Appeal) -> None:
        """Note that the card shows something that is no longer so."""
        await self._change(appeal, card_due=True)

    async def card_shown(self, appeal: Appeal, place: CardPlace | None) -> None:
        """Note where the card is, showing ``appeal`` as it is now; None: it was deleted there.

        It stays due where more has happened meanwhile, or where nobody sees any more what is to be decided.
        """
        as_shown = (
            AppealRow.decision.is_not_distinct_from(appeal.decision),
            AppealRow.told_at.is_not(None) if appeal.is_told else AppealRow.told_at.is_(None),
        )
        where = {
            "card_has_text": place is not None and appeal.text is not None,
            "card_channel_id": place.channel_id if place else None,
            "card_message_id": place.message_id if place else None,
        }
        is_over = place is not None or appeal.decision is not None
        await self._change(appeal, **where, **({} if is_over else {"card_due": True}))
        if is_over:
            await self._change(appeal, *as_shown, card_due=False)

    async def block(self, guild_id: int, member_id: int, by: Named, now: datetime) -> bool:
        """Take no more appeals of a member; False when that was so before."""

        def run(session: Session) -> bool:
            if session.get(AppealBlockRow, (guild_id, member_id)) is not None:
                return False
            row = AppealBlockRow(guild_id=guild_id, member_id=member_id, by_id=by.id, by_name=by.name, blocked_at=now)
            session.add(row)
            return True

        return await self._writer.do(run)

    async def unblock(self, guild_id: int, member_id: int) -> bool:
        """Take the appeals of a member again; False when that was so before."""
        row = (AppealBlockRow.guild_id == guild_id, AppealBlockRow.member_id == member_id)
        return await self._writer.do(lambda session: change(session, delete(AppealBlockRow).where(*row)) > 0)

    async def is_blocked(self, guild_id: int, member_id: int) -> bool:
        return bool(await self._read(lambda session: _is_blocked(session, guild_id, member_id)))

    async def moderators(self, guild_id: int, limit: int) -> list[int]:
        """The members who decided on flags or appeals of a guild, those who did so last first."""
        last = func.max(FlagRow.verdict_at)
        flags = select(FlagRow.verdict_by_id, last).where(FlagRow.guild_id == guild_id, FlagRow.verdict_by_id > 0)
        wanted = flags.group_by(FlagRow.verdict_by_id).order_by(last.desc()).limit(limit)
        found: list[int] = await self._read(lambda session: [by_id for by_id, _ in session.execute(wanted) if by_id])
        return found

    def _appeals(self, session: Session, wanted: Any) -> list[Appeal]:
        rows = session.execute(wanted).all()
        ids = [row.flag_id for row, _ in rows]
        sealed = session.scalars(
            select(SealedTextRow).where(SealedTextRow.flag_id.in_(ids), SealedTextRow.what == APPEAL)
        )
        words = {row.flag_id: self._vault.open(row) for row in sealed}
        return [_appeal(row, number, words.get(row.flag_id)) for row, number in rows]

    async def _change(self, appeal: Appeal, *conditions: Any, **values: Any) -> bool:
        statement = update(AppealRow).where(AppealRow.flag_id == appeal.flag_id, *conditions).values(values)
        return await self._writer.do(lambda session: change(session, statement) > 0)


def _flag(session: Session, guild_id: int, number: int) -> FlagRow | None:
    return session.scalar(select(FlagRow).where(FlagRow.guild_id == guild_id, FlagRow.number == number))


def _refusal(session: Session, flag: FlagRow | None, member_id: int, now: datetime) -> NotTaken | None:
    if flag is None or flag.author_id != member_id:
        return NotTaken.NO_FLAG
    if session.get(AppealRow, flag.id) is not None:
        return NotTaken.APPEALED
    if flag.verdict == "mistaken":
        return NotTaken.TAKEN_BACK
    if now - flag.created_at > APPEAL_WITHIN:
        return NotTaken.TOO_OLD
    if _is_blocked(session, flag.guild_id, member_id):
        return NotTaken.BLOCKED
    today = (
        select(func.count())
        .select_from(AppealRow)
        .where(
            AppealRow.guild_id == flag.guild_id,
            AppealRow.member_id == member_id,
            AppealRow.made_at > now - timedelta(days=1),
        )
    )
    return NotTaken.TOO_MANY if (session.scalar(today) or 0) >= APPEALS_A_DAY else None


def _is_blocked(session: Session, guild_id: int, member_id: int) -> bool:
    return session.get(AppealBlockRow, (guild_id, member_id)) is not None


def _appeal(row: AppealRow, number: int, text: str | None) -> Appeal:
    card = None
    if row.card_channel_id is not None and row.card_message_id is not None:
        card = CardPlace(row.card_channel_id, row.card_message_id)
    return Appeal(
        flag_id=row.flag_id,
        guild_id=row.guild_id,
        number=number,
        member_id=row.member_id,
        made_at=row.made_at,
        text=text,
        decision=cast(Literal["accepted", "refused"] | None, row.decision),
        by=Named(row.by_id, row.by_name or "") if row.by_id is not None else None,
        decided_at=row.decided_at,
        is_told=row.told_at is not None,
        card=card,
    )
