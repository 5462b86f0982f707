"""What one run put on each knee, as the ledger shows it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Literal

import numpy as np

from goodknee.core.knowledge.watch import ConventionId, WatchModel
from goodknee.core.load.causes import Cause, Comparison
from goodknee.core.load.course import Repair, Withheld, WithheldWhy
from goodknee.core.load.exposure import Days
from goodknee.core.load.run_load import (
    EasyKm,
    RunLoad,
    Value,
    easy_km,
    load_of,
    rows_of,
    spreads,
    values_of,
)
from goodknee.core.load.usual import Usual, usual_of_runs
from goodknee.core.load.watch_model import PEAK_BIN, PEAK_BINS, RunSums
from goodknee.core.model import Activity, Floats
from goodknee.core.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRead:
    """What the model made of one run, whichever runs there are beside it: its sums, or why there are none.

    Attributes:
        used: Inputs that were measured.
        assumed: Inputs that a prior stands in for.
        repaired: What the records held that was not used.
    """

    sums: RunSums | Withheld
    used: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    repaired: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts(RunRead):
    """One run on its way into the ledger, with its totals."""

    id: str
    activity: Activity


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCost:
    """What one run put on each knee; all figures are None when they are withheld, and ``withheld`` says why.

    Attributes:
        day: The runner's local day.
        started_at: UTC instant.
        pfj_impulse_bw_s: Total per knee, body weights times seconds.
        pfj_impulse_per_km_bw_s: The same per km.
        pfj_peak_bw: Of a typical running step: the geometric mean over them.
        easy_flat_km: The total in easy km.
        hard_s: Running time with peaks above this runner's own 90th percentile of the last year.
        ground_peak_bw: Mean peak force of the ground per running step.
        contact_time: Whether the ground's peak stands on measured contact times.
        usual_cadence_spm: The runner's usual steps at this run's speed, c0 of the model.
        easy_speed_mps: The easy pace that the unit stands on.
        session_spike_pct: Distance against the longest of the 30 days before; None when not known.
        comparison: Against this runner's usual run; None when too few came before.
        says: The largest cause of a run that stands out, in a sentence.
    """

    id: str
    day: date
    started_at: datetime | None
    distance_m: float | None
    session_spike_pct: float | None
    used: tuple[str, ...]
    assumed: tuple[str, ...]
    repaired: tuple[Repair, ...]
    steps_per_knee: float | None = None
    pfj_impulse_bw_s: Value | None = None
    pfj_impulse_per_km_bw_s: Value | None = None
    pfj_peak_bw: Value | None = None
    easy_flat_km: Value | None = None
    hard_s: float | None = None
    running_s: float | None = None
    walking_s: float | None = None
    ground_peak_bw: Value | None = None
    contact_time: Literal["measured", "assumed"] | None = None
    usual_cadence_spm: float | None = None
    easy_speed_mps: float | None = None
    comparison: Comparison | None = None
    says: str | None = None
    withheld: WithheldWhy | None = None

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Why it differs from the usual run; () when it does not, or is not compared."""
        return self.comparison.causes if self.comparison else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRun:
    """A run with figures: its place among all runs, its sums, what was usual then, its load and unit."""

    row: int
    sums: RunSums
    usual: Usual
    load: RunLoad
    unit: EasyKm

    @property
    def easy_km(self) -> float:
        """The load in easy km."""
        return self.load.impulse_bw_s / self.unit.impulse_bw_s

    @property
    def contact_measured(self) -> bool:
        """Whether the watch measured contact times."""
        return self.sums.ground_forces.contact_measured > 0


def known_runs(
    runs: Sequence[RunFacts], day: Days, model: WatchModel, *, convention: ConventionId
) -> list[KnownRun]:
    """Return the runs that have figures, oldest first, each with what was usual then."""
    found = [(row, run.sums) for row, run in enumerate(runs) if isinstance(run.sums, RunSums)]
    usual = usual_of_runs(
        day[[row for row, _ in found]],
        np.array([sums.ln_cadence for _, sums in found]),
        np.array([sums.flat_ln_speed for _, sums in found]),
        model,
    )
    return [
        KnownRun(
            row=row,
            sums=sums,
            usual=own,
            load=load_of(sums, own, model, convention=convention),
            unit=easy_km(own, model, convention=convention),
        )
        for (row, sums), own in zip(found, usual, strict=True)
    ]


def figures_of(runs: Sequence[KnownRun], model: WatchModel) -> list[dict[str, Value | None]]:
    """Return each run's figures with their intervals, by their names in the ledger."""
    if not runs:
        return []
    spread = [spreads(run.usual, model) for run in runs]
    names = tuple(spread[0])
    sd = rows_of(spread, names)
    of_impulse, of_km, of_peak = (
        rows_of([of(run.load) for run in runs], names)
        for of in (attrgetter("of_impulse"), attrgetter("of_km"), attrgetter("of_peak"))
    )
    unit_impulse = rows_of([run.unit.of_impulse for run in runs], names)
    unit_peak = rows_of([run.unit.of_peak for run in runs], names)
    impulse = np.array([run.load.impulse_bw_s for run in runs])
    per_km = 1000.0 * impulse / np.array([run.load.distance_m for run in runs])
    peak = np.exp([run.load.ln_peak for run in runs])
    easy = np.array([run.easy_km for run in runs])
    figures = {
        "pfj_impulse_bw_s": (impulse, of_impulse, of_impulse - unit_impulse),
        "pfj_impulse_per_km_bw_s": (per_km, of_km, of_km - unit_impulse),
        "pfj_peak_bw": (peak, of_peak, of_peak - unit_peak),
        "easy_flat_km": (easy, of_impulse - unit_impulse, of_impulse - unit_impulse),
    }
    columns: list[Sequence[Value | None]] = [
        values_of(value, of=of, relative=relative, sd=sd, names=names)
        for value, of, relative in figures.values()
    ]
    columns.append(_ground_peaks(runs, model))
    return [dict(zip((*figures, "ground_peak_bw"), row, strict=True)) for row in zip(*columns, strict=True)]


def _ground_peaks(runs: Sequence[KnownRun], model: WatchModel) -> list[Value | None]:
    """Return the mean peak force of the ground per running step; surer where contact time was measured."""
    force = model.ground_force
    names = ("peak_shape", "contact")
    of = np.ones((len(runs), 2))
    sd = np.array(
        [
            (
                force.peak_shape.sd_ln,
                force.contact_measured_sd_ln if run.contact_measured else force.contact_s.sd_ln,
            )
            for run in runs
        ]
    )
    peaks = np.array([run.sums.ground_forces.peak_bw for run in runs])
    # The shape of the peak is the same in all runs of a runner.
    values = values_of(peaks, of=of, relative=of * (0.0, 1.0), sd=sd, names=names)
    return [value if run.sums.running_steps > 0 else None for run, value in zip(runs, values, strict=True)]


def hard_seconds(day: Days, runs: Sequence[KnownRun], model: WatchModel) -> Floats:
    """Return how long each run had peaks above the runner's own 90th percentile of the year up to it.

    Args:
        day: Oldest first, shape (n,).
        runs: In the same order.
        model: Its rules say which percentile, and how far back.

    Returns:
        Seconds, shape (n,); 0 without running.
    """
    if not runs:
        return np.zeros(0)
    rule = model.usual
    peaks = np.array([_in_own_steps(run) for run in runs])
    total = np.concatenate([np.zeros((1, PEAK_BINS)), np.cumsum(peaks, axis=0)])
    starts = np.searchsorted(day, day - np.timedelta64(rule.window_days - 1))
    year = total[1:] - total[starts]
    below = np.cumsum(year, axis=1) / np.maximum(year.sum(axis=1, keepdims=True), 1e-12)
    limit = np.argmax(below >= rule.hard_percentile, axis=1)
    above = np.arange(PEAK_BINS)[None, :] > limit[:, None]
    share = (peaks * above).sum(axis=1) / np.maximum(peaks.sum(axis=1), 1e-12)
    seconds: Floats = share * np.array([run.sums.running_s for run in runs])
    return seconds


def _in_own_steps(run: KnownRun) -> Floats:
    """Shift the peaks from the pack's usual steps to the runner's own, by whole bins."""
    shift = round((run.load.ln_peak - run.sums.ln_peak) / PEAK_BIN)
    shifted = np.zeros(PEAK_BINS)
    if shift >= 0:
        shifted[shift:] = run.sums.peaks[: PEAK_BINS - shift]
    else:
        shifted[:shift] = run.sums.peaks[-shift:]
    return shifted


def largest_cause(run: KnownRun, comparison: Comparison, words: Words, model: WatchModel) -> str | None:
    """Return the sentence for the largest cause of a run that stands out; None for one that does not."""
    if not comparison.stands_out or not comparison.causes:
        return None
    sums = run.sums
    if comparison.causes[0].what == "cadence" and math.isnan(
        sums.ln_cadence + comparison.usual["ln_cadence"]
    ):
        return None
    ratio = sums.mean_speed_mps / model.running.speed_ref_mps
    at_speed = model.running.cadence_speed.mean * math.log(ratio)
    return words.say(
        f"load.cause.{comparison.causes[0].what}",
        distance_m=sums.distance_m,
        usual_m=comparison.usual["distance_m"],
        pace=1000.0 / sums.mean_speed_mps,
        usual_pace=1000.0 / comparison.usual["speed_mps"],
        cadence=math.exp(sums.ln_cadence + at_speed),
        usual_cadence=math.exp(comparison.usual["ln_cadence"] + at_speed),
    )
