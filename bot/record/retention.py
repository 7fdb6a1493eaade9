"""Deleting what is past its time, a little at a time so that flags get their turn between."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import and_, delete, exists, select, tuple_, update
from sqlalchemy.orm import Session

from bot.record import copies
from bot.record.belongings import ON_APPEALS_CARD, ON_FLAGS_CARD, erase_flags, is_over
from bot.record.changing import change
from bot.record.migrating import BACKUPS_KEPT_FOR
from bot.record.options import RetentionOptions
from bot.record.tables import AppealRow, FlagRow, ScoreRow, SealedTextRow
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
    flags: int = 0


async def expire(writer: Writer, folder: Path, options: RetentionOptions, now: datetime) -> Expired:
    """Delete the texts, scores and backups in the data folder ``folder`` whose time is over at ``now``."""
    texts = await _delete_texts(writer, now - options.text)
    scores = 0
    while count := await writer.do(lambda session: _delete_scores(session, now - options.scores)):
        scores += count
    flags = await _delete_flags(writer, now - options.flags)
    oldest_backup = now - min(options.text, BACKUPS_KEPT_FOR)
    backups = await asyncio.to_thread(
        copies.trim, folder, made_before=oldest_backup, written_before=now - options.text, now=now
    )
    return Expired(texts, scores, backups, await writer.truncate_wal(), flags)


async def _delete_texts(writer: Writer, written_before: datetime) -> int:
    texts = 0
    while count := await writer.do(lambda session: _delete_some_texts(session, written_before)):
        texts += count
    return texts


def _delete_some_texts(session: Session, written_before: datetime) -> int:
    place = (SealedTextRow.flag_id, SealedTextRow.what)
    some = session.execute(select(*place).where(SealedTextRow.written_at < written_before).limit(TEXTS_TOGETHER)).all()
    count = change(session, delete(SealedTextRow).where(tuple_(*place).in_([tuple(row) for row in some])))
    _draw_the_rest_anew(session, {flag_id for flag_id, _ in some})
    return count


def _draw_the_rest_anew(session: Session, flag_ids: set[int]) -> None:
    """Cards that go on showing another text, such as a later note; those that show none are ``hide_texts``'s."""
    flags = (FlagRow.id.in_(flag_ids), FlagRow.card_has_text, exists().where(ON_FLAGS_CARD))
    change(session, update(FlagRow).where(*flags).values(card_wanted=FlagRow.card_wanted + 1))
    appeals = (AppealRow.flag_id.in_(flag_ids), AppealRow.card_has_text, exists().where(ON_APPEALS_CARD))
    change(session, update(AppealRow).where(*appeals).values(card_due=True))


async def _delete_flags(writer: Writer, created_before: datetime) -> int:
    """Their cards stay where they are: by then they show no text."""
    old = and_(FlagRow.created_at < created_before, is_over(), ~FlagRow.card_has_text)
    flags = 0
    while count := (
        await writer.do(lambda session: erase_flags(session, old, keep_strikes=True, leave_cards=False))
    ).flags:
        flags += count
    return flags


def _delete_scores(session: Session, seen_before: datetime) -> int:
    some = select(ScoreRow.id).where(ScoreRow.seen_at < seen_before).order_by(ScoreRow.seen_at).limit(SCORES_TOGETHER)
    return change(session, delete(ScoreRow).where(ScoreRow.id.in_(some)))
