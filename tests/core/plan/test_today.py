"""The decision of the day: every case of tests/cases/today.yaml, and what must hold for all of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.pack_files import cases

from goodknee.core.assess.conditions import Facts
from goodknee.core.model import Limit, Reason
from goodknee.core.plan.day_rules import day_rules
from goodknee.core.plan.today import Decision, WarningSigns, decide_today
from goodknee.readers.knowledge import load_knowledge

PACK = load_knowledge()
CASES = cases("today.yaml")
CALM: Mapping[str, Any] = CASES["calm"]
VERDICTS = PACK.today.verdicts
DAY = date(2026, 5, 12)
#: Off the levels, with enough known that the distance has a limit.
OFF_LEVELS = {
    "level_on_record": False, "level_number": None, "in_return_plan": True, "longest_run_30d_m": 10_000.0,
    "calm_distance_m": 5000.0, "last_run_distance_m": 8000.0,
}  # fmt: skip


def facts(*changes: Mapping[str, Any]) -> Facts:
    known = dict(CALM)
    for change in changes:
        known |= change
    return Facts.measured(known)


def decide(*changes: Mapping[str, Any]) -> Decision:
    return decide_today({"right": facts(*changes)}, PACK, today=DAY)


def rules(decision: Decision) -> list[str]:
    return [reason.rule for reason in decision.reasons]


@pytest.mark.parametrize("case", CASES["rules"], ids=lambda case: case["rule"])
def test_each_case_comes_out_as_it_says(case: Any) -> None:
    decision = decide(case["facts"])
    assert decision.verdict == case["verdict"]
    assert case["rule"] in rules(decision)
    for change in case["but_not"]:
        assert case["rule"] not in rules(decide(case["facts"], change))


@pytest.mark.parametrize("case", CASES["decisions"], ids=lambda case: f"{case['is']}-{case['then']}")
def test_the_decision_after_the_last_run_is_told(case: Any) -> None:
    for changes, expected in (
        ([case["facts"]], case["is"]),
        ([case["facts"], case["but_not"]], case["then"]),
    ):
        assert expected in rules(decide(*changes))


@pytest.mark.parametrize(
    "case", [case for case in CASES["tracks"] if case["then"]], ids=lambda case: case["then"]
)
def test_without_a_level_the_track_is_told(case: Any) -> None:
    assert case["is"] in rules(decide(OFF_LEVELS, case["facts"]))
    assert case["then"] in rules(decide(OFF_LEVELS, case["facts"], case["but_not"]))


def test_a_calm_day_on_a_level_is_that_level_again() -> None:
    decision = decide()
    assert (decision.verdict, decision.knee, rules(decision)) == ("go", "right", ["D7"])
    assert decision.run is not None
    assert (decision.run.level, decision.run.max_minutes, decision.run.flat) == (4, 25, True)
    assert decision.run.walk_run == PACK.run_return.levels.levels[4].walk_run
    assert decision.meanwhile == ()


@pytest.mark.parametrize(
    ("change", "level", "minutes"),
    [
        ({"level_sessions_to_go": 0}, 5, 28),
        ({"run_pain_nprs": 3}, 4, 25),
        ({"run_pain_nprs": 4}, 3, 25),
        ({"run_pain_nprs": 6}, 2, 24),
        ({"level_number": 1, "run_pain_nprs": 6}, 0, 24),
        # A step down never makes the run longer: level 7 lasts 26 minutes, level 8 lasts 20.
        ({"level_number": 8, "run_pain_nprs": 4}, 7, 20),
        ({"level_number": 11, "level_done": 1}, 11, 36),
        ({"level_number": 11, "level_done": 9}, 11, 40),
        ({"level_number": 12}, 12, None),
        ({"level_number": 12, "level_sessions_to_go": 0}, 12, None),
        # No step up on a morning without a value.
        ({"level_sessions_to_go": 0, "pain_morning_nprs": None, "morning_rise_nprs": None}, 4, 25),
    ],
)
def test_levels(change: Mapping[str, Any], level: int, minutes: float | None) -> None:
    run = decide(change).run
    assert run is not None
    assert (run.level, run.max_minutes) == (level, minutes)


@pytest.mark.parametrize(
    ("change", "row", "level"),
    [
        ({"off_reason": "other"}, "B4", 3),
        ({"off_reason": "other", "level_passed": None}, "B4", 1),
        ({"off_reason": "knee", "hard_tests_passed": True, "entry_tests_passed": True}, "B5", 2),
        ({"off_reason": "knee", "hard_tests_passed": True}, "B5", 1),
        ({"level_on_record": False, "hard_tests_passed": True, "entry_tests_passed": True}, "B2", 1),
        ({"level_on_record": False, "hard_tests_passed": True}, "B2", 0),
        ({"run_forced_stop": True, "hard_tests_passed": True, "entry_tests_passed": True}, "B1", 0),
    ],
)
def test_after_a_pause_the_way_starts_again(change: Mapping[str, Any], row: str, level: int) -> None:
    decision = decide({"days_off": 9, "days_since_last_run": 9}, change)
    assert decision.verdict == "modify"
    assert row in rules(decision)
    assert decision.run is not None
    assert decision.run.level == level
    assert decision.would_change


def test_after_a_pause_for_the_knee_the_tests_come_first() -> None:
    decision = decide({"days_off": 9, "days_since_last_run": 9, "off_reason": "knee"})
    assert (decision.verdict, decision.entry_tests) == ("rest", True)
    assert "t_walk30" in decision.missing


@pytest.mark.parametrize(
    ("change", "metres", "by"),
    [
        ({}, 4500, "still_running"),
        ({"calm_distance_m": None}, 9000, "still_running"),
        ({"run_pain_nprs": 4}, 4000, "over_limit"),
        ({"run_pain_nprs": 4, "last_run_distance_m": None, "calm_distance_m": None}, 5000, "over_limit"),
        ({"morning_rise_nprs": 1}, 4000, "TD23"),
        ({"longest_run_30d_m": 4000.0}, 4400, "single_run_in_plan"),
        ({"longest_run_30d_m": 4000.0, "in_return_plan": False}, 4400, "single_run"),
        ({"knee_load_usual_high_bw_s": 300.0, "knee_load_easy_km_bw_s": 100.0}, 3000, "knee_load"),
        ({"increase_held": True, "longest_run_30d_m": 4000.0}, 4000, "no_increase"),
    ],
)
def test_caps_only_tighten_and_say_who_it_was(change: Mapping[str, Any], metres: float, by: str) -> None:
    run = decide(OFF_LEVELS, change).run
    assert run is not None
    assert run.max_distance_m == pytest.approx(metres)
    assert run.limited_by[0] == by


def test_a_limit_that_is_not_known_is_asked_and_not_guessed() -> None:
    nothing = dict.fromkeys(("longest_run_30d_m", "calm_distance_m", "last_run_distance_m"))
    decision = decide(OFF_LEVELS, nothing)
    assert decision.run is not None
    assert decision.run.max_distance_m is None
    assert "longest_run_30d_km" in decision.missing


def test_three_runs_of_a_week_on_the_levels_are_enough() -> None:
    decision = decide({"runs_6d": 3})
    assert (decision.verdict, rules(decision)[-1]) == ("rest", "runs_per_week_levels")
    assert decide({"runs_6d": 2}).verdict == "go"
    assert decide({"runs_6d": 3, "level_number": 8}).verdict == "go"


@pytest.mark.parametrize(
    ("change", "target"),
    [
        ({"cadence_spm": 170}, 178),
        ({"cadence_spm": 171}, None),
        ({"cadence_spm": 160, "calf_or_achilles_pain": True}, None),
        ({}, None),
        ({"cadence_spm": 160, "level_number": 1, "run_pain_nprs": 6}, None),  # it is a walk
    ],
)
def test_steps_to_try(change: Mapping[str, Any], target: float | None) -> None:
    run = decide(change).run
    assert run is not None
    assert run.cadence_target_spm == target


@pytest.mark.parametrize(
    ("known", "verdict"),
    [
        ({"days_since_last_run": 40, "days_off": 40}, "withheld"),
        ({"pain_morning_nprs": 9, "morning_rise_nprs": 8}, "rest"),
    ],
)
def test_before_any_check_old_runs_decide_nothing_and_pain_still_does(
    known: dict[str, Any], verdict: str
) -> None:
    decision = decide({"checked": False, **known})
    assert (decision.verdict, decision.missing) == (verdict, ("check",))
    assert decide(known).verdict == "rest"


def test_a_day_of_rest_is_not_told_how_to_run() -> None:
    assert "still_running" in rules(decide(OFF_LEVELS))
    assert "still_running" not in rules(decide(OFF_LEVELS, {"pain_morning_nprs": 9, "morning_rise_nprs": 8}))


def test_before_any_check_there_is_no_decision_and_something_to_do() -> None:
    decision = decide_today({}, PACK, today=DAY)
    assert (decision.verdict, decision.knee, decision.run) == ("withheld", None, None)
    assert decision.missing == ("check",)
    assert [offer.what.id for offer in decision.meanwhile] == ["walk", "ice", "leg_up", "wrap"]
    assert rules(decision) == ["TD01"]


def test_no_run_on_record_is_never_read_as_has_not_run() -> None:
    nothing = {key: None for key in CALM if "run_" in key or key in {"days_since_last_run", "days_off"}}
    decision = decide(OFF_LEVELS, nothing)
    assert (decision.verdict, rules(decision)) == ("withheld", ["TD11"])
    assert decision.missing[0] == "days_since_last_run"
    assert decision.meanwhile


def test_of_two_knees_the_stricter_counts_and_is_named() -> None:
    calm, sore = facts(OFF_LEVELS), facts(OFF_LEVELS, {"morning_rise_nprs": 2})
    either = decide_today({"left": sore, "right": calm}, PACK, today=DAY)
    other = decide_today({"left": calm, "right": sore}, PACK, today=DAY)
    assert (either.verdict, either.knee) == ("rest", "left")
    assert (other.verdict, other.knee) == ("rest", "right")
    assert decide_today({"left": calm, "right": calm}, PACK, today=DAY).knee == "both"


def test_the_run_keeps_the_limits_of_both_knees() -> None:
    short, slow = {"calm_distance_m": 2000.0}, {"run_pain_nprs": 3}
    run = decide_today(
        {"left": facts(OFF_LEVELS, short), "right": facts(OFF_LEVELS, slow)}, PACK, today=DAY
    ).run
    assert run is not None
    assert run.max_distance_m == pytest.approx(1800)
    assert run.walk_run is not None


def test_a_warning_sign_has_the_day_to_itself() -> None:
    sign = Reason(rule="RF02", facts={}, says="Go now.", grade="F", sources=("gcare_knee",))
    signs = WarningSigns(urgency="emergency", blocked=True, reasons=(sign,))
    held = facts({"running_held": True, "strength_held": True})
    decision = decide_today({"right": held}, PACK, today=DAY, signs=signs)
    assert (decision.verdict, decision.urgency, decision.blocked) == ("see_clinician", "emergency", True)
    assert decision.reasons[0] is sign
    assert (decision.run, decision.meanwhile) == (None, ())


def test_with_running_held_alone_hip_work_stays() -> None:
    offered = {offer.what.id for offer in decide({"running_held": True}).meanwhile}
    assert "hip_work" in offered
    both = {offer.what.id for offer in decide({"running_held": True, "strength_held": True}).meanwhile}
    assert offered - both == {"hip_work", "bike_or_water"}


def test_a_comfort_comes_with_dose_grade_and_who_must_not() -> None:
    offers = {offer.what.id: offer.treatment for offer in decide({"morning_rise_nprs": 2}).meanwhile}
    ice = offers["ice"]
    assert ice is not None
    assert (ice.grade, ice.direction) == ("B", "against")
    assert ice.how
    assert ice.not_with


@pytest.mark.parametrize(
    ("change", "days"),
    [
        ({"morning_rise_nprs": 2}, 1),
        ({"days_since_last_run": 1}, 1),
        ({"days_since_last_run": 0}, 2),
        ({"pain_worst_3d_nprs": 7}, None),
        ({}, None),
    ],
)
def test_for_how_long_to_rest(change: Mapping[str, Any], days: int | None) -> None:
    assert decide(change).rest_days == days


@pytest.mark.parametrize("case", CASES["rules"], ids=lambda case: case["rule"])
def test_what_would_change_it_does_change_it(case: Any) -> None:
    decision = decide(case["facts"])
    for change in decision.changes:
        assert decide(case["facts"], {change.fact: change.to}).verdict == change.verdict != decision.verdict
    assert decision.changes or decision.would_change


def test_every_fact_that_may_change_the_day_has_a_name() -> None:
    for fact in day_rules(PACK).edges:
        assert f"fact_name.{fact}" in PACK.words.sentences, fact


def test_every_reason_has_its_receipt() -> None:
    for case in CASES["rules"]:
        for reason in decide(case["facts"]).reasons:
            assert reason.says
            assert reason.grade in "ABCDEF"
            assert set(reason.sources) <= set(PACK.sources)


# What must hold for every day.

PAINS = ("pain_worst_3d_nprs", "stairs_up_nprs", "pain_morning_nprs", "run_pain_nprs", "morning_rise_nprs",
         "run_morning_rise_nprs", "run_settle_minutes")  # fmt: skip
SIGNS: Mapping[str, Any] = {"swelling": "slight"} | dict.fromkeys(
    (
        "running_held", "strength_held", "increase_held", "safety_open", "warmth", "gives_way", "locked",
        "fever_or_unwell", "calf_swollen", "focal_bone_tender", "impact_pain_worsening",
        "night_pain_constant", "night_pain_new", "limp", "run_limp", "run_forced_stop",
        "run_painkiller", "began_and_eases_off",
    ),
    True,
)  # fmt: skip
MAYBE = st.sampled_from((True, False))
DAYS = st.fixed_dictionaries(
    {
        "pain_worst_3d_nprs": st.integers(0, 10),
        "stairs_up_nprs": st.integers(0, 10),
        "pain_morning_nprs": st.integers(0, 10),
        "run_pain_nprs": st.integers(0, 10),
        "morning_rise_nprs": st.integers(-3, 4),
        "run_morning_rise_nprs": st.integers(-3, 4),
        "run_settle_minutes": st.sampled_from((0, 30, 60, 61, 300, 1440, 1441)),
        "days_since_last_run": st.sampled_from((0, 1, 2, 3, 6, 7, 8, 13, 14, 30)),
        "level_on_record": MAYBE,
        "level_number": st.integers(0, 12),
        "level_passed": st.integers(0, 12),
        "level_done": st.integers(0, 3),
        "level_sessions_to_go": st.integers(0, 3),
        "level_drops_14d": st.integers(0, 2),
        "off_reason": st.sampled_from(("knee", "other", None)),
        "hard_tests_passed": st.sampled_from((True, False, None)),
        "entry_tests_passed": st.sampled_from((True, False, None)),
        "in_return_plan": MAYBE,
        "longest_run_30d_m": st.sampled_from((None, 3000.0, 12_000.0)),
        "calm_distance_m": st.sampled_from((None, 2000.0, 9000.0)),
        "last_run_distance_m": st.sampled_from((None, 3000.0, 20_000.0)),
        "runs_6d": st.integers(0, 4),
        "run_forced_stop": MAYBE,
        "night_pain_new": MAYBE,
        "sign_since_check": st.sampled_from((True, False, None)),
    }
)  # fmt: skip


def with_days_off(day: Mapping[str, Any]) -> dict[str, Any]:
    return {**day, "days_off": day["days_since_last_run"]}


def may_run_m(decision: Decision) -> float:
    """How far it lets them run: nothing, a distance, or without a limit of its own."""
    if decision.run is None or decision.run.level == 0:
        return 0.0
    return math.inf if decision.run.max_distance_m is None else decision.run.max_distance_m


def may_run_min(decision: Decision) -> float:
    if decision.run is None or decision.run.level == 0:
        return 0.0
    return math.inf if decision.run.max_minutes is None else decision.run.max_minutes


@given(day=DAYS.map(with_days_off), key=st.sampled_from(PAINS), more=st.integers(1, 10))
def test_more_pain_never_yields_more_kilometres(day: dict[str, Any], key: str, more: int) -> None:
    fact = PACK.facts.by_id[key]
    worse = day[key] + more * (60 if key == "run_settle_minutes" else 1)
    assume(fact.max is None or worse <= fact.max)
    before, after = decide(day), decide(day, {key: worse})
    assert VERDICTS.index(after.verdict) <= VERDICTS.index(before.verdict)
    assert may_run_m(after) <= may_run_m(before)
    assert may_run_min(after) <= may_run_min(before)


@given(day=DAYS.map(with_days_off), sign=st.sampled_from(tuple(SIGNS)))
def test_a_new_sign_never_makes_the_day_milder(day: dict[str, Any], sign: str) -> None:
    before, after = decide(day), decide(day, {sign: SIGNS[sign]})
    assert VERDICTS.index(after.verdict) <= VERDICTS.index(before.verdict)
    assert may_run_m(after) <= may_run_m(before)
    assert may_run_min(after) <= may_run_min(before)


MISSING = (
    "days_since_check_in",
    "days_since_last_run",
    "run_pain_nprs",
    "run_settle_minutes",
    "pain_morning_nprs",
)


@given(day=DAYS.map(with_days_off), missing=st.sampled_from(MISSING))
def test_a_missing_value_never_gives_a_free_day(day: dict[str, Any], missing: str) -> None:
    gone = {missing: None} | ({"days_off": None} if missing == "days_since_last_run" else {})
    if day["days_since_last_run"] < 7 or missing not in {"run_pain_nprs", "run_settle_minutes"}:
        assert decide(day, gone).verdict != "go"


@given(left=DAYS.map(with_days_off), right=DAYS.map(with_days_off))
def test_two_knees_are_no_milder_than_each_and_swapping_them_swaps_the_name(
    left: dict[str, Any], right: dict[str, Any]
) -> None:
    both = decide_today({"left": facts(left), "right": facts(right)}, PACK, today=DAY)
    swapped = decide_today({"left": facts(right), "right": facts(left)}, PACK, today=DAY)
    assert both.verdict == swapped.verdict
    assert swapped.knee == {"left": "right", "right": "left", "both": "both"}[str(both.knee)]
    for one in (decide(left), decide(right)):
        assert VERDICTS.index(both.verdict) <= VERDICTS.index(one.verdict)
        assert may_run_m(both) <= may_run_m(one)


@given(value=st.floats(0, 1e6), caps=st.lists(st.floats(0, 1e6)))
def test_adding_a_cap_never_raises_a_limit(value: float, caps: list[float]) -> None:
    limit = Limit(value)
    for number, cap in enumerate(caps):
        tighter = limit.at_most(cap, f"cap {number}")
        assert tighter.value == min(limit.value, cap)
        assert tighter.by == (f"cap {number}" if cap < limit.value else limit.by)
        limit = tighter


def test_a_cap_that_is_no_number_raises() -> None:
    assert Limit(24.0).at_most(22.0, "rise_cap").by == "rise_cap"
    with pytest.raises(ValueError, match="rise_cap"):
        Limit(24.0).at_most(math.nan, "rise_cap")
    with pytest.raises(ValueError, match="number"):
        Limit(math.nan)
