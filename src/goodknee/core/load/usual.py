"""A runner's own usual: steps, and easy pace on the flat."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goodknee.core.knowledge.watch import WatchModel
from goodknee.core.load.exposure import Days
from goodknee.core.load.watch_model import prior_cadence
from goodknee.core.model import Floats

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """A runner's own usual, as known on one day.

    Attributes:
        anchor_cadence_spm: Steps at ``speed_ref_mps`` of the first runs; they stay the runner's c0 for good.
        cadence_spm: Steps at ``speed_ref_mps`` in the last year.
        speed_mps: Easy speed on the flat in the last year.
        cadence_sd_ln: How unsure the steps are.
        speed_sd_ln: How unsure the easy speed is.
        runs: Runs that the easy speed is from; 0: it is the prior.
        cadence_runs: Runs that the steps are from; 0: they are the prior.
    """

    anchor_cadence_spm: float
    cadence_spm: float
    speed_mps: float
    cadence_sd_ln: float
    speed_sd_ln: float
    runs: int
    cadence_runs: int

    def cadence_at(self, speed_mps: float, model: WatchModel) -> float:
        """Return c0, the steps per minute that are usual for this runner at a speed."""
        ratio = speed_mps / model.running.speed_ref_mps
        return float(self.anchor_cadence_spm * ratio**model.running.cadence_speed.mean)


def usual_of_runs(day: Days, ln_cadence: Floats, flat_ln_speed: Floats, model: WatchModel) -> list[Usual]:
    """Return what was usual at each run, from it and the runs before it; later runs never change it.

    The anchor is the middle of the first runs with steps; steps and easy speed of today are the middle of the
    last year. A middle of n runs is unsure by what one run differs from the next, over the root of n; without
    any run the pack's priors stand in.

    Args:
        day: Day of each run, oldest first, shape (n,).
        ln_cadence: ln of the steps at ``speed_ref_mps``; NaN where not measured, shape (n,).
        flat_ln_speed: ln of the middle speed of running on the flat; NaN where there is none, shape (n,).
        model: The pack's priors and windows.
    """
    rule, priors = model.usual, model.priors
    starts = np.searchsorted(day, day - np.timedelta64(rule.window_days - 1))
    ends = np.arange(1, len(day) + 1)
    with_steps = np.flatnonzero(~np.isnan(ln_cadence))[: rule.anchor_runs]
    anchored = with_steps[-1] + 1 if len(with_steps) == rule.anchor_runs else len(day)
    anchors = middles(ln_cadence, np.zeros_like(starts), np.minimum(ends, anchored))
    prior = math.log(prior_cadence(model))
    found = []
    for anchor, recent, speed in zip(
        anchors, middles(ln_cadence, starts, ends), middles(flat_ln_speed, starts, ends), strict=True
    ):
        found.append(
            Usual(
                anchor_cadence_spm=math.exp(anchor[0] if anchor[1] else prior),
                cadence_spm=math.exp(recent[0] if recent[1] else anchor[0] if anchor[1] else prior),
                speed_mps=math.exp(speed[0]) if speed[1] else priors.speed_mps.mean,
                cadence_sd_ln=priors.run_to_run_cadence_sd_ln / math.sqrt(anchor[1])
                if anchor[1]
                else priors.cadence_spm.sd_ln,
                speed_sd_ln=priors.run_to_run_speed_sd_ln / math.sqrt(speed[1])
                if speed[1]
                else priors.speed_mps.sd_ln,
                runs=speed[1],
                cadence_runs=anchor[1],
            )
        )
    return found


def no_history(model: WatchModel) -> Usual:
    """Return what is taken as usual when nothing is known of a runner."""
    unknown = np.array([math.nan])
    return usual_of_runs(np.array(["1970-01-01"], dtype="datetime64[D]"), unknown, unknown, model)[0]


def middles(values: Floats, starts: Rows, ends: Rows) -> list[tuple[float, int]]:
    """Return the middle of each window of values, and of how many it is; NaN and 0 where there is none.

    Args:
        values: Shape (n,); NaN is passed over.
        starts: First row of each window, never falling, shape (m,).
        ends: Row after the last one of each window, never falling, shape (m,).
    """
    numbers = values.tolist()
    window: list[float] = []
    first = last = 0
    found = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        for value in numbers[last:end]:
            if not math.isnan(value):
                insort(window, value)
        for value in numbers[first:start]:
            if not math.isnan(value):
                del window[bisect_left(window, value)]
        first, last, count = start, end, len(window)
        middle = (window[(count - 1) // 2] + window[count // 2]) / 2 if count else math.nan
        found.append((middle, count))
    return found
