"""The course of one measure: its middle, its slope with an interval, and its noise from day to day.

All of it is robust: one odd entry moves none of it far. The order of the entries never matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from goodknee.core.model import Floats

Days = NDArray[np.datetime64]

DAYS_PER_WEEK: Final = 7
#: Mean absolute difference of two draws of a normal distribution, in standard deviations.
_MEAN_DIFFERENCE: Final = float(2 / np.sqrt(np.pi))
#: Standard error of a median over that of a mean, normal distribution.
_MEDIAN_ERROR: Final = float(np.sqrt(np.pi / 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """Change a week, with the interval that holds the true one with the share that was asked for."""

    per_week: float
    low: float
    high: float


def smooth(day: Days, value: Floats, *, window_days: int, min_entries: int) -> Floats:
    """Return the median of the days around each entry, shape (n,); NaN where there are too few to say.

    Args:
        day: Shape (n,), in any order.
        value: Shape (n,), no NaN.
        window_days: Length of the window, with the entry in its middle.
        min_entries: The window holds so many at least.
    """
    number = day.astype(np.int64)
    # Twice the distance is compared, so that a window of even length needs no fraction.
    near = 2 * np.abs(number[:, None] - number[None, :]) < window_days + 1
    middle = [float(np.median(value[row])) if row.sum() >= min_entries else np.nan for row in near]
    return np.array(middle, dtype=np.float64)


def noise(day: Days, value: Floats, *, max_gap_days: int) -> float:
    """Return how much an entry differs by chance from one day to the next, as a standard deviation.

    It is worked out from the mean difference of neighbours, so that a steady trend does not count as noise.
    NaN with fewer than two differences.

    Args:
        day: Shape (n,), in any order, each day once.
        value: Shape (n,), no NaN.
        max_gap_days: Neighbours further apart are passed over.
    """
    order = np.argsort(day, kind="stable")
    gap = np.diff(day[order].astype(np.int64))
    steps = np.abs(np.diff(value[order]))[gap <= max_gap_days]
    return float(steps.mean() / _MEAN_DIFFERENCE) if len(steps) > 1 else np.nan


def chance_change(noise_sd: float, n_before: int, n_now: int, *, share: float) -> float:
    """Return the change between two medians that chance stays below with this share.

    Args:
        noise_sd: Standard deviation of one entry.
        n_before: Entries in the first median.
        n_now: Entries in the second.
        share: 0 to 1, both sides counted.
    """
    times = NormalDist().inv_cdf((1 + share) / 2)
    return float(times * _MEDIAN_ERROR * noise_sd * np.sqrt(1 / n_before + 1 / n_now))


def slope(day: Days, value: Floats, *, share: float, min_entries: int) -> Slope | None:
    """Return the median slope of all pairs with Sen's interval; None from too few entries to say.

    The interval takes entries as independent. Pain lingers, so the true one is somewhat wider.

    Args:
        day: Shape (n,), in any order, each day once.
        value: Shape (n,), no NaN.
        share: Of true values that lie inside, 0 to 1.
        min_entries: Fewer say nothing.

    Source: Sen 1968, J Am Stat Assoc 63:1379.
    """
    if len(day) < max(min_entries, 2):
        return None
    order = np.argsort(day, kind="stable")
    weeks = day[order].astype(np.int64) / DAYS_PER_WEEK
    first, second = np.triu_indices(len(order), k=1)
    slopes = np.sort((value[order][second] - value[order][first]) / (weeks[second] - weeks[first]))
    half = NormalDist().inv_cdf((1 + share) / 2) * np.sqrt(_kendall_variance(value))
    low = max(round((len(slopes) - half) / 2) - 1, 0)
    high = min(round((len(slopes) + half) / 2), len(slopes) - 1)
    return Slope(per_week=float(np.median(slopes)), low=float(slopes[low]), high=float(slopes[high]))


def _kendall_variance(value: Floats) -> float:
    def of(n: NDArray[np.float64]) -> NDArray[np.float64]:
        return n * (n - 1) * (2 * n + 5)

    ties = np.unique(value, return_counts=True)[1].astype(np.float64)
    return float((of(np.array([float(len(value))])).sum() - of(ties).sum()) / 18)
