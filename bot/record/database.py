"""Opening the SQLite file, and its errors said in plain sentences."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, AdaptedConnection, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot.errors import RecordFailed
from bot.texts.saying import Said, say

DATABASE_NAME = "record.sqlite"
BACKUP_FOLDER = "backups"
BUSY_MILLISECONDS = 2_000  # how long to wait for another program's lock
READERS = 4  # connections

PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}",
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
)


def open_for_writing(path: Path) -> Engine:
    """One connection; each transaction takes the write lock at its start, so none fails half-way for lack of it."""
    # The writer ends every transaction itself, so a connection needs no second rollback when it is handed back.
    pool: dict[str, Any] = {"pool_size": 1, "max_overflow": 0, "pool_reset_on_return": None}
    engine = create_engine(_url("sqlite", path), **pool, **_options())
    _prepare(engine, "BEGIN IMMEDIATE", PRAGMAS)
    return engine


def open_for_reading(path: Path) -> AsyncEngine:
    """Connections that refuse to write. The file is opened for writing all the same: a reader of a WAL needs it."""
    engine = create_async_engine(_url("sqlite+aiosqlite", path), pool_size=READERS, **_options())
    _prepare(engine.sync_engine, "BEGIN", (*PRAGMAS, "PRAGMA query_only = ON"))
    return engine


def open_for_migrating(path: Path) -> Engine:
    """A plain engine whose transactions hold changes of tables too: a migration happens whole or not at all."""
    engine = create_engine(_url("sqlite", path), poolclass=NullPool, **_options())
    # Rebuilding a table drops the old one, which foreign keys would take for a loss of rows.
    _prepare(engine, "BEGIN IMMEDIATE", (*PRAGMAS, "PRAGMA foreign_keys = OFF"))
    return engine


@asynccontextmanager
async def disposed(engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    """Close the engine's connections at the end of the block, whoever is cancelled and whoever still uses one.

    The engine itself forgets what is in use when it is disposed of, opens others for whoever comes later, and stops
    half-way when it is cancelled.
    """
    connections = _Connections()
    event.listen(engine.sync_engine, "connect", connections.on_connect)
    event.listen(engine.sync_engine, "close", connections.on_close)
    try:
        yield engine
    finally:
        await uninterrupted(connections.close_all(engine))


class _Connections:
    """The driver's connections that an engine has opened and not closed."""

    def __init__(self) -> None:
        self._open: set[Any] = set()
        self._closing = False

    def on_connect(self, connection: Any, _record: object) -> None:
        if self._closing:
            raise sqlite3.OperationalError("it is being closed")  # SQLAlchemy closes this connection then
        self._open.add(connection.driver_connection)

    def on_close(self, connection: Any, _record: object) -> None:
        self._open.discard(connection.driver_connection)

    async def close_all(self, engine: AsyncEngine) -> None:
        self._closing = True
        await engine.dispose()
        for connection in list(self._open):
            with suppress(sqlite3.Error):
                await connection.close()


async def uninterrupted(work: Coroutine[Any, Any, None]) -> None:
    """Let ``work`` end although its caller is cancelled meanwhile; the caller hears of that afterwards."""
    task, cancelled = asyncio.ensure_future(work), False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError


def _url(driver: str, path: Path) -> URL:
    # mode=rw: a file that went missing is an error, not a fresh empty database.
    return URL.create(driver, database=path.absolute().as_uri(), query={"mode": "rw", "uri": "true"})


def _options() -> dict[str, Any]:
    # hide_parameters: an error must not quote what members wrote. isolation_level: the driver leaves BEGIN to us.
    return {"hide_parameters": True, "connect_args": {"isolation_level": None}}


def _prepare(engine: Engine, begin: str, pragmas: tuple[str, ...]) -> None:
    def on_connect(connection: Any, _record: object) -> None:
        connection.create_function("casefold", 1, lambda text: text and text.casefold(), deterministic=True)
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    def on_begin(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        if isinstance(driver, AdaptedConnection):
            # Through a cursor this would wait three times for the driver's thread.
            driver.run_async(lambda raw: raw.execute(begin))
        else:
            connection.exec_driver_sql(begin)

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn every failure of the database at ``path`` into a ``RecordFailed`` that names it and the mend."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise RecordFailed(_sentence(error, path), _SAID.get(_kind(error))) from error


# What is read of it in Discord, where nobody sees the machine.
_SAID: Mapping[int | None, Said] = {
    sqlite3.SQLITE_FULL: say("record_full"),
    sqlite3.SQLITE_BUSY: say("record_locked"),
    sqlite3.SQLITE_LOCKED: say("record_locked"),
    sqlite3.SQLITE_READONLY: say("record_read_only"),
    sqlite3.SQLITE_CORRUPT: say("record_damaged"),
    sqlite3.SQLITE_NOTADB: say("record_damaged"),
}


def _cause(error: Exception) -> BaseException:
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def _kind(error: Exception) -> int | None:
    code = getattr(_cause(error), "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None  # the rest are details


def _sentence(error: Exception, path: Path) -> str:
    cause = _cause(error)
    match _kind(error):
        case sqlite3.SQLITE_FULL:
            return f"{path} cannot grow, the disk is full: free some space"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f"{path} is locked by another program: close what else has it open"
        case sqlite3.SQLITE_READONLY:
            return f"{path} cannot be written: make it, the files beside it and their folder writable for this user"
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return (
                f"{path} is damaged ({cause}): stop the bot and put the newest file of {path.parent / BACKUP_FOLDER} "
                "in its place, or move it away to start a new record"
            )
        case sqlite3.SQLITE_CANTOPEN:
            return f"{path} cannot be opened: check that it is there and that its folder is writable for this user"
        case sqlite3.SQLITE_IOERR:
            return f"{path} could not be read or written ({cause}): check the disk, and its free space"
    if isinstance(cause, OSError):
        return (
            f"{cause.filename or path} could not be read or written ({cause.strerror}): check the disk and the rights"
        )
    return f"{path} failed ({cause}): see the log"
