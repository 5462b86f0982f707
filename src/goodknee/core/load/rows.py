"""Exposure row by row: what a page or a document shows, with what is missing as None."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from goodknee.core.knowledge import Knowledge, SessionSpikeRule
from goodknee.core.load.exposure import (
    RunLog,
    SessionSpikes,
    band_of,
    day_totals,
    monday_of,
    trailing_totals,
    week_changes,
    week_totals,
)
from goodknee.core.load.pain import PainDays
from goodknee.core.load.trend import Trend, compare_recent, rolling_middle
from goodknee.core.model import Floats

Quantity = Literal["pace", "cadence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run and how it compares with those before it; what was not measured is None."""

    id: str
    day: date
    distance_m: float | None
    time_s: float | None
    pace_s_per_km: float | None
    cadence_spm: float | None
    ascent_m: float | None
    descent_m: float | None
    longest_before_m: float | None
    spike_pct: float | None
    spike_state: str
    stands_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekRow:
    """One ISO week as recorded; ``change_pct`` is judged only when ``change_state`` is "known"."""

    monday: date
    runs: int
    distance_m: float | None
    time_s: float | None
    ascent_m: float | None
    descent_m: float | None
    longest_m: float | None
    days_known: int
    change_pct: float | None
    change_state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentLoad:
    """What was run in the last days up to today."""

    window_days: int
    runs: int
    distance_m: float | None
    time_s: float | None
    days_known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PainRow:
    """The pain of one knee on one day, 0-10."""

    day: date
    side: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendRow:
    """Pace or cadence over time: the comparison, and the middle of the last weeks at each run."""

    quantity: Quantity
    trend: Trend
    says: str
    days: tuple[date, ...]
    values: tuple[float, ...]
    middle: tuple[float | None, ...]


def run_rows(
    ids: Sequence[str], log: RunLog, spikes: SessionSpikes, rule: SessionSpikeRule
) -> tuple[RunRow, ...]:
    """Return one row per run, in the order of the log."""
    pace = _pace(log)
    rows = []
    for index, run_id in enumerate(ids):
        band = band_of(float(spikes.spike_pct[index]), rule.bands)
        rows.append(
            RunRow(
                id=run_id,
                day=log.day[index].item(),
                distance_m=_number(log.distance_m[index]),
                time_s=_number(log.time_s[index]),
                pace_s_per_km=_number(pace[index]),
                cadence_spm=_number(log.cadence_spm[index]),
                ascent_m=_number(log.ascent_m[index]),
                descent_m=_number(log.descent_m[index]),
                longest_before_m=_number(spikes.longest_before_m[index]),
                spike_pct=_number(spikes.spike_pct[index]),
                spike_state=str(spikes.state[index]),
                stands_out=band is not None and band.stands_out,
            )
        )
    return tuple(rows)


def week_rows(
    log: RunLog, *, last_day: date, today: date, rest_days: Iterable[date] = ()
) -> tuple[WeekRow, ...]:
    """Return one row per ISO week, from that of the first run to that of ``last_day``.

    Args:
        log: The runs, none later than ``last_day``.
        last_day: The last day of the rows.
        today: A week that ends later is not over.
        rest_days: Days without a run that the runner confirmed.
    """
    if not len(log):
        return ()
    run_monday = monday_of(log.day)
    first: date = run_monday.min().item()
    rest = tuple(rest_days)
    distance, time_s, ascent, descent = (
        week_totals(day_totals(log.day, column, first=first, last=last_day, rest_days=rest))
        for column in (log.distance_m, log.time_s, log.ascent_m, log.descent_m)
    )
    changes = week_changes(distance, last_day=today)
    rows = []
    for index, monday in enumerate(distance.day):
        own = run_monday == monday
        rows.append(
            WeekRow(
                monday=monday.item(),
                runs=int(own.sum()),
                distance_m=_number(distance.amount[index]),
                time_s=_number(time_s.amount[index]),
                ascent_m=_number(ascent.amount[index]),
                descent_m=_number(descent.amount[index]),
                longest_m=_number(float(np.fmax.reduce(log.distance_m[own], initial=np.nan))),
                days_known=int(distance.days_known[index]),
                change_pct=_number(changes.change_pct[index]),
                change_state=str(changes.state[index]),
            )
        )
    return tuple(rows)


def recent_load(log: RunLog, *, today: date, window_days: int) -> RecentLoad:
    """Return what was run on the last ``window_days`` days, today included."""
    first = today - timedelta(days=window_days - 1)
    distance, time_s = (
        trailing_totals(day_totals(log.day, column, first=first, last=today), window_days=window_days)
        for column in (log.distance_m, log.time_s)
    )
    inside = (log.day >= np.datetime64(first)) & (log.day <= np.datetime64(today))
    return RecentLoad(
        window_days=window_days,
        runs=int(inside.sum()),
        distance_m=_number(distance.amount[-1]),
        time_s=_number(time_s.amount[-1]),
        days_known=int(distance.days_known[-1]),
    )


def longest_run(rows: Sequence[RunRow], *, today: date, window_days: int) -> RunRow | None:
    """Return the longest of the runs on the last ``window_days`` days; None without a measured one."""
    recent = [row for row in rows if row.distance_m and 0 <= (today - row.day).days < window_days]
    return max(recent, key=lambda row: row.distance_m or 0.0, default=None)


def pain_rows(pain: PainDays) -> tuple[PainRow, ...]:
    """Return one row per knee and day, oldest first."""
    columns = zip(pain.day.tolist(), pain.side.tolist(), pain.worst.tolist(), strict=True)
    return tuple(PainRow(day=day, side=side, value=value) for day, side, value in columns)


def trend_row(quantity: Quantity, log: RunLog, *, last_day: date, knowledge: Knowledge) -> TrendRow:
    """Return pace (s/km) or cadence (steps/min, both feet) over time, and how the latest compare."""
    rule = knowledge.load.trend
    values = _pace(log) if quantity == "pace" else log.cadence_spm
    measured = ~np.isnan(values)
    middle = rolling_middle(log.day, values, rule=rule)
    trend = compare_recent(log.day, values, last_day=last_day, rule=rule)
    says = knowledge.words.say(
        f"report.trend.{quantity}.{trend.verdict}",
        recent=trend.recent,
        before=trend.before,
        last=last_day,
        window_days=rule.window_days,
        min_runs=rule.min_runs,
    )
    return TrendRow(
        quantity=quantity,
        trend=trend,
        says=says,
        days=tuple(log.day[measured].tolist()),
        values=tuple(values[measured].tolist()),
        middle=tuple(_number(each) for each in middle[measured]),
    )


def _pace(log: RunLog) -> Floats:
    return np.asarray(1000 * np.where(log.time_s > 0, log.time_s, np.nan) / log.distance_m)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
