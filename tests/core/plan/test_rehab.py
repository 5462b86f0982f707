"""The strength session: order, dose, range, kit, and kinder exercises on a sore day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.plan.plan_cases import PACK, facts_of

from goodknee.core.knowledge.plan.exercises import exercises_by_id
from goodknee.core.plan.plan_rules import plan_rules
from goodknee.core.plan.rehab import (
    allowed_in,
    easier_and_harder,
    exercise_details,
    knee_range,
    load_of,
    strength_session,
)

RULES = plan_rules(PACK)
EXERCISES = exercises_by_id(PACK.exercises)
PHASES = list(RULES.phases.values())
ALL_KIT = frozenset(word for each in EXERCISES.values() for word in each.equipment)
KITS = st.frozensets(st.sampled_from(sorted(ALL_KIT)))
CEILINGS = st.none() | st.sampled_from(["low", "moderate", "high"])


@settings(max_examples=150, deadline=None)
@given(
    phase=st.sampled_from(PHASES),
    kit=KITS,
    ceiling=CEILINGS,
    change=st.sampled_from(["hold", "step_up", "step_down"]),
    power=st.booleans(),
    minutes=st.none() | st.integers(5, 90),
)
def test_every_session_keeps_its_phase(
    phase: Any, kit: frozenset[str], ceiling: Any, change: Any, power: bool, minutes: int | None
) -> None:
    session = strength_session(
        phase, facts_of().known, RULES, kit=kit, change=change, ceiling=ceiling, power=power, minutes=minutes
    )
    assert session.placed
    blocks = [PACK.rehab.sessions.order.index(each.block) for each in session.placed]
    assert blocks == sorted(blocks), "warm-up, big moves, single muscles, stretches"
    names = [each.exercise.id for each in session.placed]
    assert len(names) == len(set(names))
    for each in session.placed:
        exercise = each.exercise
        assert exercise.phase_from <= phase.id
        assert exercise.level <= phase.level_to
        if exercise.range_cap and exercise.chain == "closed":
            assert each.knee_deg[1] <= phase.closed_chain_to_deg
        if exercise.equipment and kit.isdisjoint(exercise.equipment):
            assert each.how != exercise.how, f"{exercise.id} needs a form for home"
        if not power:
            assert exercise.phase_from < "P4"
        if ceiling is not None:
            assert RULES.order[exercise.pfj_class] <= RULES.order[ceiling]
    if minutes is not None and len(session.placed) > 1:
        assert session.minutes <= minutes


@settings(max_examples=150, deadline=None)
@given(phase=st.sampled_from(PHASES), kit=KITS, ceiling=CEILINGS, minutes=st.integers(10, 90))
def test_a_sore_day_never_asks_more_of_the_knee(
    phase: Any, kit: frozenset[str], ceiling: Any, minutes: int
) -> None:
    calm = strength_session(phase, {}, RULES, kit=kit, minutes=minutes)
    sore = strength_session(phase, {}, RULES, kit=kit, ceiling=ceiling, minutes=minutes)
    assert sore.pfj.value <= calm.pfj.value + 1e-9
    assert sore.pfj.high <= calm.pfj.high + 1e-9
    places = {each.place: each for each in calm.placed}
    for each in sore.placed:
        assert each.pfj.value <= places[each.place].pfj.value + 1e-9


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.id)
def test_a_sore_day_swaps_and_does_not_cancel(phase: Any) -> None:
    sore = strength_session(phase, {}, RULES, kit=ALL_KIT, ceiling=phase.kinder_class_to)
    assert sum(each.block in {"power_multi", "isolation"} for each in sore.placed) >= 3


def test_a_step_down_bends_less_or_loads_less() -> None:
    phase = RULES.phases["P2"]
    calm = {each.place: each for each in strength_session(phase, {}, RULES, kit=ALL_KIT, minutes=90).placed}
    down = strength_session(phase, {}, RULES, kit=ALL_KIT, change="step_down", minutes=90)
    for each in down.placed:
        if each.block in {"power_multi", "isolation"}:
            less_bend = each.knee_deg[1] < calm[each.place].knee_deg[1]
            assert less_bend or each.load_cut_pct == PACK.rehab.decisions.cut_load_pct[0], each.exercise.id


def test_the_range_is_cut_to_the_phase() -> None:
    squat, extension = EXERCISES["squat_mini"], EXERCISES["knee_ext_90_45"]
    assert knee_range(squat, RULES.phases["P0"]) == (0, 30)
    assert knee_range(squat, RULES.phases["P1"]) == (0, 45)
    assert knee_range(extension, RULES.phases["P1"]) == (45, 90)
    assert knee_range(extension, RULES.phases["P0"]) is None
    assert not allowed_in(EXERCISES["squat_60"], RULES.phases["P1"])


def test_load_follows_the_formula_of_the_pack() -> None:
    squat = EXERCISES["squat_mini"]
    load = load_of(squat, squat.dose, RULES)
    down, hold, up = squat.tempo.down_hold_up_s or (0, 0, 0)
    low = next(each for each in PACK.joint_load.classes if each.id == "low")
    repetitions = squat.dose.sets * 12.5
    by_hand = repetitions * low.middle_bw * (PACK.joint_load.mean_over_peak_middle * (down + up) + hold)
    assert load.value == pytest.approx(by_hand)


def _reachable() -> Iterator[str]:
    """Every exercise that some plan puts into a place or names beside one, or offers as other sport."""
    for phase in PHASES:
        for kit in (frozenset[str](), ALL_KIT):
            for ceiling in (None, "low", "moderate"):
                for change in ("hold", "step_up"):
                    session = strength_session(
                        phase,
                        {"phase_exit_met": "P4"},
                        RULES,
                        kit=kit,
                        change=change,
                        ceiling=ceiling,
                        minutes=90,
                    )
                    for each in session.placed:
                        yield each.exercise.id
    for way in PACK.course.cross_training:
        yield way.exercise


def test_every_exercise_of_the_article_is_reached() -> None:
    reached = set(_reachable())
    ahead = list(reached)
    while ahead:
        exercise = EXERCISES[ahead.pop()]
        for phase in PHASES:
            for other in easier_and_harder(exercise, phase, RULES):
                if other is not None and other.id not in reached:
                    reached.add(other.id)
                    ahead.append(other.id)
    missing = {each.id for each in EXERCISES.values() if each.in_article} - reached
    assert not missing


def test_each_exercise_tells_its_dose_its_limits_and_its_sources() -> None:
    for phase in PHASES:
        for each in strength_session(phase, {}, RULES, kit=ALL_KIT).placed:
            told = exercise_details(each, phase, RULES)
            assert sum(told[key] is not None for key in ("reps", "seconds", "minutes")) == 1
            assert told["sources"]
            assert told["stop_above_nprs"] <= PACK.today.strength.ceiling_nprs
