"""The part of the pack that makes a plan, made ready once for many plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from goodknee.core.assess.compiled import Check, compiled
from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.conditions import Condition
from goodknee.core.knowledge.plan import Support
from goodknee.core.knowledge.plan.course import Course
from goodknee.core.knowledge.plan.exercises import Exercise, JointLoad, PhaseId, exercises_by_id
from goodknee.core.knowledge.plan.rehab import Phase, PhaseRule, Rehab, SessionDecision
from goodknee.core.knowledge.plan.run_return import RunReturn
from goodknee.core.knowledge.plan.self_tests import SelfTest
from goodknee.core.knowledge.plan.week import PersonNote, WeekPlan
from goodknee.core.model import Reason
from goodknee.core.plan.day_rules import DayRules, ReadyCondition
from goodknee.core.plan.run_limits import LONGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRules:
    """What a plan reads of the pack.

    Attributes:
        order: Class of stress → its place, 0 least.
        seconds: Word of tempo → seconds down, held and up.
        longest_times: A run of the plan is at most so many times the longest one before it.
        seen: Rule → its condition, to tell the facts that it saw.
        gain_below: Points of pain and of AKPS that count as no gain.
        gaps: Rule of the week → its numbers.
        reasons: Rule → what it says, its grade and its sources, before any fact is seen.
    """

    day: DayRules
    rehab: Rehab
    way: RunReturn
    course: Course
    week: WeekPlan
    load: JointLoad
    tests: tuple[SelfTest, ...]
    exercises: Mapping[str, Exercise]
    order: Mapping[str, int]
    seconds: Mapping[str, tuple[float, float, float]]
    phases: Mapping[PhaseId, Phase]
    entries: Mapping[PhaseId, Check]
    exits: Mapping[PhaseId, Check]
    steps: tuple[tuple[PhaseRule, Check], ...]
    decisions: tuple[tuple[SessionDecision, Check], ...]
    planned_when: Mapping[str, Check]
    flare: Check
    people: tuple[tuple[PersonNote, Check], ...]
    seek_care: tuple[tuple[str, Check], ...]
    plateau: tuple[tuple[str, Check], ...]
    plateau_from: int
    gain_below: tuple[float, float]
    form_professional: Check
    flare_help: Check
    longest_times: float
    seen: Mapping[str, ReadyCondition]
    gaps: Mapping[str, tuple[float, float]]
    reasons: Mapping[str, Reason]


@lru_cache(maxsize=4)
def plan_rules(knowledge: Knowledge) -> PlanRules:
    """Return the pack's rules of the plan, compiled; the same pack is compiled once."""
    rehab, course, week = knowledge.rehab, knowledge.course, knowledge.week
    return PlanRules(
        day=DayRules.of(knowledge),
        rehab=rehab,
        way=knowledge.run_return,
        course=course,
        week=week,
        load=knowledge.joint_load,
        tests=knowledge.self_tests.tests,
        exercises=exercises_by_id(knowledge.exercises),
        order={each.id: each.order for each in knowledge.joint_load.classes},
        seconds={each.word: each.down_hold_up_s for each in knowledge.joint_load.tempos},
        phases={phase.id: phase for phase in rehab.phases},
        entries={phase.id: compiled(phase.entry) for phase in rehab.phases},
        exits={phase.id: compiled(phase.exit) for phase in rehab.phases if phase.exit is not None},
        steps=tuple((step, compiled(step.when)) for step in rehab.phase_rules.steps),
        decisions=tuple((step, compiled(step.when)) for step in rehab.decisions.steps),
        planned_when={
            planned.exercise: compiled(planned.when)
            for phase in rehab.phases
            for planned in phase.session.power_multi
            if planned.when is not None
        },
        flare=compiled(course.flare.when),
        people=tuple((note, compiled(note.when)) for note in week.people),
        seek_care=tuple(
            (rule, compiled(when))
            for rule, when in (
                *((sign.id, sign.when) for sign in course.relapse.signs),
                *((each.id, each.when) for each in course.seek_care),
            )
        ),
        plateau=tuple((each.id, compiled(each.when)) for each in knowledge.referral.plateau.steps),
        plateau_from=knowledge.referral.plateau.from_week,
        gain_below=(
            knowledge.referral.plateau.pain_gain_below,
            knowledge.referral.plateau.akps_gain_below,
        ),
        flare_help=compiled(course.flare.help_when),
        form_professional=compiled(knowledge.run_return.form_professional.when),
        longest_times=1
        + min(cap.warn_above for cap in knowledge.run_return.caps if cap.of_fact == LONGEST) / 100,
        seen=dict(_conditions(knowledge)),
        gaps={rule.id: rule.value for rule in rehab.week},
        reasons=dict(_reasons(knowledge)),
    )


def _conditions(knowledge: Knowledge) -> Iterator[tuple[str, ReadyCondition]]:
    """Yield the condition of each rule whose facts are told."""
    rehab, way, course = knowledge.rehab, knowledge.run_return, knowledge.course
    conditions: list[tuple[str, Condition]] = [
        *((each.id, each.when) for each in rehab.phase_rules.steps),
        *((each.id, each.when) for each in rehab.decisions.steps),
        *((each.id, each.when) for each in knowledge.today.rules),
        *((each.id, each.when) for each in (*way.tracks, *way.decisions)),
        *((each.id, each.when) for each in way.breaks.rows),
        *((each.id, each.when) for each in course.relapse.signs),
        *((each.id, each.when) for each in course.seek_care),
    ]
    for rule, when in conditions:
        yield rule, ReadyCondition.of(when)


def _reasons(knowledge: Knowledge) -> Iterator[tuple[str, Reason]]:
    """Yield everything that may stand behind a session, by its id in the pack."""
    yield from _of_strength(knowledge.rehab)
    yield from _of_running(knowledge.run_return)
    yield from _of_course(knowledge.course)
    for rule in knowledge.today.rules:
        yield _reason(rule.id, rule.says, rule.evidence, rule.would_change)
    for test in knowledge.self_tests.tests:
        yield _reason(test.id, test.how, test.evidence)
    for note in knowledge.week.people:
        yield _reason(note.id, note.says, note.evidence)
    for told in knowledge.week.rules:
        yield _reason(told.id, told.says, told.evidence)
    plateau = knowledge.referral.plateau
    for step in plateau.steps:
        of_step = Reason(rule=step.id, facts={}, says=step.do, grade="F", sources=plateau.sources)
        yield step.id, of_step


def _of_strength(rehab: Rehab) -> Iterator[tuple[str, Reason]]:
    for phase in rehab.phases:
        yield _reason(phase.id, phase.goal, phase.evidence)
    for step in rehab.phase_rules.steps:
        yield _reason(step.id, step.says, rehab.phase_rules.evidence)
    yield _reason("ask_first", rehab.phase_rules.missing, rehab.phase_rules.evidence)
    for decision in rehab.decisions.steps:
        yield _reason(decision.id, decision.says, rehab.decisions.evidence)
    for rule in rehab.week:
        yield _reason(rule.id, rule.says, rule.evidence)
    yield _reason("no_equipment", rehab.sessions.no_equipment, rehab.sessions.evidence)


def _of_running(way: RunReturn) -> Iterator[tuple[str, Reason]]:
    for level in way.levels.levels:
        yield _reason(level.id, f"{level.label}. {way.levels.says}", way.levels.evidence)
    for rule in (*way.tracks, *way.decisions):
        yield _reason(rule.id, rule.says, rule.evidence, rule.would_change)
    for row in way.breaks.rows:
        yield _reason(row.id, row.says, way.breaks.evidence)
    for step in way.bring_back.steps:
        yield _reason(step.id, step.says, way.bring_back.evidence, step.gate_says)
    for cap in way.caps:
        yield _reason(cap.id, cap.says, cap.evidence, cap.would_change)
    yield _reason("form_professional", way.form_professional.says, way.form_professional.evidence)


def _of_course(course: Course) -> Iterator[tuple[str, Reason]]:
    for day in course.flare.days:
        yield _reason(flare_day_id(day.days), day.says, course.flare.evidence)
    yield _reason("flare", course.flare.swap_says, course.flare.evidence, course.flare.over_says)
    yield _reason("flare_help", course.flare.help_says, course.flare.evidence)
    for pause in course.pauses:
        yield _reason(pause.id, pause.says[0], pause.evidence, pause.back)
    for lasting in course.strength_breaks:
        yield _reason(lasting.id, lasting.says, course.evidence)
    for sign in course.relapse.signs:
        yield _reason(sign.id, sign.says, course.relapse.evidence)
    for reason in course.seek_care:
        yield _reason(reason.id, reason.says, reason.evidence)
    for other in course.cross_training:
        yield _reason(other.id, other.says, other.evidence)
    yield _reason("maintenance", course.maintenance.says[0], course.maintenance.evidence)
    yield _reason("race_taper", course.race_taper.says, course.race_taper.evidence)


def _reason(rule: str, says: str, evidence: Support, would_change: str | None = None) -> tuple[str, Reason]:
    return rule, Reason(
        rule=rule,
        facts={},
        says=says,
        grade=evidence.grade,
        sources=evidence.sources,
        would_change=would_change,
        direction=evidence.direction,
    )


def flare_day_id(days: tuple[float, float]) -> str:
    """Return the id by which these days of a flare are told among the reasons."""
    return f"flare_days_{days[0]:g}_{days[1]:g}"
