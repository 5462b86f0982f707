"""Bring files and folders into a store: each wholly in or not at all, and a reason for those left out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from time import monotonic
from typing import Literal, NamedTuple

from goodknee.errors import NotAnActivityError, ReadError, StoreError
from goodknee.readers import activity_file
from goodknee.readers.gunzip import MAX_BYTES
from goodknee.services.find_files import (
    FIRST_BYTES,
    find_files,
    has_activity_ending,
    is_of_the_system,
    is_zip,
    likely_richness,
    may_be_activity,
)
from goodknee.services.processes import in_processes
from goodknee.stores.importing import ImportSession, TakenIn
from goodknee.stores.incoming import Aside, Incoming, pack, private_name, private_text
from goodknee.stores.store import Store

#: Called with the number of files dealt with and the number of all.
Progress = Callable[[int, int], None]
#: Fewer new files than this are read in place: starting processes takes as long as reading them.
WORTH_PROCESSES = 24
#: One transaction holds so many files, or those of so many seconds.
BATCH_FILES = 64
BATCH_S = 0.5
_NO_DATE = "It has no date, so it cannot be placed in time."


class Duplicate(NamedTuple):
    """A file that tells of a run that is here already."""

    file: str
    of: str


class Skipped(NamedTuple):
    """A file, or an activity of one, that is none of a run's."""

    file: str
    what: str


class Failed(NamedTuple):
    """A file that could not be read."""

    file: str
    what: str
    where: str
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of every file.

    Attributes:
        imported: The runs that files of this import now stand for.
        stopped: The person stopped it; what is listed is in, the rest was not looked at.
    """

    import_id: str
    imported: tuple[str, ...]
    duplicates: tuple[Duplicate, ...]
    skipped: tuple[Skipped, ...]
    failed: tuple[Failed, ...]
    stopped: bool = False


def import_files(
    paths: Sequence[Path],
    *,
    store: Store,
    now: datetime,
    progress: Progress | None = None,
    workers: int | None = None,
) -> ImportReport:
    """Bring these files, and those in these folders, into the store.

    Args:
        paths: Files and folders. A file that fails does not stop the others.
        store: Where to.
        now: The instant of the import.
        progress: Told about every file dealt with.
        workers: Processes that read; as many as the computer has cores when None. A few files need none.

    Raises:
        StoreError: The store cannot be written to, or another import is under way. What is in, stays in.
    """
    # The richest format first, so that files of the same run are set aside, not stored and overtaken.
    files = sorted(find_files(paths), key=likely_richness)
    with store.start_import(now) as session:
        ledger = _Ledger(session, progress or (lambda _done, _total: None), len(files))
        new = _new_files(files, named=frozenset(paths), session=session, ledger=ledger)
        try:
            for file, result in _read(new, workers):
                ledger.add(file, result)
            ledger.settle()
            session.finish()
        except KeyboardInterrupt:
            return ledger.report(stopped=True)
        except StoreError as error:
            if not ledger.files_in:
                raise
            what = f"{error.what} {ledger.files_in} files of this import are in; the rest is not."
            raise StoreError(what, where=error.where, next_step=error.next_step) from error
    return ledger.report(stopped=False)


class _Refused(NamedTuple):
    """Why a file brings nothing in; a worker's answer."""

    outcome: Literal["skipped", "failed"]
    what: str
    where: str = ""
    next: str = ""


class _Known(NamedTuple):
    """The sha256 of a file's bytes; in the ledger: of bytes that were here before."""

    sha256: str


class _ToRead(NamedTuple):
    """A worker's task."""

    file: Path
    folder: Path


_Result = Incoming | _Refused | _Known


class _Ledger:
    """Hands results to the store, several in one transaction, and writes down what became of each file."""

    def __init__(self, session: ImportSession, progress: Progress, total: int) -> None:
        self._session = session
        self._progress = progress
        self._total = total
        self._done = 0
        self._waiting: list[tuple[Path, _Result]] = []
        self._waiting_since = 0.0
        self._taken_in: list[tuple[str, str]] = []
        self._duplicates: list[Duplicate] = []
        self._skipped: list[Skipped] = []
        self._failed: list[Failed] = []

    def add(self, file: Path, result: _Result) -> None:
        if not self._waiting:
            self._waiting_since = monotonic()
        self._waiting.append((file, result))
        if len(self._waiting) >= BATCH_FILES or monotonic() - self._waiting_since > BATCH_S:
            self.settle()

    def settle(self) -> None:
        """Put what waits into the store."""
        waiting, self._waiting = self._waiting, []
        taken = self._session.take_in([_for_store(file, result) for file, result in waiting])
        for (file, result), outcome in zip(waiting, taken, strict=True):
            self._write_down(_shown(file), result, outcome)
        self._done += len(waiting)
        self._progress(self._done, self._total)

    def report(self, *, stopped: bool) -> ImportReport:
        """Say what became of every file; later ones may have taken the runs of earlier ones over."""
        stands_for = self._session.stands_for()
        overtaken = [
            Duplicate(name, stands_for[content].instead)
            for name, content in self._taken_in
            if not stands_for[content].run_ids
        ]
        return ImportReport(
            import_id=self._session.id,
            imported=tuple(run_id for _, content in self._taken_in for run_id in stands_for[content].run_ids),
            duplicates=(*self._duplicates, *overtaken),
            skipped=tuple(self._skipped),
            failed=tuple(self._failed),
            stopped=stopped,
        )

    @property
    def files_in(self) -> int:
        return len(self._taken_in)

    def _write_down(self, name: str, result: _Result, outcome: TakenIn) -> None:
        if outcome.duplicate_of:
            self._duplicates.append(Duplicate(name, outcome.duplicate_of))
        elif isinstance(result, Incoming):
            self._taken_in.append((name, result.content_sha256))
            self._skipped.extend(Skipped(name, what) for what in _undated(result))
        elif isinstance(result, _Refused) and result.outcome == "skipped":
            self._skipped.append(Skipped(name, result.what))
        elif isinstance(result, _Refused):
            self._failed.append(Failed(name, result.what, result.where, result.next))


def _for_store(file: Path, result: _Result) -> Incoming | Aside:
    if isinstance(result, Incoming):
        return result
    if isinstance(result, _Known):
        return Aside(file=private_name(file.name), outcome="duplicate", original_sha256=result.sha256)
    return Aside(file=private_name(file.name), outcome=result.outcome, what=private_text(result.what))


def _new_files(
    files: Iterable[Path], *, named: frozenset[Path], session: ImportSession, ledger: _Ledger
) -> Iterator[_ToRead]:
    """Yield what has to be read; what needs no reading goes straight into the ledger."""
    for file in files:
        looked = _look(file, named=file in named)
        if isinstance(looked, _Refused) or session.known(looked.sha256):
            ledger.add(file, looked)
        else:
            yield _ToRead(file, session.folder)


def _look(file: Path, *, named: bool) -> _Known | _Refused:
    """Take a first look at a file: its sha256, or why it is not to be read."""
    if is_of_the_system(file) and not named:
        return _Refused("skipped", "A file of the computer's own, not an activity.")
    try:
        if not file.is_file():
            return _not_a_file(file)
        with file.open("rb") as opened:
            begins = opened.read(FIRST_BYTES)
            if is_zip(begins):
                return _Refused("skipped", "A zip archive: unpack it and import the folder.")
            if not has_activity_ending(file) and not may_be_activity(begins):
                return _Refused("skipped", "Not an activity file.")
            opened.seek(0)
            return _Known(hashlib.file_digest(opened, "sha256").hexdigest())
    except OSError as error:
        return _unreadable(file, error)


def _read(new: Iterator[_ToRead], workers: int | None) -> Iterator[tuple[Path, Incoming | _Refused]]:
    """Read the files, in this process when they are few, and yield them in order with what they hold."""
    first = list(islice(new, WORTH_PROCESSES))
    processes = workers or os.cpu_count() or 1
    if processes < 2 or len(first) < WORTH_PROCESSES:
        return map(_read_one, chain(first, new))
    return in_processes(_read_one, chain(first, new), processes=processes, crashed=_crashed)


def _read_one(task: _ToRead) -> tuple[Path, Incoming | _Refused]:
    """Read one file and write its samples and bytes to the store's disk; runs in a worker."""
    file = task.file
    try:
        with file.open("rb") as opened:
            # One byte more than a reader takes, so that it can say of a larger file that it is.
            data = opened.read(MAX_BYTES + 1)
        recording = activity_file.read_bytes(data, file=_shown(file))
    except NotAnActivityError as error:
        return file, _Refused("skipped", error.what)
    except ReadError as error:
        return file, _Refused("failed", error.what, error.where, error.next_step)
    except OSError as error:
        return file, _unreadable(file, error)
    except Exception as error:  # noqa: BLE001 - a fault of ours with one file must not lose the others
        return file, _our_fault(file, type(error).__name__)
    if all(activity.started_at is None for activity in recording.activities):
        return file, _Refused("skipped", _NO_DATE)
    return file, pack(recording, data=data, folder=task.folder)


def _crashed(task: _ToRead) -> tuple[Path, _Refused]:
    return task.file, _our_fault(task.file, "the process that read it ended")


def _our_fault(file: Path, cause: str) -> _Refused:
    return _Refused(
        "failed",
        f"GoodKnee could not cope with this file ({cause}). The others are not affected.",
        _shown(file),
        "This is a fault of GoodKnee: please report it, with the file if you can share it.",
    )


def _not_a_file(file: Path) -> _Refused:
    if file.exists():
        return _Refused("failed", "This is not a file.", _shown(file), "Give a file or a folder.")
    return _Refused("failed", "There is no such file or folder.", _shown(file), "Check how it is spelled.")


def _unreadable(file: Path, error: OSError) -> _Refused:
    what = f"This cannot be opened: {error.strerror or error}."
    return _Refused("failed", what, _shown(file), "Check that you may read it and that its disk is there.")


def _undated(incoming: Incoming) -> Iterator[str]:
    count = len(incoming.activities)
    for number, activity in enumerate(incoming.activities, start=1):
        if activity.started_at is None:
            yield f"Activity {number} of {count} in it: {_NO_DATE[0].lower()}{_NO_DATE[1:]}"


def _shown(file: Path) -> str:
    # A name that is not valid text could be neither printed nor written as JSON.
    return str(file).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
