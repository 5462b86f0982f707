"""The knee-load ledger: what every run, and every day, put on each knee, in one unit that runners grasp.

The unit is the easy km: what one flat km at this runner's own easy pace and usual steps puts on each knee. A
run's figures stand on it and on the runs before it, and no later run changes them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

import numpy as np

from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.plan.exercises import JointLoad
from goodknee.core.knowledge.watch import ConventionId, WatchModel
from goodknee.core.load.causes import Comparison, compare_runs
from goodknee.core.load.course import Withheld
from goodknee.core.load.exposure import day_totals, run_log, session_spikes, trailing_totals
from goodknee.core.load.other_load import Coarse, OtherLoad, impulse_of
from goodknee.core.load.run_cost import (
    KnownRun,
    RunCost,
    RunFacts,
    figures_of,
    hard_seconds,
    known_runs,
    largest_cause,
)
from goodknee.core.load.run_load import EasyKm, Value, easy_km
from goodknee.core.load.usual import Usual, no_history

WEEK_DAYS, MONTH_DAYS = 7, 28


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCost:
    """One calendar day; None is not known: no run was recorded, or one is withheld.

    Attributes:
        runs_easy_km: Sum of the day's runs.
        other_easy_km: Stairs and exercises, coarsely.
        week_easy_km: Runs of the 7 days up to this one, as far as known.
        month_easy_km: Runs of the 28 days up to this one, as far as known.
    """

    day: date
    runs_easy_km: float | None
    other_easy_km: Coarse | None
    week_easy_km: float | None
    month_easy_km: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """The runs of the last days up to today; their intervals are added, as if all erred the same way.

    Attributes:
        other_easy_km: Stairs and exercises of those days, coarsely; None when none are known.
    """

    window_days: int
    runs: int
    withheld: int
    easy_flat_km: Value
    other_easy_km: Coarse | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualBand:
    """What runs of this runner usually cost, easy km: 10th to 90th percentile of the last weeks."""

    low: float
    middle: float
    high: float
    runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KneeLoad:
    """The whole ledger up to ``today``, per knee.

    Attributes:
        convention: "net" or "co-contraction"; figures of the two are never compared.
        runs: Oldest first.
        days: Every calendar day from the first run or exercise to today.
        recent: The last 7 and 28 days.
        band: None while there are too few runs.
        usual: The runner's own usual at the last run; None without one.
        known: The runs that have figures, for questions about one of them.
    """

    today: date
    convention: ConventionId
    runs: tuple[RunCost, ...]
    days: tuple[DayCost, ...]
    recent: tuple[Recent, ...]
    band: UsualBand | None
    usual: Usual | None
    known: tuple[KnownRun, ...]


def make_ledger(
    runs: Sequence[RunFacts],
    knowledge: Knowledge,
    *,
    today: date,
    home: tzinfo | None = None,
    convention: ConventionId = "net",
    others: Sequence[OtherLoad] = (),
) -> KneeLoad:
    """Return the ledger of these runs, in whatever order they come; undated and later ones have no place.

    Args:
        runs: Every run known, so that each is held against those before it.
        knowledge: Coefficients, rules and words.
        today: Last day.
        home: The runner's zone, for runs that do not know theirs.
        convention: See :func:`goodknee.core.load.run_load.load_of`.
        others: Stairs and exercises.
    """
    model = knowledge.watch
    dated = [(day, run) for run in runs if (day := run.activity.day(home)) is not None and day <= today]
    dated.sort(key=lambda item: (item[0], str(item[1].activity.started_at), item[1].id))
    days = np.array([on for on, _ in dated], dtype="datetime64[D]")
    facts = [run for _, run in dated]
    known = known_runs(facts, days, model, convention=convention)
    costs = _costs(dated, known, knowledge, home=home)
    recent_costs = [cost for cost in costs if (today - cost.day).days < model.usual.compare_days]
    by_day = _others_by_day(others, known, knowledge, today=today)
    return KneeLoad(
        today=today,
        convention=convention,
        runs=costs,
        days=_days(costs, by_day, today=today),
        recent=tuple(_recent(costs, by_day, today, window) for window in (WEEK_DAYS, MONTH_DAYS)),
        band=_band(recent_costs, model),
        usual=known[-1].usual if known else None,
        known=tuple(known),
    )


def _costs(
    dated: Sequence[tuple[date, RunFacts]],
    known: Sequence[KnownRun],
    knowledge: Knowledge,
    *,
    home: tzinfo | None,
) -> tuple[RunCost, ...]:
    model = knowledge.watch
    spikes = session_spikes(
        run_log([run.activity for _, run in dated], home=home), knowledge.load.session_spike
    )
    day = np.array([dated[each.row][0] for each in known], dtype="datetime64[D]")
    in_easy_km = np.array([each.easy_km for each in known])
    compared = compare_runs(
        day, [each.sums for each in known], [each.usual for each in known], in_easy_km, model
    )
    hard_s = hard_seconds(day, known, model)
    figures = {
        each.row: values | _other_figures(each, comparison, hard, knowledge)
        for each, values, comparison, hard in zip(
            known, figures_of(known, model), compared, hard_s.tolist(), strict=True
        )
    }
    return tuple(
        RunCost(
            id=run.id,
            day=on,
            started_at=run.activity.started_at,
            distance_m=run.activity.distance_m,
            session_spike_pct=_number(float(spikes.spike_pct[row])),
            used=run.used,
            assumed=run.assumed,
            repaired=run.repaired,
            **figures.get(row, {"withheld": run.sums.why} if isinstance(run.sums, Withheld) else {}),
        )
        for row, (on, run) in enumerate(dated)
    )


def _other_figures(
    known: KnownRun, comparison: Comparison | None, hard_s: float, knowledge: Knowledge
) -> dict[str, Any]:
    model, sums = knowledge.watch, known.sums
    runs = sums.running_steps > 0
    return {
        "steps_per_knee": known.load.steps_per_knee,
        "hard_s": hard_s,
        "running_s": sums.running_s,
        "walking_s": sums.walking_s,
        "contact_time": ("measured" if known.contact_measured else "assumed") if runs else None,
        "usual_cadence_spm": known.usual.cadence_at(sums.mean_speed_mps, model) if runs else None,
        "easy_speed_mps": known.usual.speed_mps,
        "comparison": comparison,
        "says": largest_cause(known, comparison, knowledge.words, model) if comparison else None,
    }


def others_of(others: Sequence[OtherLoad], unit: EasyKm, pack: JointLoad) -> Coarse:
    """Return what stairs and exercises put on each knee, in easy km, coarsely."""
    impulses = [impulse_of(each, pack) for each in others]
    return Coarse(
        value=sum(each.value for each in impulses) / unit.impulse_bw_s,
        low=sum(each.low for each in impulses) / unit.impulse_bw_s,
        high=sum(each.high for each in impulses) / unit.impulse_bw_s,
    )


def _others_by_day(
    others: Sequence[OtherLoad], known: Sequence[KnownRun], knowledge: Knowledge, *, today: date
) -> Mapping[date, Coarse]:
    days = {each.day for each in others if each.day <= today}
    if not days:
        return {}
    unit = known[-1].unit if known else easy_km(no_history(knowledge.watch), knowledge.watch)
    return {
        day: others_of([each for each in others if each.day == day], unit, knowledge.joint_load)
        for day in days
    }


def _days(costs: Sequence[RunCost], others: Mapping[date, Coarse], *, today: date) -> tuple[DayCost, ...]:
    dates = [*(cost.day for cost in costs), *others]
    if not dates:
        return ()
    runs = day_totals(
        np.array([cost.day for cost in costs], dtype="datetime64[D]"),
        np.array([cost.easy_flat_km.value if cost.easy_flat_km else math.nan for cost in costs]),
        first=min(dates),
        last=today,
    )
    week = trailing_totals(runs, window_days=WEEK_DAYS)
    month = trailing_totals(runs, window_days=MONTH_DAYS)
    return tuple(
        DayCost(
            day=day,
            runs_easy_km=_number(ran),
            other_easy_km=others.get(day),
            week_easy_km=_number(in_week),
            month_easy_km=_number(in_month),
        )
        for day, ran, in_week, in_month in zip(
            runs.day.tolist(), runs.amount.tolist(), week.amount.tolist(), month.amount.tolist(), strict=True
        )
    )


def _recent(costs: Sequence[RunCost], others: Mapping[date, Coarse], today: date, window_days: int) -> Recent:
    told = [each for day, each in others.items() if (today - day).days < window_days]
    inside = [cost for cost in costs if (today - cost.day).days < window_days]
    values = [cost.easy_flat_km for cost in inside if cost.easy_flat_km]
    return Recent(
        window_days=window_days,
        runs=len(inside),
        withheld=len(inside) - len(values),
        easy_flat_km=Value(
            value=sum(each.value for each in values),
            low=sum(each.low for each in values),
            high=sum(each.high for each in values),
            low_relative=sum(each.low_relative for each in values),
            high_relative=sum(each.high_relative for each in values),
        ),
        other_easy_km=Coarse(
            value=sum(each.value for each in told),
            low=sum(each.low for each in told),
            high=sum(each.high for each in told),
        )
        if told
        else None,
    )


def _band(costs: Sequence[RunCost], model: WatchModel) -> UsualBand | None:
    values = [cost.easy_flat_km.value for cost in costs if cost.easy_flat_km]
    if len(values) < model.usual.band_runs:
        return None
    low, high = model.usual.band
    at_low, middle, at_high = np.quantile(values, [low, 0.5, high]).tolist()
    return UsualBand(low=at_low, middle=middle, high=at_high, runs=len(values))


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
