from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.made_up_diary import told

from goodknee.core.model import TestResult
from goodknee.core.track.self_tests import SelfTestState, compare_legs, due_on, facts_of, states
from goodknee.readers.knowledge import load_knowledge

TESTS = load_knowledge().self_tests
BY_ID = {test.id: test for test in TESTS.tests}
TODAY = date(2026, 5, 17)


@pytest.mark.parametrize(
    ("test", "result", "value", "unit", "worse"),
    [
        ("t_heel", {"left": (20,), "right": (25,)}, 5, "count", "left"),
        ("t_chair", {"left": (12,), "right": (10,)}, 100 * 10 / 12, "%", "right"),
        ("t_hopdist", {"left": (90.0,), "right": (90.0,)}, 100, "%", None),
        ("t_stepup", {"left": (1,), "right": (4,)}, 3, "0-10", "right"),
    ],
)
def test_how_the_legs_compare(
    test: str, result: TestResult, value: float, unit: str, worse: str | None
) -> None:
    legs = compare_legs(BY_ID[test], result)
    assert legs is not None
    assert legs.value == pytest.approx(value)
    assert (legs.unit, legs.worse) == (unit, worse)


@pytest.mark.parametrize(
    ("test", "result"),
    [("t_heel", {"left": (20,)}), ("t_bridge", {"once": (40,)}), ("t_chair", {"left": (0,), "right": (0,)})],
)
def test_legs_that_cannot_be_compared(test: str, result: TestResult) -> None:
    assert compare_legs(BY_ID[test], result) is None


def test_the_worse_leg_gives_the_fact_and_what_is_missing_is_left_out() -> None:
    down = facts_of(BY_ID["t_stepdown"], {"left": (1, False), "right": (3, True)})
    assert down == {"step_down15_x10_pain": 3, "step_down_steady": False}
    assert facts_of(BY_ID["t_walk30"], {"left": (2,)}) == {"walk30_pain": 2}
    heel = facts_of(BY_ID["t_heel"], {"left": (20,), "right": (25,)})
    assert heel == {"heel_raises_single_min_side": 20, "heel_raise_side_difference": 5}
    assert facts_of(BY_ID["t_chair"], {"left": (9,), "right": (10,)}) == {"strength_symmetry_pct": 90}


def test_of_one_knee_its_own_pain_counts_and_the_weaker_leg() -> None:
    stairs: TestResult = {"left": (1, 2), "right": (4, 5)}
    assert facts_of(BY_ID["t_stairs"], stairs, side="left") == {"stairs_up_nprs": 1, "stairs_down_nprs": 2}
    assert facts_of(BY_ID["t_stairs"], {"right": (4,)}, side="left") == {}
    heel = facts_of(BY_ID["t_heel"], {"left": (20,), "right": (25,)}, side="right")
    assert heel["heel_raises_single_min_side"] == 20


def test_every_fact_that_a_test_gives_by_itself_comes_out() -> None:
    for test in TESTS.tests:
        legs = ("left", "right") if test.sides == "each" else ("once",)
        result = {leg: tuple(2 for _ in test.parts) for leg in legs}
        found = facts_of(test, result)  # type: ignore[arg-type] # legs are told apart by the pack
        assert set(found) == {part.fact for part in test.parts if part.fact} | (
            {test.compared_as} if test.compared_as else set()
        )


def state(test: str, *rows: object, scored: object = None) -> SelfTestState:
    found = states(rows, TESTS, today=TODAY, scored=scored)  # type: ignore[arg-type] # short for the cases below
    return next(each for each in found if each.test.id == test)


def test_when_a_test_is_due() -> None:
    assert due_on(BY_ID["t_heel"], None, today=TODAY) == TODAY
    assert due_on(BY_ID["t_heel"], TODAY, today=TODAY) == TODAY + timedelta(weeks=4)
    assert due_on(BY_ID["t_stairs"], TODAY - timedelta(days=30), today=TODAY) < TODAY


def test_where_a_test_stands() -> None:
    left = told(TODAY - timedelta(days=9), tests={"t_heel": {"left": (20,)}})
    right = told(TODAY - timedelta(days=9), tests={"t_heel": {"right": (25,)}})
    ahead = told(TODAY + timedelta(days=1), tests={"t_heel": {"left": (1,)}})
    heel = state("t_heel", right, ahead, left)
    assert (heel.last, heel.result) == (left.day, {"left": (20,), "right": (25,)})
    assert heel.legs is not None
    assert heel.due_on == left.day + timedelta(weeks=4)
    assert state("t_hop", left).last is None
    assert state("t_pain", told(TODAY, "left", pain_usual=3)).last == TODAY


def test_a_score_of_the_questionnaire_is_its_test() -> None:
    scored = state("t_akps", scored={"akps": (TODAY, 78.0)})
    assert (scored.last, scored.result) == (TODAY, {"once": (78.0,)})
