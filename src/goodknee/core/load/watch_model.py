"""The watch model: load of the kneecap joint from speed, steps and slope.

Every running step has a peak P and an impulse I (body weights, body weights times seconds; one knee):

    ln P = ln P0 + a ln(v/v0) + b ln(c/c0) + s g + lean + strike + shoe
    ln I = ln I0 + e ln(v/v0) + d ln(c/c0) + s g + lean + strike + shoe

with speed v, steps per minute c, the runner's own usual steps c0 at that speed, and grade g in per cent. All
numbers come from ``coefficients/watch.yaml``; equations and sources are told in docs/why/watch-model.md.
:func:`sum_up` is the one forward model: of recorded runs, of the same run otherwise, and of planned routes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from goodknee.core.knowledge.watch import WatchModel
from goodknee.core.load.course import Bools, Course, Ground
from goodknee.core.load.shapley import shapley
from goodknee.core.model import Floats

#: ln of a running step's peak in body weights, in bins, so that percentiles of years need no samples.
PEAK_BIN: Final = 0.02
LOWEST_PEAK: Final = math.log(0.2)
PEAK_BINS: Final = 230
#: Names of the sums that stand together; see :class:`RunSums`.
BY_LOAD: Final = ("speed", "cadence", "slope", "steep", "slope_down", "slope_up")
BY_STEP: Final = ("ln_speed", "speed", "plateau", "cadence", "slope", "steep")
PARTS: Final = ("speed", "cadence", "slope", "walking")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How the run is run beside what a watch sees; the default is the runner's own way.

    Attributes:
        lean_deg: Forward lean of the trunk, more than usual.
        forefoot: From a rearfoot to a forefoot strike.
        shoe: Id of a kind of shoe in the pack; None for the usual one.
    """

    lean_deg: float = 0.0
    forefoot: bool = False
    shoe: str | None = None


#: The runner's own way.
OWN_STYLE: Final = Style()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundForces:
    """What the ground bears, at right angles to it, per running step; 0 without running.

    Attributes:
        impulse_bw_s: Mean impulse, exact.
        peak_bw: Mean peak.
        contact_measured: Share of the running with measured contact time.
    """

    impulse_bw_s: float
    peak_bw: float
    contact_measured: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSums:
    """All that the ledger keeps of one run; it does not depend on any other run.

    Steps are taken against the pack's usual steps here; ``run_load.load_of`` puts the runner's own in their
    place.

    Attributes:
        running_s: Time running; ``walking_s``: walking. Standing is in neither.
        running_steps: Steps of both feet while running.
        walking_steps: Steps of both feet while walking.
        running_bw_s: Impulse of each knee while running.
        walking_bw_s: Impulse of each knee while walking.
        by_load: Means over the running, weighted by load: speed (ln of v/v0), cadence (ln of c/c0), slope
            (per cent), steep (share), and of the walking: slope_down, slope_up.
        by_step: Means over the running steps: speed, plateau, cadence, slope, steep.
        ln_peak: Mean ln of the peak of a running step; of a walking step when there is no running.
        peaks: Running steps by ln of their peak, shape (PEAK_BINS,).
        parts: How far speed, cadence, slope and walking move ln of the load per distance.
        flat_ln_speed: Middle ln of speed while running on the flat; NaN without running.
        ln_cadence: Middle ln of the steps at v0; NaN when not measured.
        mean_speed_mps: While running, else walking.
        ground: Where the grade is from.
        ground_forces: What the ground bears.
    """

    distance_m: float
    course_m: float
    running_s: float
    walking_s: float
    running_steps: float
    walking_steps: float
    running_bw_s: float
    walking_bw_s: float
    by_load: Mapping[str, float]
    by_step: Mapping[str, float]
    ln_peak: float
    peaks: Floats
    parts: Mapping[str, float]
    style: Style
    ground: Ground
    speed_known: bool
    cadence_known: bool
    covers: float
    flat_ln_speed: float
    ln_cadence: float
    mean_speed_mps: float
    ground_forces: GroundForces


@dataclass(frozen=True, slots=True)
class _Steps:
    """The stretches of a course as the model's terms, shape (m,) each; running and walking apart."""

    ln_speed: Floats
    off_cadence: Floats  # ln of steps per minute against the pack's usual at that speed
    steps: Floats  # of both feet
    slope_pct: Floats
    steep: Floats
    metres: Floats


def prior_cadence(model: WatchModel) -> float:
    """Return the pack's usual steps per minute at ``speed_ref_mps``."""
    ratio = model.running.speed_ref_mps / model.priors.cadence_at_mps
    return float(model.priors.cadence_spm.mean * ratio**model.running.cadence_speed.mean)


def prior_per_metre(model: WatchModel) -> float:
    """Return the impulse per metre and knee of flat running at v0 with the pack's usual steps."""
    rule = model.running
    return rule.impulse_bw_s.mean * prior_cadence(model) / (120.0 * rule.speed_ref_mps)


def step_impulse_bw_s(step_time_s: Floats, grade: Floats) -> Floats:
    """Return the impulse of the ground at right angles to it, per step: exact for steady running.

    Args:
        step_time_s: From one foot's contact to the other's, shape (m,).
        grade: Rise over run, shape (m,).
    """
    cosine_of_slope = 1.0 / np.sqrt(1.0 + grade * grade)
    impulse: Floats = step_time_s * cosine_of_slope
    return impulse


def contact_time_s(speed_mps: Floats, measured_s: Floats, model: WatchModel) -> Floats:
    """Return the contact time of each stretch: measured, else the prior at its speed."""
    force = model.ground_force
    prior = force.contact_s.mean * speed_mps**force.contact_speed.mean
    return np.where(np.isnan(measured_s), prior, measured_s)


def ground_peak_bw(impulse_bw_s: Floats, contact_s: Floats, model: WatchModel) -> Floats:
    """Return the peak force of the ground at right angles to it, of a half-sine with this impulse."""
    peak: Floats = model.ground_force.peak_shape.mean * math.pi / 2 * impulse_bw_s / contact_s
    return peak


def sum_up(course: Course, model: WatchModel, *, style: Style = OWN_STYLE) -> RunSums:
    """Run the forward model over a course and add it up; one pass over the stretches."""
    running = ~course.walking
    run, ln_cadence = _running_steps(course, model)
    walk = _walking_steps(course, model)
    per_step = _running_impulse(run, style, model)
    of_run = run.steps / 2 * per_step
    of_walk = walk.steps / 2 * _walking_impulse(walk, model)
    ln_peak = _ln_running_peak(run, style, model)
    ran, walked = float(of_run.sum()), float(of_walk.sum())
    steps = float(run.steps.sum())
    return RunSums(
        distance_m=course.distance_m,
        course_m=course.covers * float((course.speed_mps * course.duration_s).sum()),
        running_s=course.covers * float(course.duration_s[running].sum()),
        walking_s=course.covers * float(course.duration_s[course.walking].sum()),
        running_steps=course.covers * steps,
        walking_steps=course.covers * float(walk.steps.sum()),
        running_bw_s=course.covers * ran,
        walking_bw_s=course.covers * walked,
        by_load={
            "speed": _mean(run.ln_speed, of_run),
            "cadence": _mean(run.off_cadence, of_run),
            "slope": _mean(run.slope_pct, of_run),
            "steep": _mean(run.steep, of_run),
            "slope_down": _mean(np.minimum(walk.slope_pct, 0.0), of_walk),
            "slope_up": _mean(np.maximum(walk.slope_pct, 0.0), of_walk),
        },
        by_step={
            "ln_speed": _mean(run.ln_speed, run.steps),
            "speed": _mean(_below_plateau(run.ln_speed, model), run.steps),
            "plateau": _mean(_above_plateau(run.ln_speed, model), run.steps),
            "cadence": _mean(run.off_cadence, run.steps),
            "slope": _mean(run.slope_pct, run.steps),
            "steep": _mean(run.steep, run.steps),
        },
        ln_peak=_mean(ln_peak, run.steps) if steps else _mean(_ln_walking_peak(walk, model), walk.steps),
        peaks=_binned(ln_peak, course.covers * run.steps),
        parts=_parts(run, walk, of_walk, model),
        style=style,
        ground=course.ground,
        speed_known=course.speed_known,
        cadence_known=course.cadence_known,
        covers=course.covers,
        flat_ln_speed=_flat_ln_speed(course.speed_mps[running], course.grade[running], model),
        ln_cadence=ln_cadence,
        mean_speed_mps=_mean_speed(course, running if steps else course.walking),
        ground_forces=_ground(course, running, run, model),
    )


def _mean_speed(course: Course, rows: Bools) -> float:
    return _mean(course.speed_mps[rows], course.duration_s[rows])


def _flat_ln_speed(speed_mps: Floats, grade: Floats, model: WatchModel) -> float:
    """Middle ln of speed on the flat; of the whole where hardly any is flat; NaN without running."""
    flat = np.abs(grade) <= model.usual.flat_grade
    if np.count_nonzero(flat) < model.usual.flat_share * len(flat):
        flat = np.ones_like(flat)
    return _middle(np.log(speed_mps[flat])) if flat.any() else math.nan


def _ground(course: Course, rows: Bools, run: _Steps, model: WatchModel) -> GroundForces:
    """Add up the force of the ground over the running steps; it does not enter the knee's figures."""
    step_s = course.duration_s[rows] / np.maximum(run.steps, 1e-12)
    grade, contact = course.grade[rows], course.contact_s[rows]
    contact_s = contact_time_s(course.speed_mps[rows], contact, model)
    measured = ~np.isnan(contact)
    impulse = step_impulse_bw_s(step_s, grade)
    return GroundForces(
        impulse_bw_s=_mean(impulse, run.steps),
        peak_bw=_mean(ground_peak_bw(impulse, contact_s, model), run.steps),
        contact_measured=float(measured.mean()) if len(measured) else 0.0,
    )


def _running_steps(course: Course, model: WatchModel) -> tuple[_Steps, float]:
    running = ~course.walking
    ln_speed = np.log(course.speed_mps[running] / model.running.speed_ref_mps)
    usual = math.log(prior_cadence(model)) + model.running.cadence_speed.mean * ln_speed
    off = np.log(course.cadence_spm[running]) - usual
    known = ~np.isnan(off) & course.cadence_known
    own = _middle(off[known]) if known.any() else math.nan
    # Records without steps are taken to have this run's own, a run without any the usual ones.
    off = np.where(known, off, 0.0 if math.isnan(own) else own)
    steps = course.duration_s[running] * np.exp(usual + off) / 60.0
    return _terms(course, running, ln_speed, off, steps, model), own + math.log(prior_cadence(model))


def _walking_steps(course: Course, model: WatchModel) -> _Steps:
    walking, rule = course.walking, model.walking
    speed = course.speed_mps[walking]
    cadence = course.cadence_spm[walking]
    usual = rule.cadence_spm.mean * (speed / rule.cadence_at_mps) ** rule.cadence_speed
    cadence = np.where(np.isnan(cadence), usual, cadence)
    steps = course.duration_s[walking] * cadence / 60.0
    return _terms(course, walking, np.log(speed), np.zeros_like(speed), steps, model)


def _terms(
    course: Course, rows: Bools, ln_speed: Floats, off: Floats, steps: Floats, model: WatchModel
) -> _Steps:
    grade = course.grade[rows]
    return _Steps(
        ln_speed=ln_speed,
        off_cadence=off,
        steps=steps,
        slope_pct=100.0 * grade,
        steep=(np.abs(grade) > model.cleaning.steep_from_grade).astype(np.float64),
        metres=course.speed_mps[rows] * course.duration_s[rows],
    )


def _style_ln(style: Style, forefoot: float, model: WatchModel) -> float:
    shoe = model.shoe_by_id[style.shoe].mean if style.shoe else 0.0
    return model.running.lean.mean * style.lean_deg + (forefoot if style.forefoot else 0.0) + shoe


def _running_impulse(run: _Steps, style: Style, model: WatchModel) -> Floats:
    """Impulse per step and knee, body weights times seconds."""
    rule = model.running
    ln = (
        rule.step_speed * run.ln_speed
        + rule.impulse_cadence.mean * run.off_cadence
        + rule.slope.mean * run.slope_pct
        + _style_ln(style, rule.forefoot_impulse.mean, model)
    )
    return rule.impulse_bw_s.mean * np.exp(ln)


def _ln_running_peak(run: _Steps, style: Style, model: WatchModel) -> Floats:
    rule = model.running
    return (
        math.log(rule.peak_bw.mean)
        + rule.peak_speed.mean * _below_plateau(run.ln_speed, model)
        + rule.peak_speed_plateau.mean * _above_plateau(run.ln_speed, model)
        + rule.peak_cadence.mean * run.off_cadence
        + rule.slope.mean * run.slope_pct
        + _style_ln(style, rule.forefoot_peak.mean, model)
    )


def _plateau(model: WatchModel) -> float:
    return math.log(model.running.plateau_from_mps / model.running.speed_ref_mps)


def _below_plateau(ln_speed: Floats, model: WatchModel) -> Floats:
    return np.minimum(ln_speed, _plateau(model))


def _above_plateau(ln_speed: Floats, model: WatchModel) -> Floats:
    return np.maximum(ln_speed - _plateau(model), 0.0)


def _walking_slope(slope_pct: Floats, model: WatchModel) -> Floats:
    rule = model.walking
    down, up = np.minimum(slope_pct, 0.0), np.maximum(slope_pct, 0.0)
    return rule.slope_down.mean * down + rule.slope_up.mean * up


def _walking_impulse(walk: _Steps, model: WatchModel) -> Floats:
    return model.walking.impulse_bw_s.mean * np.exp(_walking_slope(walk.slope_pct, model))


def _ln_walking_peak(walk: _Steps, model: WatchModel) -> Floats:
    return math.log(model.walking.peak_bw.mean) + _walking_slope(walk.slope_pct, model)


def _mean(values: Floats, weights: Floats) -> float:
    total = float(weights.sum())
    return float(values @ weights) / total if total > 0 else 0.0


def _middle(values: Floats) -> float:
    """Return the median; NumPy's own takes several times as long for the records of one run."""
    half = len(values) // 2
    parted = np.partition(values, half)
    if len(values) % 2:
        return float(parted[half])
    return float(parted[:half].max() + parted[half]) / 2


def _binned(ln_peak: Floats, steps: Floats) -> Floats:
    rows = np.clip((ln_peak - LOWEST_PEAK) / PEAK_BIN, 0, PEAK_BINS - 1).astype(np.intp)
    counts: Floats = np.bincount(rows, weights=steps, minlength=PEAK_BINS).astype(np.float64)
    return counts


def _parts(run: _Steps, walk: _Steps, of_walk: Floats, model: WatchModel) -> Mapping[str, float]:
    """Split ln of load per distance, against flat running at v0 with usual steps, fairly between its causes.

    Each cause is taken away and put back in every order (Shapley), so that the parts sum to the whole.
    """
    rule = model.running
    per_metre = prior_per_metre(model)
    by_speed = np.exp(rule.km_speed.mean * run.ln_speed)
    by_cadence = np.exp((1.0 + rule.impulse_cadence.mean) * run.off_cadence)
    by_slope = np.exp(rule.slope.mean * run.slope_pct)
    with_speed = run.metres * by_speed
    ways = (run.metres, run.metres * by_cadence, with_speed, with_speed * by_cadence)
    # Axes: speed, cadence, slope, and for both gaits slope, walking.
    ran = per_metre * np.array([(float(way.sum()), float(way @ by_slope)) for way in ways]).reshape(2, 2, 2)
    walk_slope = np.exp(rule.slope.mean * walk.slope_pct)
    level_walk = of_walk / np.exp(_walking_slope(walk.slope_pct, model))
    walked = np.array(
        [
            [per_metre * float(walk.metres.sum()), float(level_walk.sum())],
            [per_metre * float(walk.metres @ walk_slope), float(of_walk.sum())],
        ]
    )
    shares = shapley(np.log(ran[..., None] + walked))
    return dict(zip(PARTS, shares.tolist(), strict=True))
