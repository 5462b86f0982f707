"""FIT values, times and sessions as activities.

A trap is one of the numbered ways in which real files surprise a reader: 10-19 and 23-33 are tested here.
"""

from __future__ import annotations

import csv
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastcrc import crc16

from goodknee.core.model import Lap, Pause, Recording
from goodknee.errors import NotAnActivityError, ReadError
from goodknee.formats import fit_profile as profile
from goodknee.formats.fit_words import FILE_TYPES
from goodknee.readers.fit import fit_file_type, read_fit
from goodknee.readers.fit.channels import Cadence
from goodknee.readers.fit.decode import decode
from goodknee.readers.fit.strap import strap_heart_rate
from goodknee.writers.fit import Message, encode

START = 1_000_000_000  # 2021-09-08T01:46:40Z
STARTED_AT = datetime(2021, 9, 8, 1, 46, 40, tzinfo=UTC)
RUNNING, CYCLING, SWIMMING = 1, 2, 5


def file_id(kind: int | None = 4) -> Message:
    return Message(profile.FILE_ID, {"type": kind, "manufacturer": 1, "product": 3113})


def records(times: Any, **fields: Any) -> Message:
    return Message(profile.RECORD, {"timestamp": START + np.asarray(times, dtype=float), **fields})


def session(
    start: float = 0, elapsed: float | None = 10, sport: int | None = RUNNING, **fields: Any
) -> Message:
    base = {"timestamp": START + start + (elapsed or 0), "start_time": START + start, "sport": sport}
    return Message(profile.SESSION, {**base, "total_elapsed_time": elapsed, **fields})


def timer(at: float, event_type: int) -> Message:
    return Message(profile.EVENT, {"timestamp": START + at, "event": 0, "event_type": event_type})


def read(*messages: Message) -> Recording:
    return read_fit(encode([file_id(), *messages]), file="run.fit")


def read_real(test_data: Path, name: str) -> Recording:
    return read_fit((test_data / "activities" / "fit" / name).read_bytes(), file=name)


# --- channels ---


def test_channels_have_our_names_and_only_sentinels_are_missing() -> None:
    recording = read(
        records(
            [0, 1, 2],
            position_lat=[2**30, np.nan, 0],
            position_long=[-(2**30), np.nan, 0],
            heart_rate=[0, 140, np.nan],
            power=[0, 250, np.nan],
            stance_time=[0, 251.3, np.nan],
            stance_time_percent=[np.nan, 33.25, 0],
            vertical_oscillation=[0, 89.7, np.nan],
            step_length=[0, 1010.5, np.nan],
            stance_time_balance=[0, 49.5, np.nan],
            temperature=[-3, 0, np.nan],
            vertical_ratio=[0, 8.25, np.nan],
            grade=[np.nan, np.nan, np.nan],
        ),
        session(),
    )
    samples = recording.samples
    assert samples["lat_deg"].tolist() == pytest.approx([90.0, np.nan, 0.0], nan_ok=True)  # trap 13
    assert samples["lon_deg"][0] == -90.0
    assert samples["heart_rate_bpm"].tolist() == pytest.approx([0, 140, np.nan], nan_ok=True)
    assert samples["vertical_oscillation_mm"].tolist() == pytest.approx(
        [0, 89.7, np.nan], nan_ok=True
    )  # trap 16
    assert samples["stance_time_pct"][1] == 33.25
    assert samples["temperature_c"].tolist() == pytest.approx([-3, 0, np.nan], nan_ok=True)
    assert samples.channels == (
        *(
            "time_s",
            "lat_deg",
            "lon_deg",
            "heart_rate_bpm",
            "power_w",
            "stance_time_ms",
            "vertical_oscillation_mm",
        ),
        *(
            "step_length_mm",
            "stance_time_balance_pct",
            "temperature_c",
            "stance_time_pct",
            "vertical_ratio_pct",
        ),
    )


def test_trap_14_enhanced_speed_and_altitude_win_row_by_row_and_are_not_rounded() -> None:
    recording = read(
        records(
            [0, 1, 2],
            speed=[3.171, 3.172, np.nan],
            enhanced_speed=[np.nan, 3.173, np.nan],
            altitude=[75.2, 1.0, np.nan],
            enhanced_altitude=[np.nan, 75.4, np.nan],
        ),
        session(),
    )
    assert recording.samples["speed_mps"].tolist() == pytest.approx(
        [3.171, 3.173, np.nan], nan_ok=True, abs=0
    )
    assert recording.samples["altitude_m"].tolist() == pytest.approx([75.2, 75.4, np.nan], nan_ok=True, abs=0)


def test_trap_15_cadence_of_both_feet_with_its_fraction_and_zero_stays_zero() -> None:
    rows = records([0, 1, 2, 3], cadence=[0, 82, 83, np.nan], fractional_cadence=[0, 0.5, np.nan, 0])
    run = read(rows, session())
    assert run.samples["cadence_spm"].tolist() == pytest.approx([0, 165, 166, np.nan], nan_ok=True)
    assert "doubled" in run.activities[0].decisions["cadence_spm"]
    ride = read(rows, session(sport=CYCLING))
    assert ride.samples["cadence_spm"].tolist() == pytest.approx([0, 82.5, 83, np.nan], nan_ok=True)
    assert "as stored" in ride.activities[0].decisions["cadence_spm"]


@pytest.mark.parametrize(
    ("sport", "sub_sport", "cadence", "speed", "factor"),
    [
        ("running", "generic", 85, 3.0, 2.0),
        ("running", "generic", 131, 3.0, 1.0),  # nobody's one leg turns that fast
        ("walking", "generic", 60, 1.5, 2.0),
        ("walking", "generic", 112, 1.5, 1.0),
        ("fitness_equipment", "treadmill", 80, 0.0, 2.0),
        ("fitness_equipment", "elliptical", 70, 2.0, 1.0),
        ("cycling", "road", 85, 3.0, 1.0),
        (None, None, 85, 3.0, 2.0),
        (None, None, 85, 8.0, 1.0),
        (None, None, 165, 3.0, 1.0),
        (None, None, 85, None, 1.0),
        ("generic", "generic", 80, 2.5, 2.0),
    ],
)
def test_cadence_is_judged_by_sport_speed_and_what_legs_can_do(
    sport: str | None, sub_sport: str | None, cadence: float, speed: float | None, factor: float
) -> None:
    rows = records([0, 1], cadence=cadence, speed=speed)
    judged = Cadence.of(sport, sub_sport, read(rows, session(sport=CYCLING)).samples)
    assert judged.factor == factor
    assert judged.why


def test_trap_17_compressed_speed_and_distance_match_the_published_values(test_data: Path) -> None:
    recording = read_real(test_data, "tormoder-fit__compressed-speed-distance.fit")
    expected = published(test_data, "tormoder-fit__compressed-speed-distance.fit.csv")
    samples = recording.samples.take(slice(1, None))  # they leave out the first record, which is empty
    assert np.diff(samples["time_s"]).tolist() == np.diff(expected["Timestamp"]).tolist()
    assert samples["distance_m"].tolist() == expected["Distance [m]"].tolist()
    assert samples["speed_mps"].tolist() == expected["Speed [m/s]"].tolist()
    assert (
        np.nan_to_num(samples["cadence_spm"] / 2).tolist()
        == np.nan_to_num(expected["Cadence [rpm]"]).tolist()
    )
    assert recording.activities[0].started_at is None  # trap 10: seconds since power-up
    assert recording.activities[0].distance_m == pytest.approx(expected["Distance [m]"][-1], abs=1)


PUBLISHED = [
    "fitparse__garmin-fenix-5-walk",
    "runpandas__garmin-fenix-5-basic",
    "tormoder-fit__garmin-edge-500-activitiy",
]


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_values_match(test_data: Path, name: str) -> None:
    samples = read_real(test_data, f"{name}.fit").samples
    expected = published(test_data, f"{name}.fit.csv")
    feet = 1 if "edge" in name else 2
    for ours, theirs, scale in [
        ("heart_rate_bpm", "heart_rate", 1),
        ("cadence_spm", "cadence", feet),
        ("speed_mps", "speed", 1),
        ("distance_m", "distance", 1),
        ("lat_deg", "position_lat", profile.DEG_PER_SEMICIRCLE),
        ("lon_deg", "position_long", profile.DEG_PER_SEMICIRCLE),
        ("altitude_m", "altitude", 1),
        ("temperature_c", "temperature", 1),
    ]:
        # The tool behind these values wrote 0, or the last position again, where the file has none.
        known = ~np.isnan(samples[ours]) & ~np.isnan(expected[theirs])
        assert known.mean() > 0.9
        value = samples[ours][known]
        if ours == "cadence_spm":
            value = np.floor(value / feet) * feet  # they leave the fraction out
        assert value == pytest.approx(expected[theirs][known] * scale, abs=1e-12, rel=0)


def published(test_data: Path, name: str) -> dict[str, Any]:
    with (test_data / "activities" / "expected" / name).open() as lines:
        rows = [{key.strip(): value for key, value in row.items()} for row in csv.DictReader(lines)]
    return {key: np.array([number_in(row[key]) for row in rows]) for key in rows[0]}


def number_in(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def test_trap_18_chest_strap_ticks_are_added_up_from_their_anchor() -> None:
    beats_s = [0.5, 1.25, 4.75, 8.0, 8.5, 9.0, 9.5, 10.0]  # after the anchor; 12 bits roll over every 4 s
    first = 2_242_807 * 1024 + 600
    ticks = [int(first + beat * 1024) % 4096 for beat in beats_s]
    packed = sum(tick << 12 * i for i, tick in enumerate(ticks)).to_bytes(12, "little")
    body = struct.pack("<BBBHB", 0x40, 0, 0, profile.HR, 4) + bytes(
        [253, 4, 0x86, 0, 2, 0x84, 9, 4, 0x86, 6, 1, 2]  # timestamp, fraction, full ticks, heart rate
    )
    body += struct.pack("<BIHIB", 0, START, 16384, first, 70)
    body += struct.pack("<BBBHB", 0x41, 0, 0, profile.HR, 2) + bytes([10, 12, 13, 6, 8, 2])
    body += b"\x01" + packed + bytes([71, 72, 73, 255, 75, 76, 77, 78])
    strap = struct.pack("<BBHI4s", 12, 0x10, 100, len(body), b".FIT") + body
    file = encode([file_id(), records([0, 1, 2, 4, 5, 6, 20], heart_rate=[90] + [np.nan] * 6), session()])
    recording = read_fit(file + strap + struct.pack("<H", crc16.arc(strap)), file="swim.fit")
    # The anchor is at 0.5 s: beats at 1, 1.75, 5.25, (8.5 has no heart rate), 9, 9.5, 10, 10.5 s.
    expected = [90, 71, 72, 72, 72, 73, np.nan]
    assert recording.samples["heart_rate_bpm"].tolist() == pytest.approx(expected, nan_ok=True)
    assert "chest strap" in recording.activities[0].decisions["heart_rate_bpm"]
    assert recording.warnings == ()


@pytest.mark.parametrize(
    "name", ["fit4s__2775379975.fit", "fit4s__fenix5_indoor_539.fit", "fit4s__2825367441.fit"]
)
def test_trap_18_the_strap_agrees_with_the_records_where_both_have_heart_rate(
    test_data: Path, name: str
) -> None:
    fit = decode((test_data / "activities" / "fit" / name).read_bytes())
    stamps, recorded = fit.table(profile.RECORD).floats(253), fit.table(profile.RECORD).floats(3)
    assert stamps is not None
    assert recorded is not None
    off = {}
    for lag_s in (-20, 0, 20):
        strap = strap_heart_rate(fit, stamps + lag_s)
        assert strap is not None
        off[lag_s] = np.nanmean(np.abs(strap - recorded))
    assert off[0] < min(off[-20], off[20]) / 3


def test_trap_18_a_swim_gets_its_heart_rate_from_the_strap(test_data: Path) -> None:
    recording = read_real(test_data, "elevate__spiros-01.fit")
    assert (~np.isnan(recording.samples["heart_rate_bpm"])).mean() > 0.95


def test_traps_22_and_23_developer_fields_keep_their_own_columns_and_units(test_data: Path) -> None:
    recording = read_real(test_data, "elevate__portland.fit")
    own = {name: column for name, column in recording.samples.columns.items() if name.startswith("dev:")}
    stryd = "dev:660a581e5301460c8f2f034c8b6dc90f"
    assert {name.rpartition(":")[0] for name in own} == {stryd}
    assert np.nanmedian(own[f"{stryd}:4"]) == 6.0  # centimetres, though it points at a native field in mm
    assert np.nanmedian(recording.samples["vertical_oscillation_mm"]) == 94.5
    assert np.nanmedian(own[f"{stryd}:2"]) == 86  # per leg
    assert np.nanmedian(recording.samples["cadence_spm"]) == 173


def test_user_profile_is_dropped(test_data: Path) -> None:
    private = Message(profile.USER_PROFILE, {"friendly_name": "Zora", "age": 43, "weight": 81.7, "gender": 0})
    rows, end = records([0, 5], heart_rate=120), session()
    shown, bare = read(private, rows, end), read(rows, end)
    assert shown.activities == bare.activities
    assert shown.samples.columns.keys() == bare.samples.columns.keys()
    assert not any(word in repr(shown) for word in ("Zora", "81.7", "817"))


# --- time ---


def test_trap_10_a_device_without_a_date_still_counts_seconds() -> None:
    rows = Message(profile.RECORD, {"timestamp": [5000.0, 5001, 5003], "heart_rate": [1.0, 2, 3]})
    totals = {"timestamp": 5003, "start_time": 5000, "sport": RUNNING, "total_elapsed_time": 3.0}
    recording = read(rows, Message(profile.SESSION, totals))
    assert recording.activities[0].started_at is None
    assert recording.samples["time_s"].tolist() == [0, 1, 3]


def test_trap_10_a_clock_that_was_set_on_the_way_counts_from_the_first_record() -> None:
    rows = Message(profile.RECORD, {"timestamp": [5000.0, 5001, 5003], "heart_rate": [1.0, 2, 3]})
    recording = read(rows, session())
    assert recording.samples["time_s"].tolist() == [0, 1, 3]
    assert recording.activities[0].started_at == STARTED_AT


def test_trap_11_rows_keep_file_order_whatever_their_times() -> None:
    recording = read(records([0, 1, 1, 5, 4, 1_728_000], heart_rate=[1, 2, 3, 4, 5, 6]), session(elapsed=5))
    assert recording.samples["time_s"].tolist() == [0, 1, 1, 5, 4, 1_728_000]
    assert recording.samples["heart_rate_bpm"].tolist() == [1, 2, 3, 4, 5, 6]
    assert recording.activities[0].sample_count == 6


def test_trap_26_and_27_pauses_come_from_timer_events_not_gaps() -> None:
    start, stop, stop_all, stop_disable = 0, 1, 4, 8
    recording = read(
        timer(0, start),
        timer(1, start),  # an extra start says nothing
        records([0, 10, 60]),
        timer(100, stop_all),
        timer(130, start),
        timer(200, stop),
        timer(205, stop_disable),  # stopped already
        timer(260, start),
        timer(300, stop_all),  # the end, not a pause
        records([100, 130, 200, 300]),
        session(elapsed=300, total_timer_time=210),
    )
    [activity] = recording.activities
    assert activity.pauses == (Pause(start_s=100, end_s=130), Pause(start_s=200, end_s=260))
    assert (activity.elapsed_s, activity.timer_s) == (300, 210)


def test_trap_28_laps_with_their_trigger_first_or_last_in_the_file() -> None:
    def lap(at: float, trigger: int) -> Message:
        total = {"total_elapsed_time": 50, "total_timer_time": 49, "total_distance": 160.5}
        return Message(profile.LAP, {"start_time": START + at, "lap_trigger": trigger, **total})

    rows = records(range(100))
    after = read(rows, lap(0, 0), lap(50, 2), session(elapsed=100))
    assert after.activities[0].laps == (
        Lap(start_s=0, elapsed_s=50, timer_s=49, distance_m=160.5, trigger="manual"),
        Lap(start_s=50, elapsed_s=50, timer_s=49, distance_m=160.5, trigger="distance"),
    )
    before = read(session(elapsed=100), lap(0, 0), lap(50, 2), rows)
    assert before.activities == after.activities


def test_trap_29_and_32_stated_and_recorded_distance_are_both_kept() -> None:
    recording = read(records([0, 600], distance=[0, 1990.5]), session(elapsed=600, total_distance=2100))
    [activity] = recording.activities
    assert (activity.distance_m, activity.distance_recorded_m) == (2100, 1990.5)


def test_stated_climb_has_its_fraction() -> None:
    more: dict[str, Any] = {"total_ascent": 12, "total_fractional_ascent": 0.25, "total_descent": 0}
    [activity] = read(records([0, 10]), session(**more)).activities
    assert (activity.ascent_m, activity.descent_m) == (12.25, 0)


@pytest.mark.parametrize(
    ("shift_s", "minutes"),
    [
        (0, 0),
        (7200, 120),
        (-9000, -150),
        (20_700, 345),
        (3600 + 47, 60),
        (3600 + 100, None),
        (15 * 3600, None),
        (-631_065_600, None),
    ],
)
def test_trap_31_utc_offset_is_a_quarter_hour_or_nothing(shift_s: int, minutes: int | None) -> None:
    times = {"timestamp": START, "local_timestamp": START + shift_s}
    [activity] = read(records([0, 10]), session(), Message(profile.ACTIVITY, times)).activities
    assert activity.utc_offset_min == minutes


# --- sessions ---


def test_trap_30_records_belong_to_a_session_by_time() -> None:
    recording = read(
        session(0, 10, SWIMMING),
        session(20, 10, CYCLING),
        session(30, 11, RUNNING),
        records([0, 9, 16, 20, 29, 30, 41, 99], cadence=[30, 30, 30, 80, 80, 90, 90, 90]),
    )
    assert [activity.sport for activity in recording.activities] == ["swimming", "cycling", "running"]
    assert recording.activity_index.tolist() == [0, 0, -1, 1, 1, 2, 2, -1]
    assert recording.samples["cadence_spm"].tolist() == [30, 30, 30, 80, 80, 180, 180, 90]
    assert recording.samples_of(2)["time_s"].tolist() == [0, 11]
    assert [activity.sample_count for activity in recording.activities] == [2, 2, 2]


def test_sessions_in_any_order_become_activities_by_start() -> None:
    recording = read(session(30, 10, RUNNING), session(0, 10, CYCLING), records([0, 30]))
    assert [activity.sport for activity in recording.activities] == ["cycling", "running"]
    assert recording.activity_index.tolist() == [0, 1]
    assert recording.activities[0].started_at == STARTED_AT


def test_no_session_message_makes_one_activity_of_the_records() -> None:
    sport = Message(profile.SPORT, {"sport": RUNNING, "sub_sport": 1})
    [activity] = read(sport, records([0, 10, 30], distance=[0, 20, 90])).activities
    assert (activity.sport, activity.sub_sport) == ("running", "treadmill")
    assert (activity.started_at, activity.elapsed_s, activity.distance_m) == (STARTED_AT, 30, 90)
    [unsaid] = read(records([0, 10])).activities
    assert unsaid.sport is None


def test_chained_files_make_an_activity_each() -> None:
    first = encode([file_id(), records([0, 10]), session(0, 10)])
    second = encode([file_id(), records([100, 110], heart_rate=120)])
    recording = read_fit(first + second, file="two.fit")
    assert [activity.sample_count for activity in recording.activities] == [2, 2]
    assert recording.activity_index.tolist() == [0, 0, 1, 1]


def test_a_session_without_records_is_an_activity_by_its_totals() -> None:
    [activity] = read(session(elapsed=1800, total_distance=5000)).activities
    assert (activity.sample_count, activity.distance_m, activity.elapsed_s) == (0, 5000, 1800)


def test_more_sessions_than_a_person_records_are_named() -> None:
    recording = read(*(session(10 * i) for i in range(150)), records([0, 1]))
    assert len(recording.activities) == 100
    assert "150 sessions" in recording.warnings[0].what


def test_trap_33_other_files_are_told_apart_and_cheap_to_tell() -> None:
    course = encode([file_id(6), records(range(10_000))])
    assert fit_file_type(course[:1024]) == 6
    assert FILE_TYPES[6] == "course"
    with pytest.raises(NotAnActivityError, match="course") as refused:
        read_fit(course, file="loop.fit")
    assert refused.value.where == "loop.fit"
    assert fit_file_type(b"<gpx") is None
    mismarked = read_fit(encode([file_id(6), records([0, 1]), session()]), file="odd.fit")
    assert "marked as course" in mismarked.warnings[0].what
    assert len(mismarked.activities) == 1


def test_a_file_that_holds_nothing_says_so() -> None:
    with pytest.raises(ReadError, match="no records"):
        read()


def test_the_device_is_named() -> None:
    [known] = read(records([0]), session()).activities
    assert known.device == "Garmin Forerunner 945"
    other = Message(profile.FILE_ID, {"type": 4, "manufacturer": 23, "product": 99})
    recording = read_fit(encode([other, records([0]), session()]), file="x.fit")
    assert recording.activities[0].device == "Suunto 99"
    own = Message(profile.FILE_ID, {"type": 4, "manufacturer": 255, "product_name": "My watch"})
    recording = read_fit(encode([own, records([0]), session()]), file="x.fit")
    assert recording.activities[0].device == "My watch"


# --- real files ---


def test_a_torn_last_record_counts_for_no_activity(test_data: Path) -> None:
    recording = read_real(test_data, "choochoo__8CS90646.fit")
    assert len(recording.samples) == 1109
    assert recording.activity_index.tolist() == [0] * 1108 + [-1]
    assert recording.activities[0].elapsed_s == 1368
    assert recording.warnings[0].at_byte == 28050


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("choochoo__2018-04-15-09-18-20.fit", 10_856),
        ("sports-lib__empty-activities.fit", 2319),
        ("fit4s__610464_bad_crc.fit", 463),
    ],
)
def test_damaged_recordings_are_recovered_with_a_warning(test_data: Path, name: str, rows: int) -> None:
    recording = read_real(test_data, name)
    assert len(recording.samples) == rows
    assert recording.warnings


@pytest.mark.parametrize(
    "name", ["elevate__empty.fit", "elevate__._empty.fit", "fit4s__610464_no_defmsg.fit"]
)
def test_files_with_nothing_in_them_are_refused(test_data: Path, name: str) -> None:
    with pytest.raises(ReadError) as refused:
        read_real(test_data, name)
    assert refused.value.at_byte is not None


def test_every_real_file_is_an_activity_or_a_kind_error(test_data: Path) -> None:
    refused = []
    for path in sorted((test_data / "activities" / "fit").iterdir()):
        try:
            recording = read_fit(path.read_bytes(), file=path.name)
        except ReadError as error:
            refused.append((path.name, type(error).__name__))
            continue
        assert recording.activities
        assert all(len(column) == len(recording.samples) for column in recording.samples.columns.values())
        assert sum(a.sample_count for a in recording.activities) == (recording.activity_index >= 0).sum()
        assert (recording.activity_index < 0).mean() < 0.01
    assert refused == [
        ("elevate__._empty.fit", "ReadError"),
        ("elevate__empty.fit", "ReadError"),
        ("fit4s__610464_no_defmsg.fit", "ReadError"),
        ("fit4s__segment2.fit", "NotAnActivityError"),
        ("fittrackee__example.fit", "NotAnActivityError"),
    ]


@pytest.mark.parametrize("value", [float("inf"), 1e300, -1e300, -5.0, 2.0**40])
@pytest.mark.parametrize("number", [profile.SESSION, profile.ACTIVITY, profile.RECORD, profile.LAP])
def test_absurd_numbers_in_fields_of_another_type_are_missing(number: int, value: float) -> None:
    """Every number of a message stored as float64: no time can be made of it, no sum overflows."""
    names = [n for n, f in profile.MESSAGES[number].fields.items() if f.base.name != "string"][:20]
    head = struct.pack("<BBBHB", 0x40, 0, 0, number, len(names))
    body = head + bytes(v for n in names for v in (n, 8, profile.BASE_TYPES["float64"].number))
    body += (b"\0" + struct.pack(f"<{len(names)}d", *[value] * len(names))) * 3
    sound = encode([file_id(), records(range(3), heart_rate=150.0), session()])
    whole = struct.pack("<BBHI4s", 12, 16, 2100, len(body), b".FIT") + body
    recording = read_fit(sound + whole + struct.pack("<H", crc16.arc(whole)), file="run.fit")
    sound_one = next(each for each in recording.activities if each.started_at == STARTED_AT)
    assert sound_one.mean_heart_rate_bpm == 150


def test_trap_8_a_number_of_three_bytes_is_no_distance() -> None:
    fields = bytes((253, 4, 0x86, 5, 3, 0x86, 3, 1, 0x02))  # distance: uint32 in 3 bytes
    body = struct.pack("<BBBHB", 0x40, 0, 0, profile.RECORD, 3) + fields
    body += struct.pack("<BI3sB", 0, START, b"abc", 77)
    whole = struct.pack("<BBHI4s", 12, 16, 2100, len(body), b".FIT") + body
    samples = read_fit(whole + struct.pack("<H", crc16.arc(whole)), file="run.fit").samples
    assert samples.get("distance_m") is None
    assert samples["heart_rate_bpm"].tolist() == [77]
