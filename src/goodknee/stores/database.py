"""Opening, making and upgrading the SQLite database of a store."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, ExceptionContext

from goodknee.errors import StoreError
from goodknee.stores import records
from goodknee.stores.originals import sync_folder
from goodknee.stores.trouble import plain, told_plainly

DATABASE = "goodknee.sqlite"
LOCK = "goodknee.lock"
#: The newest migration. Versions count up; a store with a higher one is from a newer GoodKnee.
SCHEMA_VERSION = "0008"
BUSY_S = 10.0
_JOURNAL_REFUSED = frozenset(
    (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL)
)


class ImportUnderWayError(StoreError):
    """Another import holds the store; nothing was changed."""


def engine_for(uri: str, *, foreign_keys: bool = True) -> Engine:
    """Return an engine on a SQLite URI ("file:///…?mode=rw") whose transactions are what they say."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    pool = sa.StaticPool if ":memory:" in uri else sa.QueuePool
    engine = sa.create_engine("sqlite://", creator=connect, poolclass=pool)

    # The standard library's driver begins transactions late and not for every statement; this begins at once.
    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")

    # An error comes as SQLite's own, so that whoever tells it plainly need not know SQLAlchemy.
    @sa.event.listens_for(engine, "handle_error")
    def unwrap(context: ExceptionContext) -> BaseException | None:
        own = context.original_exception
        return own if isinstance(own, sqlite3.Error) else None

    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: all of it is in, or nothing."""
    with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
        yield connection


@contextmanager
def locked(folder: Path, *, wait_s: float) -> Iterator[None]:
    """Be the only one who adds to or takes from the store; a process that dies lets go by itself.

    Raises:
        ImportUnderWayError: Another process holds it for longer than ``wait_s``.
    """
    with told_plainly(folder):
        lock = sqlite3.connect(folder / LOCK, timeout=wait_s, isolation_level=None)
    with closing(lock):
        # An empty SQLite file as the lock: the same on every system, and let go when its holder is killed.
        with told_plainly(folder):
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
                raise ImportUnderWayError(
                    "Another import into this store is under way.",
                    where=str(folder),
                    next_step="Wait until it has finished, then do this again.",
                ) from error
        yield


def make(folder: Path, *, simulated: bool, story_day: date | None) -> None:
    """Make the database of a new store; it appears under its name only when it is whole."""
    with told_plainly(folder):
        new = [each for each in (folder, *folder.parents) if not each.exists()]
        draft = folder / f"{DATABASE}.new-{uuid4().hex}"
        try:
            # What is kept here is nobody else's business on a shared computer.
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(folder, wait_s=BUSY_S):
                if not (folder / DATABASE).exists():
                    _fill(draft, simulated=simulated, story_day=story_day)
                    draft.rename(folder / DATABASE)
                    sync_folder(folder)
        except BaseException:
            _take_away(folder, draft, new)
            raise


def _fill(path: Path, *, simulated: bool, story_day: date | None) -> None:
    with closing(sqlite3.connect(path)) as empty:
        empty.execute("PRAGMA journal_mode = WAL")
    engine = engine_for(f"{path.absolute().as_uri()}?mode=rw")
    try:
        with writing(engine) as connection:
            fill(connection, simulated=simulated, story_day=story_day)
    finally:
        engine.dispose()


def fill(connection: Connection, *, simulated: bool = False, story_day: date | None = None) -> None:
    """Make the tables of the newest version, stamped as such."""
    records.metadata.create_all(connection, checkfirst=False)
    records.schema_version.create(connection)
    connection.execute(records.schema_version.insert().values(version_num=SCHEMA_VERSION))
    connection.execute(
        records.store.insert().values(id=1, simulated=simulated, story_day=story_day, untidy=False)
    )


def _take_away(folder: Path, draft: Path, new: list[Path]) -> None:
    for left in folder.glob(f"{draft.name}*"):
        left.unlink(missing_ok=True)
    if new:
        (folder / LOCK).unlink(missing_ok=True)
    for made in new:
        if made.is_dir() and not any(made.iterdir()):
            made.rmdir()


class Database:
    """An open database; ``close`` it.

    Attributes:
        read_only: Why nothing can be written to it; None when all is well.
    """

    def __init__(
        self,
        uri: str,
        *,
        read_only: StoreError | None = None,
        copy: tempfile.TemporaryDirectory[str] | None = None,
    ) -> None:
        self.uri = uri
        self.engine = engine_for(uri)
        self.read_only = read_only
        self._copy = copy

    @classmethod
    def open(cls, folder: Path) -> Database:
        """Open the database of a store, brought to the newest version.

        Raises:
            StoreError: It is damaged, newer than this GoodKnee, or not a store's.
        """
        path = folder / DATABASE
        database = _open_any_way(path)
        try:
            with told_plainly(path):
                older = _is_older(_version(database.uri), path)
            if older:
                database.close()
                upgrade(folder)
                database = _open_any_way(path)
        except BaseException:
            database.close()
            raise
        return database

    @classmethod
    def empty(cls, folder: Path) -> Database:
        """Return the database of a store that is not there yet; it lives in memory."""
        nothing_here = StoreError(
            "There is no store here yet.",
            where=str(folder),
            next_step="Import a file first: goodknee import FILE.",
        )
        database = cls("file::memory:", read_only=nothing_here)
        with writing(database.engine) as connection:
            fill(connection)
        return database

    def close(self) -> None:
        """Let go of the database and its journal."""
        self.engine.dispose()
        if self._copy:
            self._copy.cleanup()


def _open_any_way(path: Path) -> Database:
    uri = f"{path.absolute().as_uri()}?mode=rw"
    with told_plainly(path):
        try:
            _version(uri)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _JOURNAL_REFUSED:
                raise
            return _open_for_reading(path, plain(error, path))
    return Database(uri)


def _open_for_reading(path: Path, why: StoreError) -> Database:
    """Open where SQLite cannot write its journal's index, as in a read-only folder or on a full disk."""
    journal = path.with_name(f"{DATABASE}-wal")
    if not journal.exists() or journal.stat().st_size == 0:
        return Database(f"{path.absolute().as_uri()}?mode=ro&immutable=1", read_only=why)
    # The journal holds what the database does not have yet: read both from a copy.
    copy = tempfile.TemporaryDirectory(prefix="goodknee-")
    for each in (path, journal):
        shutil.copyfile(each, Path(copy.name) / each.name)
    return Database(f"{(Path(copy.name) / DATABASE).as_uri()}?mode=rw", read_only=why, copy=copy)


def _version(uri: str) -> str | None:
    """Return the version a database is stamped with; None when it is not a store's."""
    # Without SQLAlchemy: its errors hold on to the connection, and with it to the file, for longer than this.
    with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_S)) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                raise
            return None  # no such table
    return str(row[0]) if row else None


def _is_older(version: str | None, path: Path) -> bool:
    if version is None or not version.isdecimal():
        raise StoreError(
            "This database is not a GoodKnee store.",
            where=str(path),
            next_step="Choose the folder of your store with --data.",
        )
    if int(version) > int(SCHEMA_VERSION):
        raise StoreError(
            "This store was made by a newer GoodKnee.",
            where=f"{path}, version {version}; this GoodKnee knows {SCHEMA_VERSION}",
            next_step="Update GoodKnee, then open it again. Nothing was changed.",
        )
    return version != SCHEMA_VERSION


def upgrade(folder: Path) -> None:
    """Bring an older database to the newest version, wholly or not at all; a copy of it stays beside it."""
    from goodknee.stores import migrations

    path = folder / DATABASE
    with locked(folder, wait_s=BUSY_S), told_plainly(path):
        uri = f"{path.absolute().as_uri()}?mode=rw"
        if _version(uri) == SCHEMA_VERSION:
            return  # another process was faster
        _back_up(path, path.with_name(f"goodknee.before-{SCHEMA_VERSION}.sqlite"))
        engine = engine_for(uri, foreign_keys=False)
        try:
            with writing(engine) as connection:
                migrations.run(connection)
        finally:
            engine.dispose()


def _back_up(path: Path, copy: Path) -> None:
    draft = copy.with_name(f"{copy.name}.new")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(draft)) as target:
        source.backup(target)
    draft.replace(copy)
    sync_folder(copy.parent)
