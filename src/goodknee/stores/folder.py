"""A store in a folder: ``goodknee.sqlite`` for records, ``samples/`` and ``originals/`` for files.

``goodknee.run-sums`` beside them can be made again from these at any time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from goodknee.core.model import (
    DiaryEntry,
    LessonRead,
    NewCheck,
    NewDecision,
    NewPlan,
    NewScore,
    Override,
    Samples,
    StoredCheck,
    StoredDecision,
    StoredEntry,
    StoredPlan,
    StoredRun,
    StoredScore,
    UnfinishedCheck,
    VisitRecord,
)
from goodknee.errors import AnswerError, StoreError
from goodknee.stores import decisions, diary, originals, own_things, plans, records, samples, scores
from goodknee.stores.database import Database, ImportUnderWayError, locked, writing
from goodknee.stores.samples import SamplesPlace
from goodknee.stores.trouble import told_plainly, whole_rows

if TYPE_CHECKING:  # most verbs need none of these, and start sooner without them
    from goodknee.core.load.shoes import NewShoe, Shoe, ShoeUse
    from goodknee.stores.importing import ImportSession, StoredImport, Undone
    from goodknee.stores.run_sums import SumsFile

#: How long a second import waits for the first.
LOCK_WAIT_S = 2.0


class FolderStore:
    """The store of one runner in a folder of their own; see :class:`goodknee.stores.store.Store`."""

    def __init__(self, folder: Path, *, exists: bool = True) -> None:
        self._folder = folder
        self._database = Database.open(folder) if exists else Database.empty(folder)
        self._engine = self._database.engine
        self.writable = self._database.read_only is None
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

    def samples_places(self) -> dict[str, SamplesPlace]:
        """Return where the samples of every run are, by its id."""
        states = samples.states(self._folder)
        with self._reading() as connection:
            return {
                row["run_id"]: SamplesPlace(
                    folder=self._folder,
                    sha256=row["original_sha256"],
                    activity=row["number"],
                    clock_shift_s=row["clock_shift_s"],
                    rows=row["sample_rows"],
                    state=states.get(row["original_sha256"]),
                )
                for row in records.samples_rows(connection)
            }

    def kept_sums(self) -> SumsFile:
        """Return where what was made of the runs is kept."""
        from goodknee.stores.run_sums import SumsFile

        return SumsFile(self._folder)

    def original(self, run_id: str) -> tuple[str, bytes]:
        """Return the name of the file a run came in, and its very bytes."""
        row = self._row(run_id)
        data = originals.read(self._folder, row["original_sha256"], row["format"], gzipped=row["gzipped"])
        return row["file"], data

    def imports(self) -> list[StoredImport]:
        """Return all imports, oldest first, those taken back included."""
        from goodknee.stores.importing import StoredImport

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

    def diary(self) -> list[StoredEntry]:
        """Return every row of the diary in the order in which they were written."""
        with self._reading() as connection:
            return diary.all_rows(connection)

    def add_diary(self, entries: Sequence[DiaryEntry]) -> list[StoredEntry]:
        """Add entries to the diary: all of them or none."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            return [diary.put_entry(connection, entry) for entry in entries]

    def correct_diary(self, number: int, entry: DiaryEntry) -> StoredEntry:
        """Keep how an entry reads from now on."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            return diary.put_entry(connection, entry, corrects=number)

    def checks(self) -> list[StoredCheck]:
        """Return all checks, oldest first."""
        with self._reading() as connection:
            return records.all_checks(connection)

    def add_check(self, check: NewCheck) -> StoredCheck:
        """Keep one check."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            return records.put_check(connection, check)

    def unfinished_check(self) -> UnfinishedCheck | None:
        """Return the check that was stopped before its end; None when there is none."""
        with self._reading() as connection:
            return records.unfinished(connection)

    def keep_unfinished(self, check: UnfinishedCheck | None) -> None:
        """Keep the check that was stopped, in place of the one before; None: there is none any more."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            records.put_unfinished(connection, check)

    def visits(self) -> list[VisitRecord]:
        """Return all visits to a clinician, in the order in which they were entered."""
        with self._reading() as connection:
            return records.all_visits(connection)

    def add_visits(self, visits: Sequence[VisitRecord]) -> None:
        """Keep visits to a clinician: all of them or none."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            records.put_visits(connection, visits)

    def scores(self) -> list[StoredScore]:
        """Return all scores of questionnaires, oldest first."""
        with self._reading() as connection:
            return scores.all_scores(connection)

    def add_score(self, score: NewScore) -> StoredScore:
        """Keep one score."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            return scores.put_score(connection, score)

    def lessons_read(self) -> list[LessonRead]:
        """Return the lessons that were read, in that order."""
        with self._reading() as connection:
            return scores.all_lessons(connection)

    def add_lesson_read(self, lesson: LessonRead) -> None:
        """Keep that a lesson was read."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            scores.put_lesson(connection, lesson)

    def shoes(self) -> list[Shoe]:
        """Return all shoes in the order in which they came."""
        with self._reading() as connection:
            return own_things.all_shoes(connection)

    def add_shoe(self, shoe: NewShoe, *, at: datetime) -> Shoe:
        """Keep one shoe."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            return own_things.put_shoe(connection, shoe, at=at)

    def retire_shoe(self, shoe_id: int, last_day: date | None) -> None:
        """Keep the last day of a shoe; None: it is in use again."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            own_things.retire(connection, shoe_id, last_day)

    def remove_shoe(self, shoe_id: int) -> None:
        """Take a shoe away, and all that was stated of it."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            own_things.remove(connection, shoe_id)

    def shoe_uses(self) -> list[ShoeUse]:
        """Return which shoe ran what, in the order in which it was stated."""
        with self._reading() as connection:
            return own_things.all_uses(connection)

    def add_shoe_uses(self, uses: Sequence[ShoeUse], *, at: datetime) -> None:
        """Keep which shoe ran what: all of it or nothing."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            own_things.put_uses(connection, uses, at=at)

    def settings(self) -> dict[str, Any]:
        """Return key → value of what was set."""
        with self._reading() as connection:
            return own_things.all_settings(connection)

    def set_setting(self, key: str, value: Any, *, at: datetime) -> None:
        """Keep one setting; None takes it away."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            own_things.put_setting(connection, key, value, at=at)

    def decisions(self) -> list[StoredDecision]:
        """Return all decisions by day, then in the order in which they were made."""
        with self._reading() as connection:
            return decisions.all_decisions(connection)

    def add_decision(self, decision: NewDecision) -> StoredDecision:
        """Keep one decision."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            return decisions.put_decision(connection, decision)

    def plans(self) -> list[StoredPlan]:
        """Return every version of the plan, oldest first."""
        with self._reading() as connection:
            return plans.all_plans(connection)

    def add_plan(self, plan: NewPlan) -> StoredPlan:
        """Keep one version of the plan."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            return plans.put_plan(connection, plan)

    def accept_plan(self, plan_id: int, *, at: datetime) -> None:
        """Keep that the runner said yes to a version."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            plans.put_yes(connection, plan_id, at)

    def overrides(self) -> list[Override]:
        """Return what the runner chose instead, in that order."""
        with self._reading() as connection:
            return decisions.all_overrides(connection)

    def add_override(self, override: Override) -> None:
        """Keep what the runner chose instead."""
        self._must_be_writable()
        with told_plainly(self._folder), writing(self._engine) as connection:
            decisions.put_override(connection, override)

    @contextmanager
    def start_import(self, now: datetime) -> Iterator[ImportSession]:
        """Begin an import, alone; it counts as unfinished until its session is finished."""
        from goodknee.stores.importing import ImportSession
        from goodknee.stores.undoing import sweep

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
        from goodknee.stores.undoing import undo

        self._must_be_writable()
        with locked(self._folder, wait_s=LOCK_WAIT_S):
            return undo(self._engine, self._folder, import_id)

    def tidy(self) -> None:
        """Sweep what a killed import left behind, unless an import is under way."""
        if self._database.read_only:
            return
        with told_plainly(self._folder):
            if self._is_untidy():
                from goodknee.stores.undoing import sweep

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
