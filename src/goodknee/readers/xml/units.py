"""Units that GPX and TCX leave open: one foot or both, m/s or km/h; judged by the recording itself."""

from __future__ import annotations

from typing import Final

import numpy as np

from goodknee.core.model import FOOT_SPORTS, Floats, Samples
from goodknee.core.summary import haversine_m

#: Nobody makes more strides of one foot per minute than this, running or walking; step counts lie above.
_MOST_STRIDES_RUNNING: Final = 120.0
_MOST_STRIDES_WALKING: Final = 90.0
_RUNNING_MPS: Final = 2.0


def cadence_of_both_feet(
    cadence: Floats, samples: Samples, *, sport: str | None, source: str
) -> tuple[Floats, str]:
    """Return the cadence in steps per minute of both feet for foot sports, else as it is.

    Args:
        cadence: shape (n,), as the file has it.
        samples: The records it belongs to, for their speed.
        sport: FIT's word.
        source: The element it comes from.

    Returns:
        The cadence of shape (n,) and the decision in words.
    """
    if sport not in FOOT_SPORTS:
        return cadence, f"{source}, as the file has it"
    speed = _speed_mps(samples)
    slow = speed < _RUNNING_MPS  # an unknown speed counts as running
    too_many = cadence > np.where(slow, _MOST_STRIDES_WALKING, _MOST_STRIDES_RUNNING)
    turning = cadence > 0
    if turning.any() and too_many[turning].mean() > 0.5:
        return cadence, f"{source}, already steps per minute (too high for one foot)"
    return cadence * 2, f"{source}, strides per minute, doubled"


def speed_in_mps(speed: Floats, samples: Samples) -> tuple[Floats, str]:
    """Return a speed of unknown unit in m/s: some GPX writers put km/h, which the positions give away."""
    by_ground = _speed_mps(samples)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = speed / by_ground
    ratio = ratio[(by_ground > 0.5) & (speed > 0)]
    if len(ratio) and 2.5 < np.median(ratio) < 5.0:
        return speed / 3.6, "speed, km/h (3.6 times what the positions give)"
    return speed, "speed, m/s"


def _speed_mps(samples: Samples) -> Floats:
    """Speed of each record, shape (n,): the channel, else from distance, else from positions; else NaN."""
    speed = samples.get("speed_mps")
    if speed is not None:
        return speed
    covered = np.full(len(samples), np.nan)
    distance, lat, lon = (samples.get(name) for name in ("distance_m", "lat_deg", "lon_deg"))
    if distance is not None:
        covered[1:] = np.diff(distance)
    elif lat is not None and lon is not None:
        covered = haversine_m(lat, lon)
    duration_s = np.full(len(samples), np.nan)
    duration_s[1:] = np.diff(samples["time_s"])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(duration_s > 0, covered / duration_s, np.nan)
