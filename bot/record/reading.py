"""What can be asked of a record, by a running bot and by the command line beside it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from bot.errors import RecordFailed
from bot.record.database import DATABASE_NAME, disposed, open_for_reading, plain_errors
from bot.record.guild_reading import GuildReading
from bot.record.migrating import check_revision
from bot.record.notes import Tally, note_of, tally
from bot.record.packing import unpack
from bot.record.rows import flag_from
from bot.record.scores import ScoredPost
from bot.record.strikes import Standing, standing_in, strikes_of
from bot.record.tables import FlagRow, ModelRow, NameRow, OutcomeRow, PlaceRow, ReadingRow, RoleSetRow, ScoreRow
from bot.record.vault import Vault, find_keys, texts_per_key
from bot.records import BY_REPORT, Flag, Named, Remark, Scores, Status, Strike, ViewScores, is_id
from bot.texts.saying import Said

T = TypeVar("T")

FLAGS_TOGETHER = 200
SCORES_TOGETHER = 1_000


@dataclass(frozen=True, slots=True)
class FlagFilter:
    """Which flags are wanted; None asks nothing.

    ``channel`` and ``member`` are ids or names, in any case, with or without ``#`` or ``@``; a channel's threads are
    in it. ``author_id``: a member's id, never a name that looks like one. ``label``: one that was on, or
    the rule of flags that people raised. ``verdict``: ``none`` for flags still waiting for one. ``before_number``
    and ``after_number`` count in one guild, so they want ``guild_id``.
    """

    guild_id: int | None = None
    channel: str | int | None = None
    member: str | int | None = None
    author_id: int | None = None
    label: str | None = None
    since: datetime | None = None
    verdict: Literal["upheld", "mistaken", "none"] | None = None
    limit: int = 50
    number: int | None = None
    before_number: int | None = None
    after_number: int | None = None
    before_id: int | None = None

    def __post_init__(self) -> None:
        if (self.before_number, self.after_number) != (None, None) and self.guild_id is None:
            raise ValueError("a number needs a guild_id: flags are numbered per guild")


class Reading(GuildReading):
    """A record opened for questions. Every answer is of one moment; none waits for a writer."""

    def __init__(self, database: Path, engine: AsyncEngine, vault: Vault) -> None:
        self._database = database
        self._reader = engine
        self._vault = vault

    @property
    def key_trouble(self) -> str | None:
        """A sentence when the key is missing or not the right one; some texts are then None, and new ones not kept."""
        return self._vault.trouble

    @property
    def key_trouble_told(self) -> Said:
        """What of ``key_trouble`` is read in Discord."""
        return self._vault.told

    async def flag(self, guild_id: int, number: int) -> Flag | None:
        wanted = select(FlagRow).where(FlagRow.guild_id == guild_id, FlagRow.number == number)
        return next(iter(await self._flags(wanted)), None)

    async def flags(self, wanted: FlagFilter = FlagFilter()) -> list[Flag]:
        """The newest flags that ``wanted`` lets through, at most its ``limit``: newest first.

        After a number, the oldest ones, in the same order.
        """
        fitting = select(FlagRow).where(*_conditions(wanted)).limit(wanted.limit)
        if wanted.after_number is not None:
            return list(reversed(await self._flags(fitting.order_by(FlagRow.id))))
        return await self._flags(fitting.order_by(FlagRow.id.desc()))

    async def every_flag(self, wanted: FlagFilter = FlagFilter()) -> AsyncGenerator[Flag, None]:
        """As ``flags``, but all of them, whatever the ``limit``, holding only a few in memory."""
        page = replace(wanted, limit=FLAGS_TOGETHER)
        while flags := await self.flags(page):
            for flag in flags:
                yield flag
            page = replace(page, before_id=flags[-1].id)

    async def flag_count(self, guild_id: int | None = None, author_id: int | None = None) -> int:
        those = FlagFilter(guild_id=guild_id, author_id=author_id)
        wanted = select(func.count()).select_from(FlagRow).where(*_conditions(those))
        return await self._read(lambda session: session.scalar(wanted) or 0)

    async def labels(self, guild_id: int | None = None) -> list[str]:
        """Every label that a flag has a probability of."""
        view = func.json_each(FlagRow.views).table_valued("value", name="view")
        label = func.json_each(view.c.value, "$[2]").table_valued("key", name="label")
        wanted = select(label.c.key).select_from(FlagRow).join(view, true()).join(label, true()).distinct()
        if guild_id is not None:
            wanted = wanted.where(FlagRow.guild_id == guild_id)
        return await self._read(lambda session: sorted(session.scalars(wanted)))

    async def unfinished(self, limit: int = FLAGS_TOGETHER, after_id: int = 0) -> list[Flag]:
        """Flags that are not closed, oldest first; go on with ``after_id``, the id of the last one."""
        wanted = select(FlagRow).where(FlagRow.closed_at.is_(None), FlagRow.id > after_id)
        return await self._flags(wanted.order_by(FlagRow.id).limit(limit))

    async def without_card(self, limit: int = FLAGS_TOGETHER, after_id: int = 0) -> list[Flag]:
        """Closed flags whose card is still to be posted, oldest first."""
        wanted = select(FlagRow).where(FlagRow.card_due, FlagRow.closed_at.is_not(None), FlagRow.id > after_id)
        return await self._flags(wanted.order_by(FlagRow.id).limit(limit))

    async def is_without_card(self, flag: Flag) -> bool:
        """Whether the card of a flag is still to be posted."""
        wanted = select(FlagRow.id).where(FlagRow.id == flag.id, FlagRow.card_due)
        return await self._read(lambda session: session.scalar(wanted) is not None)

    async def due(self, now: datetime, limit: int = FLAGS_TOGETHER) -> list[tuple[Flag, int]]:
        """The actions that are to be taken back by ``now``, those that waited longest first: flag and position."""
        wanted = (
            select(FlagRow, OutcomeRow.position)
            .join(OutcomeRow, OutcomeRow.flag_id == FlagRow.id)
            .where(OutcomeRow.due_at <= now, OutcomeRow.status == Status.DONE)
            .order_by(OutcomeRow.due_at)
            .limit(limit)
        )
        return await self._read(
            lambda session: [(self._flag_of(row), position) for row, position in session.execute(wanted)]
        )

    async def guilds(self) -> list[Named]:
        """The guilds that have flags, by the names they had at their last one."""
        newest = select(func.max(FlagRow.id)).group_by(FlagRow.guild_id)
        wanted = select(FlagRow.guild_id, FlagRow.guild_name).where(FlagRow.id.in_(newest)).order_by(FlagRow.guild_id)
        return await self._read(lambda session: [Named(*row) for row in session.execute(wanted)])

    async def strikes(self, guild_id: int, member_id: int, since: datetime) -> tuple[Strike, ...]:
        """The strikes that stand against a member, oldest first: those given after ``since`` and not forgiven."""
        return await self._read(lambda session: strikes_of(session, guild_id, member_id, since))

    async def standing_strikes(
        self, since: datetime, guild_id: int | None = None, member_id: int | None = None
    ) -> list[Standing]:
        """Who has strikes that were given after ``since`` and not forgiven, and which."""
        return await self._read(lambda session: standing_in(session, since, guild_id, member_id))

    async def note(self, guild_id: int, what: str) -> str | None:
        """The state in which ``what`` was last told to a guild; None: never."""
        return await self._read(lambda session: note_of(session, guild_id, what))

    async def tally(self, guild_id: int, since: datetime, until: datetime, *, channels: int = 5) -> Tally:
        """What was flagged in a guild from ``since`` to before ``until``, in numbers."""
        return await self._read(lambda session: tally(session, guild_id, since, until, channels))

    async def score_count(self, guild_id: int | None = None, author_id: int | None = None) -> int:
        wanted = select(func.count()).select_from(ScoreRow)
        if author_id is not None:
            wanted = wanted.where(ScoreRow.author_id == author_id)
        if guild_id is not None:
            wanted = wanted.join(PlaceRow, PlaceRow.id == ScoreRow.place_id).where(PlaceRow.guild_id == guild_id)
        return await self._read(lambda session: session.scalar(wanted) or 0)

    async def scores(
        self, guild_id: int, since: datetime | None = None, author_id: int | None = None
    ) -> AsyncIterator[ScoredPost]:
        """What was scored in a guild, oldest first, with today's names and probabilities to four decimals."""
        last = 0
        while True:
            page = await self._read(
                lambda session, after=last: _scored_posts(session, guild_id, since, after, author_id)  # type: ignore[misc]
            )
            if not page:
                return
            for _row_id, post in page:
                yield post
            last = page[-1][0]

    async def last_messages(self, guild_id: int, since: datetime, until: datetime) -> dict[int, int]:
        """Channel id → the newest message scored there in that time; without any, 0 for each channel ever scored in.

        Nothing for a guild of which nothing was scored before ``until``.
        """
        places = select(PlaceRow.id, PlaceRow.channel_id).where(PlaceRow.guild_id == guild_id)
        newest = (
            select(PlaceRow.channel_id, func.max(ScoreRow.message_id))
            .join(PlaceRow, PlaceRow.id == ScoreRow.place_id)
            .where(PlaceRow.guild_id == guild_id, ScoreRow.seen_at >= since, ScoreRow.seen_at < until)
            .group_by(PlaceRow.channel_id)
        )
        theirs = select(PlaceRow.id).where(PlaceRow.guild_id == guild_id)
        earlier = select(ScoreRow.id).where(ScoreRow.place_id.in_(theirs), ScoreRow.seen_at < until).limit(1)

        def ask(session: Session) -> dict[int, int]:
            if session.scalar(earlier) is None:
                return {}
            return {row.channel_id: 0 for row in session.execute(places)} | dict(session.execute(newest).all())

        return await self._read(ask)

    async def _flags(self, wanted: Select[FlagRow]) -> list[Flag]:
        return await self._read(lambda session: [self._flag_of(row) for row in session.scalars(wanted)])

    def _flag_of(self, row: FlagRow) -> Flag:
        """The flag of ``row`` with its texts, as far as the key is at hand."""
        remarks = [
            Remark(Named(remark.by_id, remark.by_name), remark.written_at, self._vault.open(remark.sealed))
            for remark in row.remarks
        ]
        return flag_from(row, self._vault.open(row.sealed), remarks)

    async def _read(self, question: Callable[[Session], T]) -> T:
        with plain_errors(self._database):
            async with AsyncSession(self._reader) as session:
                return await session.run_sync(question)


@asynccontextmanager
async def opened(folder: Path, key_file: Path) -> AsyncIterator[Reading]:
    """The record in ``folder``, without its lock; makes, migrates and changes nothing. Raises ``RecordFailed``."""
    database = folder / DATABASE_NAME
    if not await asyncio.to_thread(database.exists):
        raise RecordFailed(f"{folder} holds no record yet: start the bot on it once")
    async with disposed(open_for_reading(database)) as engine:
        with plain_errors(database):
            async with AsyncSession(engine) as session:
                await session.run_sync(lambda session: check_revision(session.connection(), database))
                sealed = await session.run_sync(texts_per_key)
        yield Reading(database, engine, await asyncio.to_thread(find_keys, key_file, sealed))


def _conditions(wanted: FlagFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.guild_id is not None:
        conditions.append(FlagRow.guild_id == wanted.guild_id)
    if wanted.channel is not None:
        channel = _means(wanted.channel, FlagRow.channel_id, FlagRow.channel_name)
        conditions.append(or_(channel, _means(wanted.channel, FlagRow.parent_id, FlagRow.parent_name)))
    if wanted.member is not None:
        conditions.append(_means(wanted.member, FlagRow.author_id, FlagRow.author_name))
    if wanted.author_id is not None:
        conditions.append(FlagRow.author_id == wanted.author_id)
    if wanted.label is not None:
        conditions.append(_has_label(wanted.label))
    if wanted.since is not None:
        conditions.append(FlagRow.created_at >= wanted.since)
    if wanted.verdict is not None:
        verdict = None if wanted.verdict == "none" else wanted.verdict
        conditions.append(FlagRow.verdict.is_(None) if verdict is None else FlagRow.verdict == verdict)
    if wanted.number is not None:
        conditions.append(FlagRow.number == wanted.number)
    if wanted.before_number is not None:
        conditions.append(FlagRow.number < wanted.before_number)
    if wanted.after_number is not None:
        conditions.append(FlagRow.number > wanted.after_number)
    if wanted.before_id is not None:
        conditions.append(FlagRow.id < wanted.before_id)
    return conditions


def _has_label(label: str) -> ColumnElement[bool]:
    """It was on, or it is the rule by which people raised the flag; one that they reported later counts, too."""
    on = func.json_each(FlagRow.on_labels).table_valued("value", name="on_label")
    fired = func.json_each(FlagRow.fired).table_valued("value", name="fired")
    has_it = [
        select(on.c.value).where(on.c.value == label).exists(),
        select(fired.c.value).where(func.json_extract(fired.c.value, "$.label") == label).exists(),
    ]
    return or_(*has_it, FlagRow.reports > 0) if label == BY_REPORT else or_(*has_it)


def _means(reference: str | int, id_column: Any, name_column: Any) -> ColumnElement[bool]:
    """As ``Named.answers_to``, asked of the database."""
    text = str(reference).strip().lstrip("#@").casefold()
    by_name: ColumnElement[bool] = func.casefold(name_column) == text
    return or_(id_column == int(text), by_name) if is_id(text) else by_name


def _scored_posts(
    session: Session, guild_id: int, since: datetime | None, after: int, author_id: int | None
) -> list[tuple[int, ScoredPost]]:
    wanted = (
        select(ScoreRow, PlaceRow, RoleSetRow.roles, ModelRow)
        .join(PlaceRow, PlaceRow.id == ScoreRow.place_id)
        .join(RoleSetRow, RoleSetRow.id == ScoreRow.role_set_id)
        .join(ModelRow, ModelRow.id == ScoreRow.model_id)
        .where(and_(PlaceRow.guild_id == guild_id, ScoreRow.id > after))
        .order_by(ScoreRow.id)
        .limit(SCORES_TOGETHER)
    )
    if since is not None:
        wanted = wanted.where(ScoreRow.seen_at >= since)
    if author_id is not None:
        wanted = wanted.where(ScoreRow.author_id == author_id)
    rows = session.execute(wanted).all()
    names = _names(session, {number for _, place, roles, _ in rows for number in _ids(place, roles)})
    readings = {row.id: row for row in session.scalars(select(ReadingRow))}
    return [
        (score.id, _scored_post(score, place, roles, model, names, readings)) for score, place, roles, model in rows
    ]


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    rows = session.execute(select(NameRow.id, NameRow.name).where(NameRow.id.in_(ids)))
    return dict(rows.all())


def _ids(place: PlaceRow, roles: str) -> list[int]:
    return [place.guild_id, place.channel_id, place.parent_id, place.category_id, *_role_ids(roles)]


def _role_ids(roles: str) -> list[int]:
    return [int(role) for role in roles.split(",") if role]


def _scored_post(
    score: ScoreRow,
    place: PlaceRow,
    roles: str,
    model: ModelRow,
    names: dict[int, str],
    readings: dict[int, ReadingRow],
) -> ScoredPost:
    def named(number: int) -> Named:
        return Named(number, names.get(number, ""))

    views = tuple(
        ViewScores(readings[reading].surface, readings[reading].view, labels)
        for reading, labels in unpack(score.views, json.loads(model.labels))
    )
    return ScoredPost(
        guild=named(place.guild_id),
        channel=named(place.channel_id),
        author_id=score.author_id,
        roles=tuple(named(role) for role in _role_ids(roles)),
        message_id=score.message_id,
        scores=Scores(model.name, views, score.unscored),
        seen_at=score.seen_at,
        parent=named(place.parent_id) if place.parent_id else None,
        category=named(place.category_id) if place.category_id else None,
        is_edit=score.is_edit,
    )
