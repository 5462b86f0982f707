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
from sqlalchemy.engine import Connection, Engine

from goodknee.errors import StoreError
from goodknee.stores import records
from goodknee.stores.originals import sync_folder
from goodknee.stores.trouble import told_plainly

DATABASE = "goodknee.sqlite"
LOCK = "goodknee.lock"
#: The newest migration. Versions count up; a store with a higher one is from a newer GoodKnee.
SCHEMA_VERSION = "0001"
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
            folder.mkdir(parents=True, exist_ok=True)
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
    records.metadata.create_all(connection)
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
    """An open database; ``close`` it."""

    def __init__(self, engine: Engine, copy: tempfile.TemporaryDirectory[str] | None = None) -> None:
        self.engine = engine
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
                older = _is_older(_version(database.engine), path)
            if older:
                database.close()
                upgrade(folder)
                database = _open_any_way(path)
        except BaseException:
            database.close()
            raise
        return database

    @classmethod
    def empty(cls) -> Database:
        """Return the database of a store that is not there yet; it lives in memory."""
        engine = engine_for("file::memory:")
        with writing(engine) as connection:
            fill(connection)
        return cls(engine)

    def close(self) -> None:
        """Let go of the database and its journal."""
        self.engine.dispose()
        if self._copy:
            self._copy.cleanup()


def _open_any_way(path: Path) -> Database:
    uri = path.absolute().as_uri()
    database = Database(engine_for(f"{uri}?mode=rw"))
    with told_plainly(path):
        try:
            _version(database.engine)
        except sa.exc.OperationalError as error:
            database.close()
            if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF not in _JOURNAL_REFUSED:
                raise
            return _open_for_reading(path, uri)
        except sa.exc.DBAPIError:
            database.close()
            raise
    return database


def _open_for_reading(path: Path, uri: str) -> Database:
    """Open where SQLite may not write its journal's index, as in a read-only folder or on a full disk."""
    journal = path.with_name(f"{DATABASE}-wal")
    if not journal.exists() or journal.stat().st_size == 0:
        return Database(engine_for(f"{uri}?mode=ro&immutable=1"))
    # The journal holds what the database does not have yet: read both from a copy.
    copy = tempfile.TemporaryDirectory(prefix="goodknee-")
    for each in (path, journal):
        shutil.copyfile(each, Path(copy.name) / each.name)
    return Database(engine_for(f"{(Path(copy.name) / DATABASE).as_uri()}?mode=rw"), copy)


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.select(records.schema_version.c.version_num)).scalar()


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
        engine = engine_for(f"{path.absolute().as_uri()}?mode=rw", foreign_keys=False)
        try:
            version = _version(engine)
            if version != SCHEMA_VERSION:
                _back_up(path, path.with_name(f"goodknee.before-{SCHEMA_VERSION}.sqlite"))
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
