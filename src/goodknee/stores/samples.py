"""The samples of each recording as Parquet: ``samples/<sha256 of the original>.parquet``.

Every record once, in file order: one column per channel, and ``activity``, the index of its activity.
"""

from __future__ import annotations

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


def read(folder: Path, sha256: str, *, activity: int, clock_shift_s: float, rows: int) -> Samples:
    """Return the samples of one activity; ``time_s`` counts from its own start.

    Args:
        activity: Its index in the recording.
        clock_shift_s: When it started, by the clock of the recording.
        rows: How many records the recording has.

    Raises:
        StoreError: The file is missing, damaged or not as long as it was.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = path_of(folder, sha256)
    try:
        with path.open("rb") as file:
            # Not pq.read_table: it starts threads that a process leaving at once may trip over.
            table = pq.ParquetFile(file, pre_buffer=False).read(use_threads=False)
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
