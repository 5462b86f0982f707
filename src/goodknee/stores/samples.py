"""The samples of each recording as Parquet: ``samples/<sha256 of the original>.parquet``.

Every record once, in file order: one column per channel, and ``activity``, the index of its activity.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from goodknee.core.model import Recording, Samples
from goodknee.errors import StoreError
from goodknee.stores.originals import draft
from goodknee.stores.trouble import plain

FOLDER = "samples"
ACTIVITY = "activity"


def path_of(folder: Path, sha256: str) -> Path:
    """Return where the store in ``folder`` keeps the samples of the original with this sha256."""
    return folder / FOLDER / f"{sha256}.parquet"


def write_draft(folder: Path, recording: Recording) -> Path:
    """Write all records of a recording beside their place and onto the disk; return the draft's path."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    index = pa.array(recording.activity_index.astype("int32"))
    table = pa.table({ACTIVITY: index, **recording.samples.columns})

    def write(file: BinaryIO) -> None:
        # Measured values rarely repeat exactly: dictionaries of them cost time and room.
        pq.write_table(table, file, compression="zstd", use_dictionary=False)

    return draft(folder / FOLDER, write)


def states(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of the last change of every file of samples, by the sha256 of its original."""
    try:
        with os.scandir(folder / FOLDER) as room:
            found = [(each.name.partition(".")[0], each.stat()) for each in room]
    except OSError:
        return {}
    return {sha256: (state.st_size, state.st_mtime_ns) for sha256, state in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplesPlace:
    """Where the samples of one run are, for another process to read them without the database.

    Attributes:
        state: Size and time of the last change of their file; None: it is gone.
    """

    folder: Path
    sha256: str
    activity: int
    clock_shift_s: float
    rows: int
    state: tuple[int, int] | None = None

    def read(self, channels: Collection[str]) -> Samples:
        """Return those of the channels that the run has; ``time_s`` counts from its start.

        Raises:
            StoreError: The file is missing, damaged or not as long as it was.
        """
        return read(
            self.folder,
            self.sha256,
            activity=self.activity,
            clock_shift_s=self.clock_shift_s,
            rows=self.rows,
            channels=channels,
        )


def read(
    folder: Path,
    sha256: str,
    *,
    activity: int,
    clock_shift_s: float,
    rows: int,
    channels: Collection[str] | None = None,
) -> Samples:
    """Return the samples of one activity; ``time_s`` counts from its own start.

    Args:
        activity: Its index in the recording.
        clock_shift_s: When it started, by the clock of the recording.
        rows: How many records the recording has.
        channels: Read these alone, as far as they are there; else all.

    Raises:
        StoreError: The file is missing, damaged or not as long as it was.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = path_of(folder, sha256)
    try:
        with path.open("rb") as file:
            # Not pq.read_table: it starts threads that a process leaving at once may trip over.
            parquet = pq.ParquetFile(file, pre_buffer=False)
            wanted = None if channels is None else [ACTIVITY, *channels]
            table = parquet.read(columns=wanted, use_threads=False)
    except FileNotFoundError as error:
        raise _unusable("missing", path) from error
    except pa.ArrowException as error:
        raise _unusable("damaged", path) from error
    except OSError as error:
        # Arrow reports damage inside a page as an OSError without a system error number.
        raise (plain(error, path) if error.errno else _unusable("damaged", path)) from error
    if table.num_rows != rows or not {ACTIVITY, "time_s"} <= set(table.column_names):
        raise _unusable("damaged", path)
    own = table.column(ACTIVITY).to_numpy() == activity
    columns = {name: table.column(name).to_numpy()[own] for name in table.column_names if name != ACTIVITY}
    if clock_shift_s:
        columns["time_s"] = columns["time_s"] - clock_shift_s
    return Samples(columns=columns)


def _unusable(how: str, path: Path) -> StoreError:
    return StoreError(
        f"The samples of this run are {how}.",
        where=str(path),
        next_step="Bring the file back from a backup, or undo its import and import your own copy again.",
    )
