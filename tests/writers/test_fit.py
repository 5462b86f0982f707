from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import fitdecode
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodknee.core.model import Lap, Pause, Samples
from goodknee.formats import fit_profile as profile
from goodknee.writers.fit import Message, encode, encode_activity

STARTED_AT = datetime(2026, 5, 3, 6, 12, 44, tzinfo=UTC)


def decoded(file: bytes) -> list[tuple[str, dict[str, Any]]]:
    """Every message as an independent decoder reads it, checksums checked."""
    with fitdecode.FitReader(io.BytesIO(file), check_crc=fitdecode.CrcCheck.RAISE) as reader:
        return [
            (frame.name, {field.name: field.value for field in frame.fields})
            for frame in reader
            if isinstance(frame, fitdecode.FitDataMessage)
        ]


def only(name: str, file: bytes) -> list[dict[str, Any]]:
    return [fields for message, fields in decoded(file) if message == name]


def run_file(columns: Mapping[str, Any], **more: Any) -> bytes:
    samples = Samples(columns={name: np.asarray(column, dtype=float) for name, column in columns.items()})
    return encode_activity(samples, **{"sport": "running", "started_at": STARTED_AT, **more})


COLUMNS: dict[str, list[float]] = {
    "time_s": [0, 1, 2, 10],
    "lat_deg": [50.0123456, np.nan, -33.5, 0.0],
    "lon_deg": [9.4302, np.nan, 151.2, -179.999],
    "altitude_m": [312.2, np.nan, -12.4, 8848.0],
    "distance_m": [0.0, 2.71, np.nan, 30.5],
    "speed_mps": [0.0, 2.7183, np.nan, 5.0],
    "heart_rate_bpm": [93, np.nan, 150, 0],
    "cadence_spm": [0.0, 161.0, np.nan, 171.25],
    "power_w": [np.nan, 250, 251, 252],
    "stance_time_ms": [np.nan, 251.3, 249.9, 0],
    "stance_time_balance_pct": [np.nan, 49.5, 50.25, 50],
    "vertical_oscillation_mm": [np.nan, 89.7, 90.1, 88],
    "step_length_mm": [np.nan, 1010.5, 1000, 990],
    "temperature_c": [-3, np.nan, 21, 0],
}
#: Our channel → the decoder's field, half of what one step of the format is worth in it.
EXPECTED = {
    "lat_deg": ("position_lat", profile.DEG_PER_SEMICIRCLE, 0.5),
    "lon_deg": ("position_long", profile.DEG_PER_SEMICIRCLE, 0.5),
    "altitude_m": ("enhanced_altitude", 1, 0.1),
    "distance_m": ("distance", 1, 0.005),
    "speed_mps": ("enhanced_speed", 1, 0.0005),
    "heart_rate_bpm": ("heart_rate", 1, 0),
    "power_w": ("power", 1, 0),
    "stance_time_ms": ("stance_time", 1, 0.05),
    "stance_time_balance_pct": ("stance_time_balance", 1, 0.005),
    "vertical_oscillation_mm": ("vertical_oscillation", 1, 0.05),
    "step_length_mm": ("step_length", 1, 0.05),
    "temperature_c": ("temperature", 1, 0),
}


def test_every_channel_is_read_back_as_it_was_meant() -> None:
    records = only("record", run_file(COLUMNS))
    assert [(r["timestamp"] - STARTED_AT).total_seconds() for r in records] == COLUMNS["time_s"]
    for channel, (field, unit, half_a_step) in EXPECTED.items():
        for record, meant in zip(records, COLUMNS[channel], strict=True):
            if np.isnan(meant):
                assert record[field] is None, field
            else:
                assert record[field] == pytest.approx(meant / unit, abs=half_a_step + 1e-9), field
    legs = [(r["cadence"], r["fractional_cadence"]) for r in records]
    assert legs == [(0, 0.0), (80, 0.5), (None, None), (85, 0.625)]


def test_cadence_that_rounds_up_to_a_whole_is_a_whole() -> None:
    (record,) = only("record", run_file({"time_s": [0], "cadence_spm": [159.9999]}))
    assert (record["cadence"], record["fractional_cadence"]) == (80, 0.0)


def test_cadence_of_a_ride_is_not_halved() -> None:
    (record,) = only("record", run_file({"time_s": [0], "cadence_spm": [90]}, sport="cycling"))
    assert record["cadence"] == 90


def test_a_channel_without_a_value_is_left_out() -> None:
    (record,) = only("record", run_file({"time_s": [0], "power_w": [np.nan], "heart_rate_bpm": [90]}))
    assert set(record) == {"timestamp", "heart_rate"}


def test_what_happened_stands_in_the_order_in_which_it_happened() -> None:
    columns = {"time_s": [0, 1, 2, 32, 33], "distance_m": [0, 3, 6, 9, 12]}
    laps = (
        Lap(start_s=0, elapsed_s=1, timer_s=1, distance_m=3, trigger="distance"),
        Lap(start_s=1, elapsed_s=32, timer_s=3, distance_m=9, trigger="session_end"),
    )
    file = run_file(
        columns,
        laps=laps,
        pauses=(Pause(start_s=2, end_s=31),),
        sub_sport="trail",
        utc_offset_min=-210,
        device="Anybody's watch",
    )
    messages = decoded(file)
    assert [name for name, _ in messages] == [
        *("file_id", "device_info", "event", "record", "record", "lap", "record", "event", "event"),
        *("record", "record", "lap", "event", "session", "activity"),
    ]
    assert [fields["event_type"] for name, fields in messages if name == "event"] == [
        *("start", "stop_all", "start", "stop_all"),
    ]
    file_id, (session,), (activity,) = only("file_id", file)[0], only("session", file), only("activity", file)
    assert (file_id["type"], file_id["manufacturer"]) == ("activity", "development")
    assert file_id["product_name"] == "Anybody's watch"
    assert file_id["time_created"] == session["start_time"] == STARTED_AT
    assert (session["sport"], session["sub_sport"], session["num_laps"]) == ("running", "trail", 2)
    assert (session["total_elapsed_time"], session["total_timer_time"]) == (33, 4)
    assert session["total_distance"] == 12
    assert (activity["local_timestamp"] - activity["timestamp"]).total_seconds() == -210 * 60
    first, second = only("lap", file)
    assert (first["lap_trigger"], second["lap_trigger"]) == ("distance", "session_end")
    assert second["start_time"] == first["timestamp"]
    assert (second["total_elapsed_time"], second["total_timer_time"], second["total_distance"]) == (32, 3, 9)


def test_without_laps_one_lap_holds_it_all_and_without_records_there_is_still_a_file() -> None:
    (lap,) = only("lap", run_file({"time_s": [0, 60], "distance_m": [0, 200]}))
    assert (lap["total_elapsed_time"], lap["total_distance"]) == (60, 200)
    (session,) = only("session", run_file({"time_s": []}))
    assert session["total_elapsed_time"] == 0
    assert "total_distance" not in session


@pytest.mark.parametrize(
    ("columns", "error", "says"),
    [
        ({"time_s": [0, 2, 1]}, ValueError, "backwards"),
        ({"time_s": [0], "heart_rate_bpm": [255]}, ValueError, "heart_rate cannot hold 255"),
        ({"time_s": [0], "heart_rate_bpm": [-1]}, ValueError, "heart_rate cannot hold -1"),
        ({"time_s": [0], "altitude_m": [-501]}, ValueError, "enhanced_altitude cannot hold -501"),
        ({"time_s": [0], "lat_deg": [180.0]}, ValueError, "position_lat"),
        ({"time_s": [0], "distance_m": [np.inf]}, ValueError, "distance cannot hold inf"),
        ({"time_s": [0], "respiration": [12]}, KeyError, "respiration"),
    ],
)
def test_what_the_format_cannot_say_is_refused(
    columns: dict[str, list[float]], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        run_file(columns)


def test_text_longer_than_a_field_is_refused() -> None:
    longest = "é" * 127
    (file_id,) = only("file_id", encode([Message(profile.FILE_ID, {"product_name": longest})]))
    assert file_id["product_name"] == longest
    with pytest.raises(ValueError, match="product_name"):
        encode([Message(profile.FILE_ID, {"product_name": longest + "!"})])


def test_header_and_file_have_their_checksums() -> None:
    file = encode([Message(profile.FILE_ID, {"type": 4})])
    size, _, _, data_size, tag = struct.unpack("<BBHI4s", file[:12])
    assert (size, tag, data_size) == (14, b".FIT", len(file) - 16)
    # A CRC-16 over data with its own checksum behind it is zero.
    assert [_crc16(file[:14]), _crc16(file)] == [0, 0]


def _crc16(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def test_more_kinds_of_message_than_the_format_has_places_for() -> None:
    names = ["heart_rate", "cadence", "distance", "power", "temperature"]
    wanted = [
        {"timestamp": 10**9 + n, **{name: 1 for bit, name in enumerate(names) if n >> bit & 1}}
        for n in [*range(32), 0, 31, 5]
    ]
    read = only("record", encode(Message(profile.RECORD, fields) for fields in wanted))
    assert [set(record) for record in read] == [set(fields) for fields in wanted]


FIELDS = st.sampled_from(
    [field for field in profile.MESSAGES[profile.RECORD].fields.values() if field.number != 8]
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_stored_integer_survives(data: st.DataObject) -> None:
    """Values that the format can hold come back as the same integer, by the profile's own formula."""
    field = data.draw(FIELDS)
    limits = np.iinfo(field.base.dtype)
    raw = data.draw(st.lists(st.integers(int(limits.min), int(limits.max)), min_size=1, max_size=5))
    values = [np.nan if n == field.base.invalid else field.to_value(float(n)) for n in raw]
    file = encode([Message(profile.RECORD, {field.name: values})])
    with fitdecode.FitReader(io.BytesIO(file), processor=None) as reader:
        read = [
            part.raw_value
            for frame in reader
            if isinstance(frame, fitdecode.FitDataMessage)
            for part in frame.fields
            if part.def_num == field.number  # it also expands old fields into their enhanced ones
        ]
    assert read == [None if n == field.base.invalid else n for n in raw]
