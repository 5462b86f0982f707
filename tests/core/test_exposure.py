from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.services.made_up_runs import a_run

from goodknee.core.knowledge import SessionSpikeRule
from goodknee.core.load.exposure import (
    RunLog,
    band_of,
    day_totals,
    longest_before,
    monday_of,
    run_log,
    session_spikes,
    trailing_totals,
    week_changes,
    week_totals,
)
from goodknee.core.load.rows import longest_run, recent_load, run_rows, week_rows
from goodknee.core.model import Floats
from goodknee.readers.knowledge import load_knowledge

RULE: SessionSpikeRule = load_knowledge().load.session_spike
CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "load.yaml").read_text("utf-8"))
DAY = date(2026, 5, 17)
MONDAY = date(2026, 5, 4)


def log_of(runs: list[tuple[int, float | None]]) -> RunLog:
    """Runs as (day number, metres)."""
    day = np.array([np.datetime64("2026-01-01") + n for n, _ in runs], dtype="datetime64[D]")
    metres = np.array([math.nan if m is None else m for _, m in runs], dtype=np.float64)
    rest = np.zeros(len(runs))
    return RunLog(day=day, distance_m=metres, time_s=rest, ascent_m=rest, descent_m=rest, cadence_spm=rest)


def spike_of(case: dict[str, Any]) -> tuple[str, float]:
    runs = [(-before["days_ago"], before["km"] and before["km"] * 1000.0) for before in case["before"]]
    history = case.get("history", 60)
    if history:
        runs.insert(0, (-history, 1000.0))
    metres = case["run_km"] and case["run_km"] * 1000.0
    runs.append((0, math.nextafter(metres, math.inf) if case.get("hair") == "over" else metres))
    spikes = session_spikes(log_of(runs), RULE)
    return str(spikes.state[-1]), float(spikes.spike_pct[-1])


@pytest.mark.parametrize("case", [*CASES["bands"], *CASES["window"]], ids=lambda case: str(case["name"]))
def test_spike_band(case: dict[str, Any]) -> None:
    _, pct = spike_of(case)
    band = band_of(pct, RULE.bands)
    assert band is not None
    assert band.id == case["band"]


@pytest.mark.parametrize("case", CASES["withheld"], ids=lambda case: str(case["name"]))
def test_spike_withheld(case: dict[str, Any]) -> None:
    state, pct = spike_of(case)
    assert state == case["state"]
    assert math.isnan(pct) == (state != "known")


def test_every_band_edge_has_its_pair_of_cases() -> None:
    edges = {band.up_to_pct for band in RULE.bands if band.up_to_pct is not None}
    longest = {case["name"]: max(before["km"] for before in case["before"]) for case in CASES["bands"]}
    for hair in (None, "over"):
        tested = {
            100 * (case["run_km"] - longest[case["name"]]) / longest[case["name"]]
            for case in CASES["bands"]
            if case.get("hair") == hair
        }
        assert edges <= tested


def test_a_band_edge_belongs_below_and_its_next_float_above() -> None:
    for band, above in zip(RULE.bands, RULE.bands[1:], strict=False):
        assert band.up_to_pct is not None
        assert band_of(band.up_to_pct, RULE.bands) == band
        assert band_of(math.nextafter(band.up_to_pct, math.inf), RULE.bands) == above
    assert band_of(math.nan, RULE.bands) is None


distances = st.one_of(st.none(), st.floats(100, 60_000, allow_nan=False))
run_lists = st.lists(st.tuples(st.integers(0, 120), distances), min_size=1, max_size=40)


def plain_longest_before(log: RunLog, window_days: int) -> Floats:
    """The definition, word by word."""
    answer = []
    for day in log.day:
        inside = [
            metres
            for other, metres in zip(log.day, log.distance_m, strict=True)
            if 1 <= (day - other).astype(int) <= window_days and not math.isnan(metres)
        ]
        answer.append(max(inside, default=math.nan))
    return np.array(answer)


@given(run_lists, st.integers(1, 45))
def test_the_window_by_slices_equals_the_definition(
    runs: list[tuple[int, float | None]], window: int
) -> None:
    log = log_of(runs)
    fast = longest_before(log.day, log.distance_m, on=log.day, window_days=window)
    np.testing.assert_array_equal(fast, plain_longest_before(log, window))


@given(run_lists, st.randoms(use_true_random=False))
def test_the_order_of_runs_never_matters(runs: list[tuple[int, float | None]], chance: Any) -> None:
    order = list(range(len(runs)))
    chance.shuffle(order)
    straight = session_spikes(log_of(runs), RULE)
    mixed = session_spikes(log_of([runs[index] for index in order]), RULE)
    np.testing.assert_array_equal(mixed.spike_pct, straight.spike_pct[order])
    np.testing.assert_array_equal(mixed.state, straight.state[order])


@given(run_lists, st.integers(0, 120), st.floats(100, 60_000))
def test_an_earlier_run_more_never_raises_a_later_spike(
    runs: list[tuple[int, float | None]], day: int, metres: float
) -> None:
    before = session_spikes(log_of(runs), RULE).spike_pct
    after = session_spikes(log_of([*runs, (day, metres)]), RULE).spike_pct[:-1]
    both = ~np.isnan(before) & ~np.isnan(after)
    assert (after[both] <= before[both]).all()


@given(run_lists, st.integers(-8, 8))
def test_the_unit_of_distance_never_matters(runs: list[tuple[int, float | None]], power: int) -> None:
    scaled = [(day, metres and metres * 2.0**power) for day, metres in runs]
    np.testing.assert_array_equal(
        session_spikes(log_of(scaled), RULE).spike_pct, session_spikes(log_of(runs), RULE).spike_pct
    )


def test_no_runs_at_all() -> None:
    log = run_log([])
    assert len(session_spikes(log, RULE).state) == 0
    assert week_rows(log, last_day=DAY, today=DAY) == ()
    assert recent_load(log, today=DAY, window_days=7).distance_m is None


@pytest.mark.parametrize("km", [0.0, 1e-308, 1e-7])
def test_a_distance_of_nothing_is_not_measured(km: float) -> None:
    assert np.isnan(run_log([a_run(DAY, km).activity]).distance_m[0])


def test_a_run_belongs_to_its_local_day() -> None:
    late = replace(a_run(DAY, 5.0, hour=23).activity, utc_offset_min=None)
    home = timezone(timedelta(hours=2))
    assert run_log([late], home=home).day[0] == np.datetime64(DAY + timedelta(days=1))
    assert run_log([late]).day[0] == np.datetime64(DAY)


def totals(rest_days: list[date] | None = None) -> Floats:
    log = run_log([a_run(MONDAY, 4.0).activity, a_run(MONDAY, 3.0, hour=18).activity])
    return day_totals(
        log.day, log.distance_m, first=MONDAY, last=MONDAY + timedelta(days=2), rest_days=rest_days or []
    ).amount


def test_a_day_without_an_entry_is_missing_until_rest_is_confirmed() -> None:
    np.testing.assert_array_equal(totals(), [7000, np.nan, np.nan])
    np.testing.assert_array_equal(totals([MONDAY + timedelta(days=1)]), [7000, 0, np.nan])


def test_a_run_wins_over_a_confirmed_rest_day_and_days_outside_are_left_out() -> None:
    np.testing.assert_array_equal(totals([MONDAY, MONDAY - timedelta(days=1)]), [7000, np.nan, np.nan])


def test_a_day_with_a_run_of_unknown_distance_is_missing() -> None:
    log = run_log([a_run(MONDAY, 4.0).activity, a_run(MONDAY, None).activity])
    days = day_totals(log.day, log.distance_m, first=MONDAY, last=MONDAY)
    assert np.isnan(days.amount).all()


def test_trailing_sums_say_how_many_days_are_known() -> None:
    log = run_log([a_run(MONDAY, 4.0).activity, a_run(MONDAY + timedelta(days=7), 3.0).activity])
    days = day_totals(log.day, log.distance_m, first=MONDAY, last=MONDAY + timedelta(days=8))
    week = trailing_totals(days, window_days=7)
    np.testing.assert_array_equal(week.amount, [4000] * 7 + [3000] * 2)
    assert week.days_known.tolist() == [1] * 9


@given(st.dates(date(1970, 1, 1), date(2100, 1, 1)))
def test_the_monday_is_that_of_the_iso_week(day: date) -> None:
    year, week, _ = day.isocalendar()
    assert monday_of(np.array([day], dtype="datetime64[D]"))[0].item() == date.fromisocalendar(year, week, 1)


def a_fortnight(*, confirmed: bool) -> tuple[Floats, list[str]]:
    log = run_log([a_run(MONDAY, 10.0).activity, a_run(MONDAY + timedelta(days=8), 12.0).activity])
    rest = [MONDAY + timedelta(days=n) for n in range(14)] if confirmed else []
    days = day_totals(log.day, log.distance_m, first=MONDAY, last=MONDAY + timedelta(days=15), rest_days=rest)
    changes = week_changes(week_totals(days), last_day=MONDAY + timedelta(days=15))
    return changes.change_pct, changes.state.tolist()


def test_weeks_are_judged_only_when_all_days_are_known() -> None:
    change, state = a_fortnight(confirmed=True)
    assert state == ["no_week_before", "known", "week_not_over"]
    np.testing.assert_array_equal(change, [np.nan, 20.0, np.nan])
    change, state = a_fortnight(confirmed=False)
    assert state == ["no_week_before", "days_not_confirmed", "week_not_over"]
    np.testing.assert_array_equal(change, [np.nan, 20.0, np.nan])


def test_a_week_is_over_on_its_sunday() -> None:
    log = run_log([a_run(MONDAY, 10.0).activity])
    # Rows that end long ago, in the middle of a week, end in a week that is over.
    for today, state in ((6, "no_week_before"), (5, "week_not_over"), (60, "no_week_before")):
        last_day = MONDAY + timedelta(days=min(today, 5))
        rows = week_rows(log, last_day=last_day, today=MONDAY + timedelta(days=today))
        assert rows[-1].change_state == state


def test_weeks_add_up_what_was_run() -> None:
    runs = [a_run(MONDAY + timedelta(days=n), km).activity for n, km in ((0, 4.0), (2, 9.0), (9, 5.0))]
    end = MONDAY + timedelta(days=13)
    first, second = week_rows(run_log(runs), last_day=end, today=end)
    assert (first.runs, first.distance_m, first.longest_m, first.days_known) == (2, 13_000, 9_000, 2)
    assert (first.ascent_m, first.descent_m, first.time_s) == (40, 50, 13 * 360)
    assert (second.monday, second.change_state) == (MONDAY + timedelta(days=7), "days_not_confirmed")
    assert second.change_pct == pytest.approx(-61.538, abs=0.001)


def test_recent_load_takes_today_and_the_six_days_before() -> None:
    log = run_log([a_run(DAY - timedelta(days=n), 5.0).activity for n in (0, 6, 7, 27, 28)])
    week, month = (recent_load(log, today=DAY, window_days=days) for days in (7, 28))
    assert (week.runs, week.distance_m, week.days_known) == (2, 10_000, 2)
    assert (month.runs, month.distance_m) == (4, 20_000)


def test_the_longest_run_of_the_window() -> None:
    log = run_log(
        [a_run(DAY - timedelta(days=n), km).activity for n, km in ((0, 5.0), (29, 8.0), (30, 20.0))]
    )
    rows = run_rows(["a", "b", "c"], log, session_spikes(log, RULE), RULE)
    longest = longest_run(rows, today=DAY, window_days=30)
    assert longest is not None
    assert longest.id == "b"


def test_a_wrong_clock_far_in_the_past_costs_no_memory() -> None:
    log = run_log([a_run(date(1989, 12, 31), 5.0).activity, a_run(DAY, 5.0).activity])
    assert session_spikes(log, RULE).state.tolist() == ["short_history", "no_run_in_window"]
