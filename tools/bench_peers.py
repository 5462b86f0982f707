"""The same work through every decoder: the bytes of a file to one column per field of its records or points.

A FIT decoder returns its columns by FIT's field name; developer fields under names that cannot clash.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Columns = Mapping[str, Any]
Decoder = Callable[[bytes], Columns]


def goodknee_fit(data: bytes) -> Columns:
    from goodknee.formats.fit_profile import MESSAGES, RECORD
    from goodknee.readers.fit.channels import channels_of
    from goodknee.readers.fit.decode import decode

    fit = decode(data)
    records, fields = fit.table(RECORD), MESSAGES[RECORD].fields
    columns: dict[str, Any] = {}
    for number in records.numbers & fields.keys():
        columns[fields[number].name] = records.floats(number)
    for field in records.developer_fields:
        column = records.developer_column(field.key)
        columns[f"dev:{field.application}:{field.number}"] = None if column is None else column.floats(field)
    if "compressed_speed_distance" in columns:
        channels = channels_of(fit)
        columns["speed"], columns["distance"] = channels.get("speed_mps"), channels.get("distance_m")
    if not len(records) and fit.warnings:
        raise ValueError(fit.warnings[0].what)
    return columns


def fitdecode(data: bytes) -> Columns:
    import fitdecode as peer

    with peer.FitReader(io.BytesIO(data), check_crc=peer.CrcCheck.RAISE) as reader:
        return by_column(
            [
                {field.name: field.value for field in reversed(frame.fields)}
                for frame in reader
                if frame.frame_type == peer.FIT_FRAME_DATA and frame.global_mesg_num == 20
            ]
        )


def fitparse(data: bytes) -> Columns:
    import fitparse as peer

    file = peer.FitFile(io.BytesIO(data), check_crc=True)
    return by_column(
        [{field.name: field.value for field in reversed(m.fields)} for m in file.get_messages("record")]
    )


def fitfast(data: bytes) -> Columns:
    import fitfast as peer

    columns: Columns = peer.records(data)
    return columns


def pyroparse(data: bytes) -> Columns:
    import pyroparse as peer

    table = peer.read_fit(data, columns="all", deduplicate=False)
    return {name: table.column(name) for name in table.column_names}


def by_column(rows: list[dict[str, Any]]) -> Columns:
    names = {name: None for row in rows for name in row}
    return {name: [row.get(name) for row in rows] for name in names}


FIT_DECODERS: dict[str, Decoder] = {
    "goodknee": goodknee_fit,
    "fitdecode": fitdecode,
    "fitparse": fitparse,
    "fitfast": fitfast,
    "pyroparse": pyroparse,
}


def goodknee_gpx(data: bytes) -> Columns:
    from goodknee.readers.gpx import read_gpx

    return read_gpx(data, file="bench.gpx").samples.columns


def goodknee_tcx(data: bytes) -> Columns:
    from goodknee.readers.tcx import read_tcx

    return read_tcx(data, file="bench.tcx").samples.columns


def gpxpy(data: bytes) -> Columns:
    import gpxpy as peer

    rows = []
    for track in peer.parse(data).tracks:
        for segment in track.segments:
            for point in segment.points:
                row = {
                    "time": point.time,
                    "lat": point.latitude,
                    "lon": point.longitude,
                    "ele": point.elevation,
                }
                for extension in point.extensions:
                    row |= {one.tag.rpartition("}")[2]: one.text for one in extension.iter()}
                rows.append(row)
    return by_column(rows)


def tcxreader(data: bytes) -> Columns:
    from tcxreader.tcxreader import TCXReader

    points = TCXReader().read(io.BytesIO(data), only_gps=False).trackpoints
    return by_column([point.to_dict() for point in points])


XML_DECODERS: dict[str, dict[str, Decoder]] = {
    "gpx": {"goodknee": goodknee_gpx, "gpxpy": gpxpy},
    "tcx": {"goodknee": goodknee_tcx, "tcxreader": tcxreader},
}


def row_count(columns: Columns) -> int:
    return max((len(column) for column in columns.values() if column is not None), default=0)


#: What is compared: FIT's field numbers (the first that has a value counts) and the names peers give them.
_COMPARED = {
    "latitude": ((0,), ("position_lat", "latitude")),
    "longitude": ((1,), ("position_long", "longitude")),
    "heart_rate": ((3,), ("heart_rate",)),
    "cadence": ((4,), ("cadence",)),
    "distance": ((5,), ("distance",)),
    "power": ((7,), ("power",)),
    "temperature": ((13,), ("temperature",)),
    "speed": ((73, 6), ("enhanced_speed", "speed")),
    "altitude": ((78, 2), ("enhanced_altitude", "altitude")),
    "vertical_oscillation": ((39,), ("vertical_oscillation",)),
    "stance_time": ((41,), ("stance_time",)),
}
_DEG = 180 / 2**31


def truth(data: bytes) -> dict[str, Any] | None:
    """Return what is in a FIT file's records, by an independent decoder; None when it cannot be read.

    Checksums are not looked at, the rows before damage count, and a header that says 0 bytes is first given
    the length that is there.
    """
    import fitdecode as peer

    if data[8:12] == b".FIT" and data[4:8] == bytes(4):
        data = data[:4] + (len(data) - data[0]).to_bytes(4, "little") + data[8:]
    rows: list[dict[int, Any]] = []
    sound = len(data) > 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with peer.FitReader(io.BytesIO(data), check_crc=peer.CrcCheck.DISABLED) as reader:
                rows.extend(
                    _native(frame)
                    for frame in reader
                    if frame.frame_type == peer.FIT_FRAME_DATA and frame.global_mesg_num == 20
                )
        except peer.FitError:
            sound = False
    if not rows and not sound:
        return None
    found = {name: np.full(len(rows), np.nan) for name in _COMPARED}
    for name, (numbers, _) in _COMPARED.items():
        for number in reversed(numbers):
            for at, row in enumerate(rows):
                if isinstance(row.get(number), int | float):
                    found[name][at] = row[number] * (_DEG if number < 2 else 1)
    return found


def _native(frame: Any) -> dict[int, Any]:
    row: dict[int, Any] = {}
    for field in frame.fields:
        if field.field is not None and (field.field_def is None or not field.field_def.is_dev):
            row.setdefault(field.field.def_num, field.value)
    return row


def is_right(columns: Columns, true: Mapping[str, Any]) -> bool:
    """Whether a decoder found every record, and in each field that the records have the same values."""
    rows = len(next(iter(true.values())))
    if row_count(columns) != rows:
        return False
    for name, (_, names) in _COMPARED.items():
        if np.isnan(true[name]).all():
            continue
        ours = np.full(rows, np.nan)
        for peer_name in reversed(names):
            if columns.get(peer_name) is not None:
                column = numbers_of(columns[peer_name])
                ours = np.where(np.isnan(column), ours, column)
        if name in ("latitude", "longitude") and np.nanmax(np.abs(ours), initial=0) > 360:
            ours = ours * _DEG
        if not np.allclose(ours, true[name], rtol=1e-6, atol=1e-6, equal_nan=True):
            return False
    return True


def numbers_of(column: Any) -> Any:
    values = column.to_pylist() if hasattr(column, "to_pylist") else column
    return np.array([v if isinstance(v, int | float) else np.nan for v in values], dtype=np.float64)
