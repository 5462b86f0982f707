from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from goodknee.core.model import Floats
from goodknee.core.story import Kind, Story, StoryRun, simulated_year, watch_record
from goodknee.core.summary import haversine_m

BERLIN = ZoneInfo("Europe/Berlin")
STORY_DAY = date(2026, 5, 17)
BIG_RUN_DAY = STORY_DAY - timedelta(days=49)
#: Another weekday, another season, and a year with a leap day in it.
DAYS = pytest.mark.parametrize("story_day", [STORY_DAY, date(2024, 3, 1), date(2027, 12, 22)])


def year(story_day: date = STORY_DAY, seed: int = 1) -> Story:
    return simulated_year(story_day, zone=BERLIN, rng=np.random.default_rng(seed))


def spikes_pct(story: Story) -> dict[date, float]:
    """The 30-day rule, written out plainly."""
    runs = [(run.starts_at.date(), run.distance_m) for run in story.runs]
    spikes = {}
    for day, distance_m in runs:
        before = [far for earlier, far in runs if 1 <= (day - earlier).days <= 30]
        if before:
            spikes[day] = 100 * (distance_m / max(before) - 1)
    return spikes


def first_of(kind: Kind) -> StoryRun:
    return next(run for run in year().runs if run.kind == kind)


def channels(run: StoryRun, seed: int = 5) -> dict[str, Floats]:
    return dict(watch_record(run, np.random.default_rng(seed)).samples.columns)


@DAYS
def test_one_run_stands_out_seven_weeks_before_the_story_day(story_day: date) -> None:
    spikes = spikes_pct(year(story_day))
    big = story_day - timedelta(days=49)
    assert 55 < spikes.pop(big) < 66
    assert max(spikes.values()) < 30
    assert sum(spike > 10 for spike in spikes.values()) <= 3


@DAYS
def test_a_year_of_runs_one_a_day_at_most_none_after_the_story_day(story_day: date) -> None:
    days = [run.starts_at.date() for run in year(story_day).runs]
    assert days == sorted(set(days))
    assert days[0] > story_day - timedelta(weeks=52)
    assert days[-1] < story_day
    assert 130 < len(days) < 220


def test_the_year_has_what_years_have() -> None:
    runs = year().runs
    kinds = [run.kind for run in runs]
    assert set(kinds) == {"easy", "long", "hilly", "treadmill", "race"}
    assert kinds.count("race") == 1
    weekly_km = np.zeros(52)
    for run in runs:
        weekly_km[(run.starts_at.date() - (STORY_DAY - timedelta(days=363))).days // 7] += (
            run.distance_m / 1000
        )
    missed = np.flatnonzero(weekly_km == 0)
    assert missed.tolist() == [13, 29, 47]  # a holiday, a cold, and the rest that the knee asked for
    assert weekly_km[:4].mean() < 15
    assert 20 < weekly_km[38:44].mean() < 27
    assert weekly_km[45:].max() < 17


def test_the_diary_begins_with_the_pain_and_has_holes() -> None:
    story = year()
    days = [entry.day for entry in story.diary]
    assert days == sorted(set(days))
    assert days[0] == BIG_RUN_DAY + timedelta(days=2)
    assert days[-1] == STORY_DAY
    assert 30 <= len(days) < 42
    assert {entry.side for entry in story.diary} == {"right"}
    assert all(entry.run_id is None for entry in story.diary)
    run_days = {run.starts_at.date() for run in story.runs}
    assert {entry.day for entry in story.diary if "pain_during" in entry.answers} == {
        day for day in run_days if day > BIG_RUN_DAY
    }


def test_pain_rises_eases_flares_after_the_hills_and_settles() -> None:
    diary = {(entry.day - BIG_RUN_DAY).days: entry for entry in year().diary}
    worst = {after: float(entry.answers["pain_worst"]) for after, entry in diary.items()}
    assert len(worst) == len(diary)
    assert [worst[after] for after in (2, 7, 14, 36, 49)] == [2, 5, 6, 5, 2]
    assert min(pain for after, pain in worst.items() if 20 < after < 35) == 2
    assert max(worst.values()) == 6
    for after, entry in diary.items():
        assert 0 <= float(entry.answers["pain_morning"]) <= worst[after]
        assert float(entry.answers.get("pain_during", 0)) <= worst[after]


def test_the_same_seed_is_the_same_year_and_another_is_not() -> None:
    assert year() == year()
    assert year().runs != year(seed=2).runs
    run = first_of("long")
    first, again, other = channels(run), channels(run), channels(run, seed=6)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["heart_rate_bpm"], other["heart_rate_bpm"])


@pytest.mark.parametrize("kind", ["easy", "long", "hilly", "race"])
def test_a_run_outdoors_is_what_a_watch_would_write(kind: Kind) -> None:
    run = first_of(kind)
    record = watch_record(run, np.random.default_rng(5))
    seen = record.samples
    stopped_s = sum(pause.end_s - pause.start_s for pause in record.pauses)
    assert seen["distance_m"][-1] == pytest.approx(run.distance_m)
    assert (np.diff(seen["distance_m"]) > 0).all()
    assert sorted(set(np.diff(seen["time_s"])) - {1.0}) == [1 + p.end_s - p.start_s for p in record.pauses]
    assert sum(lap.distance_m or 0 for lap in record.laps) == pytest.approx(run.distance_m)
    assert sum(lap.elapsed_s or 0 for lap in record.laps) == seen["time_s"][-1]
    assert sum(lap.timer_s or 0 for lap in record.laps) == pytest.approx(seen["time_s"][-1] - stopped_s)
    by_position_m = haversine_m(seen["lat_deg"], seen["lon_deg"])
    assert by_position_m.sum() == pytest.approx(run.distance_m, rel=0.02)
    ends = haversine_m(seen["lat_deg"][[0, -1]], seen["lon_deg"][[0, -1]])
    assert ends[1] < 20  # back at the gate
    assert np.abs(np.gradient(seen["altitude_m"], seen["distance_m"])).max() < 0.25
    assert 80 < seen["heart_rate_bpm"].min() <= seen["heart_rate_bpm"].max() < 185
    assert 157 < np.median(seen["cadence_spm"]) < 171


def test_some_runs_were_stopped_once() -> None:
    runs = [run for run in year().runs if run.kind == "long"]
    stops = [len(watch_record(run, np.random.default_rng(5 + n)).pauses) for n, run in enumerate(runs)]
    assert set(stops) == {0, 1}


def test_a_treadmill_run_has_neither_position_nor_altitude() -> None:
    assert set(channels(first_of("treadmill"))) == {
        *("time_s", "distance_m", "speed_mps", "heart_rate_bpm", "cadence_spm", "temperature_c"),
    }


def test_uphill_is_slower_and_racing_is_quicker_on_the_feet() -> None:
    hilly = channels(first_of("hilly"))
    grade = np.gradient(hilly["altitude_m"], hilly["distance_m"])
    assert np.corrcoef(grade[60:], hilly["speed_mps"][60:])[0, 1] < -0.7
    race, easy = channels(first_of("race")), channels(first_of("easy"))
    assert race["cadence_spm"].mean() > easy["cadence_spm"].mean() + 3
    assert race["heart_rate_bpm"].mean() > easy["heart_rate_bpm"].mean() + 15


def test_the_heart_beats_faster_late_in_a_long_run_though_the_runner_slows() -> None:
    big = channels(next(run for run in year().runs if run.starts_at.date() == BIG_RUN_DAY))
    tenth = len(big["time_s"]) // 10
    early, late = slice(tenth, 3 * tenth), slice(-2 * tenth, None)
    assert big["speed_mps"][late].mean() < 0.95 * big["speed_mps"][early].mean()
    beats_per_metre = big["heart_rate_bpm"] / big["speed_mps"]
    assert beats_per_metre[late].mean() > 1.05 * beats_per_metre[early].mean()
