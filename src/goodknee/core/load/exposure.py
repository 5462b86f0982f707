"""Exposure: how far, how long, how often, and how one run compares with the runs before it.

A day without an entry is not a rest day: it is unknown until the runner says so. Every sum therefore says how
many of its days are known, and a run whose distance was not measured makes its day unknown, not short.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from goodknee.core.knowledge import Band, SessionSpikeRule
from goodknee.core.model import Activity, Floats

Days = NDArray[np.datetime64]
SpikeState = Literal[
    "known", "no_distance", "short_history", "no_run_in_window", "distance_missing_in_window"
]  # fmt: skip
ChangeState = Literal["known", "days_not_confirmed", "week_not_over", "no_week_before"]

DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLog:
    """Runs as columns, one row per run, in any order; several runs on one day are several rows.

    Attributes:
        day: Local dates, shape (n,), datetime64[D].
        distance_m: Shape (n,); NaN where it was not measured.
        time_s: Time without pauses, shape (n,).
        ascent_m: Shape (n,).
        descent_m: Shape (n,).
        cadence_spm: Both feet, mean of the run, shape (n,).
    """

    day: Days
    distance_m: Floats
    time_s: Floats
    ascent_m: Floats
    descent_m: Floats
    cadence_spm: Floats

    def __len__(self) -> int:
        return len(self.day)


def run_log(runs: Sequence[Activity], *, home: tzinfo | None = None) -> RunLog:
    """Return the runs as columns, row by row as given.

    A distance below a millimetre counts as not measured: a treadmill run without a sensor is no run of 0 m.

    Args:
        runs: Activities that say when they started; others have no place in time.
        home: The runner's own zone, for runs that do not know theirs.
    """
    distance_m = _column(run.distance_m for run in runs)
    return RunLog(
        day=np.array([run.day(home) for run in runs], dtype="datetime64[D]"),
        distance_m=np.where(distance_m >= 0.001, distance_m, np.nan),
        time_s=_column(run.timer_s for run in runs),
        ascent_m=_column(run.ascent_m for run in runs),
        descent_m=_column(run.descent_m for run in runs),
        cadence_spm=_column(run.mean_cadence_spm for run in runs),
    )


def longest_before(day: Days, value: Floats, *, on: Days, window_days: int) -> Floats:
    """Return the largest single value on the days [t - window_days, t - 1] before each day t of ``on``.

    Values of day t itself are left out, also those of an earlier run on that day.

    Args:
        day: Shape (n,), in any order.
        value: Shape (n,); NaN rows are passed over.
        on: Shape (m,).
        window_days: Length of the window.

    Returns:
        Shape (m,); NaN where no value lies in the window.
    """
    if not len(day) or not len(on):
        return np.full(len(on), np.nan)
    first = day.min()
    span = int((max(day.max(), on.max()) - first).astype(np.int64)) + 1
    # One cell per calendar day, with a window of empty days in front, so that a window is a plain slice.
    best = np.full(span + window_days, np.nan)
    np.fmax.at(best, _offset(day, first) + window_days, value)
    windows = np.lib.stride_tricks.sliding_window_view(best, window_days)
    rows = _offset(on, first)
    inside = rows >= 0
    longest = np.full(len(on), np.nan)
    longest[inside] = np.fmax.reduce(windows[rows[inside]], axis=1)
    return longest


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSpikes:
    """Each run against the longest single run of the days before it; rows as in the run log.

    Attributes:
        longest_before_m: Shape (n,); NaN where there was none.
        spike_pct: Shape (n,); NaN unless ``state`` is "known".
        state: Shape (n,), a SpikeState: why there is no figure.
    """

    longest_before_m: Floats
    spike_pct: Floats
    state: NDArray[np.str_]


def session_spikes(log: RunLog, rule: SessionSpikeRule) -> SessionSpikes:
    """Compare every run with the longest single run of the window before it.

    spike_pct = 100 (distance - longest) / longest. Where a run in the window has no distance, the true
    longest may be longer: a small figure is then safe to give, a large one is withheld.
    """
    longest = longest_before(log.day, log.distance_m, on=log.day, window_days=rule.window_days)
    unmeasured = np.where(np.isnan(log.distance_m), 1.0, np.nan)
    blind = longest_before(log.day, unmeasured, on=log.day, window_days=rule.window_days) == 1.0
    pct = 100.0 * (log.distance_m - longest) / longest
    first = log.day.min() if len(log) else np.datetime64("1970-01-01")
    state = np.select(
        [
            np.isnan(log.distance_m),
            _offset(log.day, first) < rule.min_history_days,
            np.isnan(longest) & ~blind,
            blind & ~(pct <= rule.unremarkable_up_to_pct),
        ],
        ["no_distance", "short_history", "no_run_in_window", "distance_missing_in_window"],
        default="known",
    )
    return SessionSpikes(
        longest_before_m=longest, spike_pct=np.where(state == "known", pct, np.nan), state=state
    )


def band_of(spike_pct: float, bands: Iterable[Band]) -> Band | None:
    """Return the band that holds the figure; None for a figure that is missing."""
    return next((band for band in bands if band.holds(spike_pct)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotals:
    """One amount per calendar day, without gaps, shape (d,); NaN where the day is not known."""

    first_day: np.datetime64
    amount: Floats

    @property
    def day(self) -> Days:
        """The calendar days, shape (d,)."""
        days: Days = self.first_day + np.arange(len(self.amount))
        return days


def day_totals(
    log_day: Days, value: Floats, *, first: date, last: date, rest_days: Iterable[date] = ()
) -> DayTotals:
    """Return what was run on each day from ``first`` to ``last``.

    Args:
        log_day: Day of each run, shape (n,).
        value: What to add up (metres, seconds), shape (n,); one NaN makes its day unknown.
        first: First calendar day of the answer.
        last: Last calendar day of the answer.
        rest_days: Days without a run that the runner confirmed; only they count as 0.
    """
    first_day, last_day = np.datetime64(first), np.datetime64(last)
    amount = np.full(int((last_day - first_day).astype(np.int64)) + 1, np.nan)
    rest = np.array(list(rest_days), dtype="datetime64[D]")
    amount[_offset(rest[(rest >= first_day) & (rest <= last_day)], first_day)] = 0.0
    inside = (log_day >= first_day) & (log_day <= last_day)
    rows = _offset(log_day[inside], first_day)
    amount[rows] = 0.0
    np.add.at(amount, rows, value[inside])
    return DayTotals(first_day=first_day, amount=amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums over several days each, shape (k,).

    Attributes:
        day: Last day of a trailing sum; Monday of a week.
        amount: Sum over the known days; NaN when none is known.
        days_known: How many of the days are known.
    """

    day: Days
    amount: Floats
    days_known: NDArray[np.int64]


def trailing_totals(days: DayTotals, *, window_days: int) -> Totals:
    """Return the sum over the ``window_days`` days that end on each day (7 and 28 for the usual loads)."""
    padded = np.concatenate([np.full(window_days - 1, np.nan), days.amount])
    windows = np.lib.stride_tricks.sliding_window_view(padded, window_days)
    return _sum_known(days.day, windows)


def week_totals(days: DayTotals) -> Totals:
    """Return the sum of each ISO week (Monday to Sunday) that the days touch."""
    monday = monday_of(days.day)
    lead = int((days.day[0] - monday[0]).astype(np.int64))
    tail = -(lead + len(days.amount)) % DAYS_PER_WEEK
    padded = np.concatenate([np.full(lead, np.nan), days.amount, np.full(tail, np.nan)])
    return _sum_known(np.unique(monday), padded.reshape(-1, DAYS_PER_WEEK))


def monday_of(day: Days) -> Days:
    """Return the Monday of each day's ISO week."""
    # 1970-01-01, day 0, was a Thursday.
    return day - (day.astype(np.int64) + 3) % DAYS_PER_WEEK


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekChanges:
    """Each week against the week before, shape (w,).

    Attributes:
        change_pct: From what was recorded; NaN when a week is not over or the one before has nothing.
        state: A ChangeState. Only "known" may carry a judgement: all fourteen days are known.
    """

    change_pct: Floats
    state: NDArray[np.str_]


def week_changes(weeks: Totals, *, last_day: date) -> WeekChanges:
    """Compare weeks that are over by the end of ``last_day`` with the week before."""
    over = weeks.day + (DAYS_PER_WEEK - 1) <= np.datetime64(last_day)
    before = np.concatenate([[np.nan], weeks.amount])[: len(weeks.amount)]
    before_known = np.concatenate([[0], weeks.days_known])[: len(weeks.days_known)]
    something = (before > 0) & ~np.isnan(weeks.amount)
    full = (weeks.days_known == DAYS_PER_WEEK) & (before_known == DAYS_PER_WEEK)
    state = np.select(
        [~over, ~something, ~full],
        ["week_not_over", "no_week_before", "days_not_confirmed"],
        default="known",
    )
    change = np.full(len(weeks.amount), np.nan)
    judged = over & something
    change[judged] = 100.0 * (weeks.amount[judged] - before[judged]) / before[judged]
    return WeekChanges(change_pct=change, state=state)


def _sum_known(day: Days, windows: Floats) -> Totals:
    known = (~np.isnan(windows)).sum(axis=1)
    return Totals(day=day, amount=np.where(known > 0, np.nansum(windows, axis=1), np.nan), days_known=known)


def _offset(day: Days, first: np.datetime64) -> NDArray[np.int64]:
    return (day - first).astype(np.int64)


def _column(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
