"""The lock by which one data folder serves one bot. The operating system lets go of it when the process dies."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import FolderInUse, RecordFailed

LOCK_NAME = "lock"

if sys.platform == "win32":
    import msvcrt

    # Windows refuses to read locked bytes, and the process id at the start has to stay readable.
    _LOCKED_BYTE = 1 << 20

    def _take(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold ``folder`` for this process. Raises ``FolderInUse`` naming the one that has it."""
    path = folder / LOCK_NAME
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise RecordFailed(
            f"{path} cannot be opened ({error.strerror}): make the folder writable for this user"
        ) from error
    try:
        _take_or_say_who(descriptor, folder)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)


def holder_of(folder: Path) -> str | None:
    """The process that holds ``folder``, as it wrote itself down; None when nobody does."""
    try:
        descriptor = os.open(folder / LOCK_NAME, os.O_RDWR)
    except OSError:
        return None
    try:
        _take(descriptor)
    except OSError:
        return os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
    finally:
        os.close(descriptor)
    return None


def _take_or_say_who(descriptor: int, folder: Path) -> None:
    try:
        _take(descriptor)
    except OSError as error:
        holder = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
        raise FolderInUse(
            f"{folder} is in use by another bot (process {holder}): stop that one first, or choose another folder"
        ) from error
