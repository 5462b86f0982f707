"""The same run, run otherwise: a change of what goes into the model, put through the same forward model.

Peak per step and total of the run are different questions, and often point opposite ways, so both are told.
Everything that the two runs share cancels, the runner above all; what is left unsure is the change.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import combinations
from typing import Final, Literal

import numpy as np

from goodknee.core.knowledge.watch import ConventionId, WatchModel
from goodknee.core.load.course import Course
from goodknee.core.load.run_load import RunLoad, Sensitivities, Value, difference, load_of, spreads, value_of
from goodknee.core.load.usual import Usual
from goodknee.core.load.watch_model import OWN_STYLE, RunSums, Style, sum_up

Lever = Literal["cadence", "distance", "walk_share", "lean"]
LEVERS: Final[tuple[Lever, ...]] = ("cadence", "distance", "walk_share", "lean")


#: An effect below this, in per cent, is none: it is told as the same.
SAME_PCT: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is done otherwise; None and the defaults change nothing.

    Attributes:
        cadence_pct: More steps a minute while running, at the same speed.
        speed_pct: Faster while running; steps follow their usual course unless ``cadence_pct`` says more.
        grade_pct: The whole way at this grade.
        distance_pct: More distance.
        walk_share_pct: This share of the time of what was run is walked instead, over the same distance.
        lean_deg: More forward lean of the trunk.
        forefoot: From a rearfoot to a forefoot strike.
        shoe: Id of a kind of shoe in the pack.
    """

    cadence_pct: float = 0.0
    speed_pct: float = 0.0
    grade_pct: float | None = None
    distance_pct: float = 0.0
    walk_share_pct: float = 0.0
    lean_deg: float = 0.0
    forefoot: bool = False
    shoe: str | None = None

    def made(self) -> Mapping[str, float | str | bool]:
        """Return what differs from the run as it was."""
        default = Change()
        return {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if getattr(self, each.name) != getattr(default, each.name)
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a change does, in per cent of the run as it was; negative is less."""

    change: Change
    peak_pct: Value
    per_km_pct: Value
    total_pct: Value

    @property
    def opposite(self) -> bool:
        """Whether peak and total clearly point opposite ways."""
        peak, total = self.peak_pct, self.total_pct
        return (peak.high_relative < -SAME_PCT and total.low_relative > SAME_PCT) or (
            total.high_relative < -SAME_PCT and peak.low_relative > SAME_PCT
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to reach a target; ``share_of_limit`` is the largest part of a limit that it takes, 0 to 1."""

    effect: Effect
    share_of_limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """A run as it was, ready to be changed."""

    course: Course
    sums: RunSums
    load: RunLoad
    usual: Usual
    convention: ConventionId


def before(course: Course, usual: Usual, model: WatchModel, *, convention: ConventionId = "net") -> Before:
    """Return a run as it was; where it has no steps, the runner's usual ones stand in."""
    course = _with_steps(course, usual, model)
    sums = sum_up(course, model)
    return Before(
        course=course,
        sums=sums,
        load=load_of(sums, usual, model, convention=convention),
        usual=usual,
        convention=convention,
    )


def easy_course(distance_m: float, usual: Usual, model: WatchModel) -> Course:
    """Return a flat run at the runner's easy pace with usual steps, for a runner without a run."""
    duration_s = distance_m / usual.speed_mps
    return Course(
        duration_s=np.array([duration_s]),
        speed_mps=np.array([usual.speed_mps]),
        cadence_spm=np.array([_usual_steps(usual.speed_mps, usual, model)]),
        grade=np.zeros(1),
        walking=np.zeros(1, dtype=np.bool_),
        contact_s=np.full(1, math.nan),
        ground="measured",
        speed_known=True,
        cadence_known=True,
        covers=1.0,
        distance_m=distance_m,
        assumed=("speed", "cadence", "altitude"),
    )


def what_if(was: Before, change: Change, model: WatchModel) -> Effect:
    """Return what a change of the run does to peak per step, to each km, and to the whole run.

    Args:
        was: The run as it was.
        change: What is done otherwise; the distance stays unless it says so.
        model: The pack's coefficients.
    """
    course, style = _changed(was.course, change, model)
    now = load_of(sum_up(course, model, style=style), was.usual, model, convention=was.convention)
    sd = spreads(was.usual, model)

    def effect(ratio: float, new: Sensitivities, old: Sensitivities) -> Value:
        moved = difference(new, old)
        return value_of(ratio, of=moved, relative=moved, sd=sd).as_change_pct()

    per_km = (now.impulse_bw_s / now.distance_m) / (was.load.impulse_bw_s / was.load.distance_m)
    return Effect(
        change=change,
        peak_pct=effect(math.exp(now.ln_peak - was.load.ln_peak), now.of_peak, was.load.of_peak),
        per_km_pct=effect(per_km, now.of_km, was.load.of_km),
        total_pct=effect(now.impulse_bw_s / was.load.impulse_bw_s, now.of_impulse, was.load.of_impulse),
    )


def mildest_ways(was: Before, target_pct: float, model: WatchModel) -> list[Way]:
    """Return the ways to bring the whole run's load down to a target, the smallest change first.

    One thing is changed, or two by the same part of their limits. A way that would take more than the limits
    of the pack is left out, and so is a pair of which one alone does it with less.

    Args:
        was: The run as it was.
        target_pct: Below 0: -20 is a fifth less.
        model: Its limits say how far each thing may be changed.
    """
    ways = [way for levers in _sets_of_levers() if (way := _reach(was, levers, target_pct, model))]
    return sorted(ways, key=lambda way: way.share_of_limit)[: model.what_if.shown_at_most]


def _sets_of_levers() -> Iterator[tuple[Lever, ...]]:
    yield from ((lever,) for lever in LEVERS)
    yield from combinations(LEVERS, 2)


def _reach(was: Before, levers: tuple[Lever, ...], target_pct: float, model: WatchModel) -> Way | None:
    """Find the least part of the limits that reaches the target; the load falls steadily with it."""

    def at(share: float) -> Effect:
        return what_if(was, _lever_change(levers, share, model), model)

    if at(1.0).total_pct.value > target_pct:
        return None
    low, high = 0.0, 1.0
    for _ in range(model.what_if.steps_of_search):
        middle = (low + high) / 2
        if at(middle).total_pct.value > target_pct:
            low = middle
        else:
            high = middle
    return Way(effect=at(high), share_of_limit=high)


def _lever_change(levers: tuple[Lever, ...], share: float, model: WatchModel) -> Change:
    limits = model.what_if
    return Change(
        cadence_pct=share * limits.cadence.most if "cadence" in levers else 0.0,
        distance_pct=-share * limits.distance.most if "distance" in levers else 0.0,
        walk_share_pct=share * limits.walk_share.most if "walk_share" in levers else 0.0,
        lean_deg=share * limits.lean.most if "lean" in levers else 0.0,
    )


def _usual_steps(speed_mps: float, usual: Usual, model: WatchModel) -> float:
    ratio = speed_mps / model.running.speed_ref_mps
    return float(usual.cadence_spm * ratio**model.running.cadence_speed.mean)


def _with_steps(course: Course, usual: Usual, model: WatchModel) -> Course:
    if course.cadence_known:
        return course
    ratio = course.speed_mps / model.running.speed_ref_mps
    steps = usual.cadence_spm * ratio**model.running.cadence_speed.mean
    cadence = np.where(course.walking, course.cadence_spm, steps)
    return replace(course, cadence_spm=cadence, cadence_known=True)


def _changed(course: Course, change: Change, model: WatchModel) -> tuple[Course, Style]:
    faster = np.where(course.walking, 1.0, 1.0 + change.speed_pct / 100.0)
    steps = faster**model.running.cadence_speed.mean
    steps = steps * np.where(course.walking, 1.0, 1.0 + change.cadence_pct / 100.0)
    farther = 1.0 + change.distance_pct / 100.0
    changed = replace(
        course,
        speed_mps=course.speed_mps * faster,
        cadence_spm=course.cadence_spm * steps,
        duration_s=course.duration_s * farther / faster,
        distance_m=course.distance_m * farther,
    )
    if change.grade_pct is not None:
        grade = np.full(len(course), change.grade_pct / 100.0)
        changed = replace(changed, grade=grade, ground="measured")
    if change.walk_share_pct:
        changed = _with_walk_breaks(changed, change.walk_share_pct / 100.0, model)
    style = (
        Style(lean_deg=change.lean_deg, forefoot=change.forefoot, shoe=change.shoe)
        if change.lean_deg or change.forefoot or change.shoe
        else OWN_STYLE
    )
    return changed, style


def _with_walk_breaks(course: Course, share: float, model: WatchModel) -> Course:
    """Walk a share of the time of every running stretch, over the same ground."""
    walk_mps = model.walking.speed_mps.mean
    run = ~course.walking
    speed = course.speed_mps[run]
    # Of each metre, what is walked when walking takes ``share`` of the time.
    walked = share * walk_mps / (share * walk_mps + (1.0 - share) * speed)
    metres = speed * course.duration_s[run]
    duration_s = course.duration_s.copy()
    duration_s[run] *= 1.0 - walked
    breaks = len(speed)
    return replace(
        course,
        duration_s=np.concatenate([duration_s, metres * walked / walk_mps]),
        speed_mps=np.concatenate([course.speed_mps, np.full(breaks, walk_mps)]),
        cadence_spm=np.concatenate([course.cadence_spm, np.full(breaks, math.nan)]),
        grade=np.concatenate([course.grade, course.grade[run]]),
        walking=np.concatenate([course.walking, np.ones(breaks, dtype=np.bool_)]),
        contact_s=np.concatenate([course.contact_s, np.full(breaks, math.nan)]),
    )
