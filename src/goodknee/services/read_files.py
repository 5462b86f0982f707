"""Say what is in a few files, one after the other; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from goodknee.core.model import Recording
from goodknee.errors import ReadError
from goodknee.readers.activity_file import read
from goodknee.writers.table import write_samples


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReading:
    """One file: its recording, or the error that says why there is none."""

    file: str
    recording: Recording | None = None
    error: ReadError | None = None


def read_files(paths: Iterable[Path], *, samples_to: Path | None = None) -> list[FileReading]:
    """Read each file; one that fails does not stop the others.

    Args:
        paths: Activity files.
        samples_to: Write every record of all that could be read into this Parquet file.

    Raises:
        StoreError: ``samples_to`` cannot be written.
    """
    readings = list(_each(paths))
    if samples_to:
        write_samples(samples_to, [each.recording for each in readings if each.recording])
    return readings


def _each(paths: Iterable[Path]) -> Iterator[FileReading]:
    for path in paths:
        try:
            yield FileReading(file=str(path), recording=read(path))
        except ReadError as error:
            yield FileReading(file=str(path), error=error)
