"""Verdicts as rows: one wins, those of a group come together, and what they undo is due from then on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.record import strikes
from bot.record.rows import ruling_from
from bot.record.tables import FlagRow, RulingRow
from bot.records import Named, Ruling, Verdict

RULINGS_A_MINUTE = 20  # by one moderator in one guild, until they are asked whether they mean it
MINUTE = timedelta(minutes=1)
LATER_FLAGS = 200  # of one member, that are asked whether strikes that are forgiven counted there


class Result(StrEnum):
    """What became of a verdict."""

    DECIDED = "decided"
    TOO_LATE = "too late"  # somebody else was faster, and nothing was changed
    SAME = "same"  # it stands already
    CONFIRM = "confirm"  # one moderator has decided a lot within a minute
    NO_FLAG = "no flag"


@dataclass(frozen=True, slots=True)
class Ruled:
    """``before``: the verdict that stood. ``also``: further flags of its group that got this one too.

    ``strikes`` were forgiven; ``look_at`` are the numbers of later flags whose strike ladder had counted them.
    """

    result: Result
    before: Ruling | None = None
    also: tuple[int, ...] = ()
    strikes: int = 0
    look_at: tuple[int, ...] = ()


def rule(
    session: Session,
    guild_id: int,
    number: int,
    verdict: Verdict,
    by: Named,
    *,
    now: datetime,
    via: str,
    seen: int | None = None,
    covers: Collection[int] | None = None,
    confirmed: bool = False,
) -> Ruled:
    """Record a verdict, unless another one came first: ``seen`` is how many its moderator knew of.

    ``covers``: the ids of the further flags of its group for which it holds too; None: of all. Those that joined since
    become a group, and get a card, of their own.
    """
    row = session.scalar(select(FlagRow).where(FlagRow.guild_id == guild_id, FlagRow.number == number))
    if row is None:
        return Ruled(Result.NO_FLAG)
    stood = list(row.rulings)
    before = ruling_from(stood[-1]) if stood else None
    if seen is not None and seen != len(stood):
        return Ruled(Result.TOO_LATE, before)
    if before is not None and before.verdict == verdict:
        if verdict == "mistaken":  # what could not be taken back is tried once more
            _have_undone(session, [row.id])
        return Ruled(Result.SAME, before)
    if not confirmed and by.id and _lately(session, guild_id, by.id, now) >= RULINGS_A_MINUTE:
        return Ruled(Result.CONFIRM, before)
    group = _mates(session, row)
    mates = [mate for mate in group if covers is None or mate.id in covers]
    _part(session, [mate for mate in group if mate not in mates and mate.verdict is None])
    forgiven, look_at = 0, []
    for each in (row, *mates):
        _add(session, each, verdict, by, now, via, row.id if each is not row else None)
        if verdict == "mistaken":
            weight = strikes.forgive(session, each.id, now)
            forgiven += weight
            look_at += _counted_later(session, each, weight)
    changed = [row.id, *(mate.id for mate in mates)]
    if verdict == "mistaken":
        _have_undone(session, changed)
    else:
        session.execute(update(FlagRow).where(FlagRow.id.in_(changed)).values(undo_due=False))
    return Ruled(Result.DECIDED, before, tuple(mate.number for mate in mates), forgiven, tuple(sorted(set(look_at))))


def show_anew(session: Session, flag_ids: Sequence[int]) -> None:
    """The cards of these flags are to be rendered anew; that of a group is its first flag's."""
    shown_by = select(func.coalesce(FlagRow.lead_id, FlagRow.id)).where(FlagRow.id.in_(flag_ids))
    session.execute(update(FlagRow).where(FlagRow.id.in_(shown_by)).values(card_wanted=FlagRow.card_wanted + 1))


def _add(
    session: Session, row: FlagRow, verdict: Verdict, by: Named, now: datetime, via: str, with_flag_id: int | None
) -> None:
    session.add(
        RulingRow(
            flag_id=row.id,
            position=len(row.rulings),
            guild_id=row.guild_id,
            verdict=verdict,
            by_id=by.id,
            by_name=by.name,
            decided_at=now,
            via=via,
            with_flag_id=with_flag_id,
        )
    )
    row.verdict, row.verdict_by_id, row.verdict_by_name, row.verdict_at = verdict, by.id, by.name, now
    session.flush()
    show_anew(session, [row.id])


def _mates(session: Session, row: FlagRow) -> list[FlagRow]:
    """The flags that the card of ``row`` shows too, as far as nobody has decided on them by themselves."""
    same = FlagRow.verdict.is_(None) if row.verdict is None else FlagRow.verdict == row.verdict
    return list(session.scalars(select(FlagRow).where(FlagRow.lead_id == row.id, same).order_by(FlagRow.id)))


def _part(session: Session, rows: Sequence[FlagRow]) -> None:
    """Make a group of their own of ``rows``, whose card is still to be posted."""
    for row in rows:
        row.lead_id = rows[0].id if row is not rows[0] else None
        row.card_due = row is rows[0]
    session.flush()


def _have_undone(session: Session, flag_ids: Sequence[int]) -> None:
    session.execute(update(FlagRow).where(FlagRow.id.in_(flag_ids)).values(undo_due=True))


def _lately(session: Session, guild_id: int, by_id: int, now: datetime) -> int:
    """The verdicts of one moderator within the last minute; a group's count as one."""
    mine = (RulingRow.guild_id == guild_id, RulingRow.by_id == by_id, RulingRow.with_flag_id.is_(None))
    wanted = select(func.count()).select_from(RulingRow).where(*mine, RulingRow.decided_at > now - MINUTE)
    return session.scalar(wanted) or 0


def _counted_later(session: Session, row: FlagRow, weight: int) -> list[int]:
    """Later flags of the member that reached a step of the strike ladder only because of these strikes."""
    if not weight:
        return []
    later = (
        select(FlagRow.number, FlagRow.struck)
        .where(FlagRow.guild_id == row.guild_id, FlagRow.author_id == row.author_id, FlagRow.id > row.id)
        .where(FlagRow.verdict.is_distinct_from("mistaken"))
        .order_by(FlagRow.id)
        .limit(LATER_FLAGS)
    )
    reached = [(number, struck) for number, struck in session.execute(later) if struck and struck.get("at") is not None]
    return [number for number, struck in reached if struck["total"] - weight < struck["at"]]
