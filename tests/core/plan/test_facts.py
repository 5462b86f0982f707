"""From check, diary and runs to the facts of a day: what counts, for how long, and what stays unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from tests.made_up_diary import told

from goodknee.core.model import Side, StoredEntry
from goodknee.core.plan.facts import facts_of_day, new_signs
from goodknee.core.plan.history import DoneRun, History, Knee, LastCheck
from goodknee.core.plan.session_facts import zone_of
from goodknee.core.track.diary import days
from goodknee.readers.knowledge import load_knowledge

PACK = load_knowledge()
TODAY = date(2026, 5, 12)


def ago(count: int) -> date:
    return TODAY - timedelta(days=count)


def a_check(day: date = TODAY, *, pain: Mapping[str, int] | None = None, **answers: Any) -> LastCheck:
    of_knee = dict.fromkeys((question.key for question in PACK.questions.per_knee), None) | dict(pain or {})
    return LastCheck(
        day=day,
        answers={"side": "right", **answers},
        pain={"left": of_knee, "right": of_knee},
        holds=frozenset(),
        all_answered=True,
    )


def history(
    *rows: StoredEntry,
    check: LastCheck | None = None,
    runs: Sequence[DoneRun] = (),
    levels: Mapping[date, int] | None = None,
) -> History:
    own_days = {run.id: run.day for run in runs if run.id is not None}
    return History(
        check=check,
        diary=days(rows, PACK.log, runs=own_days, until=TODAY),
        runs=runs,
        levels=levels or {},
    )


def known(past: History, side: Side = "right", today: date = TODAY) -> Mapping[str, Any]:
    return facts_of_day(past, PACK, today=today)[side].known


def test_every_fact_is_one_of_the_vocabulary_and_in_its_range() -> None:
    past = history(
        *(
            told(ago(day), "right", pain_morning=2, night_pain=False, swelling="none", fever=False)
            for day in range(9)
        ),
        told(ago(2), "right", run_id="a", pain_during=3, pain_before=0, settle_minutes=30, painkiller=False),
        told(ago(3), "right", exercise="bridge", sets=3, pain_during=1),
        told(
            ago(1), "right", tests={"t_stairs": {"right": (1, 2)}, "t_heel": {"left": (20,), "right": (14,)}}
        ),
        check=a_check(ago(9), age_years=30, mass_kg=70, height_m=1.7, months_running=3, weeks_since_onset=4),
        runs=[DoneRun(id="a", day=ago(2), distance_m=5000.0, minutes=30.0, cadence_spm=168.0)],
        levels={ago(2): 4},
    )
    found = known(past)
    for name, value in found.items():
        fact = PACK.facts.by_id[name]
        assert isinstance(value, bool) == (fact.type == "bool"), name
        assert fact.type != "enum" or value in fact.options, name
        if fact.type in {"number", "count"}:
            assert fact.min is None or value >= fact.min, name
            assert fact.max is None or value <= fact.max, name
    assert len(found) > 50


def test_nothing_known_gives_nothing_but_that() -> None:
    assert known(history()) == {"checked": False}


@pytest.mark.parametrize(
    ("mornings", "today", "rise"),
    [
        ({3: 1, 4: 1, 5: 2}, 3, 2),  # usual 1.33
        ({3: 1, 4: 2}, 3, 2),  # fewer than three: the last one
        ({3: 2, 4: 1, 5: 2}, 2, 0),
        ({3: 1, 4: 1, 5: 2, 1: 9}, 2, 1),  # a morning after the session is no usual one
        ({}, 2, None),
        ({3: 1}, None, None),
    ],
)
def test_this_morning_against_the_usual_one(
    mornings: dict[int, int], today: int | None, rise: int | None
) -> None:
    rows = [told(ago(day), "right", pain_morning=pain) for day, pain in mornings.items()]
    past = history(
        *rows, told(TODAY, "right", pain_morning=today, pain_now=1), runs=[DoneRun(id="a", day=ago(2))]
    )
    assert known(past).get("morning_rise_nprs") == rise


def test_half_points_round_up() -> None:
    rows = [told(ago(day), "right", pain_morning=pain) for day, pain in ((3, 1), (4, 1), (5, 1))]
    past = history(*rows, told(TODAY, "right", pain_morning=2.5), runs=[DoneRun(id="a", day=ago(2))])
    assert known(past)["morning_rise_nprs"] == 2


def test_the_newest_answer_counts_and_the_check_stands_in_for_some_days() -> None:
    check = a_check(ago(3), swelling="slight", limp=True)
    assert known(history(check=check))["swelling"] == "slight"
    newer = history(told(ago(1), "right", swelling="none", limp=False), check=check)
    assert (known(newer)["swelling"], known(newer)["limp"]) == ("none", False)
    older = history(told(ago(4), "right", swelling="clear"), check=a_check(ago(8)))
    assert known(older)["swelling"] == "clear"
    assert "swelling" not in known(history(check=a_check(ago(8), swelling="slight")))
    assert known(history(check=a_check(ago(7), swelling="slight")))["swelling"] == "slight"


def test_a_sign_is_new_until_a_check_knows_it() -> None:
    row = told(TODAY, "right", swelling="slight")
    assert known(history(row, check=a_check(swelling="none")))["sign_since_check"] is True
    assert known(history(row, check=a_check(swelling="slight")))["sign_since_check"] is False
    assert "sign_since_check" not in known(history(row))


def test_new_signs_answer_the_questions_of_the_check() -> None:
    past = history(
        told(ago(2), "left", swelling="slight", warmth=True),
        told(ago(1), "left", warmth=False),
        told(ago(1), "right", swelling="clear", fever=True),
        told(ago(9), "right", locked=True),
        check=a_check(ago(3)),
    )
    assert new_signs(past, PACK.facts) == {"swelling": "clear", "fever_or_unwell": True}


def test_what_a_clinician_has_looked_at_does_not_count_again() -> None:
    check = a_check(ago(2), night_pain_constant=True, gives_way_truly=True)
    assert known(history(check=check))["night_pain_constant"] is True
    seen = replace(check, looked_at=frozenset({"night_pain_constant", "gives_way_truly"}))
    assert not {"night_pain_constant", "gives_way"} & set(known(history(check=seen)))


def test_the_worst_pain_of_three_days_and_the_last_check_in() -> None:
    past = history(told(ago(3), "right", pain_worst=9), told(ago(2), "right", pain_worst=4))
    assert (known(past)["pain_worst_3d_nprs"], known(past)["days_since_check_in"]) == (4, 2)
    with_run = history(
        told(ago(2), "right", pain_worst=4),
        told(ago(1), "right", run_id="a", pain_during=6),
        runs=[DoneRun(id="a", day=ago(1))],
    )
    assert known(with_run)["pain_worst_3d_nprs"] == 6
    at_check = history(check=a_check(ago(1), pain={"pain_worst_3d": 7}))
    assert (known(at_check)["pain_worst_3d_nprs"], known(at_check)["days_since_check_in"]) == (7, 1)


@pytest.mark.parametrize(
    ("nights", "woken", "calm"),
    [
        ({0: True, 1: False}, 1, 0),
        ({0: False, 1: False, 2: True, 3: True}, 2, 2),
        ({1: False, 2: False, 3: False, 4: True, 5: True}, 2, 3),
        ({0: False, 2: False}, 0, 1),
        ({}, None, None),
        ({8: True}, None, None),
    ],
)
def test_nights(nights: dict[int, bool], woken: int | None, calm: int | None) -> None:
    found = known(
        history(*(told(ago(day), "right", night_pain=answer, pain_now=1) for day, answer in nights.items()))
    )
    assert (found.get("nights_woken_7d"), found.get("nights_calm_in_row")) == (woken, calm)
    assert found.get("night_pain_new") == nights.get(0)


def test_the_typed_run_of_the_check_stands_in_while_it_is_fresh() -> None:
    check = a_check(ago(1), days_since_last_run=2, last_run_pain_max=4, last_run_settle_minutes=90)
    found = known(history(check=check))
    assert (found["days_since_last_run"], found["run_pain_nprs"], found["run_settle_minutes"]) == (3, 4, 90)
    assert "days_since_last_run" not in known(history(check=a_check(ago(8), days_since_last_run=1)))
    # A newer run is another run: nothing of it is known yet.
    newer = known(history(check=check, runs=[DoneRun(id="a", day=TODAY)]))
    assert newer["days_since_last_run"] == 0
    assert "run_pain_nprs" not in newer
    # The same run, imported: the diary goes before the check.
    same = history(
        told(ago(3), "right", run_id="a", pain_during=1),
        check=check,
        runs=[DoneRun(id="a", day=ago(3), distance_m=4000.0)],
    )
    assert (known(same)["run_pain_nprs"], known(same)["run_settle_minutes"]) == (1, 90)
    assert known(same)["last_run_distance_m"] == 4000


def test_a_run_that_was_typed_counts_once_for_both_knees() -> None:
    rows = [told(ago(1), side, minutes=30, pain_during=pain) for side, pain in (("left", 1), ("right", 3))]  # type: ignore[arg-type] # two sides
    found = facts_of_day(history(*rows), PACK, today=TODAY)
    assert [found[side].known["run_pain_nprs"] for side in ("left", "right")] == [1, 3]
    assert [found[side].known["runs_6d"] for side in ("left", "right")] == [1, 1]


def test_a_skipped_session_is_no_run_and_says_why() -> None:
    run = DoneRun(id="a", day=ago(9))
    ill = history(told(ago(5), "right", skipped="ill, a cold", pain_now=1), runs=[run])
    assert (known(ill)["days_off"], known(ill)["off_reason"]) == (9, "other")
    sore = history(told(ago(5), "right", skipped="my knee hurt", pain_now=1), runs=[run])
    assert known(sore)["off_reason"] == "knee"
    assert "off_reason" not in known(history(told(ago(5), "right", pain_now=1), runs=[run]))


def test_the_longest_and_the_longest_calm_run_of_30_days() -> None:
    runs = [
        DoneRun(id="far", day=ago(31), distance_m=20_000.0),
        DoneRun(id="sore", day=ago(20), distance_m=9000.0),
        DoneRun(id="calm", day=ago(10), distance_m=5000.0),
        DoneRun(id="now", day=TODAY, distance_m=15_000.0),
    ]
    rows = [
        told(ago(20), "right", run_id="sore", pain_during=3, settle_minutes=20, pain_morning=1),
        told(ago(10), "right", run_id="calm", pain_during=2, settle_minutes=60, pain_morning=1),
        told(ago(9), "right", pain_morning=1),
    ]
    found = known(history(*rows, runs=runs))
    assert (found["longest_run_30d_m"], found["calm_distance_m"]) == (9000, 5000)
    typed = known(history(check=a_check(longest_run_30d_km=8.5)))
    assert typed["longest_run_30d_m"] == 8500


def on_levels(*runs: tuple[int, int, int]) -> Mapping[str, Any]:
    """Facts after runs of (days ago, level, pain in it), each calm the morning after."""
    rows = [told(ago(day), "right", pain_morning=1) for day in range(30)]
    for day, _, pain in runs:
        rows.append(told(ago(day), "right", run_id=f"{day}", pain_during=pain, settle_minutes=10))
    done = [DoneRun(id=f"{day}", day=ago(day), minutes=25.0) for day, _, _ in runs]
    return known(
        history(*rows, check=a_check(ago(28)), runs=done, levels={ago(day): level for day, level, _ in runs})
    )


@pytest.mark.parametrize(
    ("runs", "number", "passed", "to_go", "drops"),
    [
        ([(1, 1, 0)], 1, None, 1, 0),
        ([(3, 1, 0), (1, 1, 0)], 1, 1, 0, 0),
        ([(3, 1, 0), (1, 1, 3)], 1, None, 2, 0),
        ([(5, 1, 0), (3, 1, 0), (1, 2, 0)], 2, 1, 1, 0),
        ([(7, 1, 0), (5, 1, 0), (3, 2, 4), (1, 1, 0)], 1, 0, 1, 1),
        ([(9, 3, 4), (7, 2, 4), (5, 1, 0)], 1, None, 1, 2),
        ([(20, 3, 4), (18, 2, 4), (1, 2, 0)], 2, None, 1, 0),
    ],
)
def test_where_the_runner_is_on_the_levels(
    runs: list[tuple[int, int, int]], number: int, passed: int | None, to_go: int, drops: int
) -> None:
    found = on_levels(*runs)
    assert found["level_on_record"] is True
    assert (found["level_number"], found.get("level_passed")) == (number, passed)
    assert (found["level_sessions_to_go"], found["level_drops_14d"]) == (to_go, drops)


def test_a_new_check_is_a_review_so_levels_lost_before_it_are_over() -> None:
    runs = [DoneRun(id="a", day=ago(9)), DoneRun(id="b", day=ago(7)), DoneRun(id="c", day=ago(5))]
    levels = {ago(9): 3, ago(7): 2, ago(5): 1}
    before = history(check=a_check(ago(20)), runs=runs, levels=levels)
    after = history(check=a_check(ago(4)), runs=runs, levels=levels)
    assert (known(before)["level_drops_14d"], known(after)["level_drops_14d"]) == (2, 0)


def test_hard_tests_passed_only_when_all_are_known() -> None:
    check = a_check(ago(2), swelling="none", hot=False, limp=False, night_pain_constant=False)
    rows = [
        told(ago(3), "right", pain_morning=1),
        told(
            ago(2),
            "right",
            tests={"t_walk30": {"right": (1, 10)}, "t_stairs": {"right": (1, 2)}},
            pain_morning=1,
        ),
        told(ago(1), "right", pain_morning=1),
    ]
    assert known(history(*rows, check=check))["hard_tests_passed"] is True
    assert known(history(*rows, check=check))["entry_tests_passed"] is False
    assert "hard_tests_passed" not in known(history(*rows[:2], check=check))
    sore = told(ago(1), "right", tests={"t_stairs": {"right": (3, 2)}})
    assert known(history(*rows, sore, check=check))["hard_tests_passed"] is False


def test_self_tests_of_one_knee_and_of_the_weaker_leg() -> None:
    row = told(
        ago(1),
        "right",
        tests={"t_stepup": {"left": (5,), "right": (1,)}, "t_heel": {"left": (20,), "right": (14,)}},
    )
    found = known(history(row, told(TODAY, "right", pain_now=1)))
    assert found["step_up20_x10_pain"] == 1
    assert (found["heel_raises_single_min_side"], found["heel_raise_side_difference"]) == (14, 6)
    assert "step_up20_x10_pain" not in known(
        history(row, told(TODAY, "right", pain_now=1)), today=TODAY + timedelta(days=30)
    )


@pytest.mark.parametrize(
    ("answers", "next_day", "zone"),
    [
        ({"pain_during": 2, "settle_minutes": 60}, {"pain_morning": 1}, "green"),
        ({"pain_during": 2}, {"pain_morning": 1}, "amber"),
        ({"pain_during": 2, "settle_minutes": 60}, {}, "amber"),
        ({"pain_during": 2, "settle_minutes": 60}, {"pain_morning": 2}, "amber"),
        ({"pain_during": 2, "settle_minutes": 60}, {"pain_morning": 3}, "red"),
        ({"pain_during": 6, "settle_minutes": 60}, {"pain_morning": 1}, "red"),
        ({"pain_during": 0, "settle_minutes": 0}, {"pain_morning": 1, "swelling": "slight"}, "red"),
        ({"pain_during": 0, "settle_minutes": 0}, {"pain_morning": 1, "night_pain": True}, "red"),
    ],
)
def test_the_zone_of_a_run(answers: dict[str, Any], next_day: dict[str, Any], zone: str) -> None:
    rows = [told(ago(3), "right", pain_morning=1), told(ago(2), "right", run_id="a", **answers)]
    past = history(*rows, told(ago(1), "right", pain_now=0, **next_day), runs=[DoneRun(id="a", day=ago(2))])
    knee = Knee(past, "right", stands_in=False)
    assert zone_of(knee.runs[0], knee, PACK.today.zones) == zone
    assert known(past)["red_zone"] is (zone == "red")


def test_strength_sessions_in_a_row() -> None:
    rows = [told(ago(day), "right", pain_morning=1) for day in range(8)]
    rows += [
        told(ago(day), "right", exercise="bridge", pain_during=pain) for day, pain in ((6, 4), (4, 1), (2, 2))
    ]
    found = known(history(*rows))
    assert (found["zone_last_session"], found["zone_session_before"]) == ("green", "green")
    assert found["sessions_done_ok_in_row"] == 2
    assert found["morning_pass"] is True


def test_the_knees_that_hurt() -> None:
    assert history(check=a_check()).sore == ("right",)
    assert history(told(TODAY, "left", pain_now=2), check=a_check()).sore == ("left", "right")
    assert history(told(TODAY, "left", pain_now=0), check=a_check()).sore == ("right",)
    assert history().sore == ("left", "right")
