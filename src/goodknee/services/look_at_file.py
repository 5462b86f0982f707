"""One file of an import: a first look at it, then its reading, which may happen in a process of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from goodknee.errors import NotAnActivityError, ReadError
from goodknee.readers import activity_file
from goodknee.readers.gunzip import MAX_BYTES
from goodknee.services.find_files import (
    FIRST_BYTES,
    has_activity_ending,
    is_of_the_system,
    is_zip,
    may_be_activity,
)
from goodknee.stores.incoming import Incoming, pack

_NO_DATE = "It has no date, so it cannot be placed in time."


class Refused(NamedTuple):
    """Why a file brings nothing in; a worker's answer."""

    outcome: Literal["skipped", "failed"]
    what: str
    where: str = ""
    next: str = ""


class Known(NamedTuple):
    """The sha256 of a file's bytes; in the ledger: of bytes that were here before."""

    sha256: str


class ToRead(NamedTuple):
    """A worker's task."""

    file: Path
    folder: Path


def look(file: Path, *, named: bool) -> Known | Refused:
    """Take a first look at a file: its sha256, or why it is not to be read."""
    if is_of_the_system(file) and not named:
        return Refused("skipped", "A file of the computer's own, not an activity.")
    try:
        if not file.is_file():
            return _not_a_file(file)
        with file.open("rb") as opened:
            begins = opened.read(FIRST_BYTES)
            if is_zip(begins):
                return Refused("skipped", "A zip archive: unpack it and import the folder.")
            if not has_activity_ending(file) and not may_be_activity(begins):
                return Refused("skipped", "Not an activity file.")
            opened.seek(0)
            return Known(hashlib.file_digest(opened, "sha256").hexdigest())
    except OSError as error:
        return _unreadable(file, error)


def read_one(task: ToRead) -> tuple[Path, Incoming | Refused]:
    """Read one file and write its samples and bytes to the store's disk; runs in a worker."""
    file = task.file
    try:
        with file.open("rb") as opened:
            # One byte more than a reader takes, so that it can say of a larger file that it is.
            data = opened.read(MAX_BYTES + 1)
        recording = activity_file.read_bytes(data, file=shown_name(file))
    except NotAnActivityError as error:
        return file, Refused("skipped", error.what)
    except ReadError as error:
        return file, Refused("failed", error.what, error.where, error.next_step)
    except OSError as error:
        return file, _unreadable(file, error)
    except Exception as error:  # noqa: BLE001 - a fault of ours with one file must not lose the others
        return file, _our_fault(file, type(error).__name__)
    if all(activity.started_at is None for activity in recording.activities):
        return file, Refused("skipped", _NO_DATE)
    return file, pack(recording, data=data, folder=task.folder)


def crashed(task: ToRead) -> tuple[Path, Refused]:
    """Answer for a file whose reader ended without a word."""
    return task.file, _our_fault(task.file, "the process that read it ended")


def _our_fault(file: Path, cause: str) -> Refused:
    return Refused(
        "failed",
        f"GoodKnee could not cope with this file ({cause}). The others are not affected.",
        shown_name(file),
        "This is a fault of GoodKnee: please report it, with the file if you can share it.",
    )


def _not_a_file(file: Path) -> Refused:
    if file.exists():
        return Refused("failed", "This is not a file.", shown_name(file), "Give a file or a folder.")
    return Refused("failed", "There is no such file or folder.", shown_name(file), "Check how it is spelled.")


def _unreadable(file: Path, error: OSError) -> Refused:
    what = f"This cannot be opened: {error.strerror or error}."
    return Refused("failed", what, shown_name(file), "Check that you may read it and that its disk is there.")


def undated_in(incoming: Incoming) -> Iterator[str]:
    """Say which activities of a file could not be placed in time."""
    count = len(incoming.activities)
    for number, activity in enumerate(incoming.activities, start=1):
        if activity.started_at is None:
            yield f"Activity {number} of {count} in it: {_NO_DATE[0].lower()}{_NO_DATE[1:]}"


def shown_name(file: Path) -> str:
    """Return a path as it can be told to a person."""
    # A name that is not valid text could be neither printed nor written as JSON.
    return str(file).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
