"""Whether it is working: each edge of what matters, of the noise, and of too few."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.made_up_diary import FIRST, after_run, day, diary_day, told_in
from tests.pack_files import cases

from goodknee.core.model import Side
from goodknee.core.track.diary import DiaryDay
from goodknee.core.track.progress import Progress, progress
from goodknee.core.track.readings import CheckSaid, Told, TrackedRun
from goodknee.readers.knowledge import load_knowledge

KNOWLEDGE = load_knowledge()
CASES = cases("progress.yaml")["cases"]
WORST = "pain_worst_nprs"
#: How good each verdict is; too few is not an answer.
RANK = {"worse": 0, "no_meaningful_change": 1, "better": 2}


def seen(told: Told, today: int, since: int | None = None) -> Progress:
    return progress(told, KNOWLEDGE, today=day(today), since=None if since is None else day(since))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: dict[str, Any]) -> None:
    change = seen(told_in(case), case["today"]).courses[case["measure"]].change
    assert change.verdict == case["want"]
    if "why" in case:
        assert change.why_too_few == case["why"]
    if "from" in case:
        assert (change.before, change.now) == (case["from"], case["to"])


pains = st.integers(0, 10)
diaries = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(["left", "right"]), pains, st.booleans()),
    max_size=60,
    unique_by=lambda row: row[:2],
)


def diary(rows: list[tuple[int, Side, int, bool]]) -> list[DiaryDay]:
    return [
        diary_day(number, {"pain_worst": pain}, side=side, **({"painkiller": True} if taken else {}))
        for number, side, pain, taken in rows
    ]


@given(diaries, st.randoms(use_true_random=False))
def test_the_order_of_entries_never_matters(rows: list[tuple[int, Side, int, bool]], random: Any) -> None:
    shuffled = random.sample(rows, len(rows))
    assert seen(Told(days=diary(rows)), 60) == seen(Told(days=diary(shuffled)), 60)


@given(diaries)
def test_swapping_the_knees_swaps_the_answer(rows: list[tuple[int, Side, int, bool]]) -> None:
    other: dict[Side, Side] = {"left": "right", "right": "left"}
    there = seen(Told(days=diary(rows)), 60)
    back = seen(Told(days=diary([(n, other[side], pain, taken) for n, side, pain, taken in rows])), 60)
    assert (other[there.knee] if there.knee else None) == back.knee
    for name, course in there.courses.items():
        mirrored = {change.knee: replace(change, knee=None) for change in back.courses[name].changes}
        for change in course.changes:
            assert change.knee
            assert mirrored[other[change.knee]] == replace(change, knee=None)
        if there.knee:
            assert other[there.knee] == back.courses[name].change.knee or len(course.changes) == 1


@given(diaries, st.integers(0, 59))
def test_what_comes_later_is_not_known_yet(rows: list[tuple[int, Side, int, bool]], today: int) -> None:
    earlier = [row for row in rows if row[0] <= today]
    assert seen(Told(days=diary(rows)), today) == seen(Told(days=diary(earlier)), today)


@given(st.lists(pains, min_size=28, max_size=28), st.integers(0, 27), st.integers(1, 10))
def test_more_pain_now_is_never_better_than_less(now: list[int], at: int, more: int) -> None:
    """Raise one of the last entries, with the noise held still by comparing the middle alone."""
    worse = [min(pain + more, 10) if index == at and index >= 21 else pain for index, pain in enumerate(now)]
    one, other = (
        seen(Told(days=[diary_day(n, {"pain_worst": pain}) for n, pain in enumerate(rows)]), 27)
        .courses[WORST]
        .change
        for rows in (now, worse)
    )
    assert one.now is not None
    assert other.now is not None
    assert other.now >= one.now


@given(diaries)
def test_a_painkiller_alone_never_makes_it_better(rows: list[tuple[int, Side, int, bool]]) -> None:
    """Nothing but painkillers, from the second half on: there is no progress to speak of."""
    taken = [(number, side, pain, number > 30) for number, side, pain, _ in rows]
    for course in seen(Told(days=diary(taken)), 60).courses.values():
        for change in course.changes:
            if change.now_days and change.now_days[0] > day(30):
                assert change.verdict != "better"


def test_missing_stays_missing() -> None:
    told = Told(days=[diary_day(number, {"sleep_h": 7}) for number in range(40)])
    assert seen(told, 40).courses == {}
    sparse = Told(days=[diary_day(n, {"pain_worst": 6} if n in (0, 20) else {}) for n in range(21)])
    course = seen(sparse, 20).courses[WORST]
    assert [reading.day for reading in course.readings] == [day(0), day(20)]
    assert course.change.verdict == "too_few"
    assert course.smooth["right"] == ((day(0), None), (day(20), None))


def test_the_knee_that_hurts_more_speaks_for_the_measure() -> None:
    days = [diary_day(n, {"pain_worst": 6 if n < 14 else 2}, side="left") for n in range(28)]
    days += [diary_day(n, {"pain_worst": 1}, side="right") for n in range(28)]
    course = seen(Told(days=days), 27).courses[WORST]
    assert (course.change.knee, course.change.verdict) == ("left", "better")
    assert [change.knee for change in course.changes] == ["left", "right"]


def run(number: int, metres: float | None, minutes: float, **marks: float) -> TrackedRun:
    return TrackedRun(id=f"r{number}", day=day(number), distance_m=metres, minutes=minutes, **marks)


def test_distance_without_pain() -> None:
    """A run without pain counts whole, one with a mark up to there, one with pain and no mark not at all."""
    told = Told(
        runs=[run(0, 5000, 30), run(2, 8000, 48, pain_began_m=3200), run(4, 6000, 36), run(6, None, 20)],
        days=[after_run(0, 0), after_run(2, 3), after_run(4, 2), after_run(6, 0)],
    )
    course = seen(told, 6).courses["pain_free_distance_m"]
    assert [(reading.day, reading.value) for reading in course.readings] == [(day(0), 5000), (day(2), 3200)]


def test_a_week_counts_when_it_is_over_and_all_of_it_was_measured() -> None:
    told = Told(
        runs=[run(0, 5000, 30), run(3, 4000, 24), run(8, 6000, 36), run(9, None, 20), run(21, 7000, 40)]
    )
    course = seen(told, 25).courses["running_week_m"]
    assert [(reading.day, reading.value) for reading in course.readings] == [(FIRST, 9000)]
    assert FIRST.weekday() == 0


def test_milestones() -> None:
    told = Told(
        runs=[run(0, 4000, 25), run(2, 4000, 25), run(4, 4000, 25), run(6, 4000, 31)],
        days=[after_run(0, 3), after_run(2, 2, painkiller=True), after_run(4, 2), after_run(6, 1)],
    )
    reached = seen(told, 6).milestones
    assert [(each.milestone.id, each.day) for each in reached] == [
        ("MS1", day(4)),
        ("MS2", day(4)),
        ("MS3", day(6)),
    ]


@pytest.mark.parametrize(
    ("told", "reached"), [(range(7), True), (range(6), False), ((0, 1, 2, 4, 5, 6, 7), False)]
)
def test_mornings_in_a_row(told: Any, reached: bool) -> None:
    days = [diary_day(number, {"pain_morning": 0}) for number in told]
    assert [each.milestone.id for each in seen(Told(days=days), 9).milestones] == (["MS6"] if reached else [])


def test_adherence_counts_what_was_told() -> None:
    seen_now = seen(Told(planned=[True] * 8 + [False, None]), 9)
    assert seen_now.adherence
    assert (seen_now.adherence.done, seen_now.adherence.not_told) == (8, 1)
    assert seen_now.adherence.pct == pytest.approx(100 * 8 / 9)
    assert seen(Told(planned=[None]), 9).adherence.pct is None  # type: ignore[union-attr] # one is planned


def test_the_check_is_a_first_entry() -> None:
    check = CheckSaid(day=day(0), pain={"right": {"pain_usual": 4.0, "pain_worst_3d": 7.0}})
    told = Told(checks=[check], days=[diary_day(n, {"pain_usual": 4, "pain_worst": 5}) for n in (3, 5)])
    courses = seen(told, 5).courses
    assert [reading.day for reading in courses["pain_usual_nprs"].readings] == [day(0), day(3), day(5)]
    assert len(courses[WORST].readings) == 2  # the worst of three days is another question


@pytest.mark.parametrize(
    ("pain", "stands"), [(0.9, "lower"), (1.1, "inside"), (6.7, "inside"), (6.9, "higher")]
)
def test_place_in_the_reference_band(pain: float, stands: str) -> None:
    """Week 12: mean 3.9, SD 2.8. The start lies in week 0."""
    days = [diary_day(n, {"pain_worst": 6}) for n in range(7)]
    days += [diary_day(n, {"pain_worst": pain}) for n in (82, 83, 84)]
    course = seen(Told(days=days), 84).courses[WORST]
    assert course.stands == stands
    assert all(0 <= week.low <= week.high <= 10 for week in course.band)


def test_with_a_plan_an_old_episode_is_not_the_start() -> None:
    old = [diary_day(n, {"pain_worst": 9}) for n in range(7)]
    new = [diary_day(n, {"pain_worst": 4}) for n in range(190, 228)]
    assert seen(Told(days=old + new), 227).courses[WORST].change.before == 9
    assert seen(Told(days=old + new), 227, since=200).courses[WORST].change.before == 4


@settings(max_examples=30)
@given(diaries)
def test_a_verdict_has_both_ends_and_too_few_says_why(rows: list[tuple[int, Side, int, bool]]) -> None:
    for course in seen(Told(days=diary(rows)), 60).courses.values():
        for change in course.changes:
            if change.verdict == "too_few":
                assert change.why_too_few
            else:
                assert change.before is not None
                assert change.now is not None
                assert change.before_days
                assert change.now_days
                assert change.before_days[1] < change.now_days[0]
                assert day(60) - change.now_days[1] <= timedelta(days=14)
