"""Bringing a database to the tables of this version, with a copy of it made before."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect

from bot.errors import RecordFailed
from bot.record.database import BACKUP_FOLDER, open_for_migrating, plain_errors
from bot.record.sealing import sync_folder

MIGRATIONS = Path(__file__).parent / "migrations"
BACKUPS_KEPT = 3
# Backups hold sealed texts, and what is deleted from the record stays in them.
BACKUPS_KEPT_FOR = timedelta(days=7)
UNFINISHED = ".unfinished"  # the end of the name of a copy while it is being made
STAMP = "%Y%m%dT%H%M%S%fZ"

log = structlog.get_logger()


def migrate(database: Path, migrations: Path = MIGRATIONS) -> Path | None:
    """Make or upgrade ``database``; returns the backup where one was made. Blocks; nobody else may have it open.

    Raises ``RecordFailed`` for a file that is newer than this version, damaged, or not a record; it is then unchanged.
    """
    with plain_errors(database):
        if not database.exists():
            database.touch(mode=0o600)  # SQLite gives its side files the same rights
        engine = open_for_migrating(database)
        with engine.connect() as connection:
            current = revision_of(connection, database)
        _refuse_unknown(current, database, migrations)
        _use_wal(database)
        if current == newest_revision(migrations):
            return None
        backup = back_up(database, current) if current else None
        with engine.begin() as connection:
            _upgrade(connection, migrations, database, backup)
    log.info("record migrated", database=str(database), before=current, backup=str(backup) if backup else None)
    return backup


def check_revision(connection: Connection, database: Path, migrations: Path = MIGRATIONS) -> None:
    """Raise ``RecordFailed`` unless the tables are those of this version."""
    current = revision_of(connection, database)
    if current == newest_revision(migrations):
        return
    _refuse_unknown(current, database, migrations)
    raise RecordFailed(f"{database} is of an older version: start the bot on it once, that brings it up to date")


def newest_revision(migrations: Path = MIGRATIONS) -> str | None:
    return ScriptDirectory.from_config(_config(migrations)).get_current_head()


def revision_of(connection: Connection, database: Path) -> str | None:
    """The revision of the tables, None for an empty file. Raises ``RecordFailed`` for somebody else's."""
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None and inspect(connection).get_table_names():
        raise RecordFailed(f"{database} is not a record of this bot: move it away, or choose another folder")
    return revision


def knows_revision(revision: str, migrations: Path = MIGRATIONS) -> bool:
    """Whether this version can bring a record of that revision up to date."""
    try:
        return ScriptDirectory.from_config(_config(migrations)).get_revision(revision) is not None
    except CommandError:
        return False


def _refuse_unknown(current: str | None, database: Path, migrations: Path) -> None:
    if current is None:
        return
    try:
        ScriptDirectory.from_config(_config(migrations)).get_revision(current)
    except CommandError as error:
        raise RecordFailed(
            f"{database} was written by a newer version of this bot (revision {current}): install that version, or put "
            f"an older file of {database.parent / BACKUP_FOLDER} in its place"
        ) from error


def _upgrade(connection: Connection, migrations: Path, database: Path, backup: Path | None) -> None:
    config = _config(migrations)
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except Exception as error:
        kept = f", and a copy is at {backup}" if backup else ""
        raise RecordFailed(
            f"{database} could not be brought up to date ({type(error).__name__}): it is as it was{kept}; "
            "go back to the version before and report this"
        ) from error


def _config(migrations: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _use_wal(database: Path) -> None:
    """Let readers read while somebody writes; the mode stays with the file, and a restored backup lacks it."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def back_up(database: Path, revision: str) -> Path:
    """Copy ``database`` as it is into its folder of backups, and delete the oldest there."""
    folder = database.parent / BACKUP_FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"record-{datetime.now(UTC).strftime(STAMP)}-{revision}.sqlite"
    unfinished = target.with_suffix(UNFINISHED)
    try:
        unfinished.touch(mode=0o600)
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy)
            # Out of WAL mode the copy is one file, with nothing beside it to lose.
            copy.execute("PRAGMA journal_mode = DELETE")
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    sync_folder(folder)
    for old in sorted(folder.glob("record-*.sqlite"))[:-BACKUPS_KEPT]:
        old.unlink()
    return target


def delete_backups(folder: Path, made_before: datetime) -> int:
    """Delete the backups in the data folder ``folder`` that are older; the time is the one in their names."""
    with plain_errors(folder / BACKUP_FOLDER):
        old = [path for path in (folder / BACKUP_FOLDER).glob("record-*.sqlite") if made_at(path) < made_before]
        for path in old:
            path.unlink()
    return len(old)


def made_at(backup: Path) -> datetime:
    """When a backup was made, by its name."""
    try:
        return datetime.strptime(backup.name.split("-")[1], STAMP).replace(tzinfo=UTC)
    except ValueError:
        return datetime.fromtimestamp(backup.stat().st_mtime, UTC)
