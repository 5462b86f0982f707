"""The one low-pass that points and forces share."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from goodknee.core.model import Floats

#: Periods of the cut-off that are added at both ends, mirrored through the end point: what the filter
#: remembers of its start has died away after them.
PADDING_PERIODS: Final = 2


def low_pass(values: Floats, *, cutoff_hz: float, rate_hz: float) -> Floats:
    """Return the columns without what is faster than the cut-off: Butterworth, second order, run both ways.

    Run forwards and backwards it shifts nothing in time. Each pass is set wider, so that both together halve
    the power at ``cutoff_hz`` (Winter 2009). All columns go through one loop over the rows, so many columns
    cost little more than one.

    Args:
        values: Shape (n, …) with n > 1, without NaN.
        cutoff_hz: Below half the rate.
        rate_hz: Rows a second.
    """
    gain, first, second = _coefficients(cutoff_hz, rate_hz)
    flat = values.reshape(len(values), -1)
    more = min(len(flat) - 1, math.ceil(PADDING_PERIODS * rate_hz / cutoff_hz))
    before, after = 2 * flat[0] - flat[more:0:-1], 2 * flat[-1] - flat[-2::-1][:more]
    padded = np.concatenate([before, flat, after])
    there = _one_pass(padded, gain, first, second)
    back = _one_pass(there[::-1], gain, first, second)[::-1]
    return back[more:-more].reshape(values.shape)


def _coefficients(cutoff_hz: float, rate_hz: float) -> tuple[float, float, float]:
    two_passes = (math.sqrt(2) - 1) ** 0.25
    wide = math.tan(math.pi * cutoff_hz / rate_hz) / two_passes
    norm = 1 + math.sqrt(2) * wide + wide * wide
    return wide * wide / norm, 2 * (wide * wide - 1) / norm, (1 - math.sqrt(2) * wide + wide * wide) / norm


def _one_pass(values: Floats, gain: float, first: float, second: float) -> Floats:
    """Filter as if the first row had stood there for ever before."""
    smooth = np.empty_like(values)
    smooth[0], smooth[1] = 4 * values[0], values[1] + 3 * values[0]
    smooth[2:] = values[2:] + 2 * values[1:-1] + values[:-2]
    smooth *= gain
    before = earlier = values[0]
    step = np.empty_like(before)
    for row in smooth:
        np.subtract(row, np.multiply(before, first, out=step), out=row)
        np.subtract(row, np.multiply(earlier, second, out=step), out=row)
        before, earlier = row, before
    return smooth
