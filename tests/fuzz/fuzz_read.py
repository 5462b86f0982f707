"""Fuzz target: any bytes into a reader give activities or a ReadError, in bounded time and memory.

Run as a program, with libFuzzer's options and a folder of seeds; README.md beside it says how.
"""

from __future__ import annotations

import sys
import warnings

import atheris

with atheris.instrument_imports(include=["goodknee"]):
    from goodknee.errors import ReadError
    from goodknee.readers import fit, gpx, tcx  # noqa: F401 - imported on first use else, without instruments
    from goodknee.readers.activity_file import read_bytes


def read_any(data: bytes) -> None:
    """Read, and look at all that a caller may look at."""
    try:
        recording = read_bytes(data, file="fuzz")
    except ReadError:
        return
    assert recording.activities
    assert len(recording.activity_index) == len(recording.samples)
    for index, activity in enumerate(recording.activities):
        assert activity.sample_count == len(recording.samples_of(index))


if __name__ == "__main__":
    warnings.simplefilter("error")
    atheris.Setup(sys.argv, read_any)
    atheris.Fuzz()
