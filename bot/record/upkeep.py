"""Looking after the record: how large it is, whether it is whole, and giving free space back to the disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.errors import RecordFailed
from bot.record.database import BACKUP_FOLDER, BUSY_MILLISECONDS, DATABASE_NAME, plain_errors
from bot.record.lock import locked
from bot.record.migrating import newest_revision
from bot.record.options import RetentionOptions
from bot.record.tables import EPOCH, MILLISECOND

FAULTS_SHOWN = 5
PACE_OVER = timedelta(days=7)  # how far back the pace of scores is measured


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """Sizes are in bytes. ``free_bytes`` are inside the database: reused before it grows, given back by a vacuum."""

    database: Path
    revision: str
    is_current: bool
    database_bytes: int
    free_bytes: int
    log_bytes: int
    backup_bytes: int
    backups: int
    flags: int
    open_flags: int
    texts: int
    scores: int
    oldest_text: datetime | None
    oldest_score: datetime | None
    scores_a_day: float

    def settles_at(self, retention: RetentionOptions) -> int | None:
        """About how many bytes it will hold at today's pace once retention deletes as much as comes in.

        None where there are too few scores to tell.
        """
        if self.scores < 1_000:
            return None
        bytes_each = (self.database_bytes - self.free_bytes) / self.scores
        return round(bytes_each * self.scores_a_day * (retention.scores / timedelta(days=1)))


def facts_of(folder: Path, now: datetime | None = None) -> RecordFacts:
    """What ``record info`` and ``doctor`` say. Changes nothing; a bot may be running. Raises ``RecordFailed``."""
    database = _existing(folder)
    now = now or datetime.now(UTC)
    with plain_errors(database), _opened(database) as connection:
        revision = revision_in(database)
        pages, free, size = (
            _one(connection, f"PRAGMA {name}") for name in ("page_count", "freelist_count", "page_size")
        )
        oldest_score = _moment(_one(connection, "SELECT min(seen_at) FROM scores"))
        measured_from = max(oldest_score or now, now - PACE_OVER)
        lately = _one(connection, "SELECT count(*) FROM scores WHERE seen_at >= ?", (_milliseconds(measured_from),))
        days = max((now - measured_from) / timedelta(days=1), 1 / 24)
        backups = sorted((folder / BACKUP_FOLDER).glob("record-*.sqlite"))
        return RecordFacts(
            database=database,
            revision=revision or "",
            is_current=revision == newest_revision(),
            database_bytes=pages * size,
            free_bytes=free * size,
            log_bytes=_size(database.with_name(DATABASE_NAME + "-wal")),
            backup_bytes=sum(map(_size, backups)),
            backups=len(backups),
            flags=_one(connection, "SELECT count(*) FROM flags"),
            open_flags=_one(connection, "SELECT count(*) FROM flags WHERE closed_at IS NULL"),
            texts=_one(connection, "SELECT count(*) FROM sealed_texts"),
            scores=_one(connection, "SELECT count(*) FROM scores"),
            oldest_text=_moment(_one(connection, "SELECT min(written_at) FROM sealed_texts")),
            oldest_score=oldest_score,
            scores_a_day=lately / days,
        )


def faults_of(database: Path) -> list[str]:
    """What SQLite's own check finds wrong with a file, nothing where it is whole. Reads all of it.

    Raises ``RecordFailed`` where the file cannot be opened at all.
    """
    with plain_errors(database), _opened(database) as connection:
        found = [str(row[0]) for row in connection.execute(f"PRAGMA quick_check({FAULTS_SHOWN})")]
        return [] if found == ["ok"] else found


def revision_in(database: Path) -> str | None:
    """The revision of the tables in a file, None for an empty one; takes no lock. Raises ``RecordFailed``."""
    with plain_errors(database), _opened(database) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "alembic_version" in tables:
            return str(_one(connection, "SELECT version_num FROM alembic_version"))
        if tables:
            raise RecordFailed(f"{database} is not a record of this bot: move it away, or choose another folder")
        return None


def vacuum(folder: Path) -> tuple[int, int]:
    """Write the database anew without its free pages; bytes on disk before and after.

    Needs about as much free space as the record is large, and no bot on the folder: raises ``FolderInUse``.
    """
    database = _existing(folder)
    before = _on_disk(database)
    with locked(folder), plain_errors(database), _opened(database) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return before, _on_disk(database)


def _existing(folder: Path) -> Path:
    database = folder / DATABASE_NAME
    if not database.is_file():
        raise RecordFailed(f"{folder} holds no record yet: start the bot on it once")
    return database


@contextmanager
def _opened(database: Path) -> Iterator[sqlite3.Connection]:
    # mode=rw: a file that went missing is an error, not a fresh empty database.
    uri = database.absolute().as_uri() + "?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        yield connection


def _one(connection: sqlite3.Connection, question: str, values: tuple[Any, ...] = ()) -> Any:
    return connection.execute(question, values).fetchone()[0]


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else EPOCH + milliseconds * MILLISECOND


def _milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // MILLISECOND


def _on_disk(database: Path) -> int:
    return sum(_size(database.with_name(database.name + suffix)) for suffix in ("", "-wal"))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
