"""Which one change of running fits this runner, by what the recent runs say; and descents that are walked."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import numpy as np

from goodknee.core.knowledge.knee_load import KinderChoice, KinderRunRule, RunnerFact
from goodknee.core.knowledge.watch import WatchModel
from goodknee.core.load.ledger import KneeLoad
from goodknee.core.load.run_cost import KnownRun
from goodknee.core.load.run_load import Sensitivities, Value, difference, load_of, spreads, value_of
from goodknee.core.load.watch_model import sum_up
from goodknee.core.load.what_if import Before, Change, Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """A change that fits.

    Attributes:
        choice: The entry of the pack.
        run_id: The last run that it fits; the change is worked out on it.
        value: The fact that decided, the middle of the recent runs.
        runs: How many runs that middle is of.
    """

    choice: KinderChoice
    run_id: str
    value: float
    runs: int


def fitting_changes(
    ledger: KneeLoad, rule: KinderRunRule, model: WatchModel, *, answered_yes: Collection[str] = ()
) -> list[Fitting]:
    """Return the changes that fit this runner, in the order of the pack.

    Args:
        ledger: Its recent runs decide.
        rule: The pack's choices.
        model: The pack's coefficients.
        answered_yes: Keys of the check that were answered with yes.
    """
    first = ledger.today - timedelta(days=rule.look_back_days - 1)
    recent = [known for known in ledger.known if ledger.runs[known.row].day >= first]
    found = []
    for choice in rule.choices:
        if any(key in answered_yes for key in choice.unless_answered):
            continue
        values = [(known, FACTS[choice.fact](known, model)) for known in recent]
        values = [(known, value) for known, value in values if not math.isnan(value)]
        fits = [known for known, value in values if choice.fits(value)]
        if len(values) < rule.min_runs or not fits:
            continue
        middle = float(np.median([value for _, value in values]))
        if choice.fits(middle):
            run_id = ledger.runs[fits[-1].row].id
            found.append(Fitting(choice=choice, run_id=run_id, value=middle, runs=len(values)))
    return found


def cadence_of(known: KnownRun, model: WatchModel) -> float:
    """Return the steps per minute of a run while running; NaN when they were not measured."""
    if not known.sums.cadence_known or not known.sums.running_steps:
        return math.nan
    ratio = known.sums.mean_speed_mps / model.running.speed_ref_mps
    return float(math.exp(known.sums.ln_cadence) * ratio**model.running.cadence_speed.mean)


def _steep_pct(known: KnownRun, model: WatchModel) -> float:  # noqa: ARG001 - all facts are asked for alike
    measured = known.sums.ground == "measured" and known.sums.running_steps > 0
    return 100.0 * known.sums.by_load["steep"] if measured else math.nan


def _faster_pct(known: KnownRun, model: WatchModel) -> float:  # noqa: ARG001 - all facts are asked for alike
    if not known.sums.speed_known or not known.sums.running_steps or not known.usual.runs:
        return math.nan
    return 100.0 * (known.sums.mean_speed_mps / known.usual.speed_mps - 1.0)


FACTS: Final[Mapping[RunnerFact, Callable[[KnownRun, WatchModel], float]]] = {
    "cadence_spm": cadence_of,
    "steep_pct": _steep_pct,
    "faster_pct": _faster_pct,
}


def walk_descents(was: Before, model: WatchModel) -> Effect:
    """Return what walking every steep descent of a run would have done.

    Args:
        was: The run as it was.
        model: Its rules say what is steep.
    """
    course = was.course
    walked = (course.grade <= -model.cleaning.steep_from_grade) & ~course.walking
    speed = np.where(walked, model.walking.speed_mps.mean, course.speed_mps)
    otherwise = replace(
        course,
        walking=course.walking | walked,
        speed_mps=speed,
        duration_s=course.duration_s * course.speed_mps / speed,
        cadence_spm=np.where(walked, math.nan, course.cadence_spm),
        contact_s=np.where(walked, math.nan, course.contact_s),
    )
    now = load_of(sum_up(otherwise, model), was.usual, model, convention=was.convention)
    sd = spreads(was.usual, model)

    def effect(ratio: float, new: Sensitivities, old: Sensitivities) -> Value:
        moved = difference(new, old)
        return value_of(ratio, of=moved, relative=moved, sd=sd).as_change_pct()

    total = now.impulse_bw_s / was.load.impulse_bw_s
    return Effect(
        change=Change(),
        peak_pct=effect(math.exp(now.ln_peak - was.load.ln_peak), now.of_peak, was.load.of_peak),
        per_km_pct=effect(total, now.of_km, was.load.of_km),
        total_pct=effect(total, now.of_impulse, was.load.of_impulse),
    )
