"""What a recording adds up to: time, distance, climb and means, from its samples.

Readers call :func:`summarise` with the samples and with what the file itself states; what the file states
wins, the rest is derived here, and which it was is recorded. Samples are never changed: what is plausible is
decided here, not in a reader.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from goodknee.core.model import Activity, Floats, Lap, Pause, Samples

#: Slower than this is standing still: below slow walking, above the drift of a resting GPS.
MOVING_MPS = 0.5
#: Watches that record "smartly" write a record at least this often; a longer step is a gap.
GAP_S = 30.0
#: No runner or rider covers ground faster; a longer step is a jump of the GPS.
JUMP_MPS = 50.0
#: A climb counts once it exceeds this, after smoothing: below it lies the noise of the altimeter.
CLIMB_M = 3.0
CLIMB_SMOOTHING_S = 15.0
EARTH_RADIUS_M = 6_371_008.8
#: Ground covered in half a minute hides the jitter of the GPS, and is too long for a cyclist's short climb.
PACE_WINDOW_S = 30.0
PACE_WINDOWS = 10
MOST_PACE_WINDOWS = 5000
#: What a reader decides for such a recording, in words.
SPORT_BY_PACE = "not stated; taken as a run by its pace"
#: Half of a run is within these speeds and nine tenths below the last; walks are slower and rides faster.
RUNNING_MPS = (2.0, 4.5)
SELDOM_FASTER_MPS = 5.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """Totals that the file itself states; None where it does not."""

    elapsed_s: float | None = None
    timer_s: float | None = None
    distance_m: float | None = None
    ascent_m: float | None = None
    descent_m: float | None = None


def summarise(
    samples: Samples,
    *,
    sport: str | None,
    sub_sport: str | None,
    started_at: datetime | None,
    utc_offset_min: int | None,
    stated: Stated,
    pauses: Sequence[Pause] = (),
    laps: Sequence[Lap] = (),
    device: str | None = None,
    decisions: Mapping[str, str] | None = None,
) -> Activity:
    """Add up one activity.

    Args:
        samples: Its records; ``time_s`` of shape (n,) counts from ``started_at`` and may repeat, jump or go
            backwards.
        stated: What the file says; used as it is.
        pauses: When the watch was stopped; nothing is counted across a pause.
        decisions: What the reader decided; what is decided here is added.

    Returns:
        The activity. A total that neither the file nor the samples give is None.
    """
    taken = dict(decisions or {})
    steps = _Steps.of(samples, pauses)
    elapsed_s = _first_known(stated.elapsed_s, _span(samples["time_s"]))
    timer_s = stated.timer_s
    if timer_s is None and elapsed_s is not None:
        timer_s = max(elapsed_s - sum(p.end_s - p.start_s for p in pauses), 0.0)
        taken["timer_s"] = "elapsed time less the pauses"
    distance_recorded_m, source = _recorded_distance(samples, steps)
    distance_m = stated.distance_m
    if distance_m is None and distance_recorded_m is not None:
        distance_m = distance_recorded_m
        taken["distance_m"] = source
    ascent_m, descent_m = _ascent_and_descent(stated, samples, taken)
    return Activity(
        sport=sport,
        sub_sport=sub_sport,
        started_at=started_at,
        utc_offset_min=utc_offset_min,
        elapsed_s=elapsed_s,
        timer_s=timer_s,
        moving_s=steps.moving_s(),
        distance_m=distance_m,
        distance_recorded_m=distance_recorded_m,
        ascent_m=ascent_m,
        descent_m=descent_m,
        mean_speed_mps=distance_m / timer_s if distance_m is not None and timer_s else None,
        mean_cadence_spm=steps.mean(samples.get("cadence_spm"), above_zero=True),
        mean_heart_rate_bpm=steps.mean(samples.get("heart_rate_bpm"), above_zero=True, moving=False),
        sample_count=len(samples),
        channels=samples.channels,
        laps=tuple(laps),
        pauses=tuple(pauses),
        device=device,
        decisions=taken,
    )


def _ascent_and_descent(
    stated: Stated, samples: Samples, taken: dict[str, str]
) -> tuple[float | None, float | None]:
    """Return both as stated, else from the altitude; what was derived is noted in ``taken``."""
    ascent_m, descent_m = stated.ascent_m, stated.descent_m
    if ascent_m is None or descent_m is None:
        up, down = _climb(samples)
        if up is not None:
            derived = [n for n, v in (("ascent_m", ascent_m), ("descent_m", descent_m)) if v is None]
            taken |= dict.fromkeys(derived, "from the altitude, smoothed")
        ascent_m, descent_m = _first_known(ascent_m, up), _first_known(descent_m, down)
    return ascent_m, descent_m


def paced_like_a_run(samples: Samples) -> bool:
    """Tell whether a recording without a sport was covered at a runner's pace for five minutes or more."""
    time_s = samples["time_s"]
    covered_m = np.nancumsum(np.concatenate(([0.0], _covered(samples))))[: len(time_s)]
    known = ~np.isnan(time_s)
    time_s, covered_m = time_s[known], covered_m[known]
    if len(time_s) < 2 or np.any(np.diff(time_s) < 0) or not np.isfinite(time_s[-1] - time_s[0]):
        return False
    windows = min(int((time_s[-1] - time_s[0]) / PACE_WINDOW_S), MOST_PACE_WINDOWS)
    marks = time_s[0] + PACE_WINDOW_S * np.arange(windows + 1)
    speed_mps = np.diff(np.interp(marks, time_s, covered_m)) / PACE_WINDOW_S
    speed_mps = speed_mps[speed_mps >= MOVING_MPS]
    if len(speed_mps) < PACE_WINDOWS:
        return False
    usual, fast = np.percentile(speed_mps, (50, 90))
    return bool(RUNNING_MPS[0] <= usual <= RUNNING_MPS[1] and fast < SELDOM_FASTER_MPS)


def haversine_m(lat_deg: Floats, lon_deg: Floats) -> Floats:
    """Great-circle distance from each position to the one before it, in metres.

    Args:
        lat_deg: shape (n,); NaN where there is no position.
        lon_deg: shape (n,).

    Returns:
        shape (n,); the first is 0, a step to or from a missing position is NaN.
    """
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    half_lat, half_lon = np.diff(lat) / 2, np.diff(lon) / 2
    chord = np.sin(half_lat) ** 2 + np.cos(lat[1:]) * np.cos(lat[:-1]) * np.sin(half_lon) ** 2
    steps = np.zeros(len(lat))
    steps[1:] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
    return steps


@dataclass(frozen=True, slots=True)
class _Steps:
    """The steps between neighbouring records: shape (n - 1,) each."""

    duration_s: Floats  # 0 where time stands, goes backwards, or the watch was stopped
    open: Floats  # 1.0 unless the watch was stopped: what was covered in the step counts
    moving: Floats | None  # 1.0 where the runner moved; None when nothing tells, as on most treadmills

    @classmethod
    def of(cls, samples: Samples, pauses: Sequence[Pause]) -> _Steps:
        time_s = samples["time_s"]
        duration_s = np.diff(time_s)
        # A step meets a pause when more pauses began before its end than were over at its start.
        begun = np.searchsorted(np.sort([pause.start_s for pause in pauses]), time_s[1:])
        over = np.searchsorted(np.sort([pause.end_s for pause in pauses]), time_s[:-1], side="right")
        is_open = np.where((begun > over) & ~np.isnan(duration_s), 0.0, 1.0)
        duration_s = np.where(duration_s > 0, duration_s, 0.0) * is_open
        speed_mps = _step_speed(samples, duration_s)
        nothing_tells = np.isnan(speed_mps).all()
        return cls(
            duration_s, is_open, None if nothing_tells else (speed_mps >= MOVING_MPS).astype(np.float64)
        )

    def moving_s(self) -> float | None:
        return None if self.moving is None else float((self.duration_s * self.moving).sum())

    def mean(self, column: Floats | None, *, above_zero: bool, moving: bool = True) -> float | None:
        """Mean weighted by time; a record stands for half of the step on either side."""
        if column is None or not len(column):
            return None
        share_s = np.minimum(self.duration_s, GAP_S)
        if moving and self.moving is not None:
            share_s = share_s * self.moving
        weight = np.zeros(len(column))
        weight[:-1] += share_s
        weight[1:] += share_s
        counted = (column > 0 if above_zero else ~np.isnan(column)) & (weight > 0)
        total = weight[counted].sum()
        return float((weight[counted] * column[counted]).sum() / total) if total > 0 else None


def _step_speed(samples: Samples, duration_s: Floats) -> Floats:
    """Speed of each step; over a gap only ground covered counts, since a speed says nothing about a gap."""
    covered_m = _covered(samples)
    with np.errstate(divide="ignore", invalid="ignore"):
        by_ground = covered_m / duration_s
    speed = samples.get("speed_mps")
    if speed is None:
        return by_ground
    by_speed = (speed[1:] + speed[:-1]) / 2
    return np.where(np.isnan(by_speed) | (duration_s > GAP_S), by_ground, by_speed)


def _covered(samples: Samples) -> Floats:
    """Ground covered in each step, shape (n - 1,): step by step by the distance channel, else by position."""
    distance, lat, lon = (samples.get(name) for name in ("distance_m", "lat_deg", "lon_deg"))
    unknown = np.full(max(len(samples) - 1, 0), np.nan)
    covered_m = unknown if distance is None else np.diff(distance)
    if lat is None or lon is None or not np.isnan(covered_m).any():
        return covered_m
    # Some exports state the distance at a few points only.
    by_position = haversine_m(*_real_positions(lat, lon))[1:]
    return np.where(np.isnan(covered_m), by_position, covered_m)


def _real_positions(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    # A device without a fix may write 0, 0, which lies in the sea.
    nowhere = (lat == 0) & (lon == 0)
    return np.where(nowhere, np.nan, lat), np.where(nowhere, np.nan, lon)


def _recorded_distance(samples: Samples, steps: _Steps) -> tuple[float | None, str]:
    distance = samples.get("distance_m")
    if distance is not None:
        known = ~np.isnan(distance)
        if known.any():
            return _last_distance(distance[known], float(samples["time_s"][known][0])), "the last record"
    lat, lon = samples.get("lat_deg"), samples.get("lon_deg")
    if lat is None or lon is None or len(samples) < 2:
        return None, ""
    lat, lon = _real_positions(lat, lon)
    known = ~np.isnan(lat) & ~np.isnan(lon)
    if known.sum() < 2:
        return None, ""
    step_m = haversine_m(lat[known], lon[known])[1:]
    duration_s = np.diff(samples["time_s"][known])
    # The watch was stopped somewhere between two positions: do not join across it.
    stopped = np.diff(np.concatenate(([0.0], np.cumsum(1 - steps.open)))[known]) > 0
    jump = step_m > JUMP_MPS * np.maximum(duration_s, 1.0)
    return float(step_m[~stopped & ~jump].sum()), "the positions"


def _last_distance(distance: Floats, first_s: float) -> float:
    """Distance at the end of a cumulative channel that may start high or start over (some at each lap)."""
    # What stands on the first record counts only if it can have been covered since the start.
    covered_before = distance[0] if distance[0] <= 10.0 * (max(first_s, 0.0) + 10.0) else 0.0
    change = np.diff(distance)
    started_over = change < -distance[:-1] / 2
    if started_over.any():
        return float(covered_before + change[change > 0].sum() + distance[1:][started_over].sum())
    return float(covered_before + distance[-1] - distance[0])


def _climb(samples: Samples) -> tuple[float | None, float | None]:
    altitude = samples.get("altitude_m")
    if altitude is None:
        return None, None
    known = ~np.isnan(altitude) & ~np.isnan(samples["time_s"])
    if known.sum() < 2:
        return None, None
    smooth = _smoothed(altitude[known], samples["time_s"][known])
    slope = np.sign(np.diff(smooth))
    turns = np.flatnonzero(np.diff(slope) != 0) + 1
    return _rise_and_fall([*smooth[turns].tolist(), float(smooth[-1])], start=float(smooth[0]))


def _rise_and_fall(turns: Sequence[float], *, start: float) -> tuple[float, float]:
    """Sum of the rises and of the falls between turning points, where each is at least CLIMB_M."""
    rise = fall = 0.0
    low = high = start
    trend = 0
    for altitude_m in turns:
        low = min(low, altitude_m) if trend <= 0 else low
        high = max(high, altitude_m) if trend >= 0 else high
        if trend <= 0 and altitude_m - low >= CLIMB_M:
            fall += (high - low) * -trend
            trend, high = 1, altitude_m
        elif trend >= 0 and high - altitude_m >= CLIMB_M:
            rise += (high - low) * trend
            trend, low = -1, altitude_m
    return rise + (high - low) * (trend > 0), fall + (high - low) * (trend < 0)


def _smoothed(altitude: Floats, time_s: Floats) -> Floats:
    """Centred running mean over about CLIMB_SMOOTHING_S."""
    step_s = np.median(np.diff(time_s))
    half = round(CLIMB_SMOOTHING_S / step_s / 2) if step_s > 0 else 0
    half = min(half, (len(altitude) - 1) // 2)
    if half < 1:
        return altitude
    total = np.concatenate(([0.0], np.cumsum(altitude)))
    middle = np.arange(len(altitude))
    first, last = np.maximum(middle - half, 0), np.minimum(middle + half + 1, len(altitude))
    smooth: Floats = (total[last] - total[first]) / (last - first)
    return smooth


def _span(time_s: Floats) -> float | None:
    known = time_s[~np.isnan(time_s)]
    return float(known.max() - known.min()) if len(known) else None


def _first_known(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)
