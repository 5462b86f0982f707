"""What goes wrong with disks and databases, in plain words."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from goodknee.errors import StoreError

_FULL = (
    "The disk is full, so this could not be saved.",
    "Make room and do it again; everything saved before is still there.",
)
_READ_ONLY = (
    "The store may be read but not written.",
    "Allow yourself to write to this folder, or choose another with --data.",
)
_CLOSED = (
    "You are not allowed to open this folder.",
    "Ask for the right to read it, or choose another with --data.",
)
_DAMAGED = (
    "The store's database is damaged.",
    "Leave it as it is and bring back your last backup; your files are also kept in its folder 'originals'.",
)
_BUSY = (
    "Another GoodKnee is writing to this store.",
    "Wait until it has finished and do it again.",
)
_JOURNAL_INDEX_BYTES = 64 * 1024
_OF_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
}
_OF_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
}


@contextmanager
def told_plainly(where: Path) -> Iterator[None]:
    """Turn errors of the disk and the database inside the block into a StoreError about ``where``."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise plain(error, where) from error


@contextmanager
def whole_rows(where: Path) -> Iterator[None]:
    """Turn rows that cannot be made into what they were into a StoreError about ``where``."""
    try:
        yield
    except (ValueError, TypeError) as error:
        # What is written is always whole: its bytes on the disk have changed since.
        what, next_step = _DAMAGED
        raise StoreError(what, where=str(where), next_step=next_step) from error


def plain(error: Exception, where: Path) -> StoreError:
    """Say what a disk or database error means for the store at ``where``."""
    what, next_step = _known_trouble(error, where) or (
        f"The store cannot be used: {error}.",
        "Check the disk and the rights to this folder, then do it again.",
    )
    return StoreError(what, where=str(where), next_step=next_step)


def _known_trouble(cause: Exception, where: Path) -> tuple[str, str] | None:
    if not isinstance(cause, sqlite3.Error):
        trouble = _OF_SYSTEM.get(getattr(cause, "errno", None) or 0)
        return _CLOSED if trouble is _READ_ONLY and _is_closed(where) else trouble
    if isinstance(cause, sqlite3.OperationalError) and not hasattr(cause, "sqlite_errorcode"):
        return _DAMAGED  # the driver's own complaint: a text in the database is none any more
    # SQLite's extended codes carry the plain one in their lowest byte.
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_CANTOPEN and not os.access(where, os.W_OK):
        return _READ_ONLY
    # Where SQLite finds no room for its journal's index, it only speaks of an error of the disk.
    if code == sqlite3.SQLITE_IOERR and shutil.disk_usage(where).free < _JOURNAL_INDEX_BYTES:
        return _FULL
    return _OF_SQLITE.get(code)


def _is_closed(where: Path) -> bool:
    """Tell whether a folder on the way may not be entered, or the place itself may not be read."""
    try:
        return where.exists() and not os.access(where, os.R_OK)
    except PermissionError:
        return True
