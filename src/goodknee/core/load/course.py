"""A run as the knee model takes it: how long, how fast, how many steps, how steep, which gait.

Made from recorded samples, cleaned of what no runner can do, or from the totals of a run without usable
samples. What had to be repaired and what is not known is noted; nothing is ever filled in silently.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from goodknee.core.knowledge.watch import CleaningRules, GaitRules, WatchModel
from goodknee.core.model import Activity, Floats, Pause, Samples
from goodknee.core.summary import haversine_m

Bools = NDArray[np.bool_]
Ground = Literal["measured", "level", "unknown"]
WithheldWhy = Literal["no_time", "impossible", "no_movement"]

#: Channels that the model reads, so that a store need not read the others.
CHANNELS = ("time_s", "speed_mps", "altitude_m", "cadence_spm", "stance_time_ms")
#: What tells the speed where the watch does not.
GROUND_CHANNELS = ("distance_m", "lat_deg", "lon_deg")
#: What the model takes from a watch; a prior stands in for what is missing.
INPUTS = ("speed", "cadence", "altitude")
#: FIT's words for places without slopes that matter.
LEVEL_PLACES = frozenset({"treadmill", "indoor_running", "track", "virtual_activity"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """Something that the records held and the model did not use: which input, why, how many records."""

    what: str
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """There is no figure for this run, and why."""

    why: WithheldWhy
    repaired: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A run in stretches, shape (m,) each; standing still is left out.

    Attributes:
        duration_s: Above 0.
        speed_mps: Along the ground; the pack's easy speed stands in where ``speed_known`` is false.
        cadence_spm: Both feet; NaN where the usual steps stand in.
        grade: Rise over run, -0.05 is 5 % downhill; 0 where the ground is not known.
        walking: Walking, else running.
        contact_s: Time of one foot on the ground; NaN where it was not measured.
        ground: Where the grade is from.
        speed_known: False when the speed is not from this run.
        cadence_known: True when enough of the running has measured steps.
        covers: Factor from the time of these stretches to that of the whole run, 1 or more.
        distance_m: Of the whole run.
        assumed: Inputs that a prior stands in for; "records": the rest speaks for time without any.
    """

    duration_s: Floats
    speed_mps: Floats
    cadence_spm: Floats
    grade: Floats
    walking: Bools
    contact_s: Floats
    ground: Ground
    speed_known: bool
    cadence_known: bool
    covers: float
    distance_m: float
    used: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    repaired: tuple[Repair, ...] = ()

    def __len__(self) -> int:
        return len(self.duration_s)


@dataclass(slots=True)
class _Notes:
    """What was repaired on the way."""

    found: list[Repair] = field(default_factory=list)

    def add(self, what: str, rows: Bools) -> None:
        if count := int(np.count_nonzero(rows)):
            self.found.append(Repair(what=what, records=count))


def course_of(activity: Activity, samples: Samples | None, model: WatchModel) -> Course | Withheld:
    """Return the run in stretches, from its samples where they tell enough, else from its totals.

    Args:
        activity: Its totals, pauses and place.
        samples: Its records in file order; ``time_s`` in seconds since its start. None for a run without.
        model: Its rules say what a record may hold to be believed.
    """
    notes = _Notes()
    course = _from_samples(activity, _finite(samples), model, notes) if samples is not None else None
    return course or _from_totals(activity, model, notes)


def tells_speed(samples: Samples, model: WatchModel) -> bool:
    """Tell whether the watch's own speed is there often enough to need no other channel."""
    speed = samples.get("speed_mps")
    if speed is None:
        return False
    believed = (speed >= 0) & (speed <= model.cleaning.most_speed_mps)
    return int(np.count_nonzero(believed)) >= model.cleaning.least_coverage * len(speed)


def _finite(samples: Samples) -> Samples:
    """Return the channels that the model reads, with what is no number as missing."""
    names = (*CHANNELS, *GROUND_CHANNELS)
    columns = {name: column for name in names if (column := samples.get(name)) is not None}
    return Samples(
        columns={name: np.where(np.isfinite(column), column, np.nan) for name, column in columns.items()}
    )


def _from_samples(activity: Activity, samples: Samples, model: WatchModel, notes: _Notes) -> Course | None:
    rules = model.cleaning
    if len(samples) < rules.least_records:
        return None
    duration_s = _durations(samples["time_s"], activity.pauses, rules, notes)
    counted = duration_s > 0
    covered_s = float(duration_s.sum())
    whole_s = activity.timer_s or covered_s
    if np.count_nonzero(counted) < rules.least_records or covered_s < rules.least_coverage * whole_s:
        return None
    own_speed = _speed(samples, duration_s, rules, notes)
    raw_cadence = samples.get("cadence_spm")
    if own_speed is None and raw_cadence is None:
        return None
    speed = np.full(len(duration_s), _mean_speed(activity, model)) if own_speed is None else own_speed
    cadence = _cadence(raw_cadence, speed, duration_s, rules, notes)
    # Without a speed of its own, a record without steps is standing still.
    moving = counted & (speed >= rules.least_speed_mps) & ((own_speed is not None) | ~np.isnan(cadence))
    if not moving.any():
        return None
    walking = _is_walking(speed, cadence, model.gait)
    ahead_m = np.concatenate([[0.0], np.cumsum(speed * duration_s)])
    grade, ground = _grade(activity, samples.get("altitude_m"), ahead_m, rules, notes)
    covers, distance_m = _whole(activity, float(ahead_m[-1]), whole_s / covered_s, rules, notes)
    known = {
        "speed": own_speed is not None or bool(activity.mean_speed_mps),
        "cadence": _has_steps(duration_s[moving], cadence[moving], walking[moving], rules),
        "altitude": ground == "measured",
        "records": covers == 1.0,
    }
    return Course(
        duration_s=duration_s[moving],
        speed_mps=speed[moving],
        cadence_spm=cadence[moving],
        grade=grade[moving],
        walking=walking[moving],
        contact_s=_contact(samples.get("stance_time_ms"), moving, rules),
        ground=ground,
        speed_known=known["speed"],
        cadence_known=known["cadence"],
        covers=covers,
        distance_m=distance_m,
        used=tuple(name for name in INPUTS if known[name]),
        assumed=tuple(name for name, is_known in known.items() if not is_known),
        repaired=tuple(notes.found),
    )


def _whole(
    activity: Activity, course_m: float, times: float, rules: CleaningRules, notes: _Notes
) -> tuple[float, float]:
    """Return the factor from the records to the whole run, and the run's distance.

    Time without records counts as run only as far as distance is missing too: a watch that records nothing
    while it stands still has missed nothing.
    """
    stated_m = activity.distance_m
    if not stated_m:
        covers = times if times > rules.worth_covering else 1.0
        return covers, covers * course_m
    covers = min(times, stated_m / course_m)
    covers = covers if covers > rules.worth_covering else 1.0
    if not rules.least_coverage <= stated_m / (covers * course_m) <= 1.0 / rules.least_coverage:
        notes.add("stated distance", np.ones(1, dtype=np.bool_))
        return covers, covers * course_m
    return covers, stated_m


def _has_steps(duration_s: Floats, cadence: Floats, walking: Bools, rules: CleaningRules) -> bool:
    """Tell whether enough of the running has measured steps; of the walking, where there is no running."""
    asked = ~walking if (~walking).any() else walking
    measured_s = float(duration_s[asked & ~np.isnan(cadence)].sum())
    return measured_s >= rules.least_cadence_share * float(duration_s[asked].sum())


def _from_totals(activity: Activity, model: WatchModel, notes: _Notes) -> Course | Withheld:
    """One stretch at the run's mean speed, where its records do not tell more."""
    duration_s = activity.moving_s or activity.timer_s
    distance_m = activity.distance_m
    rules = model.cleaning
    if not duration_s or duration_s <= 0:
        return Withheld(why="no_time", repaired=tuple(notes.found))
    speed_known = distance_m is not None and distance_m > 0
    speed = distance_m / duration_s if distance_m else model.priors.speed_mps.mean
    if speed > rules.most_speed_mps:
        return Withheld(why="impossible", repaired=tuple(notes.found))
    stated = np.full(1, np.nan if activity.mean_cadence_spm is None else activity.mean_cadence_spm)
    steps = _cadence(stated, np.array([speed]), np.array([duration_s]), rules, notes)
    cadence_known = not bool(np.isnan(steps[0]))
    # A distance of 0 is what a treadmill without a sensor gives, and then there are steps.
    if speed < rules.least_speed_mps or (distance_m == 0 and not cadence_known):
        return Withheld(why="no_movement", repaired=tuple(notes.found))
    ground: Ground = "level" if activity.sub_sport in LEVEL_PLACES else "unknown"
    known = {"speed": speed_known, "cadence": cadence_known, "altitude": ground == "measured"}
    return Course(
        duration_s=np.array([duration_s]),
        speed_mps=np.array([speed]),
        cadence_spm=steps,
        grade=np.zeros(1),
        walking=_is_walking(np.array([speed]), steps, model.gait),
        contact_s=np.full(1, np.nan),
        ground=ground,
        speed_known=speed_known,
        cadence_known=cadence_known,
        covers=1.0,
        distance_m=distance_m or speed * duration_s,
        used=tuple(name for name in INPUTS if known[name]),
        assumed=tuple(name for name in INPUTS if not known[name]),
        repaired=tuple(notes.found),
    )


def _mean_speed(activity: Activity, model: WatchModel) -> float:
    return activity.mean_speed_mps or model.priors.speed_mps.mean


def _durations(time_s: Floats, pauses: Sequence[Pause], rules: CleaningRules, notes: _Notes) -> Floats:
    """Seconds that each record stands for: since the record before, 0 across a pause, a gap or a jump."""
    step = np.diff(time_s, prepend=time_s[0])
    notes.add("time goes backwards", step < 0)
    notes.add("no time", np.isnan(step))
    begun = np.searchsorted(np.sort([pause.start_s for pause in pauses]), time_s)
    over = np.searchsorted(np.sort([pause.end_s for pause in pauses]), time_s - step, side="right")
    paused = begun > over
    gap = (step > rules.longest_gap_s) & ~paused
    notes.add("gap in time", gap)
    durations: Floats = np.where((step > 0) & ~gap & ~paused, step, 0.0)
    return durations


def _speed(samples: Samples, duration_s: Floats, rules: CleaningRules, notes: _Notes) -> Floats | None:
    """Speed of each record: the watch's own, else from ground covered; None when nothing tells."""
    own = samples.get("speed_mps")
    speed = np.full(len(duration_s), np.nan) if own is None else own
    impossible = (speed < 0) | (speed > rules.most_speed_mps)
    notes.add("impossible speed", impossible)
    speed = np.where(impossible, np.nan, speed)
    known = ~np.isnan(speed)
    if np.count_nonzero(known) < rules.least_coverage * len(speed):
        by_ground = _speed_by_ground(samples, duration_s, rules, notes)
        speed = by_ground if by_ground is not None else speed
        known = ~np.isnan(speed)
    if np.count_nonzero(known) < rules.least_coverage * len(speed):
        return None
    if known.all():
        return speed
    rows = np.arange(len(speed))
    filled: Floats = np.interp(rows, rows[known], speed[known])
    return filled


def _speed_by_ground(
    samples: Samples, duration_s: Floats, rules: CleaningRules, notes: _Notes
) -> Floats | None:
    distance = samples.get("distance_m")
    if distance is not None and np.count_nonzero(~np.isnan(distance)) > 1:
        rows = np.arange(len(distance))
        known = ~np.isnan(distance)
        step_m = np.diff(np.interp(rows, rows[known], distance[known]), prepend=np.nan)
    else:
        lat, lon = samples.get("lat_deg"), samples.get("lon_deg")
        if lat is None or lon is None or np.isnan(lat).all():
            return None
        nowhere = (lat == 0) & (lon == 0)
        step_m = haversine_m(np.where(nowhere, np.nan, lat), np.where(nowhere, np.nan, lon))
        step_m[0] = np.nan
    jump = (step_m < 0) | (step_m > rules.most_speed_mps * np.maximum(duration_s, 1.0))
    notes.add("jump in position", jump)
    step_m = np.where(jump | np.isnan(step_m), 0.0, step_m)
    clock = np.cumsum(duration_s)
    ahead = np.cumsum(np.where(duration_s > 0, step_m, 0.0))
    half = rules.speed_window_s / 2
    early, late = np.maximum(clock - half, 0.0), np.minimum(clock + half, clock[-1])
    span = np.maximum(late - early, 1e-9)
    speed: Floats = (np.interp(late, clock, ahead) - np.interp(early, clock, ahead)) / span
    return speed


def _cadence(
    raw: Floats | None, speed: Floats, duration_s: Floats, rules: CleaningRules, notes: _Notes
) -> Floats:
    """Steps a minute of both feet, NaN where none were measured or they cannot be."""
    if raw is None:
        return np.full(len(speed), np.nan)
    moving = (speed >= rules.least_speed_mps) & (duration_s > 0)
    wrong = _no_steps_of_both_feet(raw, speed, rules)
    notes.add("impossible cadence", wrong & moving)
    cleaned: Floats = np.where(wrong, np.nan, raw)
    return cleaned


def _no_steps_of_both_feet(cadence: Floats, speed: Floats, rules: CleaningRules) -> Bools:
    """Tell what no gait can be: far too few or too many, or few steps that are too long for a walker."""
    low, high = rules.cadence_spm
    too_long = 60.0 * speed > rules.longest_walking_step_m * cadence
    one_foot = (cadence < rules.least_running_cadence_spm) & too_long
    return (cadence < low) | (cadence > high) | one_foot


def _is_walking(speed: Floats, cadence: Floats, gait: GaitRules) -> Bools:
    """Tell walking from running, record by record; where neither is sure, the last sure one holds."""
    unknown = np.isnan(cadence)
    runs = np.where(unknown, speed >= gait.running_from_mps, cadence >= gait.running_from_spm)
    runs |= speed >= gait.surely_running_mps
    walks = np.where(unknown, speed < gait.walking_below_mps, cadence < gait.walking_below_spm) & ~runs
    sure = runs | walks
    if not sure.any():
        walking: Bools = speed < (gait.walking_below_mps + gait.running_from_mps) / 2
        return walking
    last = np.maximum.accumulate(np.where(sure, np.arange(len(speed)), -1))
    # Before the first sure record, the first sure one holds.
    last = np.where(last < 0, int(np.argmax(sure)), last)
    held: Bools = walks[last]
    return held


def _grade(
    activity: Activity, altitude: Floats | None, ahead_m: Floats, rules: CleaningRules, notes: _Notes
) -> tuple[Floats, Ground]:
    """Grade of each record over ``smooth_m`` around its middle, clipped, and where it is from."""
    flat = np.zeros(len(ahead_m) - 1)
    if activity.sub_sport in LEVEL_PLACES:
        return flat, "level"
    if altitude is None:
        return flat, "unknown"
    known = ~np.isnan(altitude)
    if np.count_nonzero(known) < max(rules.least_altitude_share * len(altitude), 2):
        return flat, "unknown"
    end_m = ahead_m[1:]
    height = _without_jumps(altitude[known], end_m[known], rules, notes)
    grade = slope_over(end_m[known], height, (ahead_m[1:] + ahead_m[:-1]) / 2, rules.smooth_m)
    clipped: Floats = np.clip(grade, -rules.clip_grade, rules.clip_grade)
    notes.add("grade clipped", np.abs(grade) > rules.clip_grade)
    return clipped, "measured"


def _without_jumps(altitude: Floats, at_m: Floats, rules: CleaningRules, notes: _Notes) -> Floats:
    """Take the sensor's jumps out of an altitude, so that what follows one stands on what was before it."""
    rise = np.diff(altitude)
    run = np.diff(at_m)
    jump = (np.abs(rise) > rules.altitude_jump_m) & (np.abs(rise) > rules.most_steep * run)
    notes.add("altitude jumps", jump)
    if not jump.any():
        return altitude
    height: Floats = altitude[0] + np.concatenate([[0.0], np.cumsum(np.where(jump, 0.0, rise))])
    return height


def slope_over(at_m: Floats, height_m: Floats, where_m: Floats, length_m: float) -> Floats:
    """Return the mean grade over ``length_m`` around each place; near an end, over what is left of it.

    Args:
        at_m: Distance of each height, not falling, shape (k,).
        height_m: Shape (k,).
        where_m: Shape (m,).
        length_m: Shorter courses are taken as one slope.
    """
    first, last = float(at_m[0]), float(at_m[-1])
    if last - first <= length_m:
        whole = (height_m[-1] - height_m[0]) / (last - first) if last > first else 0.0
        return np.full(len(where_m), whole)
    low = np.clip(where_m - length_m / 2, first, last - length_m)
    rise = np.interp(low + length_m, at_m, height_m) - np.interp(low, at_m, height_m)
    grade: Floats = rise / length_m
    return grade


def _contact(contact_ms: Floats | None, moving: Bools, rules: CleaningRules) -> Floats:
    if contact_ms is None:
        return np.full(int(moving.sum()), np.nan)
    low, high = rules.contact_s
    contact_s = contact_ms[moving] / 1000.0
    believed: Floats = np.where((contact_s >= low) & (contact_s <= high), contact_s, np.nan)
    return believed
