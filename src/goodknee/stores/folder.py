"""A store in a folder: ``goodknee.sqlite`` for records, ``samples/`` and ``originals/`` for files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Self

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from goodknee.core.model import DiaryEntry, NewCheck, Samples, StoredCheck, StoredRun, VisitRecord
from goodknee.errors import AnswerError, StoreError
from goodknee.stores import originals, records, samples
from goodknee.stores.database import Database, ImportUnderWayError, locked, writing
from goodknee.stores.importing import ImportSession, StoredImport, Undone
from goodknee.stores.trouble import told_plainly, whole_rows
from goodknee.stores.undoing import sweep, undo

#: How long a second import waits for the first.
LOCK_WAIT_S = 2.0


class FolderStore:
    """The store of one runner in a folder of their own; see :class:`goodknee.stores.store.Store`."""

    def __init__(self, folder: Path, *, exists: bool = True) -> None:
        self._folder = folder
        self._database = Database.open(folder) if exists else Database.empty(folder)
        self._engine = self._database.engine
        try:
            with self._reading() as connection:
                self.simulated, self.story_day = records.about(connection)
        except StoreError:
            self.close()
            raise

    def runs(self, *, since: date | None = None) -> list[StoredRun]:
        """Return what is shown, oldest first; ``since`` is a local day."""
        # The local day may begin up to 14 hours before UTC's.
        from_instant = datetime.combine(since, time(), UTC) - timedelta(days=1) if since else None
        with self._reading() as connection:
            found = [records.stored_run(row) for row in records.shown_rows(connection, since=from_instant)]
        return [run for run in found if since is None or (run.activity.day() or since) >= since]

    def run(self, id_or_prefix: str) -> StoredRun:
        """Return one run by its id or an unambiguous beginning of it."""
        row = self._row(id_or_prefix)
        with whole_rows(self._folder):
            return records.stored_run(row)

    def samples(self, run_id: str) -> Samples:
        """Return the samples of a run; ``time_s`` counts from its start."""
        row = self._row(run_id)
        return samples.read(
            self._folder,
            row["original_sha256"],
            activity=row["number"],
            clock_shift_s=row["clock_shift_s"],
            rows=row["sample_rows"],
        )

    def original(self, run_id: str) -> tuple[str, bytes]:
        """Return the name of the file a run came in, and its very bytes."""
        row = self._row(run_id)
        data = originals.read(self._folder, row["original_sha256"], row["format"], gzipped=row["gzipped"])
        return row["file"], data

    def imports(self) -> list[StoredImport]:
        """Return all imports, oldest first, those taken back included."""
        outcomes = sa.select(
            records.import_files.c.import_id, records.import_files.c.outcome, sa.func.count()
        ).group_by(records.import_files.c.import_id, records.import_files.c.outcome)
        with self._reading() as connection:
            counts = {(number, outcome): count for number, outcome, count in connection.execute(outcomes)}
            rows = (
                connection.execute(sa.select(records.imports).order_by(records.imports.c.id)).mappings().all()
            )
        return [
            StoredImport(
                id=str(row["id"]),
                started_at=row["started_at"],
                state=row["state"],
                imported=counts.get((row["id"], "imported"), 0),
                duplicates=counts.get((row["id"], "duplicate"), 0),
                skipped=counts.get((row["id"], "skipped"), 0),
                failed=counts.get((row["id"], "failed"), 0),
            )
            for row in rows
        ]

    def diary(self) -> list[DiaryEntry]:
        """Return the diary by day."""
        with self._reading() as connection:
            return records.diary_entries(connection)

    def add_diary(self, entries: Sequence[DiaryEntry]) -> None:
        """Add entries to the diary: all of them or none."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            for entry in entries:
                connection.execute(records.diary.insert().values(records.diary_values(entry)))

    def checks(self) -> list[StoredCheck]:
        """Return all checks, oldest first."""
        with self._reading() as connection:
            return records.all_checks(connection)

    def add_check(self, check: NewCheck) -> StoredCheck:
        """Keep one check."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            return records.put_check(connection, check)

    def visits(self) -> list[VisitRecord]:
        """Return all visits to a clinician, in the order in which they were entered."""
        with self._reading() as connection:
            return records.all_visits(connection)

    def add_visits(self, visits: Sequence[VisitRecord]) -> None:
        """Keep visits to a clinician: all of them or none."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            records.put_visits(connection, visits)

    @contextmanager
    def start_import(self, now: datetime) -> Iterator[ImportSession]:
        """Begin an import, alone; it counts as unfinished until its session is finished."""
        self._must_be_writable()
        with locked(self._folder, wait_s=LOCK_WAIT_S):
            with told_plainly(self._folder):
                for room in (samples.FOLDER, originals.FOLDER):
                    (self._folder / room).mkdir(exist_ok=True)
                if self._is_untidy():
                    sweep(self._engine, self._folder)
                with writing(self._engine) as connection:
                    begun = records.imports.insert().values(started_at=now, state="unfinished")
                    number = connection.execute(begun.returning(records.imports.c.id)).scalar_one()
                    connection.execute(records.store.update().values(untidy=True))
            try:
                yield ImportSession(self._engine, self._folder, number)
            finally:
                # What was stopped or ran out of disk left drafts; a later import sweeps if this cannot.
                with suppress(StoreError), told_plainly(self._folder):
                    if self._is_untidy():
                        sweep(self._engine, self._folder)

    def undo_import(self, import_id: str) -> Undone:
        """Take one import back wholly."""
        self._must_be_writable()
        with locked(self._folder, wait_s=LOCK_WAIT_S):
            return undo(self._engine, self._folder, import_id)

    def tidy(self) -> None:
        """Sweep what a killed import left behind, unless an import is under way."""
        if self._database.read_only:
            return
        with told_plainly(self._folder):
            if self._is_untidy():
                with suppress(ImportUnderWayError), locked(self._folder, wait_s=0):
                    sweep(self._engine, self._folder)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _must_be_writable(self) -> None:
        if self._database.read_only:
            raise self._database.read_only

    def _is_untidy(self) -> bool:
        with self._engine.connect() as connection:
            if connection.execute(sa.select(records.store.c.untidy)).scalar():
                return True
        # A worker whose import was killed may have written its last draft after the sweep.
        return originals.has_drafts(self._folder / originals.FOLDER) or originals.has_drafts(
            self._folder / samples.FOLDER
        )

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        where = self._folder
        with told_plainly(where), whole_rows(where), self._engine.connect() as connection:
            yield connection

    def _row(self, id_or_prefix: str) -> RowMapping:
        with self._reading() as connection:
            # SQLite cannot even be asked for a text that is not valid; ids are plain.
            rows = records.rows_of_run(connection, id_or_prefix) if id_or_prefix.isascii() else []
        if len(rows) != 1:
            several = ", ".join(row["run_id"] for row in rows[:5])
            raise AnswerError(
                "More than one run begins like this." if rows else "There is no such run.",
                where=f"run {id_or_prefix}",
                next_step=f"Give more of the id: {several}." if rows else "See `goodknee runs` for the ids.",
            )
        return rows[0]
