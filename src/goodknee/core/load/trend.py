"""Whether recent runs differ from earlier ones by more than their own scatter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from goodknee.core.knowledge import TrendRule
from goodknee.core.load.exposure import Days
from goodknee.core.model import Floats

TrendVerdict = Literal["higher", "lower", "no_clear_change", "too_few"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The middle (median) of the latest runs against that of the runs before.

    Attributes:
        recent: Median of the last ``window_days``; None without a run.
        before: Median of the same number of days before them; None without a run.
    """

    verdict: TrendVerdict
    recent: float | None
    before: float | None
    runs_recent: int
    runs_before: int


def compare_recent(day: Days, value: Floats, *, last_day: date, rule: TrendRule) -> Trend:
    """Compare the latest runs with those before; a change is clear when the notches of the two do not meet.

    A notch is median ± notch · interquartile range / √n. A gap that is small beside the earlier median is
    not worth a word, however sure.

    Args:
        day: Shape (n,).
        value: Shape (n,); NaN rows are passed over.
        last_day: Last day of the recent window.
        rule: Lengths and the least number of runs.
    """
    age = (np.datetime64(last_day) - day).astype(np.int64)
    measured = ~np.isnan(value)
    recent = value[measured & (age >= 0) & (age < rule.window_days)]
    before = value[measured & (age >= rule.window_days) & (age < 2 * rule.window_days)]
    return Trend(
        verdict=_verdict(recent, before, rule),
        recent=float(np.median(recent)) if len(recent) else None,
        before=float(np.median(before)) if len(before) else None,
        runs_recent=len(recent),
        runs_before=len(before),
    )


def _verdict(recent: Floats, before: Floats, rule: TrendRule) -> TrendVerdict:
    if min(len(recent), len(before)) < rule.min_runs:
        return "too_few"
    usual = float(np.median(before))
    gap = float(np.median(recent)) - usual
    scatter = _notch(recent, rule) + _notch(before, rule)
    if abs(gap) <= max(scatter, rule.least_change_pct / 100 * usual):
        return "no_clear_change"
    return "higher" if gap > 0 else "lower"


def _notch(values: Floats, rule: TrendRule) -> float:
    low, high = np.percentile(values, [25, 75])
    return float(rule.notch * (high - low) / np.sqrt(len(values)))


def rolling_middle(day: Days, value: Floats, *, rule: TrendRule) -> Floats:
    """Return the median of the window that ends on each row's day, shape (n,); NaN from too few runs.

    Args:
        day: Shape (n,), in any order.
        value: Shape (n,); NaN rows are passed over.
        rule: Length of the window and the least number of runs.
    """
    order = np.argsort(day, kind="stable")
    days, values = day[order], value[order]
    starts = np.searchsorted(days, day - np.timedelta64(rule.window_days), side="right")
    ends = np.searchsorted(days, day, side="right")
    middle = np.full(len(day), np.nan)
    for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
        inside = values[start:end]
        inside = inside[~np.isnan(inside)]
        if len(inside) >= rule.min_runs:
            middle[row] = np.median(inside)
    return middle
