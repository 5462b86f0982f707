"""Why one run cost more than another: an exact split of the difference between its causes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from goodknee.core.knowledge.watch import WatchModel
from goodknee.core.load.exposure import Days
from goodknee.core.load.usual import Usual, middles
from goodknee.core.load.watch_model import RunSums, prior_cadence, prior_per_metre
from goodknee.core.model import Floats

CauseId = Literal["length", "descent", "speed", "cadence", "walking"]
CAUSES: Final[tuple[CauseId, ...]] = ("length", "descent", "speed", "cadence", "walking")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One cause of the difference between a run and this runner's usual run.

    Attributes:
        share_pct: Of the difference; the causes sum to 100, one that worked the other way is negative.
        easy_km: Its part of the difference in easy km; the causes sum to the difference.
        times: The factor that it alone makes; the product of all is run over usual run.
    """

    what: CauseId
    share_pct: float
    easy_km: float
    times: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A run against the usual run of the weeks before.

    Attributes:
        usual_easy_km: What the usual run came to, in the unit of this run.
        causes: Largest first; () when the run is too close to the usual to be explained.
        stands_out: It cost more than nine in ten of those before.
        usual: Middle distance (m), speed (m/s) and steps a minute of the runs before.
    """

    usual_easy_km: float
    causes: tuple[Cause, ...]
    stands_out: bool
    usual: Mapping[str, float]


def compare_runs(
    day: Days, sums: Sequence[RunSums], usual: Sequence[Usual], easy_km: Floats, model: WatchModel
) -> list[Comparison | None]:
    """Hold every run against the usual run of the weeks before it.

    ln of a run's load is the sum of five parts: ln of its length, and what descent, speed, steps and walking
    do to the load per distance (each taken away and put back in every order). The usual run has the middle of
    each part, so the differences of the parts sum to ln of the ratio, exactly.

    Args:
        day: Oldest first, shape (n,).
        sums: Of each run.
        usual: The runner's own usual at each run.
        easy_km: Of each run, shape (n,).
        model: Its rules say how far back to look, and how many runs make a usual one.

    Returns:
        None where too few runs came before.
    """
    rule = model.usual
    parts = np.array([_parts(each, own, model) for each, own in zip(sums, usual, strict=True)])
    ln_speed = np.log([each.mean_speed_mps for each in sums])
    ln_cadence = np.array([each.ln_cadence for each in sums])
    starts = np.searchsorted(day, day - np.timedelta64(rule.compare_days))
    ends = np.arange(len(day))
    usual_parts = [middles(column, starts, ends) for column in parts.T]
    usual_speed, usual_cadence = middles(ln_speed, starts, ends), middles(ln_cadence, starts, ends)
    found: list[Comparison | None] = []
    for row, start in enumerate(starts.tolist()):
        if row - start < rule.compare_runs:
            found.append(None)
            continue
        middle = [column[row][0] for column in usual_parts]
        off = parts[row] - middle
        cost = float(easy_km[row])
        dearer_than = int(np.count_nonzero(easy_km[start:row] < cost))
        found.append(
            Comparison(
                usual_easy_km=cost * math.exp(-float(off.sum())),
                causes=_split(off, cost, rule.compare_least_ln),
                stands_out=row - start >= rule.band_runs and dearer_than > rule.band[1] * (row - start),
                usual={
                    "distance_m": math.exp(middle[0]),
                    "speed_mps": math.exp(usual_speed[row][0]),
                    "ln_cadence": usual_cadence[row][0],
                },
            )
        )
    return found


def _parts(sums: RunSums, usual: Usual, model: WatchModel) -> list[float]:
    """Return ln of the run's load in the parts of CAUSES, with the pack's steps as the anchor."""
    stand_in = 0.0 if sums.cadence_known else math.log(usual.cadence_spm / prior_cadence(model))
    exponent = 1.0 + model.running.impulse_cadence.mean
    load = sums.running_bw_s * math.exp(exponent * stand_in) + sums.walking_bw_s
    length, of_cadence = math.log(sums.course_m), sums.parts["cadence"] + exponent * stand_in
    known = length + sums.parts["slope"] + sums.parts["speed"] + of_cadence
    # Usual steps that stand in count for the running alone; what that leaves belongs to the walking.
    of_walking = math.log(load / prior_per_metre(model)) - known
    return [length, sums.parts["slope"], sums.parts["speed"], of_cadence, of_walking]


def _split(of: Floats, easy_km: float, least_ln: float) -> tuple[Cause, ...]:
    total = float(of.sum())
    if abs(total) < least_ln:
        return ()
    gap = easy_km * -math.expm1(-total)
    causes = [
        Cause(
            what=name,
            share_pct=100.0 * part / total,
            easy_km=gap * part / total,
            times=math.exp(part),
        )
        for name, part in zip(CAUSES, of.tolist(), strict=True)
    ]
    return tuple(sorted(causes, key=lambda cause: -cause.share_pct))
