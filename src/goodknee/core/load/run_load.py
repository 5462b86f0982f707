"""The load of one run on each knee, with its two intervals.

Uncertainty is carried as sensitivities: how much the logarithm of a figure moves with each coefficient. The
coefficients are independent priors, so the variance of the logarithm is the sum of (sensitivity times SD)
squared. Two figures of one runner share their coefficients: of their ratio only the differences of the
sensitivities count, which is why comparisons are surer than either figure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from goodknee.core.knowledge.watch import ConventionId, WatchModel
from goodknee.core.load.usual import Usual
from goodknee.core.load.watch_model import RunSums, prior_cadence
from goodknee.core.model import Floats

#: Half of an 80 % interval in standard deviations.
Z_80: Final = 1.2815515655446004
#: What all runs of a runner share, beside the coefficients themselves: how unsure the own usual is.
OF_THE_UNIT: Final = frozenset({"usual_cadence", "usual_speed"})

Sensitivities = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A figure with its 80 % intervals: absolute, and of this runner against themself."""

    value: float
    low: float
    high: float
    low_relative: float
    high_relative: float

    def times(self, factor: float) -> Value:
        """Return the figure in another unit."""
        return Value(
            value=factor * self.value,
            low=factor * self.low,
            high=factor * self.high,
            low_relative=factor * self.low_relative,
            high_relative=factor * self.high_relative,
        )

    def as_change_pct(self) -> Value:
        """Return a ratio as a change in per cent."""
        return Value(
            value=100.0 * (self.value - 1.0),
            low=100.0 * (self.low - 1.0),
            high=100.0 * (self.high - 1.0),
            low_relative=100.0 * (self.low_relative - 1.0),
            high_relative=100.0 * (self.high_relative - 1.0),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLoad:
    """What a run puts on each knee, with what each figure depends on.

    Attributes:
        impulse_bw_s: Sum over the steps of one knee.
        steps_per_knee: Walking steps included.
        ln_peak: Mean ln of the peak per running step (walking step without running).
        of_impulse: Sensitivities of ln impulse.
        of_km: Sensitivities of ln impulse per distance.
        of_peak: Sensitivities of ln peak.
    """

    impulse_bw_s: float
    distance_m: float
    steps_per_knee: float
    ln_peak: float
    of_impulse: Sensitivities
    of_km: Sensitivities
    of_peak: Sensitivities

    @property
    def peak_bw(self) -> float:
        """Peak of a typical step: the geometric mean."""
        return math.exp(self.ln_peak)


@dataclass(frozen=True, slots=True, kw_only=True)
class EasyKm:
    """What one flat km at the runner's own easy pace and usual steps puts on each knee."""

    impulse_bw_s: float
    of_impulse: Sensitivities
    of_peak: Sensitivities


def load_of(sums: RunSums, usual: Usual, model: WatchModel, *, convention: ConventionId = "net") -> RunLoad:
    """Return the load of a run by a runner with these usual steps.

    Args:
        sums: The run, added up.
        usual: The runner's own usual; its steps take the place of the pack's.
        model: The pack's coefficients.
        convention: "net" is comparable with the literature; "co-contraction" adds what the hamstrings and the
            calf ask of the quadriceps. Never compare one with the other.
    """
    rule = model.running
    factors = model.convention(convention)
    anchor = math.log(usual.anchor_cadence_spm / prior_cadence(model))
    recent = math.log(usual.cadence_spm / prior_cadence(model))
    # A run without steps is run with the usual ones of today.
    stand_in = 0.0 if sums.cadence_known else recent
    off = stand_in - anchor
    ran = sums.running_bw_s * factors.impulse * math.exp(rule.impulse_cadence.mean * off + stand_in)
    walked = sums.walking_bw_s
    running_steps = sums.running_steps * math.exp(stand_in)
    ln_peak = sums.ln_peak
    if sums.running_steps:
        ln_peak += math.log(factors.peak) + rule.peak_cadence.mean * off
    share = ran / (ran + walked)
    of_km, of_peak = _of_km(sums, share, off, model), _of_peak(sums, off, model)
    extra = 1.0 + rule.km_speed.mean
    in_total = 0.0 if sums.speed_known else extra
    return RunLoad(
        impulse_bw_s=ran + walked,
        distance_m=sums.distance_m,
        steps_per_knee=(running_steps + sums.walking_steps) / 2,
        ln_peak=ln_peak,
        of_impulse={**of_km, "speed_unknown": in_total},
        of_km=of_km,
        of_peak=of_peak,
    )


def _of_km(sums: RunSums, share: float, off: float, model: WatchModel) -> Sensitivities:
    rule = model.running
    mean, known = sums.by_load, sums.cadence_known
    exponent = 1.0 + rule.impulse_cadence.mean
    shoe = f"shoe.{sums.style.shoe}"
    slope_down, unknown = model.walking.slope_down, sums.ground == "unknown"
    level = share * math.hypot(rule.slope.mean, rule.slope.sd) + (1 - share) * abs(slope_down.mean)
    return {
        "running": share,
        "walking": 1 - share,
        "km_speed": share * mean["speed"],
        "cadence_speed": -share * exponent * mean["speed"] if known else 0.0,
        "impulse_cadence": share * (mean["cadence"] + off),
        "slope": share * mean["slope"],
        "steep": share * (model.priors.steep_share_unknown if unknown else mean["steep"]),
        "slope_down": (1 - share) * mean["slope_down"],
        "slope_up": (1 - share) * mean["slope_up"],
        "lean": share * sums.style.lean_deg,
        "forefoot_impulse": share * sums.style.forefoot,
        shoe: share if sums.style.shoe else 0.0,
        "within_runner": 1.0,
        "usual_cadence": share * (-rule.impulse_cadence.mean if known else 1.0),
        "cadence_unknown": 0.0 if known else share * exponent,
        "cadence_far": 0.0 if known else share,
        "speed_unknown": 0.0 if sums.speed_known else rule.km_speed.mean,
        "speed_far": 0.0 if sums.speed_known else 1.0,
        "grade_unknown": share * rule.slope.mean + (1 - share) * slope_down.mean if unknown else 0.0,
        "grade_far": share if unknown else 0.0,
        "walking_grade_far": 1 - share if unknown else 0.0,
        "grade_level": level if sums.ground == "level" else 0.0,
        "coverage_unknown": 1.0 - 1.0 / sums.covers,
    }


def _of_peak(sums: RunSums, off: float, model: WatchModel) -> Sensitivities:
    rule, mean, known = model.running, sums.by_step, sums.cadence_known
    unknown = sums.ground == "unknown"
    if not sums.running_steps:
        return {
            "walking_peak": 1.0,
            "slope_down": sums.by_load["slope_down"],
            "slope_up": sums.by_load["slope_up"],
            "within_runner": 1.0,
            "grade_unknown": model.walking.slope_down.mean if unknown else 0.0,
            "walking_grade_far": 1.0 if unknown else 0.0,
        }
    return {
        "running_peak": 1.0,
        "peak_speed": mean["speed"],
        "peak_speed_plateau": mean["plateau"],
        "cadence_speed": -rule.peak_cadence.mean * mean["ln_speed"] if known else 0.0,
        "peak_cadence": mean["cadence"] + off,
        "slope": mean["slope"],
        "steep": model.priors.steep_share_unknown if unknown else mean["steep"],
        "lean": sums.style.lean_deg,
        "forefoot_peak": float(sums.style.forefoot),
        f"shoe.{sums.style.shoe}": 1.0 if sums.style.shoe else 0.0,
        "within_runner": 1.0,
        "usual_cadence": -rule.peak_cadence.mean if known else 0.0,
        "cadence_unknown": 0.0 if known else rule.peak_cadence.mean,
        "peak_cadence_far": 0.0 if known else 1.0,
        "speed_unknown": 0.0 if sums.speed_known else rule.peak_speed.mean,
        "peak_speed_far": 0.0 if sums.speed_known else 1.0,
        "grade_unknown": rule.slope.mean if unknown else 0.0,
        "grade_far": 1.0 if unknown else 0.0,
        "grade_level": math.hypot(rule.slope.mean, rule.slope.sd) if sums.ground == "level" else 0.0,
    }


def easy_km(usual: Usual, model: WatchModel, *, convention: ConventionId = "net") -> EasyKm:
    """Return what one flat km at the runner's easy pace and usual steps of today puts on each knee."""
    rule = model.running
    ln_speed = math.log(usual.speed_mps / rule.speed_ref_mps)
    off = math.log(usual.cadence_spm / usual.anchor_cadence_spm)
    per_km = (
        rule.impulse_bw_s.mean
        * model.convention(convention).impulse
        * usual.cadence_spm
        / (120.0 * rule.speed_ref_mps)
        * math.exp(rule.km_speed.mean * ln_speed + rule.impulse_cadence.mean * off)
        * 1000.0
    )
    plateau = math.log(rule.plateau_from_mps / rule.speed_ref_mps)
    return EasyKm(
        impulse_bw_s=per_km,
        of_impulse={
            "running": 1.0,
            "km_speed": ln_speed,
            "impulse_cadence": off,
            "usual_cadence": 1.0,
            "usual_speed": rule.km_speed.mean,
        },
        of_peak={
            "running_peak": 1.0,
            "peak_speed": min(ln_speed, plateau),
            "peak_speed_plateau": max(ln_speed - plateau, 0.0),
            "peak_cadence": off,
        },
    )


def spreads(usual: Usual, model: WatchModel) -> dict[str, float]:
    """Return the standard deviation of every name that a sensitivity may have."""
    run, walk, priors = model.running, model.walking, model.priors
    far = priors.farthest
    return {
        "running": run.impulse_bw_s.sd_ln,
        "running_peak": run.peak_bw.sd_ln,
        "walking": walk.impulse_bw_s.sd_ln,
        "walking_peak": walk.peak_bw.sd_ln,
        "km_speed": run.km_speed.sd,
        "peak_speed": run.peak_speed.sd,
        "peak_speed_plateau": run.peak_speed_plateau.sd,
        "cadence_speed": run.cadence_speed.sd,
        "impulse_cadence": run.impulse_cadence.sd,
        "peak_cadence": run.peak_cadence.sd,
        "slope": run.slope.sd,
        "steep": run.steep.sd,
        "slope_down": walk.slope_down.sd,
        "slope_up": walk.slope_up.sd,
        "lean": run.lean.sd,
        "forefoot_peak": run.forefoot_peak.sd,
        "forefoot_impulse": run.forefoot_impulse.sd,
        "within_runner": run.within_runner.sd,
        "usual_cadence": usual.cadence_sd_ln,
        "usual_speed": usual.speed_sd_ln,
        "cadence_far": far.cadence_ln * run.impulse_cadence.sd,
        "peak_cadence_far": far.cadence_ln * run.peak_cadence.sd,
        "speed_far": far.speed_ln * run.km_speed.sd,
        "peak_speed_far": math.hypot(
            far.speed_ln * run.peak_speed.sd, far.fast_ln * run.peak_speed_plateau.sd
        ),
        "grade_far": far.grade_pct * run.slope.sd,
        "walking_grade_far": far.grade_pct * max(walk.slope_down.sd, walk.slope_up.sd),
        "cadence_unknown": priors.cadence_unknown.sd,
        "speed_unknown": priors.speed_unknown.sd,
        "grade_unknown": priors.grade_unknown.sd,
        "grade_level": priors.grade_level.sd,
        "coverage_unknown": priors.coverage_unknown.sd,
        "shoe.None": 0.0,
        **{f"shoe.{shoe.id}": shoe.sd for shoe in model.shoes},
    }


def difference(one: Sensitivities, other: Sensitivities) -> Sensitivities:
    """Return the sensitivities of ln of a ratio."""
    found = dict(one)
    for name, each in other.items():
        found[name] = found.get(name, 0.0) - each
    return found


def rows_of(of: Sequence[dict[str, float]], names: Sequence[str]) -> Floats:
    """Return sensitivities or spreads as rows of numbers, shape (n, names); 0 where a name is not there."""
    none = dict.fromkeys(names, 0.0)
    return np.array([list((none | each).values()) for each in of])


def value_of(value: float, *, of: Sensitivities, relative: Sensitivities, sd: dict[str, float]) -> Value:
    """Return one figure with its 80 % intervals; see :func:`values_of`."""
    names = tuple(sd)
    of_, relative_, sd_ = (rows_of([each], names) for each in (of, relative, sd))
    return values_of(np.array([value]), of=of_, relative=relative_, sd=sd_, names=names)[0]


def values_of(
    values: Floats, *, of: Floats, relative: Floats, sd: Floats, names: Sequence[str]
) -> list[Value]:
    """Return figures with their 80 % intervals, log-normal around them.

    Args:
        values: The figures themselves, their middles, shape (n,).
        of: Sensitivities of their logarithms, shape (n, names).
        relative: Those of their ratios to this runner's own easy running, shape (n, names); how unsure the
            unit is does not count.
        sd: Of every coefficient, shape (n, names).
        names: Of the coefficients.
    """
    counts = np.array([name not in OF_THE_UNIT for name in names], dtype=np.float64)
    wide = np.exp(Z_80 * np.sqrt(np.square(of * sd).sum(axis=1)))
    narrow = np.exp(Z_80 * np.sqrt(np.square(relative * sd * counts).sum(axis=1)))
    # A walk shares little with easy running: knowing the runner does not help there, and does no harm.
    narrow = np.minimum(narrow, wide)
    bounds = (values, values / wide, values * wide, values / narrow, values * narrow)
    return [
        Value(value=value, low=low, high=high, low_relative=own_low, high_relative=own_high)
        for value, low, high, own_low, own_high in zip(*(each.tolist() for each in bounds), strict=True)
    ]
