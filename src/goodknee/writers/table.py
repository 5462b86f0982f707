"""Samples as a table that other programs read: Parquet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from goodknee.core.model import Recording
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
    import pyarrow.parquet as pq

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
    try:
        pq.write_table(table.replace_schema_metadata({"started_at": started_at}), path, compression="zstd")
    except OSError as error:
        raise StoreError(
            f"The samples could not be written: {error.strerror or error}.",
            where=str(path),
            next_step="Choose another place with --samples.",
        ) from error
