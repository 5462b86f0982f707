"""What goes wrong with disks and databases, in plain words."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from goodknee.errors import StoreError

_FULL = (
    "The disk is full, so this could not be saved.",
    "Make room and do it again; everything saved before is still there.",
)
_READ_ONLY = (
    "The store may be read but not written.",
    "Allow yourself to write to this folder, or choose another with --data.",
)
_DAMAGED = (
    "The store's database is damaged.",
    "Leave it as it is and bring back your last backup; your files are also kept in its folder 'originals'.",
)
_BUSY = (
    "Another GoodKnee is writing to this store.",
    "Wait until it has finished and do it again.",
)
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
    except (DBAPIError, sqlite3.Error, OSError) as error:
        raise plain(error, where) from error


def plain(error: Exception, where: Path) -> StoreError:
    """Say what a disk or database error means for the store at ``where``."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    what, next_step = _known_trouble(cause, where) or (
        f"The store cannot be used: {cause}.",
        "Check the disk and the rights to this folder, then do it again.",
    )
    return StoreError(what, where=str(where), next_step=next_step)


def _known_trouble(cause: BaseException, where: Path) -> tuple[str, str] | None:
    if not isinstance(cause, sqlite3.Error):
        return _OF_SYSTEM.get(getattr(cause, "errno", None) or 0)
    # SQLite's extended codes carry the plain one in their lowest byte.
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_CANTOPEN and not os.access(where, os.W_OK):
        return _READ_ONLY
    return _OF_SQLITE.get(code)
