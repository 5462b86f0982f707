"""Opening a file: what it is, how it is packed, and what is said when it is neither."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import goodknee
from goodknee.core.model import Recording
from goodknee.errors import NotAnActivityError, ReadError
from goodknee.readers import gunzip
from goodknee.readers.activity_file import read, read_bytes
from goodknee.readers.local_time import utc_offset_min

TIME = "<time>2024-05-03T06:00:{:02}Z</time>"
GPX = "<gpx><trk><trkseg>{}</trkseg></trk></gpx>"
RUN = GPX.format(
    "".join(f'<trkpt lat="48.1" lon="11.5">{TIME.format(each)}</trkpt>' for each in range(9))
).encode()


def refused(data: bytes) -> ReadError:
    with pytest.raises(ReadError) as error:
        read_bytes(data, file="a file")
    assert error.value.where.startswith("a file")
    assert error.value.next_step
    return error.value


class TestOpening:
    def test_the_public_name(self, tmp_path: Path) -> None:
        path = tmp_path / "run.txt"
        path.write_bytes(RUN)
        for each in (path, str(path)):
            recording = goodknee.read(each)
            assert (recording.file, recording.format, len(recording.samples)) == (str(path), "gpx", 9)

    @pytest.mark.parametrize(
        ("name", "says"),
        [
            ("missing.fit", "no such file"),
            (".", "a folder"),
            ("a\0b", "cannot be opened"),
            ("x" * 300, "too long"),
        ],
    )
    def test_what_cannot_be_opened(self, name: str, says: str, tmp_path: Path) -> None:
        with pytest.raises(ReadError, match=says):
            read(f"{tmp_path}/{name}")

    def test_no_permission(self, tmp_path: Path) -> None:
        path = tmp_path / "run.gpx"
        path.write_bytes(RUN)
        path.chmod(0)
        tmp_path.chmod(0o755)
        code = (
            "import os, goodknee\nfrom goodknee.readers import activity_file\n"
            "if os.getuid() == 0: os.chdir('/'); os.setuid(65534)\n"
            f"try: goodknee.read({str(path)!r})\nexcept goodknee.ReadError as error: print(error.what)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert "not allowed" in done.stdout

    def test_a_pipe_or_a_device_does_not_hang(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        for path in (pipe, Path(os.devnull)):
            with pytest.raises(ReadError, match="not an ordinary file"):
                read(path)

    def test_a_huge_file_is_not_read(self, tmp_path: Path) -> None:
        path = tmp_path / "huge.gpx"
        with path.open("wb") as file:
            file.truncate(gunzip.MAX_BYTES + 1)  # a sparse file: it takes no room
        with pytest.raises(ReadError, match="larger than 256 MB"):
            read(path)


class TestWhatItIs:
    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (b"", "This file is empty"),
            (bytes(1000), "nothing but zeros"),
            (b"PK\x03\x04" + bytes(40), "zip archive"),
            (b"PK\x05\x06" + bytes(18), "zip archive"),
            (b"<html><body/></html>", "neither GPX nor TCX"),
            (b"<kml/>", "neither GPX nor TCX"),
            (b"<", "cannot be read"),
            (b"<<<", "cannot be read"),
            (b"\x0e\x10\x54\x08" + b"\xff" * 40, "FIT file whose header is damaged"),
            (
                bytes(3) + b"\x0e\x10\x54\x08\x00\x00\x00\x00.FIT" + bytes(40),
                "FIT file whose header is damaged",
            ),
            (b'{"run": 1}', "not a FIT, GPX or TCX"),
            (b"time,lat,lon\n", "not a FIT, GPX or TCX"),
            (os.urandom(0) + bytes(range(200, 256)) * 9, "not a FIT, GPX or TCX"),
        ],
    )
    def test_what_it_is_not(self, data: bytes, says: str) -> None:
        error = refused(data)
        assert says in error.what
        assert not isinstance(error, NotAnActivityError)

    def test_zip_says_what_to_do(self) -> None:
        assert refused(b"PK\x03\x04").next_step == "Unpack it and import the folder."

    def test_companion_files_of_macos_are_skipped(self, test_data: Path) -> None:
        path = test_data / "activities" / "fit" / "elevate__._empty.fit"
        assert isinstance(refused(path.read_bytes()), NotAnActivityError)

    def test_content_counts_not_the_name(self, test_data: Path, tmp_path: Path) -> None:
        path = tmp_path / "run.gpx"
        path.write_bytes((test_data / "activities" / "fit" / "elevate__sloatsburg.fit").read_bytes())
        assert read(path).format == "fit"

    def test_every_shared_file_gives_activities_or_an_error_of_ours(self, test_data: Path) -> None:
        refused = []
        for path in sorted((test_data / "activities").glob("*/*.*")):
            if path.suffix == ".csv":
                continue
            try:
                recording = read(path)
            except ReadError:
                refused.append(path.name)
                continue
            assert recording.activities, path.name
            assert len(recording.activity_index) == len(recording.samples)
            assert all(len(column) == len(recording.samples) for column in recording.samples.columns.values())
        assert refused == [
            "elevate__._empty.fit",
            "elevate__empty.fit",
            "fit4s__610464_no_defmsg.fit",
            "fit4s__segment2.fit",
            "fittrackee__example.fit",
            "dreeve__activity-without-timed-trackpoints.gpx",
            "runalyze__Route-only.tcx",
        ]


class TestGzip:
    def test_one_member_or_several(self) -> None:
        middle = len(RUN) // 2
        for packed in (
            gzip.compress(RUN),
            gzip.compress(RUN[:middle]) + gzip.compress(RUN[middle:]),
            gzip.compress(RUN) + bytes(512),
        ):
            recording = read_bytes(packed, file="run.gpx.gz")
            assert len(recording.samples) == 9
            assert recording.warnings == ()

    @pytest.mark.parametrize("size", [(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20, 15 << 20])
    def test_content_that_packs_well_comes_out_whole(self, size: int) -> None:
        content = bytes(size)
        assert gunzip.gunzip(gzip.compress(content), file="a") == (content, [])

    def test_a_cut_keeps_what_unpacks(self) -> None:
        points = "".join(f"<trkpt>{TIME.format(each % 60)}<ele>{each}</ele></trkpt>" for each in range(5000))
        packed = gzip.compress(GPX.format(points).encode())
        recording = read_bytes(packed[: len(packed) // 2], file="a")
        assert 1000 < len(recording.samples) < 4000
        assert recording.warnings[0].what.startswith("The gzip file ends in the middle")
        assert recording.warnings[0].at_byte == len(packed) // 2

    def test_damage_keeps_what_came_before(self) -> None:
        wrong_checksum = gzip.compress(RUN)[:-8] + bytes(8)
        recording = read_bytes(wrong_checksum, file="a")
        assert len(recording.samples) >= 6
        assert "gzip data are damaged" in recording.warnings[0].what

    def test_something_behind_it_is_said(self) -> None:
        recording = read_bytes(gzip.compress(RUN) + b"and more", file="a")
        assert len(recording.samples) == 9
        assert recording.warnings[0].at_byte == len(gzip.compress(RUN))

    def test_packed_twice(self) -> None:
        assert "twice" in refused(gzip.compress(gzip.compress(RUN))).what

    def test_nothing_in_it(self) -> None:
        assert "empty" in refused(gzip.compress(b"")).what
        assert "damaged" in refused(b"\x1f\x8b\x08\x00" + b"\xff" * 60).what
        assert "damaged" in refused(b"\x1f\x8b").what

    def test_a_bomb_stops_early(self) -> None:
        packer = zlib.compressobj(9, wbits=31)
        million = bytes(1 << 20)
        bomb = b"".join(packer.compress(million) for _ in range(400)) + packer.flush()
        before = time.process_time()
        assert "200 times" in refused(bomb).what
        assert time.process_time() - before < 2

    def test_a_bomb_of_low_ratio_stops_at_the_absolute_size(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(gunzip, "MAX_BYTES", 1 << 20)
        assert "more than 1 MB" in refused(gzip.compress(os.urandom(3 << 20))).what

    def test_endless_members_stop(self) -> None:
        recording = read_bytes(gzip.compress(RUN) + gzip.compress(b" ") * 200_000, file="a")
        assert "1,000 members" in recording.warnings[0].what


class TestLocalTime:
    def test_from_the_position_where_the_file_says_nothing(self) -> None:
        run = read_bytes(RUN, file="a").activities[0]
        assert run.utc_offset_min == 120
        assert "position" in run.decisions["utc_offset_min"]

    def test_an_offset_in_the_file_wins(self) -> None:
        run = read_bytes(RUN.replace(b"Z</time>", b"+05:30</time>"), file="a").activities[0]
        assert run.utc_offset_min == 330

    def test_a_device_without_a_fix_is_not_at_sea(self) -> None:
        zero = f'<trkpt lat="0" lon="0">{TIME.format(0)}</trkpt>'.encode()
        run = read_bytes(RUN.replace(b"<trkseg>", b"<trkseg>" + zero), file="a").activities[0]
        assert run.utc_offset_min == 120

    def test_no_position_no_offset(self) -> None:
        run = read_bytes(GPX.format(f"<trkpt>{TIME.format(0)}</trkpt>").encode(), file="a").activities[0]
        assert run.utc_offset_min is None

    @pytest.mark.parametrize(
        ("lat_deg", "lon_deg", "month", "minutes"),
        [
            (51.5, -0.1, 1, 0),
            (51.5, -0.1, 7, 60),
            (27.7, 85.3, 1, 345),
            (-33.9, 151.2, 1, 660),
            (0, -160, 1, -660),
        ],
    )
    def test_zones_and_summer_time(self, lat_deg: float, lon_deg: float, month: int, minutes: int) -> None:
        assert utc_offset_min(lat_deg, lon_deg, datetime(2024, month, 1, tzinfo=UTC)) == minutes


def check_any_bytes(data: bytes) -> None:
    """Any bytes give activities or a ReadError, nothing else."""
    try:
        recording = read_bytes(data, file="any")
    except ReadError:
        return
    assert isinstance(recording, Recording)
    assert recording.activities
    assert len(recording.activity_index) == len(recording.samples)
    for index, activity in enumerate(recording.activities):
        assert activity.sample_count == len(recording.samples_of(index))
    assert all(column.dtype == np.float64 for column in recording.samples.columns.values())


STARTS = [
    b"",
    b"\x1f\x8b\x08\x00",
    b"<?xml version='1.0'?>",
    b"<gpx>",
    b"\xff\xfe<\0",
    b"\x0e\x10\0\0\0\0\0\0.FIT",
]


@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_activities_or_a_read_error(start: bytes, rest: bytes) -> None:
    check_any_bytes(start + rest)


NUMBERS = st.one_of(
    st.sampled_from(
        ["", " ", "0", "-0.0", "nan", "inf", "1e999", "-1e12", "9,44", "1_0", "abc", "&#57;", "<x/>"]
    ),
    st.floats(-1e13, 1e13).map(repr),
)
TIMES = st.one_of(
    st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(lambda at: at.isoformat() + "Z"),  # noqa: DTZ001 - text
    st.sampled_from(
        ["", "now", "2024-02-30T00:00:00Z", "2024-05-03T06:00:00+14:00", "0001-01-01T00:00:00+14:00"]
    ),
)


@given(
    rows=st.lists(st.tuples(TIMES, NUMBERS, NUMBERS, NUMBERS), max_size=8),
    word=st.sampled_from(["Running", "Biking", "Other", ""]),
)
@settings(max_examples=300, deadline=None)
def test_any_values_give_activities_or_a_read_error(rows: list[tuple[str, str, str, str]], word: str) -> None:
    gpx = "".join(
        f'<trkpt lat="{lat.replace("<x/>", "")}" lon="11"><ele>{ele}</ele><time>{time}</time>'
        f"<extensions><cad>{other}</cad><speed>{other}</speed><distance>{ele}</distance></extensions></trkpt>"
        for time, lat, ele, other in rows
    )
    check_any_bytes(f"<gpx><trk><type>{word}</type><trkseg>{gpx}</trkseg></trk></gpx>".encode())
    tcx = "".join(
        f'<Lap StartTime="{time}"><TotalTimeSeconds>{lat}</TotalTimeSeconds>'
        f"<DistanceMeters>{ele}</DistanceMeters><Track><Trackpoint><Time>{time}</Time><Cadence>{other}</Cadence><DistanceMeters>{lat}</DistanceMeters>"
        "</Trackpoint></Track></Lap>"
        for time, lat, ele, other in rows
    )
    activity = f'<Activity Sport="{word}"><Id>{word}</Id>{tcx}</Activity>'
    check_any_bytes(f"<TrainingCenterDatabase>{activity}</TrainingCenterDatabase>".encode())


@pytest.mark.parametrize(
    "name",
    ["gpx/runpandas__garmin_connect.gpx", "tcx/dreeve__activity.tcx", "tcx/dreeve__activity-multi-lap.tcx"],
)
def test_every_prefix_and_many_flips_of_real_files(name: str, test_data: Path) -> None:
    data = (test_data / "activities" / name).read_bytes()
    for cut in range(len(data)):
        check_any_bytes(data[:cut])
    random = np.random.default_rng(7)
    for at, bit in zip(random.integers(0, len(data), 1000), random.integers(0, 8, 1000), strict=True):
        flipped = bytearray(data)
        flipped[at] ^= 1 << bit
        check_any_bytes(bytes(flipped))
