"""Any bytes give a recording or a ReadError: every cut, flipped bits, and noise with a FIT header."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from goodknee.core.model import Recording
from goodknee.errors import ReadError
from goodknee.formats import fit_profile as profile
from goodknee.readers.fit import fit_file_type, read_fit
from goodknee.writers.fit import Message, encode

START = 1_000_000_000


def run_with_a_pause() -> bytes:
    """A small file with every kind of message that the reader looks into."""
    times = START + np.arange(40.0)
    distance = 3 * np.arange(40.0)
    first: dict[str, Any] = {"timestamp": times[:20], "heart_rate": 120 + times[:20] % 9}
    first |= {"cadence": 84.0, "altitude": 75.2}
    lap = {"timestamp": START + 40, "start_time": START, "total_elapsed_time": 40, "sport": 1}
    return encode(
        [
            Message(profile.FILE_ID, {"type": 4, "manufacturer": 1, "product": 3113}),
            Message(profile.USER_PROFILE, {"weight": 70.5, "age": 33}),
            Message(profile.SPORT, {"sport": 1, "sub_sport": 3, "name": "Trail"}),
            Message(profile.EVENT, {"timestamp": START, "event": 0, "event_type": 0}),
            Message(profile.RECORD, {**first, "distance": distance[:20]}),
            Message(profile.EVENT, {"timestamp": START + 19, "event": 0, "event_type": 4}),
            Message(profile.EVENT, {"timestamp": START + 20, "event": 0, "event_type": 0}),
            Message(profile.RECORD, {"timestamp": times[20:], "heart_rate": 150, "distance": distance[20:]}),
            Message(profile.LAP, lap),
            Message(profile.SESSION, lap),
            Message(profile.ACTIVITY, {"timestamp": START + 40, "local_timestamp": START + 3640}),
        ]
    )


SOUND = run_with_a_pause()


def read_or_refuse(data: bytes) -> Recording | None:
    """Read it; whatever is not a sound recording must be refused with the place and the next step."""
    fit_file_type(data)
    try:
        recording = read_fit(data, file="run.fit")
    except ReadError as refused:
        error = refused
        recording = None
    if recording is None:
        assert "run.fit" in error.where
        assert error.what
        assert error.next_step
        return None
    assert recording.activities
    assert len(recording.activity_index) == len(recording.samples)
    assert all(column.shape == (len(recording.samples),) for column in recording.samples.columns.values())
    return recording


def assert_prefix(cut: Recording, whole: Recording) -> None:
    rows = len(cut.samples)
    for channel in ("time_s", "heart_rate_bpm", "distance_m", "altitude_m"):
        if channel in cut.samples.columns:
            np.testing.assert_array_equal(cut.samples[channel], whole.samples[channel][:rows])


def assert_every_cut_is_a_prefix(data: bytes) -> None:
    whole = read_or_refuse(data)
    assert whole is not None
    rows = 0
    for length in range(len(data)):
        cut = read_or_refuse(data[:length])
        if cut is not None:
            assert cut.warnings, length
            assert len(cut.samples) >= rows
            rows = len(cut.samples)
            assert_prefix(cut, whole)
    assert rows == len(whole.samples)


def test_every_cut_of_a_file_keeps_the_rows_before_it() -> None:
    assert_every_cut_is_a_prefix(SOUND)


@pytest.mark.parametrize(
    "name", ["runpandas__garmin-fenix-5-basic.fit", "tormoder-fit__unterminated-strings.fit"]
)
def test_every_cut_of_a_real_file_keeps_the_rows_before_it(test_data: Path, name: str) -> None:
    assert_every_cut_is_a_prefix((test_data / "activities" / "fit" / name).read_bytes())


def flipped(data: bytes, bits: list[int]) -> bytes:
    changed = bytearray(data)
    for bit in bits:
        changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 8 * len(SOUND) - 1), min_size=1, max_size=6))
def test_flipped_bits_raise_nothing_but_a_read_error(bits: list[int]) -> None:
    recording = read_or_refuse(flipped(SOUND, bits))
    if recording is not None and flipped(SOUND, bits) != SOUND and len(bits) < 4:
        assert recording.warnings  # the checksum sees every change of up to three bits


@settings(max_examples=100, deadline=None)
@given(bits=st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_flipped_bits_in_real_files_raise_nothing_but_a_read_error(test_data: Path, bits: list[int]) -> None:
    for name in ("tormoder-fit__antfs-dump.63.fit", "fitparse-rs__sample_mulitple_header.fit"):
        read_or_refuse(flipped((test_data / "activities" / "fit" / name).read_bytes(), bits))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
@example(b"")
@example(b"\x41\0\0\x14\0\xff" + bytes(400))
def test_noise_raises_nothing_but_a_read_error(noise: bytes) -> None:
    read_or_refuse(noise)
    read_or_refuse(b"\x0e\x20\0\0\xff\xff\xff\xff.FIT\0\0" + noise)


def test_more_messages_than_any_recording_has_are_refused() -> None:
    body = b"\x40\0\0\x14\0\0" + bytes(5_100_000)  # records without a field, one byte each
    with pytest.raises(ReadError, match="more than 5000000"):
        read_fit(b"\x0c\x20\0\0" + len(body).to_bytes(4, "little") + b".FIT" + body, file="run.fit")


def test_hostile_definitions_cost_little_memory() -> None:
    """60 kB that define 255 wide fields, then give 30,000 rows of another definition."""
    wide = bytes([0x40, 0, 0, 20, 0, 255]) + b"".join(bytes([number, 1, 2]) for number in range(255))
    narrow = bytes([0x41, 0, 0, 20, 0, 1, 3, 1, 2])
    head = b"\x0e\x20\0\0" + (0xFFFF_FFF0).to_bytes(4, "little") + b".FIT\0\0"
    hostile = head + wide + b"\0" + bytes(255) + narrow + b"\x01\x50" * 30_000
    tracemalloc.start()
    read_or_refuse(hostile)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6
