"""From records to a course: what no runner can do is left out and told."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.made_up_courses import a_course, an_activity, hilly, some_samples

from goodknee.core.load import course as course_module
from goodknee.core.load.course import Course, Withheld, WithheldWhy, course_of, slope_over
from goodknee.core.load.run_load import load_of
from goodknee.core.load.usual import no_history
from goodknee.core.load.watch_model import sum_up
from goodknee.core.model import Pause, Samples
from goodknee.readers.knowledge import load_knowledge

MODEL = load_knowledge().watch
USUAL = no_history(MODEL)
WORDS = load_knowledge().words


def impulse(course: Course) -> float:
    return load_of(sum_up(course, MODEL), USUAL, MODEL).impulse_bw_s


CLEAN = impulse(a_course(MODEL))


def repaired(course: Course) -> dict[str, int]:
    return {each.what: each.records for each in course.repaired}


def with_values(value: float, rows: slice, base: float) -> np.ndarray:
    column = np.full(1801, base)
    column[rows] = value
    return column


@pytest.mark.parametrize(
    ("channel", "value", "base", "told"),
    [
        ("speed", 40.0, 3.0, "impossible speed"),
        ("speed", -1.0, 3.0, "impossible speed"),
        ("cadence", 0.0, 170.0, "impossible cadence"),
        ("cadence", 510.0, 170.0, "impossible cadence"),
        ("cadence", 85.0, 170.0, "impossible cadence"),
        ("cadence", 255.0, 170.0, "impossible cadence"),
        ("altitude", 400.0, 100.0, "altitude jumps"),
        ("altitude", -4000.0, 100.0, "altitude jumps"),
    ],
)
def test_a_slip_of_a_sensor_is_repaired_and_told(channel: str, value: float, base: float, told: str) -> None:
    speed = 3.0 if channel != "speed" else with_values(value, slice(900, 905), base)
    cadence = 170.0 if channel != "cadence" else with_values(value, slice(900, 905), base)
    altitude = 100.0 if channel != "altitude" else with_values(value, slice(900, 905), base)
    course = a_course(MODEL, speed=speed, cadence=cadence, altitude=altitude)
    assert repaired(course)[told] >= 2
    assert impulse(course) == pytest.approx(CLEAN, rel=0.002)


def test_every_repair_has_its_sentence() -> None:
    """What a course notes is told by a key put together from it."""
    code = Path(course_module.__file__).read_text("utf-8")
    noted = {*re.findall(r'notes\.add\("([^"]+)"', code), "records cannot be read"}
    told = {key.removeprefix("load.repaired.") for key in WORDS.sentences if key.startswith("load.repaired.")}
    assert {what.replace(" ", "_") for what in noted} == told
    assert all(WORDS.say(f"load.repaired.{what}", n=1) for what in told)


def test_an_altimeter_that_is_reset_does_not_make_a_cliff() -> None:
    course = a_course(MODEL, altitude=with_values(400.0, slice(900, None), 100.0))
    assert repaired(course) == {"altitude jumps": 1}
    assert np.all(course.grade == 0)


@pytest.mark.parametrize("jump_s", [-5.0, 20 * 86400.0])
def test_a_clock_that_jumps_costs_one_record(jump_s: float) -> None:
    samples = some_samples()
    time_s = samples["time_s"].copy()
    time_s[900:] += jump_s
    course = course_of(an_activity(), Samples(columns={**samples.columns, "time_s": time_s}), MODEL)
    assert isinstance(course, Course)
    assert repaired(course) == {"time goes backwards" if jump_s < 0 else "gap in time": 1}
    assert impulse(course) == pytest.approx(CLEAN, rel=0.002)


def test_a_pause_is_no_running() -> None:
    samples = some_samples()
    time_s = samples["time_s"].copy()
    time_s[900:] += 50.0
    paused = an_activity(pauses=(Pause(start_s=899.0, end_s=950.0),))
    course = course_of(paused, Samples(columns={**samples.columns, "time_s": time_s}), MODEL)
    assert isinstance(course, Course)
    assert course.duration_s.sum() == pytest.approx(1799)
    assert repaired(course) == {}


def test_time_without_records_is_made_up_for_and_widens() -> None:
    course = a_course(MODEL, seconds=1200)
    assert course.covers == pytest.approx(1.5)
    assert impulse(course) == pytest.approx(CLEAN, rel=0.002)
    assert load_of(sum_up(course, MODEL), USUAL, MODEL).of_impulse["coverage_unknown"] > 0.3


def test_a_watch_that_records_nothing_while_standing_has_missed_nothing() -> None:
    course = a_course(MODEL, seconds=1200, activity={"distance_m": 3600.0})
    assert course.covers == 1
    assert course.assumed == ()


def test_a_stated_distance_that_cannot_be_is_not_used() -> None:
    course = a_course(MODEL, activity={"distance_m": 54_000.0})
    assert course.distance_m == pytest.approx(5400)
    assert repaired(course) == {"stated distance": 1}


@pytest.mark.parametrize("records", [True, False])
@pytest.mark.parametrize("speed", [2.2, 2.4, 3.0])
def test_steps_of_one_foot_make_no_walk_of_a_slow_run(speed: float, *, records: bool) -> None:
    """A step of a metre and a half is no walking step, so such a cadence counts one foot."""
    activity = an_activity(distance_m=1800 * speed, mean_speed_mps=speed, mean_cadence_spm=82.0)
    course = course_of(activity, some_samples(speed=speed, cadence=82.0) if records else None, MODEL)
    assert isinstance(course, Course)
    assert not course.walking.any()
    assert "cadence" in course.assumed
    assert repaired(course)["impossible cadence"] >= 1
    without = course_of(
        an_activity(distance_m=1800 * speed, mean_speed_mps=speed, mean_cadence_spm=None), None, MODEL
    )
    assert isinstance(without, Course)
    assert impulse(course) == pytest.approx(impulse(without), rel=0.002)


@pytest.mark.parametrize(("speed", "cadence"), [(1.2, 100.0), (1.7, 118.0), (2.0, 125.0), (2.2, 118.0)])
def test_brisk_walking_keeps_its_steps(speed: float, cadence: float) -> None:
    course = a_course(MODEL, speed=speed, cadence=cadence)
    assert course.walking.all()
    assert course.cadence_known


def test_a_watch_that_saw_no_ground_and_no_steps_gives_no_figure() -> None:
    still = {"distance_m": 0.0, "mean_speed_mps": 0.0}
    samples = some_samples(speed=0.0, cadence=None)
    for records in (samples, None):
        assert course_of(an_activity(**still, mean_cadence_spm=None), records, MODEL) == Withheld(
            why="no_movement"
        )
    on_a_treadmill = course_of(an_activity(**still, mean_cadence_spm=168.0), samples, MODEL)
    assert isinstance(on_a_treadmill, Course)
    assert "speed" in on_a_treadmill.assumed


def test_three_records_leave_the_totals() -> None:
    course = a_course(MODEL, seconds=2)
    assert len(course) == 1
    assert course.used == ("speed", "cadence")
    assert course.assumed == ("altitude",)
    assert impulse(course) == pytest.approx(CLEAN, rel=0.002)


@pytest.mark.parametrize(
    ("totals", "why"),
    [
        ({"timer_s": None, "distance_m": 5000.0}, "no_time"),
        ({"timer_s": 600.0, "distance_m": 12_000.0}, "impossible"),
        ({"timer_s": 3600.0, "distance_m": 100.0}, "no_movement"),
    ],
)
def test_without_usable_records_or_totals_it_is_withheld(totals: dict[str, float], why: WithheldWhy) -> None:
    assert course_of(an_activity(**totals), None, MODEL) == Withheld(why=why)


def test_a_run_typed_by_hand_with_its_time_alone() -> None:
    course = course_of(an_activity(distance_m=None, mean_cadence_spm=None), None, MODEL)
    assert isinstance(course, Course)
    assert course.assumed == ("speed", "cadence", "altitude")


def test_a_treadmill_is_level() -> None:
    course = a_course(MODEL, activity={"sub_sport": "treadmill"}, altitude=None)
    assert course.ground == "level"
    assert (course.used, course.assumed) == (("speed", "cadence"), ("altitude",))


def test_a_few_measured_steps_do_not_speak_for_a_whole_run() -> None:
    cadence = with_values(np.nan, slice(300, None), 150.0)
    course = a_course(MODEL, cadence=cadence)
    assert course.assumed == ("cadence",)
    assert a_course(MODEL, cadence=with_values(np.nan, slice(1200, None), 150.0)).assumed == ()


def test_speed_comes_from_the_ground_when_the_watch_gives_none() -> None:
    distance = 3.0 * np.arange(1801.0)
    by_distance = a_course(MODEL, speed=None, distance_m=distance)
    north = 48.0 + np.degrees(distance / 6_371_008.8)
    by_position = a_course(MODEL, speed=None, lat_deg=north, lon_deg=np.full(1801, 9.0))
    for course in (by_distance, by_position):
        assert "speed" in course.used
        assert np.median(course.speed_mps) == pytest.approx(3.0, abs=0.01)


def test_walking_breaks_are_walking_and_slow_running_is_not() -> None:
    speed, cadence = np.full(1801, 3.0), np.full(1801, 170.0)
    speed[600:660], cadence[600:660] = 1.5, 116.0
    course = a_course(MODEL, speed=speed, cadence=cadence)
    assert course.duration_s[course.walking].sum() == pytest.approx(60, abs=2)
    shuffle = a_course(MODEL, speed=1.8, cadence=158.0)
    assert not shuffle.walking.any()
    # A traffic light's worth of odd records between two sure ones does not change the gait.
    cadence[1200:1203], speed[1200:1203] = 140.0, 2.0
    assert a_course(MODEL, speed=speed, cadence=cadence).walking.sum() == course.walking.sum()


def test_walking_without_steps_is_told_by_speed() -> None:
    speed = np.full(1801, 2.9)
    speed[600:660] = 1.4
    course = a_course(MODEL, speed=speed, cadence=None)
    assert course.duration_s[course.walking].sum() == pytest.approx(60, abs=2)


@given(grade=st.floats(-0.15, 0.15))
def test_an_even_slope_is_found(grade: float) -> None:
    course = a_course(MODEL, seconds=300, altitude=hilly(300, grade=grade), activity={"timer_s": 300.0})
    assert course.grade == pytest.approx(np.full(len(course), grade), abs=1e-9)


def test_a_cliff_is_clipped_and_told() -> None:
    course = a_course(MODEL, altitude=hilly(grade=-0.4))
    assert np.all(course.grade == -0.15)
    assert repaired(course)["grade clipped"] > 1700


def test_slope_is_taken_over_a_hundred_metres() -> None:
    at = np.arange(0.0, 1001.0, 10.0)
    bump = np.where((at >= 490) & (at <= 510), 1.0, 0.0)
    assert np.abs(slope_over(at, bump, at, 100.0)).max() <= 0.01 + 1e-9


@given(st.binary(min_size=0, max_size=400))
def test_any_records_give_a_course_or_a_reason(noise: bytes) -> None:
    chance = np.random.default_rng(list(noise) or [0])
    count = int(chance.integers(0, 60))
    wild = [0.0, 255.0, -1.0, 40.0, np.nan, 1e6, 3.0, 170.0, np.inf]
    columns = {
        name: np.where(chance.random(count) < 0.7, chance.choice(wild, count), chance.normal(50, 60, count))
        for name in ("time_s", "speed_mps", "cadence_spm", "altitude_m", "distance_m", "lat_deg", "lon_deg")
    }
    if chance.random() < 0.7:
        columns["time_s"] = np.arange(count, dtype=np.float64)
    course = course_of(an_activity(timer_s=float(count)), Samples(columns=columns), MODEL)
    if isinstance(course, Course):
        load = load_of(sum_up(course, MODEL), USUAL, MODEL)
        assert 0 < load.impulse_bw_s < 1e6
        assert np.isfinite(load.ln_peak)
