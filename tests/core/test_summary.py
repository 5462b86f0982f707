"""What a recording adds up to: worked by hand on small recordings."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodknee.core.model import Activity, Pause, Samples
from goodknee.core.summary import Stated, haversine_m, paced_like_a_run, summarise

START = datetime(2026, 5, 3, 6, 12, 44, tzinfo=UTC)


def add_up(
    columns: dict[str, list[float]], *, stated: Stated | None = None, pauses: tuple[Pause, ...] = ()
) -> Activity:
    samples = Samples(columns={name: np.array(values, dtype=np.float64) for name, values in columns.items()})
    return summarise(
        samples,
        sport="running",
        sub_sport=None,
        started_at=START,
        utc_offset_min=120,
        stated=stated or Stated(),
        pauses=pauses,
    )


def test_one_degree_of_latitude_is_111_195_m() -> None:
    # mean earth radius 6371.0088 km x pi / 180
    assert haversine_m(np.array([0.0, 1.0]), np.array([10.0, 10.0]))[1] == pytest.approx(111_195.08, abs=0.1)


def test_stated_totals_win_and_derived_ones_are_kept_beside() -> None:
    run = add_up({"time_s": [0, 10, 20], "distance_m": [0, 30, 61]}, stated=Stated(distance_m=60, timer_s=19))
    assert (run.distance_m, run.distance_recorded_m, run.timer_s, run.elapsed_s) == (60, 61, 19, 20)
    assert "distance_m" not in run.decisions
    assert run.mean_speed_mps == pytest.approx(60 / 19)


def test_standing_still_is_not_moving_but_is_timer_time() -> None:
    run = add_up({"time_s": [0, 10, 20, 30], "distance_m": [0, 30, 31, 61]})
    assert (run.moving_s, run.timer_s) == (20, 30)


def test_nothing_is_counted_across_a_pause() -> None:
    lat = [50.0, 50.0001, 50.0101, 50.0102]
    run = add_up(
        {"time_s": [0, 4, 400, 404], "lat_deg": lat, "lon_deg": [8.0] * 4},
        pauses=(Pause(start_s=4, end_s=400),),
    )
    assert run.distance_m == pytest.approx(2 * 11.12, abs=0.01)
    assert (run.timer_s, run.moving_s) == (8, 8)


def test_cadence_is_weighted_by_time_and_ignores_standing() -> None:
    run = add_up(
        {
            "time_s": [0, 1, 2, 12, 13],
            "distance_m": [0, 3, 6, 36, 36],
            "cadence_spm": [160, 160, 170, 170, 0],
        }
    )
    # weights: 0.5, 1, 5.5, 5 s; the last step does not move
    assert run.mean_cadence_spm == pytest.approx((160 * 1.5 + 170 * 10.5) / 12)


def test_a_twenty_day_jump_adds_no_moving_time() -> None:
    run = add_up({"time_s": [0, 10, 1_728_000, 1_728_010], "speed_mps": [3, 3, 3, 3]})
    assert run.moving_s == 20


@pytest.mark.parametrize(
    ("distance", "total"),
    [
        ([0, 500, 1000, 0, 500, 900], 1900),  # starts over at each lap
        ([3, 500, 1000], 1000),  # the first record comes a second after the start
        ([5000, 5500, 6000], 1000),  # the second part of a multisport file
        ([0, 500, 498, 1000], 1000),  # a correction by the watch
    ],
)
def test_distance_channel(distance: list[float], total: float) -> None:
    seconds = [1.0 + 200 * k for k in range(len(distance))]
    assert add_up({"time_s": seconds, "distance_m": distance}).distance_m == pytest.approx(total)


def test_positions_at_zero_zero_and_jumps_are_not_ground_covered() -> None:
    run = add_up(
        {
            "time_s": [0, 1, 2, 3, 4],
            "lat_deg": [50.0, 0.0, 50.00005, 51.0, 51.00005],
            "lon_deg": [8.0, 0.0, 8.0, 8.0, 8.0],
        }
    )
    assert run.distance_m == pytest.approx(2 * 5.56, abs=0.01)


def test_climb_ignores_the_noise_of_the_altimeter() -> None:
    seconds = np.arange(2000.0)
    noise = np.where(seconds % 2 == 0, 1.0, -1.0)
    hill = np.interp(seconds, [0, 1000, 2000], [100, 150, 120]) + noise
    run = add_up({"time_s": list(seconds), "altitude_m": list(hill)})
    assert run.ascent_m == pytest.approx(50, abs=1)
    assert run.descent_m == pytest.approx(30, abs=1)


@given(st.lists(st.floats(0, 3000), min_size=2, max_size=20))
def test_climb_less_descent_is_about_the_difference_of_the_ends(altitude: list[float]) -> None:
    # hours between the records: no smoothing
    run = add_up({"time_s": [7200.0 * k for k in range(len(altitude))], "altitude_m": altitude})
    assert run.ascent_m is not None
    assert run.descent_m is not None
    assert abs(run.ascent_m - run.descent_m - (altitude[-1] - altitude[0])) <= 6.0


def test_nothing_recorded_gives_nothing_not_zero() -> None:
    run = add_up({"time_s": []})
    assert (run.elapsed_s, run.timer_s, run.distance_m, run.ascent_m, run.mean_cadence_spm) == (None,) * 5


@pytest.mark.parametrize(
    ("speed_mps", "seconds", "is_run"),
    [(1.4, 1800, False), (2.1, 1800, True), (4.4, 1800, True), (7.0, 1800, False), (3.0, 240, False)],
)
def test_a_recording_without_a_sport_is_a_run_by_its_pace(
    speed_mps: float, seconds: int, is_run: bool
) -> None:
    time_s = np.arange(seconds, dtype=np.float64)
    samples = Samples(columns={"time_s": time_s, "distance_m": time_s * speed_mps})
    assert paced_like_a_run(samples) is is_run


def test_a_ride_in_traffic_is_no_run() -> None:
    time_s = np.arange(1800.0)
    speed_mps = np.where((time_s // 120) % 2 == 0, 9.0, 2.5)
    samples = Samples(columns={"time_s": time_s, "distance_m": np.cumsum(speed_mps)})
    assert not paced_like_a_run(samples)


@given(
    st.lists(
        st.tuples(
            st.floats(-1e7, 1e7),
            st.one_of(st.just(float("nan")), st.floats(0, 1e6)),
            st.one_of(st.just(float("nan")), st.floats(0, 300)),
        ),
        max_size=30,
    )
)
def test_any_samples_give_totals_that_are_not_negative(rows: list[tuple[float, float, float]]) -> None:
    time_s, distance, altitude = ([float(r[k]) for r in rows] for k in range(3))
    run = add_up({"time_s": time_s, "distance_m": distance, "altitude_m": altitude, "cadence_spm": altitude})
    for total in (run.elapsed_s, run.moving_s, run.ascent_m, run.descent_m, run.mean_cadence_spm):
        assert total is None or total >= 0


def test_a_treadmill_without_speed_has_a_cadence_but_no_moving_time() -> None:
    run = add_up({"time_s": [0, 10, 20, 30], "cadence_spm": [0, 170, 170, 170]})
    assert run.moving_s is None
    assert run.mean_cadence_spm == pytest.approx(170)


def test_where_distance_is_stated_at_a_few_points_positions_tell_who_moves() -> None:
    nan = float("nan")
    run = add_up(
        {
            "time_s": [0, 10, 20, 30],
            "distance_m": [0, nan, 60, nan],
            "lat_deg": [48, 48.0003, 48.0006, 48.0006],
            "lon_deg": [11, 11, 11, 11],
        }
    )
    assert run.moving_s == pytest.approx(20)


def test_each_derived_total_is_recorded() -> None:
    climb: dict[str, list[float]] = {"time_s": [0, 60, 120], "altitude_m": [100, 120, 100]}
    assert {"ascent_m", "descent_m"} <= add_up(climb).decisions.keys()
    assert "descent_m" not in add_up(climb, stated=Stated(descent_m=5)).decisions
