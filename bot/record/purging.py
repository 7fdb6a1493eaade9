"""Erasing what is kept about a member or a guild, a little at a time so that flags get their turn between.

It goes from the copies of the record too, at once: nothing is done from there any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import structlog
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from bot.errors import RecordFailed
from bot.record.belongings import (
    KEPT_FROM_A_MEMBER,
    Erased,
    Whom,
    erase_catalog,
    erase_flags,
    erase_rows,
    erase_scores,
    erase_texts,
    is_decided,
    is_over,
)
from bot.record.database import BACKUP_FOLDER, open_for_migrating, plain_errors
from bot.record.migrating import check_revision
from bot.record.tables import FlagRow
from bot.record.writer import Writer

log = structlog.get_logger()


async def purge(
    writer: Writer, folder: Path, whom: Whom, *, at_once: bool, forget_numbers: Callable[[], None]
) -> Erased:
    """Erase everything about ``whom``, in the backups of the data folder too.

    Flags that are not ``is_over`` only lose their texts for now; ``waiting`` counts them. ``at_once``: none waits, and
    no cards are to be deleted, because there is nobody in the guild any more who could.
    ``forget_numbers`` is called in the transaction that deletes what scores refer to.
    """
    flags = whom.flags if at_once else and_(whom.flags, is_over())
    gone = await _erase(writer, whom, flags, keep_strikes=False, leave_cards=not at_once)
    gone += Erased(texts=await writer.do(lambda session: erase_texts(session, whom)))
    rows = await writer.do(lambda session: erase_rows(session, whom, leave_cards=not at_once))
    gone += Erased(others=rows)
    if whom.member_id is None:
        await writer.do(lambda session: erase_catalog(session, forget_numbers))
    gone += Erased(backups=await asyncio.to_thread(_purge_backups, folder, whom))
    await writer.truncate_wal()
    return gone


async def erase_own(writer: Writer, folder: Path, guild_id: int, member_id: int, *, wait: bool) -> Erased:
    """Erase what a member may ask to have erased: all but strikes, and flags that are not ``is_over``.

    ``wait``: keep those too that are undecided or under appeal. ``waiting`` counts all that stay.
    """
    whom = Whom(guild_id, member_id)
    ripe = and_(whom.flags, is_over(), is_decided()) if wait else and_(whom.flags, is_over())
    gone = await _erase(writer, whom, ripe, keep_strikes=True)
    gone += Erased(others=await writer.do(lambda session: erase_rows(session, whom, KEPT_FROM_A_MEMBER)))
    gone += Erased(backups=await asyncio.to_thread(_erase_own_in_backups, folder, whom, ripe))
    await writer.truncate_wal()
    return gone


async def _erase(
    writer: Writer, whom: Whom, flags: ColumnElement[bool], *, keep_strikes: bool, leave_cards: bool = True
) -> Erased:
    """Erase the flags for which ``flags`` holds, and the scores of ``whom``."""

    def erase(session: Session) -> Erased:
        return erase_flags(session, flags, keep_strikes=keep_strikes, leave_cards=leave_cards)

    gone = Erased()
    while (some := await writer.do(erase)).flags:
        gone += some
    last = 0
    while (found := await writer.do(lambda session, after=last: erase_scores(session, whom, after))) is not None:  # type: ignore[misc]
        last, scores = found
        gone += Erased(scores=scores)
    waiting = select(func.count()).select_from(FlagRow).where(whom.flags)
    return replace(gone, waiting=await writer.do(lambda session: session.scalar(waiting) or 0))


def _purge_backups(folder: Path, whom: Whom) -> int:
    def erase(session: Session) -> None:
        _erase_all(session, whom, whom.flags, keep_strikes=False)
        erase_rows(session, whom)
        if whom.member_id is None:
            erase_catalog(session, lambda: None)

    return _in_backups(folder, erase)


def _erase_own_in_backups(folder: Path, whom: Whom, ripe: ColumnElement[bool]) -> int:
    def erase(session: Session) -> None:
        _erase_all(session, whom, ripe, keep_strikes=True)
        erase_rows(session, whom, KEPT_FROM_A_MEMBER)

    return _in_backups(folder, erase)


def _erase_all(session: Session, whom: Whom, flags: ColumnElement[bool], *, keep_strikes: bool) -> None:
    while erase_flags(session, flags, keep_strikes=keep_strikes).flags:
        pass
    last = 0
    while found := erase_scores(session, whom, last):
        last, _ = found


def _in_backups(folder: Path, erase: Callable[[Session], None]) -> int:
    """Do the same in every copy of the record; one that cannot be changed is deleted. Returns how many there were."""
    backups = sorted((folder / BACKUP_FOLDER).glob("record-*.sqlite"))
    for backup in backups:
        try:
            _in_backup(backup, erase)
        except RecordFailed as error:
            log.warning("backup deleted", path=str(backup), why=str(error))
            with plain_errors(backup):
                backup.unlink()
    return len(backups)


def _in_backup(backup: Path, erase: Callable[[Session], None]) -> None:
    with plain_errors(backup):
        engine = open_for_migrating(backup)
        with engine.connect() as connection:
            check_revision(connection, backup)
        with Session(engine) as session, session.begin():
            erase(session)
