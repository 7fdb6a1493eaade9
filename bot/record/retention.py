"""Deleting what is past its time, a little at a time so that flags get their turn between."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, delete, select
from sqlalchemy.orm import Session

from bot.record.migrating import BACKUPS_KEPT_FOR, delete_backups
from bot.record.options import RetentionOptions
from bot.record.tables import FlagRow, ScoreRow, SealedTextRow
from bot.record.writer import Writer

TEXTS_TOGETHER = 500
SCORES_TOGETHER = 2_000


@dataclass(frozen=True, slots=True)
class Expired:
    """How many of each were deleted. ``wal_emptied`` False: a reader was in the way, some bytes go at the next try."""

    texts: int
    scores: int
    backups: int
    wal_emptied: bool


async def expire(writer: Writer, folder: Path, options: RetentionOptions, now: datetime) -> Expired:
    """Delete the texts, scores and backups in the data folder ``folder`` whose time is over at ``now``."""
    texts = await _delete_texts(writer, FlagRow.created_at < now - options.text)
    scores = 0
    while count := await writer.do(lambda session: _delete_scores(session, now - options.scores)):
        scores += count
    oldest_backup = now - min(options.text, BACKUPS_KEPT_FOR)
    backups = await asyncio.to_thread(delete_backups, folder, oldest_backup)
    return Expired(texts, scores, backups, await writer.truncate_wal())


async def erase_texts(writer: Writer, folder: Path, guild_id: int, member_id: int, now: datetime) -> Expired:
    """Delete the texts of one member in one guild, and all backups, which may hold them too."""
    texts = await _delete_texts(writer, FlagRow.guild_id == guild_id, FlagRow.author_id == member_id)
    backups = await asyncio.to_thread(delete_backups, folder, now)
    return Expired(texts, 0, backups, await writer.truncate_wal())


async def _delete_texts(writer: Writer, *of_flags: ColumnElement[bool]) -> int:
    texts = 0
    while count := await writer.do(lambda session: _delete_some_texts(session, of_flags)):
        texts += count
    return texts


def _delete_some_texts(session: Session, of_flags: tuple[ColumnElement[bool], ...]) -> int:
    some = select(SealedTextRow.flag_id).join(FlagRow, FlagRow.id == SealedTextRow.flag_id).where(*of_flags)
    return _count(session, delete(SealedTextRow).where(SealedTextRow.flag_id.in_(some.limit(TEXTS_TOGETHER))))


def _delete_scores(session: Session, seen_before: datetime) -> int:
    some = select(ScoreRow.id).where(ScoreRow.seen_at < seen_before).order_by(ScoreRow.seen_at).limit(SCORES_TOGETHER)
    return _count(session, delete(ScoreRow).where(ScoreRow.id.in_(some)))


def _count(session: Session, statement: Any) -> int:
    result = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)  # noqa: S101 - what a DELETE gives
    return result.rowcount
