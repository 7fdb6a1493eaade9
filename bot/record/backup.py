"""One file that holds a whole record, made while the bot runs, and the way back.

The file is a zip: ``manifest.json`` with the SHA-256 of everything else, ``record.sqlite``, ``config.yaml`` where there
was one, and ``key`` only where that was asked for: a backup that opens its own texts has to be guarded like the key.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot import __version__
from bot.errors import RecordFailed
from bot.record.database import BACKUP_FOLDER, DATABASE_NAME, plain_errors
from bot.record.lock import locked
from bot.record.migrating import STAMP, knows_revision
from bot.record.sealing import KeyRing, sync_folder
from bot.record.upkeep import faults_of, revision_in

FORMAT = 1
MANIFEST, CONFIG, KEY = "manifest.json", "config.yaml", "key"
MEMBERS = (DATABASE_NAME, CONFIG, KEY)
MOST_MANIFEST_BYTES = 100_000
RESTORE_PREFIX = ".restore-"
BLOCK = 1 << 20  # bytes copied at once


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup file holds. ``members``: name → bytes."""

    path: Path
    made_at: datetime
    revision: str
    members: dict[str, int]

    @property
    def has_key(self) -> bool:
        return KEY in self.members


@dataclass(frozen=True, slots=True)
class Restored:
    """``replaced``: where the files lie that stood there before."""

    backup: Backup
    replaced: tuple[Path, ...]


def back_up(folder: Path, target: Path, *, config: Path | None, key_file: Path | None, force: bool = False) -> Backup:
    """Write a backup of the record in ``folder`` to ``target``, of one moment, while a bot may be writing.

    ``key_file`` only where the key is to be in it. Raises ``RecordFailed``; what stood at ``target`` is then untouched.
    """
    if target.exists() and not force:
        raise RecordFailed(f"{target} is there already: choose another name, or say --force to replace it")
    database = folder / DATABASE_NAME
    revision = revision_in(database) if database.is_file() else None
    if not revision:
        raise RecordFailed(f"{folder} holds no record yet, so there is nothing to back up: start the bot on it once")
    with plain_errors(target), ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-")))
        _copy(database, place / DATABASE_NAME)
        sources = {DATABASE_NAME: place / DATABASE_NAME}
        if config is not None and config.is_file():
            sources[CONFIG] = config
        if key_file is not None:
            sources[KEY] = key_file
        unfinished = place / "backup.zip"
        unfinished.touch(mode=0o600)
        made_at = datetime.now(UTC).replace(microsecond=0)
        manifest = {
            "format": FORMAT,
            "version": __version__,
            "made_at": made_at.isoformat(),
            "revision": revision,
            "sha256": {name: _digest(path) for name, path in sources.items()},
        }
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MANIFEST, json.dumps(manifest, indent=2))
            for name, path in sources.items():
                archive.write(path, name)
        unfinished.replace(target)
        sync_folder(target.parent)
        return Backup(target, made_at, revision, {name: path.stat().st_size for name, path in sources.items()})


def _copy(database: Path, target: Path) -> None:
    """SQLite's online backup: a moment of the database as one file without a write-ahead log."""
    target.touch(mode=0o600)
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def restore(path: Path, folder: Path, *, key_file: Path, force: bool = False) -> Restored:
    """Put the record and the config in the backup at ``path`` into ``folder``; what stood there is kept beside.

    The backup is checked whole before anything is touched. A key in it is added to those in ``key_file``, none is lost.
    Raises ``RecordFailed`` for a backup that is damaged, newer than this version or in the way of a record, and
    ``FolderInUse`` while a bot runs there.
    """
    with plain_errors(folder), ExitStack() as stack:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stack.enter_context(locked(folder))
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder, prefix=RESTORE_PREFIX)))
        backup = _unpacked(path, place)
        in_the_way = [name for name in (DATABASE_NAME, CONFIG) if _differs(place / name, folder / name)]
        if in_the_way and not force:
            raise RecordFailed(
                f"{folder} holds {' and '.join(in_the_way)} already: say --force to replace what is there "
                "(it is kept beside), or choose another folder"
            )
        replaced = tuple(_set_aside(folder, name) for name in in_the_way)
        if backup.has_key:
            _add_keys(place / KEY, key_file)
        for name in (CONFIG, DATABASE_NAME):
            if (place / name).exists():
                (place / name).replace(folder / name)
        sync_folder(folder)
        return Restored(backup, replaced)


def _unpacked(path: Path, place: Path) -> Backup:
    """Unpack a backup and check every part of it."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(MANIFEST).file_size > MOST_MANIFEST_BYTES:
                raise ValueError
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
            names = [name for name in MEMBERS if name in manifest["sha256"]]
            for name in names:
                _unpack(archive, name, place / name)
        made_at, revision = datetime.fromisoformat(manifest["made_at"]), str(manifest["revision"])
        damaged = [name for name in names if _digest(place / name) != manifest["sha256"][name]]
    except FileNotFoundError as error:
        raise RecordFailed(f"{path} is not there: name the file that `backup` wrote") from error
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, EOFError) as error:
        raise RecordFailed(f"{path} is not a whole backup of this bot: use another one") from error
    if manifest.get("format") != FORMAT or not knows_revision(revision):
        raise RecordFailed(f"{path} was made by a newer version ({manifest.get('version')}): install that one first")
    if damaged or DATABASE_NAME not in names or faults_of(place / DATABASE_NAME):
        raise RecordFailed(f"{path} is damaged ({', '.join(damaged) or DATABASE_NAME}): use another backup")
    return Backup(path, made_at, revision, {name: (place / name).stat().st_size for name in names})


def _unpack(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with archive.open(name) as source, os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(source, file, BLOCK)
        file.flush()
        os.fsync(file.fileno())


def _differs(new: Path, old: Path) -> bool:
    """Whether ``old`` stands in the way of ``new``."""
    return new.exists() and old.exists() and _digest(new) != _digest(old)


def _set_aside(folder: Path, name: str) -> Path:
    """Move a file away; a record goes to the other backups, where retention deletes it like them."""
    stamp = datetime.now(UTC).strftime(STAMP)
    if name != DATABASE_NAME:
        kept = folder / f"{name}.{stamp}"
        (folder / name).replace(kept)
        return kept
    (folder / BACKUP_FOLDER).mkdir(mode=0o700, exist_ok=True)
    kept = folder / BACKUP_FOLDER / f"record-{stamp}-replaced.sqlite"
    try:
        _copy(folder / name, kept)  # the write-ahead log is in the copy
    except sqlite3.DatabaseError:  # a damaged one is kept as it is
        shutil.copyfile(folder / name, kept)
    for suffix in ("-wal", "-shm", ""):
        (folder / (name + suffix)).unlink(missing_ok=True)
    return kept


def _add_keys(new: Path, key_file: Path) -> None:
    """The keys at hand stay newest: texts of the backup are sealed anew with them at the next start."""
    restored, here = KeyRing.read(new), KeyRing.read(key_file)
    if restored is None:
        return
    ours = here.keys if here else ()
    KeyRing((*(key for key in restored.keys if key.id not in {each.id for each in ours}), *ours)).write(key_file)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
