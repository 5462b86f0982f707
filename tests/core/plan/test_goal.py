"""The earliest honest date for a race."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.plan.plan_cases import CALM_WEEK, MONDAY, PACK, facts_of

from goodknee.core.plan.goal import GoalAnswer, earliest_dates


def dates(distance_m: float = 10_000, ahead: int = 365, **facts: Any) -> GoalAnswer:
    return earliest_dates(
        {"right": facts_of(facts)},
        CALM_WEEK,
        PACK,
        distance_m=distance_m,
        on=MONDAY + timedelta(days=ahead),
        today=MONDAY,
    )


def days(answer: GoalAnswer) -> list[int | None]:
    return [None if way.earliest is None else (way.earliest - MONDAY).days for way in answer.ways]


def test_three_ways_the_steady_one_first() -> None:
    answer = dates()
    assert [way.scenario.id for way in answer.ways] == ["steady", "one_flare", "slow"]
    steady, flare, slow = days(answer)
    assert steady is not None
    assert flare is not None
    assert slow is not None
    assert steady < flare
    assert steady < slow


def test_not_by_then_on_the_day_before_the_earliest() -> None:
    steady = days(dates())[0]
    assert steady is not None
    assert dates(ahead=steady).ways[0].in_time
    assert not dates(ahead=steady - 1).ways[0].in_time


def test_the_cap_on_one_run_counts() -> None:
    """From 8 km with at most 10 % more a week: 8.8, 9.68, 10.65 … and never a jump."""
    now = {"run_pain_nprs": 0, "calm_distance_m": 100_000, "current_phase": "P3", "phase_exit_met": "P2"}
    for distance, weeks in ((8_000, 0), (8_700, 0), (9_600, 1), (10_600, 2)):
        ready = earliest_dates(
            {"right": facts_of({**now, "longest_run_30d_m": 8_000})},
            CALM_WEEK,
            PACK,
            distance_m=distance,
            on=MONDAY,
            today=MONDAY,
        )
        race_gate = 14
        assert days(ready)[0] == 7 * weeks + race_gate, distance


@settings(max_examples=60, deadline=None)
@given(short=st.integers(1_000, 50_000), more=st.integers(0, 20_000), level=st.none() | st.integers(0, 11))
def test_a_longer_race_is_never_earlier(short: int, more: int, level: int | None) -> None:
    on_level: dict[str, Any] = {}
    if level is not None:
        on_level = {"level_on_record": True, "level_number": level, "level_passed": level, "level_done": 0}
        on_level |= {"level_sessions_to_go": 2}
    for near, far in zip(days(dates(short, **on_level)), days(dates(short + more, **on_level)), strict=True):
        assert far is None or (near is not None and near <= far)


def test_a_flare_now_is_never_earlier() -> None:
    on_level = {"level_on_record": True, "level_number": 5, "level_passed": 5, "level_sessions_to_go": 2}
    calm = days(dates(**on_level))
    sore = days(dates(**on_level, red_zone=True, days_in_flare=1, run_pain_nprs=6))
    assert all(
        before is not None and after is not None and before < after
        for before, after in zip(calm, sore, strict=True)
    )


def test_held_or_not_known_gives_no_date_and_says_why() -> None:
    assert dates(strength_held=True, running_held=True).blocked
    held = dates(running_held=True)
    assert days(held) == [None, None, None]
    assert held.held[0] == "TD02"
    unknown = dates(days_since_last_run=None, days_off=None)
    assert days(unknown) == [None, None, None]
    assert unknown.missing == ("days_since_last_run",)


def test_too_far_is_no_date() -> None:
    assert days(dates(distance_m=200_000))[2] is None
