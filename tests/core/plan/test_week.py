"""The next weeks: cases that a physiotherapist can read, and what holds for every plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.plan.plan_cases import CALM_WEEK, CASES, MONDAY, PACK, facts_of, plan_of, week_of

from goodknee.core.knowledge.plan.exercises import exercises_by_id
from goodknee.core.plan.plan_rules import plan_rules
from goodknee.core.plan.sessions import PersonWeek, Plan, Session
from goodknee.core.plan.week import make_plan

RULES = plan_rules(PACK)
EXERCISES = exercises_by_id(PACK.exercises)
RUNNING = {"run", "walk_run"}


def sessions(plan: Plan, *kinds: str) -> list[tuple[int, Session]]:
    return [
        ((day.day - plan.since).days, session)
        for day in plan.days
        for session in day.sessions
        if not kinds or session.kind in kinds
    ]


def exercises_in(plan: Plan) -> set[str]:
    return {each["id"] for _, session in sessions(plan, "strength") for each in session.details["exercises"]}


def rules_in(plan: Plan) -> set[str]:
    told = {rule for _, session in sessions(plan) for rule in session.why}
    return told | {
        rule
        for _, session in sessions(plan, "strength")
        for each in session.details["exercises"]
        for rule in each["why"]
    }


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["id"])
def test_case(case: Any) -> None:
    plan = plan_of(case.get("facts"), week_of(case.get("week")))
    for what, wanted in case["expect"].items():
        EXPECT[what](plan, wanted)


def _kinds(plan: Plan, wanted: dict[str, int]) -> None:
    found = Counter(session.kind for number, session in sessions(plan) if number < 7)
    assert {kind: found[kind] for kind in wanted} == wanted  # type: ignore[index]


def _run(session: tuple[int, Session], wanted: dict[str, Any]) -> None:
    number, run = session
    details = run.details
    for key, value in wanted.items():
        match key:
            case "level":
                assert details["level"] == value
            case "walk_run":
                assert [details["walk_run"]["run_min"], details["walk_run"]["walk_min"]] == value
            case "distance_at_most_m":
                assert 0 < details["distance_m"] <= value
            case "on_day_at_least":
                assert number >= value


def _most_class(plan: Plan, wanted: str) -> None:
    first = sessions(plan, "strength")[0][1]
    classes = [RULES.order[EXERCISES[each["id"]].pfj_class] for each in first.details["exercises"]]
    assert max(classes) <= RULES.order[wanted]


def _holds(part: bool) -> None:
    assert part


EXPECT: dict[str, Any] = {
    "phase": lambda plan, wanted: _holds(plan.phase == wanted),
    "kinds": _kinds,
    "first_run": lambda plan, wanted: _run(sessions(plan, *RUNNING)[0], wanted),
    "last_run": lambda plan, wanted: _run(sessions(plan, *RUNNING)[-1], wanted),
    "notes": lambda plan, wanted: _holds(set(wanted) <= set(plan.notes)),
    "no_notes": lambda plan, wanted: _holds(not set(wanted) & set(plan.notes)),
    "why": lambda plan, wanted: _holds(set(wanted) <= rules_in(plan)),
    "missing": lambda plan, wanted: _holds(set(wanted) <= set(plan.missing)),
    "in": lambda plan, wanted: _holds(set(wanted) <= exercises_in(plan)),
    "not_in": lambda plan, wanted: _holds(not set(wanted) & exercises_in(plan)),
    "caps": lambda plan, wanted: _holds(set(wanted) <= set(plan.caps)),
    "longest_at_most_m": lambda plan, wanted: _holds(
        wanted - 1 <= max(run.details["distance_m"] for _, run in sessions(plan, *RUNNING)) <= wanted + 1e-6
    ),
    "most_class": _most_class,
    "blocked": lambda plan, wanted: _holds(plan.blocked is wanted and not plan.days),
    "strength_from_day": lambda plan, wanted: _holds(sessions(plan, "strength")[0][0] >= wanted),
}

WEEKDAYS = st.frozensets(st.integers(0, 6))
WEEKS = st.builds(
    lambda free, most, run_days, minutes, kit, long_day, last, recent: replace(
        CALM_WEEK,
        free_days=free,
        days_most=most,
        run_days=run_days,
        minutes={} if minutes is None else dict.fromkeys(range(7), float(minutes)),
        equipment=kit,
        long_run_day=long_day,
        last_strength=None if last is None else MONDAY - timedelta(days=last),
        recent_runs=tuple(MONDAY - timedelta(days=each) for each in recent),
    ),
    free=WEEKDAYS,
    most=st.none() | st.integers(0, 7),
    run_days=st.none() | WEEKDAYS,
    minutes=st.none() | st.integers(5, 120),
    kit=st.frozensets(
        st.sampled_from(["band", "step", "weight", "machine", "bike", "pool", "chair", "wall"])
    ),
    long_day=st.none() | st.integers(0, 6),
    last=st.none() | st.integers(0, 70),
    recent=st.frozensets(st.integers(0, 6), max_size=3),
)
PHASES = st.sampled_from(
    [("none", "none"), ("P0", "none"), ("P1", "P0"), ("P2", "P1"), ("P3", "P2"), ("P5", "P4")]
)


@st.composite
def known(draw: st.DrawFn) -> dict[str, Any]:
    phase, met = draw(PHASES)
    facts: dict[str, Any] = {
        "pain_worst_3d_nprs": draw(st.integers(0, 10)),
        "stairs_up_nprs": draw(st.integers(0, 6)),
        "run_pain_nprs": draw(st.integers(0, 7)),
        "days_since_last_run": draw(st.integers(0, 40)),
        "current_phase": phase,
        "phase_exit_met": met,
        "longest_run_30d_m": draw(st.sampled_from([None, 800, 3000, 8000, 21_000])),
        "run_days_without_red": 14,
    }
    facts["days_off"] = facts["days_since_last_run"]
    if draw(st.booleans()):
        level = draw(st.integers(0, 12))
        facts |= {"level_on_record": True, "level_number": level, "level_passed": max(0, level - 1)}
        facts |= {"level_done": draw(st.integers(0, 1)), "level_sessions_to_go": draw(st.integers(0, 2))}
    return facts


def strength_days(plan: Plan) -> list[int]:
    return [number for number, _ in sessions(plan, "strength")]


def gaps(days: list[int]) -> Iterator[int]:
    return (after - before for before, after in pairwise(days))


@settings(max_examples=150, deadline=None)
@given(facts=known(), week=WEEKS)
def test_every_plan_keeps_every_rule(facts: dict[str, Any], week: PersonWeek) -> None:
    plan = plan_of(facts, week)
    assert plan == plan_of(facts, week), "the same is proposed for the same"
    _keeps_the_week(plan, week)
    _keeps_the_caps(plan, facts)
    for _, session in sessions(plan):
        assert session.why
        assert any(plan.reasons[rule].sources for rule in session.why), session
        assert session.pfj is None or session.pfj.low <= session.pfj.value <= session.pfj.high


def _keeps_the_week(plan: Plan, week: PersonWeek) -> None:
    assert len(plan.days) == 14
    active: Counter[int] = Counter()
    for day in plan.days:
        number = (day.day - plan.since).days
        busy = [session for session in day.sessions if session.kind != "rest"]
        active[number // 7] += bool(busy)
        if busy:
            assert day.day.weekday() in week.free_days
        total = sum(session.minutes or 0 for session in busy)
        assert total <= week.minutes.get(day.day.weekday(), 10**6) + 0.51, (day, total)
        assert day.sessions, "a day without a session says that it is one of rest"
    most = 7 if week.days_most is None else week.days_most
    assert all(count <= most for count in active.values())
    strength = strength_days(plan)
    before = [] if week.last_strength is None else [(week.last_strength - MONDAY).days]
    assert all(gap >= 2 for gap in gaps([*before, *strength]))
    runs = [number for number, _ in sessions(plan, *RUNNING)]
    if week.run_days is not None:
        assert all((MONDAY + timedelta(days=run)).weekday() in week.run_days for run in runs)
    for first in (0, 7):
        of_week = [run for run in runs if first <= run < first + 7]
        assert len(of_week) <= 5, "two days a week without a run"
        # One run of the week is free of strength work on its day and on the day before.
        assert not of_week or any({run, run - 1}.isdisjoint(strength) for run in of_week)


def _keeps_the_caps(plan: Plan, facts: dict[str, Any]) -> None:
    longest = facts["longest_run_30d_m"]
    runs = sessions(plan, *RUNNING)
    for _, session in runs:
        distance = session.details["distance_m"]
        if distance is not None and longest is not None:
            assert distance <= 1.1 * longest + 1e-6
    levels = [(number, session) for number, session in runs if session.details["level"] is not None]
    known_levels = {level.id: level for level in PACK.run_return.levels.levels}
    for number, session in levels:
        level = known_levels[session.details["level"]]
        if level.running_min is not None:
            assert session.details["run_min"] <= level.running_min
        if level.number <= PACK.run_return.levels.rest_day_to_level:
            others = [other for other, _ in runs if other != number]
            assert all(abs(other - number) >= 2 for other in others), "a rest day between"
    if facts.get("level_on_record") and facts["level_number"] <= 7:
        for first in range(8):
            assert sum(first <= number < first + 7 for number, _ in runs) <= 3


@settings(max_examples=100, deadline=None)
@given(facts=known(), week=WEEKS, day=st.integers(1, 12))
def test_a_flare_never_adds_load(facts: dict[str, Any], week: PersonWeek, day: int) -> None:
    calm = plan_of({**facts, "pain_worst_3d_nprs": 2, "stairs_up_nprs": 2, "run_pain_nprs": 2}, week)
    sore = plan_of(
        {
            **facts,
            "pain_worst_3d_nprs": 2,
            "stairs_up_nprs": 2,
            "run_pain_nprs": 2,
            "red_zone": True,
            "days_in_flare": day,
        },
        week,
    )
    flare_days = range(max(0, 8 - day))
    lifted = [session for number, session in sessions(calm, "strength")]
    if not lifted:
        return
    most = max(session.pfj.value for session in lifted if session.pfj is not None)
    for number, session in sessions(sore, "strength"):
        if number in flare_days and session.pfj is not None and session.minutes:
            assert session.pfj.value <= most + 1e-6
    for number, session in sessions(sore, *RUNNING):
        if number < max(0, 3 - day):
            pytest.fail(f"no run on the first two days of a flare: {session}")


def test_more_pain_never_gives_more_running() -> None:
    before: float | None = None
    for pain in range(11):
        plan = plan_of({"run_pain_nprs": pain})
        metres = sum(session.details["distance_m"] or 0 for _, session in sessions(plan, *RUNNING))
        assert before is None or metres <= before, pain
        before = metres


def test_a_flare_moves_no_session_of_the_plan_in_force() -> None:
    calm = plan_of()
    kept = {
        kind: frozenset(MONDAY + timedelta(days=number) for number, _ in sessions(calm, *of_kind))
        for kind, of_kind in (("run", RUNNING), ("strength", {"strength"}))
    }
    sore = plan_of({"red_zone": True, "days_in_flare": 1}, replace(CALM_WEEK, kept_days=kept))
    first_week = [number for number in strength_days(calm) if number < 7]
    assert [number for number in strength_days(sore) if number < 7] == first_week
    assert {number for number, _ in sessions(sore, *RUNNING) if number < 7} < {
        number for number, _ in sessions(calm, *RUNNING) if number < 7
    }


def test_the_stricter_knee_counts() -> None:
    worse = facts_of({"pain_worst_3d_nprs": 7})
    plan = make_plan({"left": worse, "right": facts_of()}, CALM_WEEK, PACK, today=MONDAY)
    mirrored = make_plan({"left": facts_of(), "right": worse}, CALM_WEEK, PACK, today=MONDAY)
    assert plan.phase == mirrored.phase == "P0"
    assert [day.sessions for day in plan.days] == [day.sessions for day in mirrored.days]
    assert "both_knees" in plan.notes


def test_a_step_up_changes_one_thing_and_stays() -> None:
    earned: dict[str, Any] = {"phase_exit_met": "P1", "current_phase": "P2", "zone_last_session": "green"}
    earned |= {"zone_session_before": "green", "morning_pass": True, "reps_top_of_range": True}
    earned |= {"session_painkiller": False}
    kit = replace(CALM_WEEK, equipment=frozenset({"step", "chair", "band"}))
    before = plan_of({**earned, "zone_session_before": "amber"}, kit)
    after = plan_of(earned, kit)
    was, now = exercises_in(before), exercises_in(after)
    assert len(was - now) == len(now - was) == 1
    places = {
        each["place"]: each["id"]
        for _, session in sessions(after, "strength")
        for each in session.details["exercises"]
    }
    again = plan_of(earned, replace(kit, exercises=places, stepped_up=True))
    assert exercises_in(again) == now
    held = plan_of({**earned, "zone_last_session": "amber"}, replace(kit, exercises=places))
    assert exercises_in(held) == now


def test_every_rule_that_a_plan_names_is_told_with_its_source() -> None:
    for case in CASES["cases"]:
        plan = plan_of(case.get("facts"), week_of(case.get("week")))
        assert rules_in(plan) | set(plan.notes) | set(plan.caps) <= set(plan.reasons)
        for reason in plan.reasons.values():
            assert reason.says
            assert reason.sources
            assert set(reason.sources) <= set(PACK.sources)


def test_no_rule_of_the_plan_has_the_id_of_another() -> None:
    ids = [rule.id for rule in PACK.week.rules] + [note.id for note in PACK.week.people]
    others = set(RULES.reasons) - set(ids)
    assert len(ids) == len(set(ids))
    assert not set(ids) & {each.id for each in PACK.course.cross_training} | set(ids) & {"illness", "travel"}
    assert others


@pytest.mark.parametrize("weeks", [1, 2, 4])
def test_so_many_weeks_as_asked(weeks: int) -> None:
    assert len(plan_of(weeks=weeks).days) == 7 * weeks
