"""The scores of every post: buffered in memory, written together, at most a second late."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from types import TracebackType
from typing import Any, Self

import structlog
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.errors import RecordFailed
from bot.record.packing import labels_of, pack
from bot.record.tables import ModelRow, NameRow, PlaceRow, ReadingRow, RoleSetRow, ScoreRow
from bot.record.writer import Writer
from bot.records import Named, Post, Scores
from bot.rounds import heard

GROUP_SECONDS = 1.0  # what a crash may cost
POSTS_TOGETHER = 250  # rows are prepared on the event loop, a few milliseconds a group
POSTS_KEPT = 20_000  # while the database does not take them
ENTRIES_KNOWN = 50_000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ScoredPost:
    """The scores of one post and all that rules look at, without its text. ``seen_at``: when it was scored."""

    guild: Named
    channel: Named
    author_id: int
    roles: tuple[Named, ...]
    message_id: int
    scores: Scores
    seen_at: datetime
    parent: Named | None = None
    category: Named | None = None
    is_edit: bool = False

    @classmethod
    def of(cls, post: Post, scores: Scores, seen_at: datetime) -> ScoredPost:
        return cls(
            guild=post.guild,
            channel=post.channel,
            author_id=post.author.id,
            roles=tuple(sorted(post.author.roles, key=lambda role: role.id)),
            message_id=post.message_id,
            scores=scores,
            seen_at=seen_at,
            parent=post.parent,
            category=post.category,
            is_edit=post.is_edit,
        )

    @property
    def named(self) -> Iterable[Named]:
        yield from (self.guild, self.channel, *self.roles)
        yield from (place for place in (self.parent, self.category) if place)


class ScoreBuffer:
    """Takes scores without waiting and commits them in groups.

    What the database does not take is kept and tried again with the next group. Over ``POSTS_KEPT`` the oldest are
    given up; ``dropped`` counts them.
    """

    def __init__(self, writer: Writer) -> None:
        self.dropped = 0
        self._writer = writer
        self._posts: deque[ScoredPost] = deque()
        self._forgotten = 0  # how often the numbers that are known were
        self._known: tuple[int, dict[Hashable, Any]] = (0, {})  # they, and how often that was before
        self._wake = asyncio.Event()
        self._closing = asyncio.Event()
        self._flushing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="record scores")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is left; what the database refuses now is lost, and counted."""
        self._closing.set()
        self._wake.set()
        if self._task is not None:
            await self._task
        if self._posts:
            self._drop(len(self._posts))

    def add(self, post: ScoredPost) -> None:
        self._posts.append(post)
        if len(self._posts) > POSTS_KEPT:
            self._drop(1)
        self._wake.set()

    def forget_numbers(self) -> None:
        """Ask the database anew for the numbers of places, roles and models; to be called as rows are deleted there."""
        self._forgotten += 1

    async def flush(self) -> None:
        """Write all that waits now. Raises ``RecordFailed``; what could not be written is kept."""
        async with self._flushing:
            while self._posts:
                group = list(islice(self._posts, POSTS_TOGETHER))
                try:
                    await self._write(group)
                except RecordFailed:
                    raise
                except Exception:
                    log.exception("scores that no table takes; writing them one by one")
                    for post in group:
                        await self._write_or_drop(post)

    async def _run(self) -> None:
        while not self._closing.is_set():
            await self._wake.wait()
            await heard(self._closing, GROUP_SECONDS)
            self._wake.clear()
            try:
                await self.flush()
            except RecordFailed as error:
                log.warning("scores are kept in memory", posts=len(self._posts), reason=str(error))
                self._wake.set()

    async def _write(self, group: list[ScoredPost]) -> None:
        as_of, known = await self._writer.do(lambda session: self._insert(session, group))
        self._known = (as_of, known if len(known) < ENTRIES_KNOWN else {})
        self._forget(group)

    def _insert(self, session: Session, group: list[ScoredPost]) -> tuple[int, dict[Hashable, Any]]:
        as_of, known = self._known
        is_known = as_of == self._forgotten  # else some of it may have been deleted since
        return self._forgotten, _insert(session, group, dict(known) if is_known else {})

    async def _write_or_drop(self, post: ScoredPost) -> None:
        try:
            await self._write([post])
        except RecordFailed:
            raise
        except Exception:
            self.dropped += 1
            self._forget([post])

    def _forget(self, group: list[ScoredPost]) -> None:
        """Take a written group out, less those that were given up in the meantime."""
        done = {id(post) for post in group}
        while self._posts and id(self._posts[0]) in done:
            self._posts.popleft()

    def _drop(self, count: int) -> None:
        if self.dropped % POSTS_TOGETHER == 0:
            log.warning("scores are lost, the record does not take them", lost_so_far=self.dropped + count)
        self.dropped += count
        for _ in range(count):
            self._posts.popleft()


def _insert(session: Session, group: list[ScoredPost], known: dict[Hashable, Any]) -> dict[Hashable, Any]:
    """Insert a group; returns ``known`` (numbers and names already in the database) with what was new."""
    catalog = _Catalog(session, known)
    session.execute(insert(ScoreRow), [_row(post, catalog) for post in group])
    return known


def _row(post: ScoredPost, catalog: _Catalog) -> dict[str, Any]:
    for named in post.named:
        catalog.name(named)
    labels = labels_of(post.scores)
    return {
        "seen_at": post.seen_at,
        "place_id": catalog.number(
            PlaceRow,
            guild_id=post.guild.id,
            channel_id=post.channel.id,
            parent_id=post.parent.id if post.parent else 0,
            category_id=post.category.id if post.category else 0,
        ),
        "author_id": post.author_id,
        "role_set_id": catalog.number(RoleSetRow, roles=",".join(str(role.id) for role in post.roles)),
        "message_id": post.message_id,
        "is_edit": post.is_edit,
        "model_id": catalog.number(ModelRow, name=post.scores.model, labels=json.dumps(labels)),
        "unscored": post.scores.unscored,
        "views": pack(
            post.scores, labels, lambda surface, view: catalog.number(ReadingRow, surface=surface, view=view)
        ),
    }


class _Catalog:
    """Numbers what repeats, asking the database once for each."""

    def __init__(self, session: Session, known: dict[Hashable, Any]) -> None:
        self._session = session
        self._known = known

    def number(self, table: type[PlaceRow | RoleSetRow | ModelRow | ReadingRow], **columns: Any) -> int:
        key = (table, *columns.values())
        number: int | None = self._known.get(key)
        if number is None:
            number = self._session.scalar(select(table.id).filter_by(**columns))
        if number is None:
            row: Any = table(**columns)
            self._session.add(row)
            self._session.flush()
            number = int(row.id)
        self._known[key] = number
        return number

    def name(self, named: Named) -> None:
        key = (NameRow, named.id)
        if self._known.get(key) == named.name:
            return
        row = self._session.get(NameRow, named.id)
        if row is None:
            self._session.add(NameRow(id=named.id, name=named.name))
        else:
            row.name = named.name
        self._known[key] = named.name
