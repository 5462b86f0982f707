"""Middle, noise and slope: against plain arithmetic, a published table, and chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from goodknee.core.track.trend import Days, chance_change, noise, slope, smooth

FIRST = np.datetime64("2026-03-02")


def days(*numbers: int) -> Days:
    return np.array([FIRST + number for number in numbers])


def values(*numbers: float) -> NDArray[np.float64]:
    return np.array(numbers, dtype=np.float64)


def test_the_middle_of_the_days_around() -> None:
    middle = smooth(days(0, 3, 4, 9), values(1, 5, 6, 2), window_days=7, min_entries=3)
    assert middle[1] == 5.0
    assert np.isnan(middle[[0, 2, 3]]).all()


def test_noise_is_that_of_a_known_scatter() -> None:
    """Entries drawn with a standard deviation of 1.5 around a steady fall."""
    rng = np.random.default_rng(3)
    day = np.arange(400)
    drawn = 9 - day / 60 + rng.normal(0, 1.5, 400)
    assert noise(days(*day), drawn, max_gap_days=7) == pytest.approx(1.5, rel=0.1)
    assert np.isnan(noise(days(0, 30, 60), values(1, 2, 3), max_gap_days=7))


def test_chance_stays_below_its_limit_as_often_as_told() -> None:
    rng = np.random.default_rng(4)
    before, now = (np.median(rng.normal(5, 1.2, (20_000, 7)), axis=1) for _ in range(2))
    limit = chance_change(1.2, 7, 7, share=0.95)
    assert np.mean(np.abs(now - before) < limit) == pytest.approx(0.95, abs=0.01)


def test_slope_of_sens_own_example() -> None:
    """Sen 1968, the example of his paper: estimate 4, 93 % interval 26/7 to 35/8."""
    found = slope(
        days(7, 14, 21, 28, 70, 84, 126), values(9, 15, 19, 20, 45, 55, 78), share=0.93, min_entries=7
    )
    assert found is not None
    assert found.per_week == pytest.approx(4.0)
    assert (found.low, found.high) == pytest.approx((26 / 7, 35 / 8))


def test_the_interval_holds_the_true_slope_as_often_as_told() -> None:
    rng = np.random.default_rng(5)
    day = days(*range(28))
    held = 0
    for _ in range(400):
        drawn = 6 - 0.5 * np.arange(28) / 7 + rng.normal(0, 1, 28)
        found = slope(day, drawn, share=0.8, min_entries=8)
        assert found is not None
        held += found.low <= -0.5 <= found.high
    assert held / 400 == pytest.approx(0.8, abs=0.06)


def test_ties_touch_zero_and_have_a_direction() -> None:
    """A week at 6, and a week at 2 two weeks later: half of the pairs tie."""
    found = slope(days(*range(7), *range(21, 28)), values(*[6] * 7, *[2] * 7), share=0.8, min_entries=8)
    assert found is not None
    assert found.per_week < 0
    assert found.low < found.high == 0


def test_too_few_say_so() -> None:
    assert slope(days(*range(7)), values(*range(7)), share=0.8, min_entries=8) is None
    assert slope(days(*range(8)), values(*range(8)), share=0.8, min_entries=8) is not None


rows = st.lists(
    st.tuples(st.integers(0, 80), st.integers(0, 20)), min_size=8, max_size=30, unique_by=lambda row: row[0]
)


@given(rows, st.randoms(use_true_random=False))
def test_order_never_matters(told: list[tuple[int, int]], random: object) -> None:
    shuffled = random.sample(told, len(told))  # type: ignore[attr-defined] # hypothesis' Random
    (day, value), (other_day, other_value) = (
        (days(*(row[0] for row in each)), values(*(row[1] / 2 for row in each))) for each in (told, shuffled)
    )
    assert slope(day, value, share=0.8, min_entries=8) == slope(
        other_day, other_value, share=0.8, min_entries=8
    )
    for one, two in ((noise(day, value, max_gap_days=7), noise(other_day, other_value, max_gap_days=7)),):
        assert one == two or (np.isnan(one) and np.isnan(two))


@given(rows, st.integers(-20, 20))
def test_adding_a_steady_climb_adds_to_the_slope(told: list[tuple[int, int]], climb: int) -> None:
    number = np.array([row[0] for row in told])
    value = values(*(row[1] for row in told))
    plain = slope(days(*number), value, share=0.8, min_entries=8)
    climbing = slope(days(*number), value + climb * number / 7, share=0.8, min_entries=8)
    assert plain is not None
    assert climbing is not None
    assert climbing.per_week == pytest.approx(plain.per_week + climb, abs=1e-9)
