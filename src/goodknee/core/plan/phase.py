"""The phase of the strength plan, and what the next session does by how the last ones went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from goodknee.core.assess.compiled import Known
from goodknee.core.knowledge.plan.course import FlareDay
from goodknee.core.knowledge.plan.exercises import PfjClassId, PhaseId
from goodknee.core.knowledge.plan.rehab import SessionChange
from goodknee.core.model import Side
from goodknee.core.plan.plan_rules import PlanRules, flare_day_id

#: One knee's facts that are known, by their ids in plans/facts.yaml; a missing one is unknown.
Knees = Mapping[Side, Known]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the strength work of both knees stands: the stricter knee counts.

    Attributes:
        phase: None: held by a warning sign, or not known enough.
        why: Rules that led there.
        missing: Facts that are asked before the phase is sure.
        change: What the next session does.
        change_by: The rule that says so; None: none is true, so the session stays.
        exit_met: The exit of the phase is met today.
        in_flare: Day of the flare today, 1 its first; None: there is none.
    """

    phase: PhaseId | None
    why: tuple[str, ...]
    missing: tuple[str, ...]
    change: SessionChange
    change_by: str | None
    exit_met: bool
    in_flare: int | None


def standing(knees: Knees, rules: PlanRules) -> Standing:
    """Return phase and change of the knees together."""
    found = [_phase_of(known, rules) for known in knees.values()]
    order = list(rules.phases)
    phase, why, _ = min(found, key=lambda each: -1 if each[0] is None else order.index(each[0]))
    change, change_by = _change(knees, rules)
    if change == "phase_down" and phase is not None and order.index(phase) > 1:
        phase = order[order.index(phase) - 1]
    exits = rules.exits.get(phase) if phase is not None else None
    return Standing(
        phase=phase,
        why=why,
        missing=tuple(dict.fromkeys(key for _, _, missing in found for key in missing)),
        change=change,
        change_by=change_by,
        exit_met=exits is not None and all(exits(known) is True for known in knees.values()),
        in_flare=_day_of_flare(knees, rules),
    )


def flare_of_day(day: date, stands: Standing, rules: PlanRules, *, today: date) -> FlareDay | None:
    """Return what holds on a day of a flare, as if it went its usual way; one that lasts longer goes on."""
    if stands.in_flare is None:
        return None
    days = rules.course.flare.days
    number = stands.in_flare + (day - today).days
    if stands.in_flare > days[-1].days[1]:
        return days[-1]
    return next((each for each in days if number <= each.days[1]), None)


def ceiling_of(day: FlareDay | None, standing: Standing, knees: Knees, rules: PlanRules) -> PfjClassId | None:
    """Return the highest class of stress that a session may hold; None: the phase sets the only limit."""
    if day is not None:
        return day.pfj_class_to
    if standing.phase is None or standing.change not in {"hold", "step_down"}:
        return None
    target = rules.day.today.strength.target_nprs
    sore = any(known.get("session_pain_nprs", 0) > target for known in knees.values())
    return rules.phases[standing.phase].kinder_class_to if sore or standing.change == "step_down" else None


def flare_reasons(day: FlareDay | None) -> tuple[str, ...]:
    """Return the rules behind a session on a day of a flare."""
    return () if day is None else ("flare", flare_day_id(day.days))


def _phase_of(known: Known, rules: PlanRules) -> tuple[PhaseId | None, tuple[str, ...], tuple[str, ...]]:
    asked = rules.rehab.phase_rules.ask_first
    missing = tuple(key for key in asked if key not in known)
    if len(missing) == len(asked) and known.get("strength_held") is not True:
        return None, ("ask_first",), missing
    for step, holds in rules.steps:
        if holds(known):
            match step.do:
                case "no_phase":
                    return None, (step.id,), missing
                case "P0" | "stay_in_P0":
                    return "P0", (step.id,), missing
                case "P5_or_P3":
                    return "P5" if rules.entries["P5"](known) else "P3", (step.id,), missing
                case "next_after_exit":
                    return _next_phase(known, rules), (step.id,), missing
    return "P0", (), missing


def _next_phase(known: Known, rules: PlanRules) -> PhaseId:
    order = list(rules.phases)
    met, current = known.get("phase_exit_met", "none"), known.get("current_phase", "none")
    ahead = order[min(order.index(met) + 1, len(order) - 1)] if met in order else order[1]
    if current == order[0]:
        # The knee has settled: after a flare in a later phase it starts lower, hips first at the lowest.
        lower = order.index(ahead) - (rules.rehab.phase_rules.drop_phases if met in order[1:] else 0)
        return order[max(1, lower)]
    if rules.entries[ahead](known):
        return ahead
    if met in order:
        return order[order.index(met)]
    return current if current in order else order[0]


def _change(knees: Knees, rules: PlanRules) -> tuple[SessionChange, str | None]:
    for decision, holds in rules.decisions:
        # A step up needs every knee; anything more careful needs one.
        of_knees = [holds(known) is True for known in knees.values()]
        if all(of_knees) if decision.do == "step_up" else any(of_knees):
            return decision.do, decision.id
    return rules.rehab.decisions.if_none, None


def _day_of_flare(knees: Knees, rules: PlanRules) -> int | None:
    days = [known.get("days_in_flare", 1) for known in knees.values() if rules.flare(known)]
    days += [known["days_in_flare"] for known in knees.values() if known.get("days_in_flare", 0) > 0]
    calm = rules.course.flare.calm_sessions_to_end
    over = bool(knees) and all(known.get("calm_sessions_since_flare", 0) >= calm for known in knees.values())
    return None if over or not days else max(1, *map(int, days))
