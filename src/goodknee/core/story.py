"""One simulated runner's year, for the demo: what was run, what the watch recorded, what the knee felt.

Nobody ran this. The figures are invented so that the year looks like that of an adult who runs for pleasure:
a slow build-up, one run far beyond the longest of the weeks before, and a right knee that hurts in the weeks
after. Chance comes as a Generator, so the same day and seed give the same year.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Literal

import numpy as np

from goodknee.core.model import DiaryEntry, Floats, Lap, Pause, Samples

Kind = Literal["easy", "long", "hilly", "treadmill", "race"]

WEEKS = 52
#: The run that was too long, and how many days before the story day it was.
BIG_RUN_KM = 14.5
BIG_RUN_DAYS_AGO = 49

#: The longest run of each week until the week of the big run; every fourth week is easier, and 0 is a week
#: without running (a holiday, then a cold).
LONG_RUN_KM = (
    *(4.6, 5.0, 5.5, 4.8, 5.5, 5.8, 6.1, 5.0, 6.0, 6.3, 6.5, 5.2, 6.5, 0.0),
    *(5.5, 6.0, 6.5, 7.0, 7.3, 5.5, 7.8, 10.0, 6.0, 7.0, 7.5, 8.0, 8.2, 6.2),
    *(8.0, 0.0, 5.5, 6.5, 7.0, 7.5, 8.0, 6.5, 8.0, 8.2, 8.5, 6.5, 8.5, 8.8, 9.0, 7.0),
    BIG_RUN_KM,
)
RACE_WEEK = 21
#: Most weeks have two easy runs besides, on days counted from the first of the week; a third comes later.
EASY_DAYS = (1, 3)
THIRD_EASY_DAY = 4
THIRD_EASY_FROM_WEEK = 18
LONG_DAY = 6
EASY_KM_FIRST, EASY_KM_LAST = 4.2, 6.0
SKIPPED_SHARE = 0.05

#: Runs with a sore knee: days after the big run, kilometres, kind, worst pain during (0-10).
SORE_RUNS: tuple[tuple[int, float, Kind, int], ...] = (
    (3, 6.0, "easy", 3),
    (5, 4.8, "easy", 4),
    (7, 5.4, "long", 5),
    (10, 4.0, "easy", 5),
    (14, 3.1, "easy", 6),
    (23, 3.0, "easy", 3),
    (26, 3.3, "easy", 3),
    (29, 3.5, "easy", 2),
    (32, 4.0, "easy", 2),
    (35, 4.6, "hilly", 4),
    (40, 3.0, "easy", 3),
    (43, 3.5, "easy", 2),
    (46, 4.0, "easy", 2),
)
#: Worst pain of the day (0-10) at days after the big run, and straight lines between.
PAIN_DAYS = (2, 3, 5, 7, 10, 14, 16, 20, 25, 29, 34, 36, 38, 41, 45, 49)
PAIN_WORST = (2, 3, 4, 5, 5, 6, 6, 4, 3, 2, 2, 5, 5, 4, 3, 2)
#: UTC; in the evening, after the run of the day.
DIARY_TIME = time(19, 30)
DIARY_NOTES = {
    2: "Ache around the right kneecap on the stairs at work.",
    7: "Stopped early and walked home.",
    14: "Turned round early. A break, then.",
    36: "Those hills were too soon.",
}
NOTED_SHARE = 0.65


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRun:
    """One run as it was meant to go; ``starts_at`` is aware, in the runner's own zone."""

    starts_at: datetime
    kind: Kind
    distance_m: float
    flat_speed_mps: float
    fitness: float  # 0 at the start of the year, 1 at the big run


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The year: runs in order, and the knee diary that the runner began when the knee began to hurt."""

    runs: tuple[StoryRun, ...]
    diary: tuple[DiaryEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRecord:
    """What the watch wrote of one run: a record each second, a lap each kilometre, the stops."""

    samples: Samples
    laps: tuple[Lap, ...]
    pauses: tuple[Pause, ...]


def simulated_year(story_day: date, *, zone: tzinfo, rng: np.random.Generator) -> Story:
    """Return the runs and the diary of the 52 weeks that end on ``story_day``.

    The big run is seven weeks before; the diary starts two days after it. Diary days that the runner did not
    enter are missing. ``run_id`` of the entries is None: ids exist only once the runs are stored.
    """
    big_run_day = story_day - timedelta(days=BIG_RUN_DAYS_AGO)
    first_day = story_day - timedelta(days=7 * WEEKS - 1)
    planned = [*_build_up(first_day, rng), *_sore_weeks(big_run_day)]
    days_to_big_run = (big_run_day - first_day).days
    runs = []
    for day, kind, distance_km in planned:
        fitness = min((day - first_day).days / days_to_big_run, 1.0)
        speed_mps = _flat_speed_mps(kind, fitness, sore=day > big_run_day) * rng.normal(1.0, 0.015)
        starts_at = datetime.combine(day, _start_time(day, rng), tzinfo=zone)
        runs.append(
            StoryRun(
                starts_at=starts_at,
                kind=kind,
                distance_m=1000 * distance_km,
                flat_speed_mps=speed_mps,
                fitness=fitness,
            )
        )
    return Story(runs=tuple(runs), diary=tuple(_diary(big_run_day, rng)))


def _build_up(first_day: date, rng: np.random.Generator) -> Iterator[tuple[date, Kind, float]]:
    """Yield day, kind and kilometres of each run up to and with the big one."""
    for week, long_km in enumerate(LONG_RUN_KM):
        if long_km == 0:
            continue
        week_starts = first_day + timedelta(days=7 * week)
        typical_km = EASY_KM_FIRST + (EASY_KM_LAST - EASY_KM_FIRST) * week / len(LONG_RUN_KM)
        typical_km *= 0.85 if week % 4 == 3 else 1.0
        extra = (THIRD_EASY_DAY,) if week >= THIRD_EASY_FROM_WEEK and week % 4 in {1, 2} else ()
        for weekday in (*EASY_DAYS, *extra):
            km = min(typical_km * rng.normal(1.0, 0.07), 0.95 * long_km)
            if rng.random() < SKIPPED_SHARE:
                continue
            day = week_starts + timedelta(days=weekday)
            yield day, _easy_kind(day, week, weekday), km
        is_set = week == RACE_WEEK or long_km == BIG_RUN_KM
        kind: Kind = "race" if week == RACE_WEEK else "long"
        yield (
            week_starts + timedelta(days=LONG_DAY),
            kind,
            long_km * (1.0 if is_set else rng.normal(1.0, 0.012)),
        )


def _easy_kind(day: date, week: int, weekday: int) -> Kind:
    if day.month in {12, 1, 2} and weekday == EASY_DAYS[0] and week % 2 == 0:
        return "treadmill"
    return "hilly" if weekday == EASY_DAYS[1] and week % 3 == 2 else "easy"


def _sore_weeks(big_run_day: date) -> Iterator[tuple[date, Kind, float]]:
    for days_after, km, kind, _ in SORE_RUNS:
        yield big_run_day + timedelta(days=days_after), kind, km


def _flat_speed_mps(kind: Kind, fitness: float, *, sore: bool) -> float:
    if kind == "race":
        return 3.2
    easy = 2.62 + 0.2 * fitness
    return easy * (0.94 if sore else 0.97 if kind == "long" else 1.0)


def _start_time(day: date, rng: np.random.Generator) -> time:
    minutes, seconds = divmod(int(rng.integers(0, 50 * 60)), 60)
    hour, first_minute = (9, 0) if day.weekday() >= 5 else (17, 5)
    return time(hour, first_minute + minutes, seconds)


def _diary(big_run_day: date, rng: np.random.Generator) -> Iterator[DiaryEntry]:
    during = {days_after: pain for days_after, _, _, pain in SORE_RUNS}
    for days_after in range(PAIN_DAYS[0], BIG_RUN_DAYS_AGO + 1):
        drift = rng.normal(0.0, 0.35)
        noted = rng.random() < NOTED_SHARE
        must_be_noted = days_after in during or days_after in DIARY_NOTES or days_after == BIG_RUN_DAYS_AGO
        if not noted and not must_be_noted:
            continue
        usual_worst = float(np.interp(days_after, PAIN_DAYS, PAIN_WORST))
        worst = round(usual_worst + (0.0 if days_after in PAIN_DAYS else drift))
        worst = max(worst, during.get(days_after, 0))
        told = {
            "pain_worst": worst,
            "pain_morning": max(worst - (2 if worst > 3 else 1), 0),
            "pain_during": during.get(days_after),
            "note": DIARY_NOTES.get(days_after),
        }
        day = big_run_day + timedelta(days=days_after)
        yield DiaryEntry(
            day=day,
            side="right",
            answers={key: answer for key, answer in told.items() if answer is not None},
            entered_at=datetime.combine(day, DIARY_TIME, UTC),
        )


#: The gate of an invented park in a real forest; every outdoor run starts and ends here.
GATE_LAT_DEG, GATE_LON_DEG = 50.0105, 9.4302
GATE_ALTITUDE_M = 310.0
METRES_PER_DEGREE = 111_195.0
#: The runner's loops: where they lie from the gate (degrees, counter-clockwise from east), two shape angles.
FLAT_LOOPS = ((-100.0, 0.3, 1.9), (-60.0, 2.2, 0.4), (-135.0, 4.0, 3.1))
HILL_LOOP = (90.0, 1.2, 5.0)
HILL_HEIGHT_M = 22.0
STOP_SHARE = 0.4
LAP_M = 1000.0


def watch_record(run: StoryRun, rng: np.random.Generator) -> WatchRecord:
    """Return what the watch would have written of ``run``: one record a second while it was not stopped.

    ``time_s`` holds whole seconds. A treadmill run has neither position nor altitude.
    """
    along_m = np.linspace(0.0, run.distance_m, int(run.distance_m) + 1)
    east_m, north_m = _loop(run, along_m, rng)
    altitude_m = _ground_m(east_m, north_m)
    indoors = run.kind == "treadmill"
    grade = np.zeros_like(along_m) if indoors else np.gradient(altitude_m, along_m)
    arrival_s = _arrival_s(along_m, _speed_along(run, along_m, grade, rng))
    timer_s = np.arange(np.ceil(arrival_s[-1]) + 1)
    distance_m = np.interp(timer_s, arrival_s, along_m)
    speed_mps = np.gradient(distance_m)
    grade_now = np.interp(distance_m, along_m, grade)
    clock_s, pauses = _with_a_stop(run, timer_s, rng)
    columns = {
        "time_s": clock_s,
        "distance_m": distance_m,
        "speed_mps": speed_mps,
        "heart_rate_bpm": _heart_rate(run, speed_mps, grade_now, rng),
        "cadence_spm": _cadence(speed_mps, rng),
        "temperature_c": np.full_like(timer_s, 21.0 if indoors else _temperature_c(run.starts_at, rng)),
    }
    if not indoors:
        east_m, north_m = (
            np.interp(distance_m, along_m, axis) + 2.0 * _wander(len(timer_s), 60, rng)
            for axis in (east_m, north_m)
        )
        columns["lat_deg"] = GATE_LAT_DEG + north_m / METRES_PER_DEGREE
        columns["lon_deg"] = GATE_LON_DEG + east_m / (METRES_PER_DEGREE * np.cos(np.radians(GATE_LAT_DEG)))
        columns["altitude_m"] = np.interp(distance_m, along_m, altitude_m)
    return WatchRecord(
        samples=Samples(columns=columns), laps=_laps(clock_s, distance_m, pauses), pauses=pauses
    )


def _loop(run: StoryRun, along_m: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return metres east and north of the gate at each metre of a closed, bean-shaped loop."""
    bearing_deg, bend, dent = (
        HILL_LOOP if run.kind == "hilly" else FLAT_LOOPS[int(rng.integers(len(FLAT_LOOPS)))]
    )
    angle = np.linspace(0.0, 2 * np.pi, 721)
    radius = 1 + 0.2 * np.cos(2 * angle + bend) + 0.08 * np.cos(3 * angle + dent)
    toward_gate = np.radians(bearing_deg + 180)
    east, north = radius * np.cos(angle + toward_gate), radius * np.sin(angle + toward_gate)
    walked = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(east), np.diff(north)))))
    rounds = 2 if run.distance_m > 8000 and run.kind != "race" else 1
    scale = run.distance_m / rounds / walked[-1]
    here = along_m % (run.distance_m / rounds)
    return (
        np.interp(here, walked * scale, (east - east[0]) * scale),
        np.interp(here, walked * scale, (north - north[0]) * scale),
    )


def _ground_m(east_m: Floats, north_m: Floats) -> Floats:
    """Altitude of the park: gentle in the south, hills in the north."""
    gentle = 4.0 * np.sin(east_m / 380 + 0.4) + 3.0 * np.sin(north_m / 450)
    hilliness = 1 / (1 + np.exp(-(north_m - 450) / 150))
    hills = HILL_HEIGHT_M * hilliness * (np.sin(east_m / 210) + 0.6 * np.sin(north_m / 190 + 1.0))
    ground: Floats = GATE_ALTITUDE_M + gentle + hills
    return ground


def _speed_along(run: StoryRun, along_m: Floats, grade: Floats, rng: np.random.Generator) -> Floats:
    """Speed at each metre: slower uphill and when tired, a little faster downhill, never even."""
    hill = np.exp(-np.where(grade > 0, 2.4, 1.3) * grade)
    share_done = along_m / run.distance_m
    tired = 0.12 if run.distance_m >= 1000 * BIG_RUN_KM else 0.02
    evenness = 0.006 if run.kind == "treadmill" else 0.03
    mood = 1 + evenness * (_wander(len(along_m), 180, rng) + 0.4 * _wander(len(along_m), 15, rng))
    getting_going = 1 - 0.6 * np.exp(-along_m / 12)
    speed: Floats = run.flat_speed_mps * hill * (1 - tired * share_done**2) * mood * getting_going
    return speed


def _arrival_s(along_m: Floats, speed_mps: Floats) -> Floats:
    step_s = np.diff(along_m) * 2 / (speed_mps[1:] + speed_mps[:-1])
    return np.concatenate(([0.0], np.cumsum(step_s)))


def _with_a_stop(
    run: StoryRun, timer_s: Floats, rng: np.random.Generator
) -> tuple[Floats, tuple[Pause, ...]]:
    """Return the clock at each record; on some runs the watch was stopped once, at a tap or a road."""
    wanted, where, stop_s = rng.random(), rng.uniform(0.4, 0.7), float(rng.integers(20, 90))
    if run.kind in {"race", "treadmill"} or wanted > STOP_SHARE:
        return timer_s, ()
    stopped_at_s = float(np.floor(where * timer_s[-1]))
    pause = Pause(start_s=stopped_at_s, end_s=stopped_at_s + stop_s)
    return timer_s + stop_s * (timer_s > stopped_at_s), (pause,)


def _heart_rate(run: StoryRun, speed_mps: Floats, grade: Floats, rng: np.random.Generator) -> Floats:
    """Beats per minute: follows effort with a lag of 45 s, drifts up with time, lower when fitter."""
    seconds = np.arange(len(speed_mps))
    effort_mps = speed_mps * (1 + np.where(grade > 0, 3.2, 1.6) * grade)
    aimed = 143 + 32 * (effort_mps - 2.7) - 6 * (run.fitness - 0.5) + 8 * seconds / 3600
    aimed += rng.normal(0.0, 2.0) + (8.0 if run.kind == "race" else 0.0)
    lag = np.exp(-np.arange(270) / 45)
    before = np.full(len(lag) - 1, rng.uniform(82, 98))
    heart_rate = np.convolve(np.concatenate((before, aimed)), lag / lag.sum(), mode="valid")
    return np.round(heart_rate + 0.8 * _wander(len(seconds), 12, rng))


def _cadence(speed_mps: Floats, rng: np.random.Generator) -> Floats:
    """Steps per minute of both feet: quicker when faster; the first seconds are not counted yet."""
    n = len(speed_mps)
    cadence = 163 + 10 * (speed_mps - 2.7) + rng.normal(0.0, 0.8)
    cadence += 0.9 * _wander(n, 30, rng) + rng.normal(0.0, 0.6, n)
    cadence = np.round(cadence)
    cadence[:3] = 0.0
    return cadence


def _temperature_c(when: datetime, rng: np.random.Generator) -> float:
    turn_of_year = 2 * np.pi * (when.timetuple().tm_yday - 20) / 365
    return float(np.round(11 - 10 * np.cos(turn_of_year) + rng.normal(0.0, 3.0)))


def _laps(clock_s: Floats, distance_m: Floats, pauses: Sequence[Pause]) -> tuple[Lap, ...]:
    """Return a lap for each full kilometre and one for the rest."""
    marks = np.searchsorted(distance_m, np.arange(LAP_M, distance_m[-1], LAP_M))
    edges = [0, *marks.tolist(), len(clock_s) - 1]
    laps = []
    for first, last in pairwise(edges):
        start_s, end_s = float(clock_s[first]), float(clock_s[last])
        stopped_s = sum(p.end_s - p.start_s for p in pauses if start_s <= p.start_s < end_s)
        laps.append(
            Lap(
                start_s=start_s,
                elapsed_s=end_s - start_s,
                timer_s=end_s - start_s - stopped_s,
                distance_m=float(distance_m[last] - distance_m[first]),
                trigger="session_end" if last == edges[-1] else "distance",
            )
        )
    return tuple(laps)


def _wander(n: int, every: int, rng: np.random.Generator) -> Floats:
    """Return a slow random wander of length n, about -1 to 1: a new aim at each ``every`` steps."""
    aims = rng.normal(0.0, 1.0, n // every + 2)
    return np.interp(np.arange(n), every * np.arange(len(aims)), aims)
