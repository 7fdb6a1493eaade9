"""Flags that moderators see together: the same text again, and a flood that one message counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from bot.record.tables import FlagRow, StrikeRow
from bot.records import CardPlace, Named

GROUPED_WITHIN = timedelta(minutes=10)  # the same text after so long a time is a flag of its own
MEMBERS_NAMED = 10
LABELS_NAMED, CHANNELS_NAMED = 8, 5


@dataclass(frozen=True, slots=True)
class Group:
    """``count`` flags that say the same, the first of them among them, by ``authors`` members; some of these by name.

    ``texts``: in how many spellings.
    """

    count: int
    authors: int
    members: tuple[Named, ...]
    texts: int = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """What the record holds against a member so far: flags, those of them that were mistaken, and strikes."""

    flags: int = 0
    mistaken: int = 0
    strikes: int = 0


@dataclass(frozen=True, slots=True)
class Flood:
    """What one digest counts."""

    flags: int
    decided: int
    first: int  # the flags' numbers
    last: int
    since: datetime
    authors: int
    labels: tuple[tuple[str, int], ...]
    channels: tuple[tuple[Named, int], ...]


@dataclass(frozen=True, slots=True)
class ChangedDigest:
    """A digest that counts what it does not show yet: ``flags`` has their ids, and the version of each."""

    guild: Named
    place: CardPlace
    flags: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """When a flag was shown; ``place`` is None where its card was begun, and nobody knows whether it is there."""

    flag_id: int
    at: datetime
    place: CardPlace | None


def lead_of(session: Session, new: FlagRow) -> int | None:
    """The flag on whose card a new one is shown that says the same and fired the same rules; None: it gets its own."""
    alike = {
        "guild": new.guild_id,
        "alike": new.alike,
        "hashed_with": new.hashed_with,
        "since": new.created_at - GROUPED_WITHIN,
    }
    rules = _rules(new.fired)
    return next((flag_id for flag_id, fired in session.execute(_LEADS, alike) if _rules(fired) == rules), None)


# Put together once: it is executed for every flag.
_LEADS = (
    select(FlagRow.id, FlagRow.fired)
    .where(FlagRow.guild_id == bindparam("guild"))
    .where(FlagRow.alike == bindparam("alike"), FlagRow.hashed_with == bindparam("hashed_with"))
    .where(FlagRow.lead_id.is_(None), FlagRow.verdict.is_(None))
    .where(FlagRow.created_at > bindparam("since"))
    .order_by(FlagRow.id.desc())
)


def _rules(fired: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    return {(each["label"], each["source"]) for each in fired}


def group_of(session: Session, guild_id: int, lead_id: int) -> Group:
    mates = (FlagRow.guild_id == guild_id, (FlagRow.id == lead_id) | (FlagRow.lead_id == lead_id))
    different = (func.count(FlagRow.author_id.distinct()), func.count(FlagRow.text_hash.distinct()))
    flags, authors, texts = session.execute(select(func.count(), *different).where(*mates)).one()
    first = func.min(FlagRow.id)
    named = select(FlagRow.author_id, FlagRow.author_name).where(*mates).group_by(FlagRow.author_id).order_by(first)
    members = tuple(Named(*row) for row in session.execute(named.limit(MEMBERS_NAMED)))
    return Group(flags, authors, members, texts)


def standing_of(session: Session, guild_id: int, member_id: int, before_id: int, strikes_since: datetime) -> Standing:
    """Of the flags before ``before_id``; and the strikes that stand now."""
    before = (FlagRow.guild_id == guild_id, FlagRow.author_id == member_id, FlagRow.id < before_id)
    mistaken = func.count().filter(FlagRow.verdict == "mistaken")
    flags, wrong = session.execute(select(func.count(), mistaken).select_from(FlagRow).where(*before)).one()
    standing = select(func.coalesce(func.sum(StrikeRow.weight), 0)).where(
        StrikeRow.guild_id == guild_id,
        StrikeRow.member_id == member_id,
        StrikeRow.given_at > strikes_since,
        StrikeRow.forgiven_at.is_(None),
    )
    return Standing(flags, wrong, session.scalar(standing) or 0)


def flood_of(session: Session, guild_id: int, message_id: int) -> Flood | None:
    """What the digest at ``message_id`` has to say; None: it counts nothing."""
    within = (FlagRow.guild_id == guild_id, FlagRow.card_message_id == message_id, FlagRow.in_digest)
    facts = session.execute(
        select(
            func.count(),
            func.count(FlagRow.verdict),
            func.min(FlagRow.number),
            func.max(FlagRow.number),
            func.min(FlagRow.created_at),
            func.count(FlagRow.author_id.distinct()),
        ).where(*within)
    ).one()
    flags, decided, first, last, since, authors = facts
    if not flags:
        return None
    most = func.count().desc()
    label = func.json_each(FlagRow.on_labels).table_valued("value")
    labels = (
        select(label.c.value, func.count())
        .select_from(FlagRow)
        .join(label, FlagRow.id.is_not(None))
        .where(*within)
        .group_by(label.c.value)
        .order_by(most)
        .limit(LABELS_NAMED)
    )
    channels = (
        select(FlagRow.channel_id, func.max(FlagRow.channel_name), func.count())
        .where(*within)
        .group_by(FlagRow.channel_id)
        .order_by(most)
        .limit(CHANNELS_NAMED)
    )
    return Flood(
        flags=flags,
        decided=decided,
        first=first,
        last=last,
        since=since,
        authors=authors,
        labels=tuple((name, count) for name, count in session.execute(labels)),
        channels=tuple((Named(channel_id, name), count) for channel_id, name, count in session.execute(channels)),
    )
