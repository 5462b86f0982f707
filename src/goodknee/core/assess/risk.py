"""Which risk factors apply to a runner, with what the evidence says of each. Never a chance of injury."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goodknee.core.assess.compiled import Check, Known, compiled
from goodknee.core.assess.conditions import NOT_ASKED, Facts, keys_of
from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.risk import RiskFactor, RiskFactors


@dataclass(frozen=True, slots=True)
class Applies:
    """A factor that applies to this runner, and the answers or measured facts that say so."""

    factor: RiskFactor
    facts: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskProfile:
    """The askable factors: those that apply, those that do not, and those of which the answers do not tell.

    Each in one order: what studies support before what they refute, and what can be changed first.
    """

    present: tuple[Applies, ...]
    absent: tuple[RiskFactor, ...]
    unknown: tuple[RiskFactor, ...]


@dataclass(frozen=True, slots=True)
class _ReadyFactor:
    factor: RiskFactor
    applies: Check
    looks_at: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyRisk:
    """The risk factors of a pack, made ready once to be asked of many people."""

    factors: tuple[_ReadyFactor, ...]


#: Enough to make 11 km after 10 km a rise of 10 % and not of 10.000000000000009 %.
_DECIMALS = 6
_DIRECTIONS = ("for", "mixed", "neutral", "against")


def ready(knowledge: RiskFactors) -> ReadyRisk:
    """Compile the conditions of the pack and put its factors in the order in which they are told."""
    factors = [
        _ReadyFactor(factor, compiled(factor.present_when), (*factor.asks, *keys_of(factor.present_when)))
        for factor in knowledge.factors
        if factor.present_when is not None
    ]
    return ReadyRisk(factors=tuple(sorted(factors, key=lambda one: _telling_order(one.factor))))


def profile(facts: Facts, risk: ReadyRisk, measured: Mapping[str, float | None] | None = None) -> RiskProfile:
    """Sort the factors by whether they apply to one person.

    Args:
        facts: Answers as ``Facts.of`` takes them.
        risk: The pack's risk factors, from ``ready``.
        measured: What files of runs tell: ``spike_pct`` and ``weekly_change_pct`` as worked out here, and
            ``cadence_spm`` at an easy pace. They win over typed answers; of two spikes the larger counts.
    """
    known = _with_derived(facts.known, measured or {})
    present: list[Applies] = []
    absent: list[RiskFactor] = []
    unknown: list[RiskFactor] = []
    for one in risk.factors:
        applies = one.applies(known)
        if applies:
            present.append(Applies(one.factor, _seen(one, known)))
        else:
            (unknown if applies is None else absent).append(one.factor)
    return RiskProfile(present=tuple(present), absent=tuple(absent), unknown=tuple(unknown))


def _telling_order(factor: RiskFactor) -> tuple[int, bool, str]:
    return (_DIRECTIONS.index(factor.direction), not factor.modifiable, factor.grade)


def _seen(one: _ReadyFactor, known: Known) -> dict[str, Value]:
    return {key: known[key] for key in one.looks_at if key in known and known[key] is not NOT_ASKED}


def _with_derived(known: Known, measured: Mapping[str, float | None]) -> Known:
    """Return what is known, with what follows from it and what was measured."""

    def typed(key: str) -> Any:
        value = known.get(key)
        return None if value is NOT_ASKED else value

    worked_out = {
        "spike_pct": _rise_pct(typed("planned_longest_run_km"), typed("longest_run_30d_km")),
        "weekly_change_pct": _weekly_change_pct(typed("km_last_4_weeks")),
        "chair_symmetry_pct": _symmetry_pct(typed("chair_rises_left_30s"), typed("chair_rises_right_30s")),
        "bmi": _bmi(typed("mass_kg"), typed("height_m")),
    }
    files = Facts.measured(measured).known
    planned = worked_out["spike_pct"]
    if planned is not None and "spike_pct" in files:
        files = {**files, "spike_pct": max(planned, files["spike_pct"])}
    return {**known, **Facts.measured(worked_out).known, **files}


def _rise_pct(new: float | None, old: float | None) -> float | None:
    if new is None or not old:
        return None
    return round(100 * new / old - 100, _DECIMALS)


def _weekly_change_pct(km_by_week: Sequence[float] | None) -> float | None:
    """Return how far the last week lies above the mean of those before it."""
    if km_by_week is None or len(km_by_week) < 2:
        return None
    *before, last = km_by_week
    return _rise_pct(last, sum(before) / len(before))


def _symmetry_pct(left: float | None, right: float | None) -> float | None:
    if left is None or right is None or not max(left, right):
        return None
    return round(100 * min(left, right) / max(left, right), _DECIMALS)


def _bmi(mass_kg: float | None, height_m: float | None) -> float | None:
    return None if mass_kg is None or not height_m else round(mass_kg / height_m**2, _DECIMALS)
