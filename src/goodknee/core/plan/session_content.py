"""What each session of a plan says: its title, its minutes, what to do, and the rules behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from goodknee.core.knowledge.plan.course import CrossTraining
from goodknee.core.knowledge.plan.rehab import Phase
from goodknee.core.knowledge.plan.self_tests import SelfTest
from goodknee.core.knowledge.plan.week import TitleId
from goodknee.core.load.other_load import Coarse, OtherLoad, impulse_of
from goodknee.core.model import Side
from goodknee.core.plan.phase import Standing
from goodknee.core.plan.plan_rules import PlanRules
from goodknee.core.plan.rehab import StrengthSession, exercise_details, load_of, total
from goodknee.core.plan.runs import RunSpec, RunStart
from goodknee.core.plan.sessions import PersonWeek, Session, SessionKind
from goodknee.core.words import km

#: Order of the sessions of one day: the run goes first.
KINDS: Final[tuple[SessionKind, ...]] = (
    "test", "run", "walk_run", "strength", "cross_training", "stretch", "rest",
)  # fmt: skip
_WALKING: Final = "walking_step"


def strength(
    day: date,
    session: StrengthSession,
    phase: Phase,
    stands: Standing,
    person: PersonWeek,
    rules: PlanRules,
    *,
    why: Sequence[str],
    with_run: bool,
) -> Session:
    """Return a strength session."""
    changed = {rule for each in session.placed for rule in each.why if rule in rules.reasons}
    return _session(
        day,
        "strength",
        _title(rules, "strength", phase=phase.name),
        session.minutes,
        {
            "phase": phase.id,
            "order": rules.rehab.sessions.order,
            "exercises": [exercise_details(each, phase, rules) for each in session.placed],
            "left_out": [each.exercise.id for each in session.left_out],
            "change": stands.change,
            "one_step": session.one_step,
            "reserve_reps": phase.reserve_reps,
            "start_with": _start_with(person.sore),
            "after_run_h": rules.gaps["strength_run_gap_h"][0] if with_run else None,
            "coarse": rules.load.coarse,
        },
        (
            phase.id,
            *why,
            *sorted(changed),
            "hard_strength_gap_h",
            *(["strength_run_gap_h"] if with_run else []),
        ),
        session.pfj,
    )


def _start_with(sore: Sequence[Side]) -> str:
    return sore[0] if len(sore) == 1 else "both"


def run(day: date, spec: RunSpec, start: RunStart, person: PersonWeek, rules: PlanRules) -> Session:
    """Return a run, or a walk in its place."""
    walk_before = rules.way.levels.warm_up_min[0] if spec.kind != "walk" else 0.0
    allowed, turn = start.allowed, spec.walk_run
    minutes = None if spec.minutes is None else spec.minutes + walk_before
    title = {
        "walk": lambda: _title(rules, "walk", minutes=f"{spec.minutes:g}"),
        "walk_run": lambda: _title(rules, "walk_run", label=_label(spec)),
        "run": lambda: _title(rules, "run") + (f", {km(spec.distance_m)}" if spec.distance_m else ""),
    }[spec.kind]()
    details = {
        "level": None if spec.level is None else spec.level.id,
        "warm_up_walk_min": walk_before,
        "walk_run": None
        if turn is None
        else {"run_min": turn.run_min, "walk_min": turn.walk_min, "repeats": turn.repeats},
        "run_min": spec.running_min,
        "distance_m": spec.distance_m,
        "share_of_last_pct": spec.share_of_last_pct,
        "speed_assumed": person.speed_assumed,
        "speed_factor": None if allowed is None else allowed.speed_factor,
        "flat": allowed is None or allowed.flat,
        "cadence_target_spm": None if allowed is None else allowed.cadence_target_spm,
        "stop_above_nprs": rules.way.limits.during_up_to_nprs,
        "limits": rules.way.limits.says,
        "if_tests_pass": start.when == "after_tests",
    }
    kind: SessionKind = "run" if spec.kind == "run" else "walk_run"
    return _session(
        day, kind, title, minutes, details, spec.why, _load_of_run(spec, walk_before, person, rules)
    )


def race(day: date, distance_m: float, rules: PlanRules) -> Session:
    """Return a race that every limit allows."""
    return _session(
        day,
        "run",
        _title(rules, "race"),
        None,
        {"distance_m": distance_m, "race": True},
        ("BB8", "race_taper"),
    )


def tests(
    day: date, due: Sequence[SelfTest], rules: PlanRules, *, why: Sequence[str], minutes: float
) -> Session:
    """Return a session of self tests."""
    details = {
        "tests": [
            {"id": each.id, "name": each.name, "how": each.how, "records": each.records, "needs": each.needs}
            for each in due
        ],
        "then": rules.reasons["walk_test_next"].says if "tests_first" in why else None,
    }
    title = _title(rules, "test", names=", ".join(each.name for each in due))
    return _session(day, "test", title, minutes, details, (*why, *(each.id for each in due)))


def cross_training(day: date, way: CrossTraining, person: PersonWeek, rules: PlanRules) -> Session:
    """Return swimming, cycling or yoga, if the runner likes it."""
    exercise = rules.exercises[way.exercise]
    there = not exercise.equipment or not person.equipment.isdisjoint(exercise.equipment)
    how = exercise.how if there or exercise.without is None else exercise.without.how or exercise.how
    minutes = (exercise.dose.minutes or (rules.week.sizes.stretch_min,))[0]
    limit = person.minutes.get(day.weekday())
    return _session(
        day,
        "cross_training",
        _title(rules, "cross_training", name=exercise.name),
        minutes if limit is None else min(minutes, limit),
        {
            "exercise": exercise.id,
            "optional": True,
            "how": how,
            "cue": exercise.cue,
            "stop_above_nprs": exercise.stop_above_nprs,
        },
        (way.id,),
        load_of(exercise, exercise.dose, rules),
    )


def stretching(day: date, phase: Phase, person: PersonWeek, rules: PlanRules) -> Session:
    """Return the stretches of the phase, if the runner likes them."""
    each = [rules.exercises[planned.exercise] for planned in phase.session.mobility]
    limit = person.minutes.get(day.weekday())
    minutes = rules.week.sizes.stretch_min
    return _session(
        day,
        "stretch",
        _title(rules, "stretch"),
        minutes if limit is None else min(minutes, limit),
        {
            "optional": True,
            "exercises": [
                {
                    "id": one.id,
                    "name": one.name,
                    "how": one.how,
                    "hold_s": one.dose.hold_s or one.dose.seconds,
                }
                for one in each
            ],
        },
        ("stretch",),
        total(load_of(one, one.dose, rules) for one in each),
    )


def rest(
    day: date, why: Sequence[str], rules: PlanRules, *, title: str | None = None, says: str = ""
) -> Session:
    """Return a day of rest, or one of illness or travel."""
    details = {"says": says} if says else {}
    return _session(day, "rest", title or _title(rules, "rest"), 0.0, details, tuple(why))


def _session(
    day: date,
    kind: SessionKind,
    title: str,
    minutes: float | None,
    details: dict[str, Any],
    why: Sequence[str],
    pfj: Coarse | None = None,
) -> Session:
    return Session(
        id=f"{day:%Y%m%d}-{kind}",
        kind=kind,
        title=title,
        minutes=minutes,
        details=details,
        why=tuple(dict.fromkeys(why)),
        pfj=pfj,
    )


def _title(rules: PlanRules, of: TitleId, **slots: str) -> str:
    return rules.week.titles[of].format(**slots)


def _label(spec: RunSpec) -> str:
    turn = spec.walk_run
    if turn is None:
        return spec.level.label if spec.level else "Run and walk in turn"
    if spec.level is not None and spec.level.walk_run == turn:
        return spec.level.label
    times = f"{turn.repeats} times " if turn.repeats and turn.repeats > 1 else ""
    return f"{times}{turn.run_min:g} minutes run, {turn.walk_min:g} walk"


def _load_of_run(spec: RunSpec, walk_before: float, person: PersonWeek, rules: PlanRules) -> Coarse | None:
    """Return what a run puts on each knee: its easy km, and the steps of the walks."""
    running = spec.running_min
    distance = spec.distance_m
    if spec.kind == "walk":
        return _walk(spec.minutes or 0.0, rules)
    if distance is None and running is not None and person.easy_speed_mps is not None:
        distance = running * 60 * person.easy_speed_mps
    if distance is None or person.easy_km_bw_s is None:
        return None
    km, unit = distance / 1000, person.easy_km_bw_s
    walking = walk_before + (
        spec.walk_run.walk_min * (spec.walk_run.repeats or 1) if spec.walk_run and spec.level else 0.0
    )
    ran = Coarse(value=unit.value * km, low=unit.low * km, high=unit.high * km)
    return total((ran, _walk(walking, rules)))


def _walk(minutes: float, rules: PlanRules) -> Coarse:
    step = next(each for each in rules.load.daily if each.id == _WALKING)
    load = OtherLoad(
        day=date.min,
        what=_WALKING,
        pfj_class=step.pfj_class,
        repetitions=minutes * 60 / (2 * step.seconds),  # each leg takes every second step
        moving_s=step.seconds,
    )
    return impulse_of(load, rules.load)
