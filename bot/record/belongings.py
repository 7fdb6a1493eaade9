"""What belongs to a member or a guild, in every table, and deleting it: what one transaction does.

Which tables that touches is read off the tables themselves: what names a flag goes with the flag, what names a guild
with the guild, and what names a member of a guild with the member. A table added later is erased without a word here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from bot.record.changing import change
from bot.record.numbering import keep_number
from bot.record.tables import (
    APPEAL,
    MESSAGE,
    AppealBlockRow,
    AppealRow,
    Base,
    CardGoneRow,
    ErasureRow,
    FlagRow,
    NameRow,
    NumberRow,
    OutcomeRow,
    PlaceRow,
    RoleSetRow,
    ScoreRow,
    SealedTextRow,
    StrikeRow,
)
from bot.records import Status

FLAGS_TOGETHER = 200
SCORES_LOOKED_AT_TOGETHER = 50_000  # ids; there is no index by author, which every message would pay for

# What stays when a guild is erased: the last number, so that an old card never acts on a new flag, and the messages of
# the bot's own that are still to be deleted; and the wish itself, until it is carried out.
KEPT_OF_A_GUILD = frozenset({NumberRow.__table__, CardGoneRow.__table__, ErasureRow.__table__})
# What stays when a member has their own data erased: strikes, appeals that are open (the others go with their flags),
# that their appeals are not taken, and the wish itself.
KEPT_FROM_A_MEMBER = frozenset(
    {StrikeRow.__table__, AppealRow.__table__, AppealBlockRow.__table__, ErasureRow.__table__}
)
MEMBER_COLUMN = "member_id"

# The sealed texts that a card shows: a flag's has its notes too, an appeal's the text that was flagged.
ON_FLAGS_CARD = and_(SealedTextRow.flag_id == FlagRow.id, SealedTextRow.what != APPEAL)
ON_APPEALS_CARD = and_(SealedTextRow.flag_id == AppealRow.flag_id, SealedTextRow.what.in_((MESSAGE, APPEAL)))

# What tells where a card is, and what is on it.
_SHOWN_ANEW = {"card_has_text": False, "card_wanted": FlagRow.card_wanted + 1}
CARD_COLUMNS = (
    FlagRow.card_due,
    FlagRow.card_channel_id,
    FlagRow.card_message_id,
    FlagRow.in_digest,
    FlagRow.card_posted_at,
    FlagRow.card_has_text,
)


@dataclass(frozen=True, slots=True)
class Whom:
    """A guild, a member of a guild, or a member everywhere (``guild_id`` None)."""

    guild_id: int | None = None
    member_id: int | None = None

    def __post_init__(self) -> None:
        if self.guild_id is None and self.member_id is None:
            raise ValueError("erasing everything is not meant to be this easy")

    @property
    def flags(self) -> ColumnElement[bool]:
        return self._names(FlagRow.__table__.c.guild_id, FlagRow.__table__.c.author_id)

    def in_table(self, table: Table) -> ColumnElement[bool] | None:
        """The rows of ``table`` that name them directly; None where none do."""
        member = table.c.get(MEMBER_COLUMN)
        if "guild_id" not in table.c or (self.member_id is not None and member is None):
            return None
        return self._names(table.c.guild_id, member)

    def _names(self, guild: Any, member: Any) -> ColumnElement[bool]:
        asked = ((guild, self.guild_id), (member, self.member_id))
        return and_(*(column == wanted for column, wanted in asked if wanted is not None))


@dataclass(frozen=True, slots=True)
class Erased:
    """How many of each are gone. ``waiting``: flags that stay for now. ``backups``: copies that were changed."""

    flags: int = 0
    texts: int = 0
    scores: int = 0
    strikes: int = 0
    others: int = 0
    backups: int = 0
    waiting: int = 0

    def __add__(self, other: Erased) -> Erased:
        return Erased(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def is_over() -> ColumnElement[bool]:
    """Whether nothing is left to do about a flag: a ban for a time has to be lifted before it is forgotten."""
    is_due = and_(OutcomeRow.status == Status.DONE, OutcomeRow.due_at.is_not(None))
    to_do = or_(OutcomeRow.status.in_((Status.PLANNED, Status.STARTED)), is_due)
    busy = exists().where(OutcomeRow.flag_id == FlagRow.id, to_do)
    return and_(FlagRow.closed_at.is_not(None), ~FlagRow.undo_due, ~busy)


def is_decided() -> ColumnElement[bool]:
    """Whether a flag has a verdict and no appeal against it is open."""
    appealed = exists().where(AppealRow.flag_id == FlagRow.id, AppealRow.decision.is_(None))
    return and_(FlagRow.verdict.is_not(None), ~appealed)


def erase_flags(
    session: Session, flags: ColumnElement[bool], *, keep_strikes: bool, leave_cards: bool = True
) -> Erased:
    """Delete some of the flags for which ``flags`` holds. ``leave_cards``: their cards are to be deleted, too."""
    ids = list(session.scalars(select(FlagRow.id).where(flags).order_by(FlagRow.id).limit(FLAGS_TOGETHER)))
    if not ids:
        return Erased()
    _hand_cards_on(session, ids)
    if leave_cards:
        _leave_cards(session, ids)
    for guild_id, last in session.execute(
        select(FlagRow.guild_id, func.max(FlagRow.number)).where(FlagRow.id.in_(ids)).group_by(FlagRow.guild_id)
    ).all():
        keep_number(session, guild_id, last)
    strikes: Any = StrikeRow.__table__
    if keep_strikes:
        change(session, update(strikes).where(strikes.c.flag_id.in_(ids)).values(flag_id=None))
    gone = {table.name: change(session, delete(table).where(column.in_(ids))) for table, column in _about_flags()}
    change(session, delete(FlagRow).where(FlagRow.id.in_(ids)))
    texts, strikes_gone = gone.pop(SealedTextRow.__tablename__), gone.pop(StrikeRow.__tablename__)
    return Erased(flags=len(ids), texts=texts, strikes=strikes_gone)


def _about_flags() -> list[tuple[Table, Any]]:
    """The tables whose rows belong to a flag, those that others refer to last, each with the column that names it."""
    flags = FlagRow.__table__
    return [
        (table, key.parent)
        for table in reversed(Base.metadata.sorted_tables)
        if table is not flags
        for key in table.foreign_keys
        if key.column.table is flags
    ]


def _hand_cards_on(session: Session, ids: list[int]) -> None:
    """Where a flag's card shows others too, the first of those that stay has it from now on.

    Where it is another one's card that shows a flag, that card says so no longer.
    """
    grouped = (FlagRow.lead_id.in_(ids), FlagRow.id.not_in(ids))
    heirs: dict[int, int] = {}
    for flag_id, lead_id in session.execute(select(FlagRow.id, FlagRow.lead_id).where(*grouped).order_by(FlagRow.id)):
        if lead_id is not None:
            heirs.setdefault(lead_id, flag_id)
    of_others = select(FlagRow.lead_id).where(FlagRow.id.in_(ids), FlagRow.lead_id.is_not(None))
    named_there = (FlagRow.id.in_(of_others), FlagRow.id.not_in(ids))
    change(session, update(FlagRow).where(*named_there).values(card_wanted=FlagRow.card_wanted + 1))
    change(session, update(FlagRow).where(FlagRow.id.in_(ids), FlagRow.lead_id.is_not(None)).values(lead_id=None))
    for lead_id, heir_id in heirs.items():
        lead = session.execute(select(*CARD_COLUMNS).where(FlagRow.id == lead_id)).one()
        card = {column.key: value for column, value in zip(CARD_COLUMNS, lead, strict=True)}
        changed = {**card, "lead_id": None, "card_wanted": FlagRow.card_wanted + 1}
        change(session, update(FlagRow).where(FlagRow.lead_id == lead_id).values(lead_id=heir_id))
        change(session, update(FlagRow).where(FlagRow.id == heir_id).values(changed))
        nowhere = {"card_channel_id": None, "card_message_id": None}
        change(session, update(FlagRow).where(FlagRow.id == lead_id).values(nowhere))


def _leave_cards(session: Session, ids: list[int]) -> None:
    """Note the cards of flags that are about to go: to be deleted, too."""
    of_flags = select(FlagRow.guild_id, FlagRow.card_channel_id, FlagRow.card_message_id)
    _note_gone(session, of_flags.where(FlagRow.id.in_(ids), ~FlagRow.in_digest))
    _leave_appeals_cards(session, AppealRow.flag_id.in_(ids))


def _leave_appeals_cards(session: Session, appeals: ColumnElement[bool]) -> None:
    of_appeals = select(AppealRow.guild_id, AppealRow.card_channel_id, AppealRow.card_message_id)
    _note_gone(session, of_appeals.where(appeals))


def _note_gone(session: Session, places: Select[int, Any, Any]) -> None:
    for guild_id, channel_id, message_id in session.execute(places).all():
        if channel_id is not None and message_id is not None:
            session.merge(CardGoneRow(guild_id=guild_id, channel_id=channel_id, message_id=message_id))
    session.flush()


def erase_rows(
    session: Session, whom: Whom, kept: frozenset[Any] = KEPT_OF_A_GUILD, *, leave_cards: bool = True
) -> int:
    """Delete what names ``whom`` elsewhere than in their flags and scores; ``leave_cards`` as for their flags."""
    found = {
        table: rows
        for table in reversed(Base.metadata.sorted_tables)
        if table not in kept and table not in (FlagRow.__table__, PlaceRow.__table__)
        if (rows := whom.in_table(table)) is not None
    }
    if leave_cards and (appeals := found.get(AppealRow.__table__)) is not None:
        _leave_appeals_cards(session, appeals)
    return sum(change(session, delete(table).where(rows)) for table, rows in found.items())


def erase_texts(session: Session, whom: Whom) -> int:
    """Delete the texts of flags that stay for now."""
    theirs = select(FlagRow.id).where(whom.flags)
    change(session, update(FlagRow).where(whom.flags, FlagRow.card_has_text).values(_SHOWN_ANEW))
    return change(session, delete(SealedTextRow).where(SealedTextRow.flag_id.in_(theirs)))


def erase_scores(session: Session, whom: Whom, after: int) -> tuple[int, int] | None:
    """Delete their scores among the next ids; returns where to go on and how many they were, None at the end."""
    last = session.scalar(select(func.max(ScoreRow.id))) or 0
    if after >= last:
        return None
    until = after + SCORES_LOOKED_AT_TOGETHER
    theirs: list[ColumnElement[bool]] = [ScoreRow.id > after, ScoreRow.id <= until]
    if whom.member_id is not None:
        theirs.append(ScoreRow.author_id == whom.member_id)
    if whom.guild_id is not None:
        theirs.append(ScoreRow.place_id.in_(select(PlaceRow.id).where(PlaceRow.guild_id == whom.guild_id)))
    return until, change(session, delete(ScoreRow).where(*theirs))


def erase_catalog(session: Session, forget_numbers: Callable[[], None]) -> None:
    """Delete the places, role sets and names that no score refers to any more."""
    forget_numbers()
    for table, used in ((PlaceRow, ScoreRow.place_id), (RoleSetRow, ScoreRow.role_set_id)):
        change(session, delete(table).where(table.id.not_in(select(used))))
    named = {number for row in session.execute(_ids_of_places()) for number in row}
    for (roles,) in session.execute(select(RoleSetRow.roles)):
        named |= {int(role) for role in roles.split(",") if role}
    unused = [number for number in session.scalars(select(NameRow.id)) if number not in named]
    for at in range(0, len(unused), FLAGS_TOGETHER):
        change(session, delete(NameRow).where(NameRow.id.in_(unused[at : at + FLAGS_TOGETHER])))


def _ids_of_places() -> Select[int, int, int, int]:
    return select(PlaceRow.guild_id, PlaceRow.channel_id, PlaceRow.parent_id, PlaceRow.category_id)
