"""Samples as a table that other programs read: Parquet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from goodknee.core.model import Floats, Recording
from goodknee.errors import StoreError


def write_samples(path: Path, recordings: Sequence[Recording]) -> None:
    """Write every record once, in file order, one column per channel.

    ``activity`` is the index of the record's activity in its file, -1 outside all; ``time_s`` counts from the
    start of the file's first activity, whose instant stands in the table's metadata (``started_at``, a list
    with one entry per file). With several files a column ``file`` comes first. Missing is null.

    Raises:
        StoreError: The file cannot be written.
    """
    import pyarrow as pa

    tables = []
    for recording in recordings:
        columns = {
            name: pa.array(values, from_pandas=True) for name, values in recording.samples.columns.items()
        }
        columns["activity"] = pa.array(recording.activity_index, type=pa.int32())
        if len(recordings) > 1:
            columns = {"file": pa.array([recording.file] * len(recording.samples), pa.string()), **columns}
        tables.append(pa.table(columns))
    if not tables:
        return
    table = pa.concat_tables(tables, promote_options="default")
    starts = [each.activities[0].started_at if each.activities else None for each in recordings]
    started_at = json.dumps([start.isoformat() if start else None for start in starts])
    _write(table.replace_schema_metadata({"started_at": started_at}), path)


def write_columns(path: Path, columns: Mapping[str, Floats | Sequence[str]]) -> None:
    """Write columns of one length; NaN becomes null.

    Raises:
        StoreError: The file cannot be written.
    """
    import pyarrow as pa

    _write(pa.table({name: pa.array(values, from_pandas=True) for name, values in columns.items()}), path)


def _write(table: Any, path: Path) -> None:
    import pyarrow.parquet as pq

    try:
        pq.write_table(table, path, compression="zstd")
    except OSError as error:
        raise StoreError(
            f"The samples could not be written: {error.strerror or error}.",
            where=str(path),
            next_step="Choose another place with --samples.",
        ) from error
