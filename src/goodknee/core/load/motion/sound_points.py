"""Are a trial's clock and points sound: what can be mended is mended with a note, the rest is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from goodknee.core.knowledge.lab import TrialLimits
from goodknee.core.load.motion.planar_dynamics import knee_flexion_deg
from goodknee.core.load.motion.trial import ANKLE, HEEL, HIP, KNEE, MTP, POINTS, SIDES, Trial
from goodknee.core.model import Floats
from goodknee.errors import ReadError

_LEFT, _RIGHT = range(len(SIDES))


def with_sound_points(trial: Trial, limits: TrialLimits) -> tuple[Trial, slice]:
    """Return the trial without gaps, facing x, and the rows of it that are kept.

    Raises:
        ReadError: The clock jumps, points are missing for too long, or lengths are not those of a leg.
    """
    _check_clock(trial, limits)
    rows = _measured_rows(trial)
    trial = replace(
        trial,
        **{
            name: getattr(trial, name)[rows]
            for name in ("time_s", "points_m", "force_n", "moment_nm", "knee_flexion_deg")
        },
        notes=(*trial.notes, *_trim_notes(trial, rows)),
    )
    if len(trial.time_s) < limits.rows_at_least:
        raise _too_few(trial, limits)
    trial = _without_gaps(trial, limits)
    trial = _with_legs_of_a_person(trial, limits)
    return _with_sound_flexion(_facing_x(_named_right(trial), limits), limits), rows


def _check_clock(trial: Trial, limits: TrialLimits) -> None:
    if len(trial.time_s) < limits.rows_at_least:
        raise _too_few(trial, limits)
    steps = np.diff(trial.time_s)
    usual = float(np.median(steps))
    uneven = ~(np.abs(steps - usual) <= limits.uneven_clock * usual) | ~(steps > 0)
    if usual > 0 and not uneven.any():
        return
    at = int(np.argmax(uneven))
    raise ReadError(
        f"The time steps are uneven: {trial.time_s[at]:g} s is followed by {trial.time_s[at + 1]:g} s.",
        where=f"{trial.file}, row {at + 2}",
        next_step="Export the trial again with every row, at one rate.",
    )


def _too_few(trial: Trial, limits: TrialLimits) -> ReadError:
    return ReadError(
        f"{len(trial.time_s)} rows are too few. A trial needs {limits.rows_at_least}.",
        where=trial.file,
        next_step="Export a longer part of the trial.",
    )


def _measured_rows(trial: Trial) -> slice:
    """Return the rows from the first to the last at which every point and force has been seen."""
    seen = np.isfinite(trial.points_m).all(axis=3).reshape(len(trial.time_s), -1)
    forces = np.isfinite(trial.force_n + trial.moment_nm).all(axis=2)
    columns = np.concatenate([seen, forces], axis=1)
    ever = [bool(column.any()) for column in columns.T]
    if not all(ever):
        names = [f"{side} {point}" for side in SIDES for point in POINTS]
        names += [f"{side} force" for side in SIDES]
        never = ", ".join(name for name, seen_once in zip(names, ever, strict=True) if not seen_once)
        raise ReadError(
            f"Some columns hold no value at all: {never}.",
            where=trial.file,
            next_step="Export the trial with these columns filled.",
        )
    first = int(np.argmax(columns, axis=0).max())
    last = len(columns) - int(np.argmax(columns[::-1], axis=0).max())
    return slice(first, max(first, last))


def _trim_notes(trial: Trial, rows: slice) -> Iterator[str]:
    lost = len(trial.time_s) - (rows.stop - rows.start)
    if lost:
        yield f"{lost} rows at the ends lack a point or a force and were left out."


def _without_gaps(trial: Trial, limits: TrialLimits) -> Trial:
    rows = len(trial.time_s)
    columns = np.concatenate(
        [
            trial.points_m.reshape(rows, -1),
            trial.force_n.reshape(rows, -1),
            trial.moment_nm.reshape(rows, -1),
        ],
        axis=1,
    )
    missing = ~np.isfinite(columns)
    if not missing.any():
        return trial
    names = [name for side in SIDES for point in POINTS for name in (f"{side} {point}",) * 3]
    names += [f"{side} force" for _ in range(2) for side in SIDES for _ in range(3)]
    filled = columns.copy()
    mended: dict[str, int] = {}
    for column in np.flatnonzero(missing.any(axis=0)):
        for gap in _runs(missing[:, column]):
            length = gap.stop - gap.start
            if length / trial.rate_hz > limits.gap_s:
                raise _gap_too_long(trial, names[column], gap, limits)
            mended[names[column]] = max(length, mended.get(names[column], 0))
            filled[gap, column] = _through_neighbours(columns[:, column], gap)
    points = len(POINTS) * 3 * len(SIDES)
    said = ", ".join(f"{name} (up to {length} rows)" for name, length in mended.items())
    return replace(
        trial,
        points_m=filled[:, :points].reshape(trial.points_m.shape),
        force_n=filled[:, points : points + 6].reshape(trial.force_n.shape),
        moment_nm=filled[:, points + 6 :].reshape(trial.moment_nm.shape),
        notes=(*trial.notes, f"Short gaps were filled: {said}."),
    )


def _gap_too_long(trial: Trial, name: str, gap: slice, limits: TrialLimits) -> ReadError:
    begins, ends = trial.time_s[gap.start], trial.time_s[gap.stop - 1]
    return ReadError(
        f"The {name} is missing from {begins:g} s to {ends:g} s. Gaps up to {limits.gap_s:g} s are filled.",
        where=trial.file,
        next_step="Fill the gap in your motion software, or export the part before or after it.",
    )


def _runs(mask: NDArray[np.bool_]) -> Iterator[slice]:
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    for start, stop in edges.reshape(-1, 2).tolist():
        yield slice(start, stop)


def _through_neighbours(column: Floats, gap: slice) -> Floats:
    """Return a cubic through the two nearest values on each side; fewer there, and it is a lower curve."""
    known = np.flatnonzero(np.isfinite(column))
    near = np.concatenate([known[known < gap.start][-2:], known[known >= gap.stop][:2]])
    middle = float(near.mean())
    curve = np.polyfit(near - middle, column[near], len(near) - 1)
    filled: Floats = np.polyval(curve, np.arange(gap.start, gap.stop) - middle).astype(np.float64)
    return filled


def _with_legs_of_a_person(trial: Trial, limits: TrialLimits) -> Trial:
    shortest, longest = limits.length_m
    notes = list(trial.notes)
    for leg, side in enumerate(SIDES):
        for name, upper, lower in (("thigh", HIP, KNEE), ("shank", KNEE, ANKLE)):
            along = trial.points_m[:, leg, upper] - trial.points_m[:, leg, lower]
            short, middle, long = np.percentile(np.linalg.norm(along, axis=1), (5, 50, 95)).tolist()
            if not shortest <= middle <= longest:
                raise ReadError(
                    f"The {side} {name} would be {middle:.3g} m long.",
                    where=trial.file,
                    next_step="Check that the points are joint centres, in metres.",
                )
            if long - short > limits.length_change_m:
                notes.append(f"The {side} {name} changes its length by {100 * (long - short):.0f} cm.")
    return replace(trial, notes=tuple(notes))


def _named_right(trial: Trial) -> Trial:
    """Swap the legs' points when the right hip lies to the left of where the feet point."""
    feet = (trial.points_m[:, :, MTP] - trial.points_m[:, :, HEEL]).mean(axis=(0, 1))
    hips = (trial.points_m[:, _RIGHT, HIP] - trial.points_m[:, _LEFT, HIP]).mean(axis=0)
    to_the_right = feet[0] * hips[2] - feet[2] * hips[0]
    if to_the_right >= 0:
        return trial
    return replace(
        trial,
        points_m=trial.points_m[:, ::-1],
        knee_flexion_deg=trial.knee_flexion_deg[:, ::-1],
        notes=(*trial.notes, "The points of left and right were swapped: the right hip lay to the left."),
    )


def _facing_x(trial: Trial, limits: TrialLimits) -> Trial:
    """Turn a trial about the upright so that the person faces x, when they face well away from it."""
    across = (trial.points_m[:, _RIGHT, HIP] - trial.points_m[:, _LEFT, HIP]).mean(axis=0)
    turned = float(np.arctan2(-across[0], across[2]))
    if abs(np.degrees(turned)) <= limits.turned_deg:
        return trial
    cos, sin = np.cos(turned), np.sin(turned)
    turn = np.array([[cos, 0.0, sin], [0.0, 1.0, 0.0], [-sin, 0.0, cos]])
    return replace(
        trial,
        points_m=trial.points_m @ turn.T,
        force_n=trial.force_n @ turn.T,
        moment_nm=trial.moment_nm @ turn.T,
        notes=(*trial.notes, f"The person faced {abs(np.degrees(turned)):.0f}° away from x and was turned."),
    )


def _with_sound_flexion(trial: Trial, limits: TrialLimits) -> Trial:
    """Turn the sign of flexion angles that count down, and drop those that the points contradict."""
    given = trial.knee_flexion_deg
    if np.isnan(given).all():
        return trial
    seen = knee_flexion_deg(np.moveaxis(trial.points_m[..., :2], 1, -1))
    if _usual_gap(given, seen) <= limits.flexion_off_deg:
        return trial
    if _usual_gap(-given, seen) <= limits.flexion_off_deg:
        said = "The knee flexion angles count down. Their sign was turned."
        return replace(trial, knee_flexion_deg=-given, notes=(*trial.notes, said))
    said = "The knee flexion angles do not fit the joint centres, which were taken in their place."
    return replace(trial, knee_flexion_deg=np.full_like(given, np.nan), notes=(*trial.notes, said))


def _usual_gap(one: Floats, other: Floats) -> float:
    return float(np.nanmedian(np.abs(one - other)))
