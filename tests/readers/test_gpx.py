"""GPX: values against other readers, and the traps of the format.

A trap is one of the numbered ways in which real files surprise a reader: 37-39 are tested here.
"""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import gpxpy
import numpy as np
import pytest

from goodknee.core.model import Pause, Recording
from goodknee.errors import NotAnActivityError, ReadError
from goodknee.readers.gpx import read_gpx

MORNING = datetime(2024, 5, 3, 6, 0, tzinfo=UTC)


def point(second: float | None = None, inside: str = "", *, place: str = 'lat="48" lon="11"') -> str:
    if second is not None:
        inside += f"<time>{(MORNING + timedelta(seconds=second)).isoformat().replace('+00:00', 'Z')}</time>"
    return f"<trkpt {place}>{inside}</trkpt>"


def track(*segments: str, about: str = "<type>running</type>") -> str:
    return f"<trk>{about}{''.join(f'<trkseg>{segment}</trkseg>' for segment in segments)}</trk>"


def gpx(*parts: str) -> bytes:
    return f'<gpx creator="A watch" xmlns="http://www.topografix.com/GPX/1/1">{"".join(parts)}</gpx>'.encode()


def read(*parts: str) -> Recording:
    return read_gpx(gpx(*parts), file="run.gpx")


def northward(seconds: range, *, mps: float = 3.0, inside: str = "") -> str:
    metres = 6_371_008.8 * np.pi / 180
    return "".join(
        point(second, inside, place=f'lat="{48 + second * mps / metres:.9f}" lon="11"') for second in seconds
    )


def content(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def shared_files(test_data: Path) -> list[Path]:
    return sorted((test_data / "activities" / "gpx").iterdir())


def test_positions_altitudes_and_times_equal_gpxpy(test_data: Path) -> None:
    compared = 0
    for path in shared_files(test_data):
        try:
            theirs = gpxpy.parse(content(path).decode("utf-8-sig"))
        except gpxpy.gpx.GPXException:
            continue  # it reads neither an unbound prefix nor a point without position
        points = [each for one in theirs.tracks for segment in one.segments for each in segment.points]
        if all(each.time is None for each in points):
            continue
        ours = read_gpx(content(path), file=path.name)
        start = ours.activities[0].started_at
        assert start
        expected = np.array(
            [
                (
                    np.nan if each.time is None else (each.time - start).total_seconds(),
                    each.latitude,
                    each.longitude,
                    np.nan if each.elevation is None else each.elevation,
                )
                for each in points
            ]
        )
        np.testing.assert_allclose(ours.samples["time_s"], expected[:, 0], atol=1e-6, err_msg=path.name)
        for name, column in zip(("lat_deg", "lon_deg", "altitude_m"), expected.T[1:], strict=True):
            if not np.isnan(column).all():
                np.testing.assert_array_equal(ours.samples[name], column, err_msg=f"{path.name} {name}")
        compared += 1
    assert compared > 25


def test_extensions_equal_elementtree(test_data: Path) -> None:
    compared = 0
    for path in shared_files(test_data):
        try:
            root = ET.fromstring(content(path))
        except ET.ParseError:
            continue
        points = [element for element in root.iter() if element.tag.endswith("trkpt")]
        try:
            ours = read_gpx(content(path), file=path.name)
        except NotAnActivityError:
            continue
        assert len(ours.samples) == len(points)
        for channel, words in {"heart_rate_bpm": {"hr"}, "temperature_c": {"atemp", "temp"}}.items():
            expected = np.array([_first_value(each, words) for each in points])
            if not np.isnan(expected).all():
                np.testing.assert_array_equal(ours.samples[channel], expected, err_msg=path.name)
                compared += len(expected)
    assert compared > 40_000


def _first_value(point: ET.Element, words: set[str]) -> float:
    texts = (each.text for each in point.iter() if each.tag.rpartition("}")[2] in words)
    return float(next(texts, None) or "nan")


def test_a_year_of_runs_is_told_by_the_names_of_its_activities(test_data: Path) -> None:
    files = [path.read_bytes() for path in (test_data / "history" / "runner_b_gpx_year").glob("*.gpx")]
    told = [read_gpx(each, file="run.gpx").activities[0].is_run for each in files if b"<name>" in each]
    assert len(told) == 55
    assert all(told)  # "Sexta-Feira Corrida Matutina"


class TestTrap37Extensions:
    """There is no standard speed, distance or cadence."""

    @pytest.mark.parametrize(
        "inside",
        [
            '<extensions><x:TPE xmlns:x="u"><x:cad>84</x:cad><x:hr>150</x:hr></x:TPE></extensions>',
            '<extensions xmlns:g="u"><g:hr>150</g:hr><g:cadence>84</g:cadence></extensions>',
            "<extensions><heartrate>150</heartrate><cadence>84</cadence><cadence>99</cadence></extensions>",
        ],
    )
    def test_cadence_of_one_foot_is_doubled_whatever_its_name(self, inside: str) -> None:
        recording = read(track(northward(range(60), inside=inside)))
        run = recording.activities[0]
        assert run.mean_cadence_spm == pytest.approx(168)
        assert run.mean_heart_rate_bpm == pytest.approx(150)
        assert "doubled" in run.decisions["cadence_spm"]

    def test_cadence_of_both_feet_stays(self) -> None:
        recording = read(track(northward(range(60), inside="<extensions><cad>168</cad></extensions>")))
        assert recording.activities[0].mean_cadence_spm == pytest.approx(168)

    def test_cadence_of_a_ride_stays(self) -> None:
        about = "<type>cycling</type>"
        ride = read(
            track(northward(range(60), mps=8, inside="<extensions><cad>84</cad></extensions>"), about=about)
        )
        assert ride.activities[0].mean_cadence_spm == pytest.approx(84)

    def test_a_recorded_zero_stays_zero(self) -> None:
        recording = read(track(point(0, "<extensions><cad>0</cad><hr>0</hr></extensions>") + point(1)))
        assert recording.samples["cadence_spm"].tolist()[0] == 0
        assert recording.samples["heart_rate_bpm"].tolist()[0] == 0

    def test_speed_is_only_there_when_the_file_has_it(self) -> None:
        assert "speed_mps" not in read(track(northward(range(9)))).samples.columns
        inside = "<extensions><speed>3.0</speed></extensions>"
        assert read(track(northward(range(9), inside=inside))).samples["speed_mps"].tolist() == [3.0] * 9

    def test_speed_in_kilometres_per_hour_is_found_out(self) -> None:
        recording = read(track(northward(range(60), inside="<speed>10.8</speed>")))
        np.testing.assert_allclose(recording.samples["speed_mps"], 3.0)
        assert "km/h" in recording.activities[0].decisions["speed_mps"]

    def test_values_of_a_lap_beside_the_points_are_no_points(self) -> None:
        lap = "<extensions><lap><distance>4000</distance></lap></extensions>"
        recording = read(f"<trk><type>running</type><trkseg>{northward(range(9))}</trkseg>{lap}</trk>")
        assert "distance_m" not in recording.samples.columns

    @pytest.mark.parametrize(
        ("about", "sport", "sub_sport"),
        [
            ("<type>running</type>", "running", None),
            ("<type>Run</type>", "running", None),
            ("<type>9</type>", "running", None),
            ("<type>trail_running</type>", "running", "trail"),
            ("<type>Trail Running</type>", "running", "trail"),
            ("<type>treadmill_running</type>", "running", "treadmill"),
            ("<type>1</type>", "cycling", None),
            ("<type>road_biking</type>", "cycling", "road"),
            ("<type>Hike</type>", "hiking", None),
            ("<type>10</type>", "walking", None),
            ("<type>rowing</type>", "rowing", None),
            ("<type>9</type><name>Evening Ride</name>", "running", None),
            ("<name>Morning Run</name>", "running", None),
            ("<name>Sexta-Feira Corrida Matutina</name>", "running", None),
            ("<name>Nachtlauf</name>", "running", None),
            ("<name><![CDATA[Cycling 10/2/17 10:49 am]]></name>", "cycling", None),
            ("<name>Run to the bike shop</name>", None, None),
            ("<name>Move</name>", None, None),
            ("<type>quidditch</type>", None, None),
            ("", None, None),
        ],
    )
    def test_sports_in_words_numbers_and_names(
        self, about: str, sport: str | None, sub_sport: str | None
    ) -> None:
        run = read(track(northward(range(9)), about=about)).activities[0]
        assert (run.sport, run.sub_sport) == (sport, sub_sport)


class TestTrap38Segments:
    """A new segment is a pause; neither distance nor time is joined across it."""

    def test_a_pause_between_segments(self) -> None:
        run = read(track(northward(range(101)), northward(range(400, 501)))).activities[0]
        assert run.pauses == (Pause(start_s=100.0, end_s=400.0),)
        assert run.elapsed_s == 500
        assert run.timer_s == 200
        assert run.distance_m == pytest.approx(600, rel=1e-3)

    def test_real_breaks(self, test_data: Path) -> None:
        path = test_data / "activities" / "gpx" / "runalyze__break-between-trkseg.gpx"
        run = read_gpx(path.read_bytes(), file=path.name).activities[0]
        assert len(run.pauses) == 2
        assert run.elapsed_s
        assert run.timer_s == pytest.approx(run.elapsed_s - sum(p.end_s - p.start_s for p in run.pauses))

    def test_tracks_close_in_time_are_one_activity(self) -> None:
        recording = read(track(northward(range(60))), track(northward(range(600, 660)), about=""))
        assert len(recording.activities) == 1
        assert recording.activities[0].pauses == (Pause(start_s=59.0, end_s=600.0),)

    def test_tracks_far_apart_or_of_other_sports_are_activities_of_their_own(self) -> None:
        ride = track(northward(range(100, 160)), about="<type>cycling</type>")
        evening = track(northward(range(36_000, 36_060)))
        recording = read(track(northward(range(60))), ride, evening)
        assert [each.sport for each in recording.activities] == ["running", "cycling", "running"]
        assert recording.activities[2].started_at == MORNING + timedelta(hours=10)
        assert recording.samples["time_s"][-1] == 36_059
        assert recording.samples_of(2)["time_s"].tolist() == list(range(60))

    def test_a_planned_track_beside_a_recorded_one_belongs_to_no_activity(self) -> None:
        recording = read(track(point() * 3), track(northward(range(5))))
        assert recording.activity_index.tolist() == [-1] * 3 + [0] * 5


class TestTrap39Times:
    """Z, an offset or nothing; 0 to 6 decimals; steps backwards."""

    @pytest.mark.parametrize(
        ("text", "second", "offset_min"),
        [
            ("2024-05-03T06:00:00Z", 0, None),
            ("2024-05-03T06:00:00.5Z", 0.5, None),
            ("2024-05-03T06:00:00.123456Z", 0.123456, None),
            ("2024-05-03T08:00:00.25+02:00", 0.25, 120),
            ("2024-05-03T11:30:00+0530", 0, 330),
            (" 2024-05-03t06:00:00z ", 0, None),
        ],
    )
    def test_forms(self, text: str, second: float, offset_min: int | None) -> None:
        run = read(track(f'<trkpt lat="1" lon="2"><time>{text}</time></trkpt>')).activities[0]
        assert run.started_at == MORNING + timedelta(seconds=second)
        assert run.utc_offset_min == offset_min

    def test_without_a_zone_is_taken_as_utc_and_said(self) -> None:
        recording = read(track('<trkpt lat="1" lon="2"><time>2024-05-03T06:00:00</time></trkpt>'))
        assert recording.activities[0].started_at == MORNING
        assert [warning.what for warning in recording.warnings] == [
            "Times without a time zone: 1. They are taken as UTC."
        ]

    def test_a_negative_first_step_keeps_every_row_in_file_order(self, test_data: Path) -> None:
        path = test_data / "activities" / "gpx" / "runalyze__runkeeper-negative-time-step-at-start.gpx"
        recording = read_gpx(path.read_bytes(), file=path.name)
        assert recording.samples["time_s"][:2].tolist() == [0, -1]
        assert len(recording.samples) == 1626

    def test_points_without_position_or_time_are_kept(self) -> None:
        first, last = northward(range(3)), northward(range(4, 7))
        recording = read(track(first + point(3, place="") + point() + last))
        assert len(recording.samples) == 8
        assert np.isnan(recording.samples["lat_deg"]).sum() == 1
        assert np.isnan(recording.samples["time_s"]).sum() == 1
        assert recording.activities[0].elapsed_s == 6

    @pytest.mark.parametrize(
        "wild", ["1970-01-01T00:00:00Z", "2165-13-77T00:00:00Z", "soon", "9999-01-01T00:00:00Z"]
    )
    def test_a_wild_time_is_missing_and_said(self, wild: str) -> None:
        bad = f'<trkpt lat="48" lon="11"><time>{wild}</time></trkpt>'
        recording = read(track(bad + northward(range(60))))
        assert recording.activities[0].started_at == MORNING
        assert recording.activities[0].elapsed_s == 59
        assert len(recording.warnings) == 1

    def test_a_clock_that_was_never_set_gives_no_date(self) -> None:
        points = "".join(
            f'<trkpt lat="48" lon="11"><time>1970-01-01T00:00:{second:02}Z</time></trkpt>'
            for second in range(9)
        )
        recording = read(track(points))
        assert recording.activities[0].started_at is None
        assert recording.samples["time_s"].tolist() == list(range(9))
        assert "clock" in recording.warnings[0].what


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        (['<rte><rtept lat="1" lon="2"/></rte>'], "planned route"),
        ([track(point() * 3)], "planned route"),
        (['<wpt lat="1" lon="2"/>'], "waypoints"),
        ([], "no points"),
    ],
)
def test_plans_are_not_activities(parts: list[str], says: str) -> None:
    with pytest.raises(NotAnActivityError, match=says):
        read(*parts)


def test_positions_off_the_globe_and_absurd_numbers_are_missing_and_said() -> None:
    bad = point(3, "<ele>1e300</ele>", place='lat="91" lon="11"') + point(4, "<ele>high</ele>")
    recording = read(track(northward(range(3), inside="<ele>500</ele>") + bad))
    assert np.isnan(recording.samples["lat_deg"]).tolist() == [False, False, False, True, False]
    assert np.isnan(recording.samples["altitude_m"]).tolist() == [False, False, False, True, True]
    assert len(recording.warnings) == 2


def test_what_the_writer_says_of_itself_is_the_device() -> None:
    assert read(track(northward(range(3)))).activities[0].device == "A watch"


def test_every_shared_file_is_an_activity_or_says_why_not(test_data: Path) -> None:
    refused = {}
    for path in shared_files(test_data):
        try:
            read_gpx(content(path), file=path.name)
        except NotAnActivityError as error:
            refused[path.name] = error.what
    assert list(refused) == ["dreeve__activity-without-timed-trackpoints.gpx"]


@pytest.mark.parametrize(("mps", "sport"), [(1.3, None), (3.0, "running"), (7.0, None)])
def test_a_track_that_names_no_sport_is_a_run_only_at_a_runners_pace(mps: float, sport: str | None) -> None:
    recording = read(track(northward(range(0, 600, 5), mps=mps, inside=cadence("80")), about=""))
    (activity,) = recording.activities
    assert activity.sport == sport
    assert ("sport" in activity.decisions) is (sport is not None)
    assert activity.mean_cadence_spm == pytest.approx(160 if sport else 80)


def cadence(value: str) -> str:
    return f"<extensions><cad>{value}</cad></extensions>"


@pytest.mark.parametrize("wrong", ["2016-12-31T23:59:60Z", "2024-13-03T06:00:00Z", "2024-05-03T24:00:00Z"])
def test_one_impossible_time_among_many_is_missing_and_said(wrong: str) -> None:
    # numpy 2.4 ends the process when it casts more than 500 texts and one is no date.
    recording = read(track(northward(range(600)) + point(inside=f"<time>{wrong}</time>")))
    assert len(recording.samples) == 601
    assert np.isnan(recording.samples["time_s"]).sum() == 1
    assert "1." in recording.warnings[0].what


def test_times_in_an_unknown_form_are_an_error_not_a_plan() -> None:
    with pytest.raises(ReadError, match="times in this GPX file cannot be read") as refused:
        read(track(point(inside="<time>03.05.2024 06:00:00</time>")))
    assert not isinstance(refused.value, NotAnActivityError)
