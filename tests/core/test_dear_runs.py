from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodknee.core.load.dear_runs import parts_that_add_up


@given(
    st.floats(0.1, 60),
    st.lists(st.floats(-20, 40), min_size=5, max_size=5),
)
def test_what_is_shown_adds_up_and_stays_close(usual: float, parts: list[float]) -> None:
    first, shown, whole = parts_that_add_up(usual, parts, usual + sum(parts))
    assert round(first * 10) + sum(round(each * 10) for each in shown) == round(whole * 10)
    assert first == pytest.approx(usual, abs=0.051)
    assert whole == pytest.approx(usual + sum(parts), abs=0.051)
    assert all(abs(each - part) < 0.2 for each, part in zip(shown, parts, strict=True))


def test_a_part_of_nothing_stays_nothing() -> None:
    shown = parts_that_add_up(5.77, [8.57, 0.22, 0.01, 0.0, -0.01], 14.56)
    assert shown == (5.8, [8.6, 0.2, 0.0, 0.0, 0.0], 14.6)
