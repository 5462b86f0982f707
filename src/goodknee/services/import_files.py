"""Bring files and folders into a store: each wholly in or not at all, and a reason for those left out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from goodknee.errors import StoreError
from goodknee.services.find_files import find_files, likely_richness
from goodknee.services.look_at_file import (
    Known,
    Refused,
    ToRead,
    crashed,
    look,
    read_one,
    shown_name,
    undated_in,
)
from goodknee.services.processes import in_processes
from goodknee.stores.importing import ImportSession, TakenIn
from goodknee.stores.incoming import Aside, Incoming, private_name, private_text
from goodknee.stores.store import Store

#: Called with the number of files dealt with and the number of all.
Progress = Callable[[int, int], None]
#: Fewer new files than this are read in place: starting processes takes as long as reading them.
WORTH_PROCESSES = 64
#: One process writes the records; more readers than this would only wait for it.
MOST_PROCESSES = 8
#: One transaction holds so many files, or those of so many seconds.
BATCH_FILES = 64
BATCH_S = 0.5


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
        imported: The runs that files of this import now stand for, oldest first.
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
        workers: Processes that read; by the computer's cores when None. A few files need none.

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


_Result = Incoming | Refused | Known


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
            self._write_down(shown_name(file), result, outcome)
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
            imported=tuple(sorted(run_id for each in stands_for.values() for run_id in each.run_ids)),
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
            self._skipped.extend(Skipped(name, what) for what in undated_in(result))
        elif isinstance(result, Refused) and result.outcome == "skipped":
            self._skipped.append(Skipped(name, result.what))
        elif isinstance(result, Refused):
            self._failed.append(Failed(name, result.what, result.where, result.next))


def _for_store(file: Path, result: _Result) -> Incoming | Aside:
    if isinstance(result, Incoming):
        return result
    if isinstance(result, Known):
        return Aside(file=private_name(file.name), outcome="duplicate", original_sha256=result.sha256)
    return Aside(file=private_name(file.name), outcome=result.outcome, what=private_text(result.what))


def _new_files(
    files: Iterable[Path], *, named: frozenset[Path], session: ImportSession, ledger: _Ledger
) -> Iterator[ToRead]:
    """Yield what has to be read; what needs no reading goes straight into the ledger."""
    for file in files:
        looked = look(file, named=file in named)
        if isinstance(looked, Refused) or session.known(looked.sha256):
            ledger.add(file, looked)
        else:
            yield ToRead(file, session.folder)


def _read(new: Iterator[ToRead], workers: int | None) -> Iterator[tuple[Path, Incoming | Refused]]:
    """Read the files, in this process when they are few, and yield them in order with what they hold."""
    first = list(islice(new, WORTH_PROCESSES))
    processes = workers or min(os.cpu_count() or 1, MOST_PROCESSES)
    if processes < 2 or len(first) < WORTH_PROCESSES:
        return map(read_one, chain(first, new))
    return in_processes(read_one, chain(first, new), processes=processes, crashed=crashed)
