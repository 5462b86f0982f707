"""What a plan tells this person before any day, and the plan with a reason for all that it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from goodknee.core.assess.compiled import Check, Known
from goodknee.core.knowledge.plan.rehab import Phase
from goodknee.core.model import Reason
from goodknee.core.plan import session_content as content
from goodknee.core.plan.making import Making
from goodknee.core.plan.phase import Knees
from goodknee.core.plan.plan_rules import PlanRules
from goodknee.core.plan.sessions import PersonWeek, Plan, PlanDay, Session


def notes_for(knees: Knees, rules: PlanRules) -> Iterator[str]:
    """Yield what the plan tells this person, before any day."""
    for note, holds in rules.people:
        if any_true(holds, knees):
            yield note.id
    if len(knees) > 1:
        yield "both_knees"
    for rule, check in rules.seek_care:
        if any_true(check, knees):
            yield rule
    plateau = rules.plateau_from
    if any(
        _no_gain(known, rules) and known.get("weeks_in_programme", 0) >= plateau for known in knees.values()
    ):
        known = stricter(knees)
        yield from [rule for rule, check in rules.plateau if check(known) is True][:1]
    if any_true(rules.form_professional, knees):
        yield "form_professional"
    if any_true(rules.flare_help, knees):
        yield "flare_help"


def relapse_sign(making: Making) -> str | None:
    """Return the sign that it is coming back, after it was good; None: there is none."""
    signs = {each.id for each in making.rules.course.relapse.signs}
    return next((rule for rule in making.notes if rule in signs), None)


def finished(
    rules: PlanRules,
    knees: Knees,
    today: date,
    until: date,
    phase: Phase | None,
    days: tuple[PlanDay, ...],
    *,
    notes: Sequence[str],
    caps: Mapping[str, float] | None = None,
    missing: Sequence[str] = (),
) -> Plan:
    """Return the plan, with the reason of every rule that it names."""
    notes = tuple(dict.fromkeys(notes))
    used = dict.fromkeys(rule for day in days for session in day.sessions for rule in session.why)
    in_exercises = (
        rule
        for day in days
        for session in day.sessions
        for exercise in session.details.get("exercises", ())
        for rule in exercise.get("why", ())
    )
    told = dict.fromkeys((*notes, *used, *in_exercises, *(caps or {})))
    known = stricter(knees)
    return Plan(
        since=today,
        until=until,
        phase=None if phase is None else phase.id,
        days=days,
        reasons={rule: _with_facts(rules, rule, known) for rule in told if rule in rules.reasons},
        notes=notes,
        caps=dict(caps or {}),
        missing=tuple(dict.fromkeys(missing)),
    )


def rest_of(day: date, person: PersonWeek, rules: PlanRules, *, why: Sequence[str]) -> Session:
    """Return a day of rest; on days of illness or travel it says so."""
    away = person.away_on(day)
    if away is None:
        return content.rest(day, why, rules)
    pause = next(each for each in rules.course.pauses if each.id == away.kind)
    title = rules.week.titles["pause"].format(name=pause.name)
    return content.rest(day, (away.kind,), rules, title=title, says=" ".join(pause.says))


def stricter(knees: Knees) -> Known:
    """Return the facts of the knee that hurts more."""
    return max(knees.values(), key=lambda known: known.get("pain_worst_3d_nprs", 0), default={})


def any_true(check: Check, knees: Knees) -> bool:
    """Tell whether a condition is true of one knee at least."""
    return any(check(known) is True for known in knees.values())


def _no_gain(known: Known, rules: PlanRules) -> bool:
    pain, akps = rules.gain_below
    known_gains = [(known.get("pain_gain"), pain), (known.get("akps_gain"), akps)]
    told = [(gain, below) for gain, below in known_gains if gain is not None]
    return bool(told) and all(gain < below for gain, below in told)


def _with_facts(rules: PlanRules, rule: str, known: Known) -> Reason:
    seen = rules.seen.get(rule)
    reason = rules.reasons[rule]
    return reason if seen is None else replace(reason, facts=seen.seen(known))
