"""What a store does, and how to open one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self
from urllib.parse import urlsplit

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
from goodknee.errors import StoreError
from goodknee.stores import originals, samples
from goodknee.stores.database import DATABASE, make
from goodknee.stores.folder import FolderStore
from goodknee.stores.samples import SamplesPlace
from goodknee.stores.trouble import told_plainly

if TYPE_CHECKING:  # most verbs need none of these, and start sooner without them
    from goodknee.core.load.shoes import NewShoe, Shoe, ShoeUse
    from goodknee.stores.importing import ImportSession, StoredImport, Undone
    from goodknee.stores.run_sums import SumsFile


class Store(Protocol):
    """What one runner's store keeps and finds.

    Every method may raise a StoreError that says what is wrong with the disk or the database; nothing was
    changed then.

    Attributes:
        simulated: The runner is not a person.
        story_day: The day at which a simulated store stands still.
        writable: It is there, and takes in what is added.
    """

    simulated: bool
    writable: bool
    story_day: date | None

    def runs(self, *, since: date | None = None) -> list[StoredRun]:
        """Return all activities, oldest first, each once; other sports are kept too (``activity.is_run``).

        Args:
            since: Only those of this local day and later.
        """
        ...

    def run(self, id_or_prefix: str) -> StoredRun:
        """Return one run by its id or an unambiguous beginning of it.

        Raises:
            AnswerError: No run, or more than one, has it.
        """
        ...

    def samples(self, run_id: str) -> Samples:
        """Return the samples of a run; ``time_s`` counts from its start."""
        ...

    def samples_places(self) -> dict[str, SamplesPlace]:
        """Return where the samples of every run are, by its id."""
        ...

    def kept_sums(self) -> SumsFile:
        """Return where what was made of the runs is kept; it may be taken away at any time."""
        ...

    def original(self, run_id: str) -> tuple[str, bytes]:
        """Return the name of the file a run came in, and its very bytes."""
        ...

    def imports(self) -> list[StoredImport]:
        """Return all imports, oldest first, those taken back included."""
        ...

    def diary(self) -> list[StoredEntry]:
        """Return every row of the diary, corrections included; ``core.track.diary`` says what counts."""
        ...

    def add_diary(self, entries: Sequence[DiaryEntry]) -> list[StoredEntry]:
        """Add entries to the diary, and return them with their numbers: all of them or none."""
        ...

    def correct_diary(self, number: int, entry: DiaryEntry) -> StoredEntry:
        """Keep how an entry reads from now on, in a row of its own; the rows before stay.

        Raises:
            AnswerError: The diary has no such entry.
        """
        ...

    def checks(self) -> list[StoredCheck]:
        """Return all checks, oldest first."""
        ...

    def add_check(self, check: NewCheck) -> StoredCheck:
        """Keep one check; it is never changed."""
        ...

    def unfinished_check(self) -> UnfinishedCheck | None:
        """Return the check that was stopped before its end; None when there is none."""
        ...

    def keep_unfinished(self, check: UnfinishedCheck | None) -> None:
        """Keep the check that was stopped, in place of the one before; None: there is none any more."""
        ...

    def visits(self) -> list[VisitRecord]:
        """Return what the runner states about visits to a clinician, in the order of entry."""
        ...

    def add_visits(self, visits: Sequence[VisitRecord]) -> None:
        """Keep visits to a clinician: all of them or none."""
        ...

    def scores(self) -> list[StoredScore]:
        """Return all scores of questionnaires by day, then in the order of entry."""
        ...

    def add_score(self, score: NewScore) -> StoredScore:
        """Keep one score; it is never changed."""
        ...

    def lessons_read(self) -> list[LessonRead]:
        """Return the lessons that were read, in that order."""
        ...

    def add_lesson_read(self, lesson: LessonRead) -> None:
        """Keep that a lesson was read."""
        ...

    def shoes(self) -> list[Shoe]:
        """Return all shoes in the order in which they came."""
        ...

    def add_shoe(self, shoe: NewShoe, *, at: datetime) -> Shoe:
        """Keep one shoe; return it with its number."""
        ...

    def retire_shoe(self, shoe_id: int, last_day: date | None) -> None:
        """Keep the last day of a shoe; None: it is in use again."""
        ...

    def remove_shoe(self, shoe_id: int) -> None:
        """Take a shoe away, and all that was stated of it."""
        ...

    def shoe_uses(self) -> list[ShoeUse]:
        """Return which shoe ran what, in the order in which it was stated."""
        ...

    def add_shoe_uses(self, uses: Sequence[ShoeUse], *, at: datetime) -> None:
        """Keep which shoe ran what: all of it or nothing."""
        ...

    def settings(self) -> dict[str, Any]:
        """Return key → value of what was set."""
        ...

    def set_setting(self, key: str, value: Any, *, at: datetime) -> None:
        """Keep one setting; None takes it away."""
        ...

    def decisions(self) -> list[StoredDecision]:
        """Return all decisions by day, then in the order in which they were made."""
        ...

    def add_decision(self, decision: NewDecision) -> StoredDecision:
        """Keep one decision; it is never changed."""
        ...

    def plans(self) -> list[StoredPlan]:
        """Return every version of the plan, oldest first."""
        ...

    def add_plan(self, plan: NewPlan) -> StoredPlan:
        """Keep one version of the plan; it is never changed."""
        ...

    def accept_plan(self, plan_id: int, *, at: datetime) -> None:
        """Keep that the runner said yes to a version of the plan."""
        ...

    def overrides(self) -> list[Override]:
        """Return what the runner chose instead, in that order."""
        ...

    def add_override(self, override: Override) -> None:
        """Keep what the runner chose instead; the decision stays as it was."""
        ...

    def start_import(self, now: datetime) -> AbstractContextManager[ImportSession]:
        """Begin an import; no other can run beside it."""
        ...

    def undo_import(self, import_id: str) -> Undone:
        """Take one import back wholly; poorer files of the same runs come back into sight.

        Raises:
            AnswerError: There is no such import, or it was taken back before.
        """
        ...

    def close(self) -> None:
        """Close the store."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...


def open_store(
    where: str | Path, *, create: bool = False, simulated: bool = False, story_day: date | None = None
) -> Store:
    """Open the store in a folder.

    Args:
        where: The folder, or a ``file://`` address of it.
        create: Make the store when there is none. Otherwise a missing store answers as an empty one, and
            nothing is made.
        simulated: Of a new store: its runner is not a person.
        story_day: Of a new simulated store: the day at which it stands still.

    Raises:
        StoreError: It is no store, is damaged, was made by a newer GoodKnee, or cannot be made here; or a
            simulated runner would be mixed with a person's runs.
    """
    folder = _folder(where)
    exists = _is_there(folder)
    if create and not exists:
        make(folder, simulated=simulated, story_day=story_day)
    store = FolderStore(folder, exists=exists or create)
    if simulated and not store.simulated and (exists or create):
        store.close()
        raise StoreError(
            "This folder holds a person's store, not a simulated one.",
            where=str(folder),
            next_step="Choose another folder with --data. Nothing was changed.",
        )
    if create:
        store.tidy()
    return store


def _folder(where: str | Path) -> Path:
    if isinstance(where, str) and "://" in where:
        address = urlsplit(where)
        if address.scheme != "file":
            raise StoreError(
                "A store lives in a folder; this kind of address is not known.",
                where=where,
                next_step="Give a folder or a file:// address.",
            )
        from urllib.request import url2pathname  # it loads a web client, for an address that few give

        return Path(url2pathname(address.path))
    return Path(where).expanduser()


def _is_there(folder: Path) -> bool:
    """Tell whether a store is in the folder; False when it is free for one."""
    with told_plainly(folder):
        if not folder.exists():
            return False
        if not folder.is_dir():
            raise StoreError(
                "This is a file, not a folder.",
                where=str(folder),
                next_step="Choose a folder for your store with --data.",
            )
        inside = list(folder.iterdir())
        if folder / DATABASE in inside:
            return True
        rooms = [each for each in inside if each.name in (samples.FOLDER, originals.FOLDER)]
        # What an interrupted beginning left (goodknee.…) and files of the system make no folder a stranger's.
        others = [
            each for each in inside if not each.name.startswith((".", "goodknee.")) and each not in rooms
        ]
        orphaned = any(any(room.iterdir()) for room in rooms if room.is_dir())
    if others or orphaned:
        raise StoreError(
            f"The store's database {DATABASE} is missing."
            if orphaned
            else "This folder holds other things and no store.",
            where=str(folder),
            next_step="Bring the database back from a backup; your files are still in 'originals'."
            if orphaned
            else "Choose an empty folder, or the one of your store, with --data.",
        )
    return False
