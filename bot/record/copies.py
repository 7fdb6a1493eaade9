"""The copies of the record in its folder of backups: they hold texts too, and no text may outlive its time in one."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.record.backup import RESTORE_PREFIX
from bot.record.database import BACKUP_FOLDER, plain_errors
from bot.record.migrating import UNFINISHED, delete_backups, made_at
from bot.record.tables import EPOCH, MILLISECOND

UNREADABLE_KEPT_FOR = timedelta(hours=24)  # a copy whose texts cannot be deleted one by one goes as a whole

log = structlog.get_logger()


def trim(folder: Path, *, made_before: datetime, written_before: datetime, now: datetime) -> int:
    """Delete the copies that are older, and from the others the texts that are; gives how many copies were deleted."""
    deleted = delete_backups(folder, made_before)
    with plain_errors(folder / BACKUP_FOLDER):
        for copy in _copies(folder):
            try:
                _delete_texts(copy, written_before)
            except sqlite3.Error as error:
                if made_at(copy) < now - UNREADABLE_KEPT_FOR:
                    copy.unlink()
                    deleted += 1
                else:
                    log.warning("texts of a backup cannot be deleted yet", backup=str(copy), why=str(error))
    return deleted


def delete_unfinished(folder: Path) -> None:
    """Delete what a process that was killed left half-made. Only under the folder's lock: nobody else is making one."""
    with plain_errors(folder):
        for path in (folder / BACKUP_FOLDER).glob(f"*{UNFINISHED}*"):
            path.unlink()
        for path in folder.glob(f"{RESTORE_PREFIX}*"):
            shutil.rmtree(path)


def _copies(folder: Path) -> list[Path]:
    return sorted((folder / BACKUP_FOLDER).glob("record-*.sqlite"))


def _delete_texts(copy: Path, written_before: datetime) -> None:
    """Overwritten, as in the record itself. A copy may be of older tables than this version's."""
    before = (written_before - EPOCH) // MILLISECOND
    uri = copy.absolute().as_uri() + "?mode=rw"
    with closing(sqlite3.connect(uri, uri=True)) as connection, connection:
        columns = {row[1] for row in connection.execute("PRAGMA table_info(sealed_texts)")}
        if not columns:
            connection.execute("SELECT count(*) FROM sqlite_master")  # raises where this is no database
            return
        connection.execute("PRAGMA secure_delete = ON")
        old = "SELECT id FROM flags WHERE created_at < ?"
        condition = "written_at < ?" if "written_at" in columns else f"flag_id IN ({old})"
        connection.execute(f"DELETE FROM sealed_texts WHERE {condition}", (before,))  # noqa: S608 - our own words
