from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from goodknee.core.load.shoes import ShodRun, Shoe, ShoeUse, pairs_in_use, shoe_of_runs, worn_shoes

ROAD, TRAIL = (Shoe(id=1, name="Road", since=date(2026, 1, 1), before_m=100_000), Shoe(id=2, name="Trail"))
TODAY = date(2026, 3, 31)


def a_run(day: int | None, metres: float | None = 5000.0, run_id: str | None = None) -> ShodRun:
    on = None if day is None else date(2026, 3, day)
    return ShodRun(id=run_id or f"r{day}", day=on, distance_m=metres)


def test_a_run_that_is_named_goes_before_a_day_and_the_last_word_counts() -> None:
    uses = [
        ShoeUse(shoe_id=1, from_day=date(2026, 3, 5)),
        ShoeUse(shoe_id=2, from_day=date(2026, 3, 20)),
        ShoeUse(shoe_id=1, from_day=date(2026, 3, 10)),  # stated later, begins earlier
        ShoeUse(shoe_id=1, run_id="r21"),
        ShoeUse(shoe_id=2, run_id="r6"),
        ShoeUse(shoe_id=1, run_id="r6"),
    ]
    runs = [a_run(day) for day in (1, 6, 20, 21, 25)]
    assert shoe_of_runs(runs, [ROAD, TRAIL], uses) == {"r6": 1, "r20": 2, "r21": 1, "r25": 2}


def test_a_run_without_a_day_has_a_shoe_when_it_is_named() -> None:
    span, named = ShoeUse(shoe_id=1, from_day=date(2026, 3, 1)), ShoeUse(shoe_id=2, run_id="r")
    assert shoe_of_runs([a_run(None, run_id="r")], [ROAD, TRAIL], [span]) == {}
    assert shoe_of_runs([a_run(None, run_id="r")], [ROAD, TRAIL], [span, named]) == {"r": 2}


def test_a_retired_pair_takes_no_run_after_its_last_day_unless_named() -> None:
    retired = Shoe(id=1, name="Road", retired_on=date(2026, 3, 10))
    uses = [ShoeUse(shoe_id=1, from_day=date(2026, 3, 1)), ShoeUse(shoe_id=1, run_id="r12")]
    runs = [a_run(day) for day in (10, 11, 12)]
    assert shoe_of_runs(runs, [retired], uses) == {"r10": 1, "r12": 1}


def test_km_runs_age_and_default_of_a_pair() -> None:
    uses = [ShoeUse(shoe_id=1, from_day=date(2026, 3, 2))]
    runs = [a_run(1), a_run(2, 4000), a_run(3, None), a_run(31, 6000)]
    road, trail = worn_shoes(runs, [ROAD, TRAIL], uses, today=date(2026, 3, 30))
    assert (road.distance_m, road.runs, road.runs_without_distance) == (104_000, 2, 1)
    assert (road.age_days, road.last_run, road.default) == (88, date(2026, 3, 3), True)
    assert (trail.runs, trail.age_days, trail.default) == (0, None, False)
    assert pairs_in_use((road, trail)) == 1


def test_the_age_of_a_retired_pair_stands_still() -> None:
    old = Shoe(id=1, name="Old", since=date(2026, 1, 1), retired_on=date(2026, 1, 31))
    worn = worn_shoes([], [old, TRAIL], [], today=TODAY)
    assert [each.shoe.name for each in worn] == ["Trail", "Old"]
    assert worn[1].age_days == 30


days = st.integers(1, 31)


@given(
    st.lists(days, unique=True),
    st.lists(st.tuples(st.integers(1, 2), st.one_of(days, days.map(lambda day: f"r{day}")))),
)
def test_every_run_counts_once_at_most(run_days: list[int], stated: list[tuple[int, int | str]]) -> None:
    uses = [
        ShoeUse(shoe_id=shoe, run_id=what)
        if isinstance(what, str)
        else ShoeUse(shoe_id=shoe, from_day=date(2026, 3, what))
        for shoe, what in stated
    ]
    worn = worn_shoes([a_run(day) for day in run_days], [ROAD, TRAIL], uses, today=TODAY)
    assert sum(each.runs for each in worn) <= len(run_days)
    assert sum(each.distance_m for each in worn) == 100_000 + 5000 * sum(each.runs for each in worn)
