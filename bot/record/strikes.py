"""Strikes as rows: given with a flag, in its own transaction, and taken back with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.record.changing import change
from bot.record.tables import FlagRow, StrikeRow
from bot.records import Named, Strike


def strikes_of(session: Session, guild_id: int, member_id: int, since: datetime) -> tuple[Strike, ...]:
    """The strikes that stand against a member of those given after ``since``, oldest first."""
    wanted = (
        select(StrikeRow.number, StrikeRow.weight, StrikeRow.given_at)
        .where(
            StrikeRow.guild_id == guild_id,
            StrikeRow.member_id == member_id,
            StrikeRow.given_at > since,
            StrikeRow.forgiven_at.is_(None),
        )
        .order_by(StrikeRow.id)
    )
    return tuple(Strike(*row) for row in session.execute(wanted))


@dataclass(frozen=True, slots=True)
class Standing:
    """The strikes that stand against a member of a guild, by the name at their last flag, if that is still kept."""

    guild: Named
    member: Named
    strikes: tuple[Strike, ...]

    @property
    def total(self) -> int:
        return sum(strike.weight for strike in self.strikes)


def standing_in(
    session: Session, since: datetime, guild_id: int | None = None, member_id: int | None = None
) -> list[Standing]:
    """Who has strikes that were given after ``since``."""
    wanted = (
        select(StrikeRow, FlagRow.guild_name, FlagRow.author_name)
        .outerjoin(FlagRow, FlagRow.id == StrikeRow.flag_id)
        .where(StrikeRow.given_at > since, StrikeRow.forgiven_at.is_(None))
        .order_by(StrikeRow.guild_id, StrikeRow.member_id, StrikeRow.id)
    )
    if guild_id is not None:
        wanted = wanted.where(StrikeRow.guild_id == guild_id)
    if member_id is not None:
        wanted = wanted.where(StrikeRow.member_id == member_id)
    found: list[Standing] = []
    for (guild, member), rows in groupby(
        session.execute(wanted).all(), lambda row: (row[0].guild_id, row[0].member_id)
    ):
        each = list(rows)
        guild_name, name = next(((row[1], row[2]) for row in reversed(each) if row[2]), ("", ""))
        strikes = tuple(Strike(row.number, row.weight, row.given_at) for row, _, _ in each)
        found.append(Standing(Named(guild, guild_name), Named(member, name), strikes))
    return found


def give(session: Session, flag: FlagRow, weight: int) -> None:
    """Give the author of ``flag`` strikes."""
    session.add(
        StrikeRow(
            flag_id=flag.id,
            number=flag.number,
            guild_id=flag.guild_id,
            member_id=flag.author_id,
            weight=weight,
            given_at=flag.created_at,
        )
    )


def forgive(session: Session, flag_id: int, now: datetime) -> int:
    """Take the strikes of a flag back; how many that were, 0 if it gave none or they are taken back already."""
    of_flag = (StrikeRow.flag_id == flag_id, StrikeRow.forgiven_at.is_(None))
    weight = session.scalar(select(StrikeRow.weight).where(*of_flag)) or 0
    change(session, update(StrikeRow).where(*of_flag).values(forgiven_at=now))
    return weight


def forgive_of_member(session: Session, guild_id: int, member_id: int, number: int, now: datetime) -> int:
    """As ``forgive``, by the number of the flag, which may be erased by now."""
    those = (
        StrikeRow.guild_id == guild_id,
        StrikeRow.member_id == member_id,
        StrikeRow.number == number,
        StrikeRow.forgiven_at.is_(None),
    )
    weight = session.scalar(select(StrikeRow.weight).where(*those)) or 0
    change(session, update(StrikeRow).where(*those).values(forgiven_at=now))
    return weight


def forgive_all_of_member(session: Session, guild_id: int, member_id: int, now: datetime) -> int:
    """Take all strikes of a member back; how many that were."""
    those = (StrikeRow.guild_id == guild_id, StrikeRow.member_id == member_id, StrikeRow.forgiven_at.is_(None))
    weight = session.scalar(select(func.sum(StrikeRow.weight)).where(*those)) or 0
    change(session, update(StrikeRow).where(*those).values(forgiven_at=now))
    return int(weight)


def withhold(session: Session, flag_id: int) -> None:
    """As if the flag had been held back from the start."""
    session.execute(delete(StrikeRow).where(StrikeRow.flag_id == flag_id))
    flag = session.get_one(FlagRow, flag_id)
    if flag.struck:
        flag.struck = flag.struck | {"given": 0}


def forget(session: Session, given_before: datetime) -> None:
    """Delete the strikes that no rule counts any more."""
    change(session, delete(StrikeRow).where(StrikeRow.given_at <= given_before))
