"""The ledger: its unit, its causes, its days, and what never changes."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.made_up_courses import a_course, an_activity, facts_on

from goodknee.core.load.course import Withheld
from goodknee.core.load.ledger import KneeLoad, make_ledger
from goodknee.core.load.other_load import OtherLoad, stairs
from goodknee.core.load.run_cost import RunCost, RunFacts
from goodknee.core.load.shapley import shapley
from goodknee.readers.knowledge import load_knowledge

PACK = load_knowledge()
MODEL = PACK.watch
FIRST = date(2026, 1, 1)
TODAY = date(2026, 5, 17)


def every_other_day(count: int, **given_: float) -> list[RunFacts]:
    return [facts_on(FIRST + timedelta(days=2 * number), MODEL, **given_) for number in range(count)]  # type: ignore[arg-type] # only numbers are given here


def ledger(runs: list[RunFacts], **more: object) -> KneeLoad:
    return make_ledger(runs, PACK, **{"today": TODAY, **more})  # type: ignore[arg-type] # keywords of the function


def easy(cost: RunCost) -> float:
    assert cost.easy_flat_km
    return cost.easy_flat_km.value


def test_an_easy_flat_run_costs_its_own_kilometres() -> None:
    for cost in ledger(every_other_day(12)).runs:
        assert easy(cost) == pytest.approx(5.0, rel=0.01)


def test_later_runs_never_change_earlier_figures() -> None:
    runs = every_other_day(10) + [
        facts_on(FIRST + timedelta(days=40 + n), MODEL, speed=3.6, km=12) for n in range(9)
    ]
    early = ledger(runs[:12]).runs
    assert ledger(runs).runs[:12] == early


@given(st.randoms(use_true_random=False))
@settings(max_examples=10)
def test_the_order_in_which_runs_come_does_not_matter(chance: random.Random) -> None:
    runs = [*every_other_day(9), facts_on(FIRST, MODEL, hour=18, km=3.0)]
    mixed = runs[:]
    chance.shuffle(mixed)
    assert ledger(mixed) == ledger(runs)


def test_runs_without_a_day_or_after_today_have_no_place() -> None:
    runs = every_other_day(3)
    undated = replace(runs[0], id="no date", activity=an_activity(started_at=None))
    later = facts_on(TODAY + timedelta(days=1), MODEL)
    assert ledger([*runs, undated, later]) == ledger(runs)


@pytest.mark.parametrize(
    ("odd", "largest"),
    [
        ({"km": 10.0}, "length"),
        ({"grade": -0.09}, "descent"),
        ({"speed": 2.3}, "speed"),
        ({"cadence": 145.5}, "cadence"),
    ],
)
def test_a_run_that_stands_out_is_explained(odd: dict[str, float], largest: str) -> None:
    runs = [*every_other_day(12), facts_on(date(2026, 2, 1), MODEL, **odd)]  # type: ignore[arg-type] # only numbers
    cost = ledger(runs).runs[-1]
    assert cost.comparison
    assert cost.comparison.stands_out
    assert cost.causes[0].what == largest
    assert cost.says
    assert sum(cause.share_pct for cause in cost.causes) == pytest.approx(100)
    gap = easy(cost) - cost.comparison.usual_easy_km
    assert sum(cause.easy_km for cause in cost.causes) == pytest.approx(gap)
    assert math.prod(cause.times for cause in cost.causes) == pytest.approx(
        easy(cost) / cost.comparison.usual_easy_km
    )
    assert cost.comparison.usual_easy_km == pytest.approx(5.0, rel=0.02)


def test_causes_sum_with_walking_and_without_steps() -> None:
    speed, cadence = np.full(1801, 3.0), np.full(1801, 170.0)
    speed[600:900], cadence[600:900] = 1.5, 112.0
    from goodknee.core.load.watch_model import sum_up

    for channels in ({"cadence": cadence}, {"cadence": None}):
        course = a_course(MODEL, speed=speed, **channels)
        odd = replace(facts_on(date(2026, 2, 1), MODEL), sums=sum_up(course, MODEL))
        cost = ledger([*every_other_day(12, km=3.0), odd]).runs[-1]
        assert sum(cause.share_pct for cause in cost.causes) == pytest.approx(100)
        walking = next(cause for cause in cost.causes if cause.what == "walking")
        assert walking.easy_km < 0


def test_a_usual_run_and_a_first_run_are_not_explained() -> None:
    costs = ledger(every_other_day(12)).runs
    assert costs[2].comparison is None
    assert costs[-1].causes == ()
    assert costs[-1].says is None


def test_shares_are_fair() -> None:
    # One alone brings 3, the other 1, both together 2 more.
    assert shapley(np.array([[0.0, 1.0], [3.0, 6.0]])).tolist() == [4.0, 2.0]


@given(st.lists(st.floats(-5, 5), min_size=16, max_size=16))
def test_shares_are_the_mean_gain_over_all_orders(values: list[float]) -> None:
    worth = np.array(values).reshape(2, 2, 2, 2)
    gains = np.zeros(4)
    for order in permutations(range(4)):
        present = [0, 0, 0, 0]
        for name in order:
            without = worth[tuple(present)]
            present[name] = 1
            gains[name] += (worth[tuple(present)] - without) / 24
    assert shapley(worth) == pytest.approx(gains, abs=1e-9)


def test_hard_time_is_against_the_runners_own_year() -> None:
    runs = [*every_other_day(12, speed=2.8), facts_on(date(2026, 2, 1), MODEL, speed=3.6)]
    costs = ledger(runs).runs
    assert costs[-1].hard_s == pytest.approx(costs[-1].running_s)
    assert costs[-2].hard_s == 0


def test_days_weeks_and_months() -> None:
    runs = every_other_day(40)
    found = ledger(runs, today=FIRST + timedelta(days=78))
    assert len(found.days) == 79
    assert found.days[1].runs_easy_km is None
    assert found.days[-1].week_easy_km == pytest.approx(20, rel=0.01)
    assert found.days[-1].month_easy_km == pytest.approx(70, rel=0.01)
    assert [each.runs for each in found.recent] == [4, 14]
    assert found.band
    assert found.band.low <= found.band.middle <= found.band.high
    assert ledger(every_other_day(3)).band is None


def test_a_run_without_a_figure_makes_its_day_unknown() -> None:
    runs = every_other_day(3)
    runs[1] = replace(runs[1], sums=Withheld(why="no_time"))
    found = ledger(runs, today=FIRST + timedelta(days=5))
    assert found.runs[1].withheld == "no_time"
    assert found.runs[1].pfj_impulse_bw_s is None
    assert found.days[2].runs_easy_km is None
    assert found.recent[0].withheld == 1


def test_stairs_and_exercises_enter_coarsely() -> None:
    squats = OtherLoad(day=FIRST, what="squat", pfj_class="moderate", repetitions=30, moving_s=3)
    down = stairs(FIRST + timedelta(days=1), 200, down=True, pack=PACK.joint_load)
    found = ledger(every_other_day(2), others=[squats, down])
    rough = found.days[0].other_easy_km
    assert rough
    # 30 squats at half of 3.2 body weights for 3 s: 144 BW s, about half a km of running.
    assert rough.value == pytest.approx(30 * 3 * 0.5 * 3.2 / found.known[-1].unit.impulse_bw_s)
    assert rough.low < rough.value < rough.high
    assert found.days[1].other_easy_km
    assert found.days[2].other_easy_km is None
    assert found.days[0].runs_easy_km == ledger(every_other_day(2)).days[0].runs_easy_km


def test_the_usual_steps_of_the_first_runs_stay() -> None:
    before = every_other_day(25, cadence=165.0)
    after = [facts_on(FIRST + timedelta(days=60 + n), MODEL, cadence=177.0) for n in range(60)]
    costs = ledger([*before, *after]).runs
    peaks = [cost.pfj_peak_bw.value for cost in costs if cost.pfj_peak_bw]
    # Steps that were learnt keep paying: the peak stays down, also when they have become usual.
    assert peaks[-1] == pytest.approx(peaks[25])
    assert peaks[-1] / peaks[0] == pytest.approx((177 / 165) ** -1.6, rel=1e-3)


def test_an_empty_ledger() -> None:
    found = ledger([])
    assert found.runs == ()
    assert found.days == ()
    assert found.usual is None
