from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodknee.core.words import change, count, duration, km, metres, out_of_ten, pace, pct, steps
from goodknee.readers.knowledge import load_knowledge

WORDS = load_knowledge().words
NAN = float("nan")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (km(8400), "8.4 km"),
        (km(640), "640 m"),
        (km(999.4), "999 m"),
        (km(999.6), "1.0 km"),
        (km(1_204_300), "1,204 km"),
        (km(99_949), "99.9 km"),
        (km(99_950), "100 km"),
        (duration(2880), "48 min"),
        (duration(4320), "1 h 12 min"),
        (duration(3599), "1 h"),
        (pace(343), "5:43 /km"),
        (pace(359.6), "6:00 /km"),
        (steps(166.4), "166 steps/min"),
        (change(61.2), "+61 %"),
        (change(10.4), "+10.4 %"),
        (change(-12.5), "−12 %"),
        (change(0.0), "0 %"),
        (pct(20.0), "20 %"),
        (out_of_ten(4.0), "4/10"),
        (metres(1240.0), "1,240 m"),
        (count(1204), "1,204"),
    ],
)
def test_numbers_as_a_runner_reads_them(written: str, expected: str) -> None:
    assert written.replace("\u00a0", " ") == expected


@pytest.mark.parametrize("unit", [km, duration, pace, pct, change, steps, metres, out_of_ten, count])
def test_what_is_missing_is_a_dash_and_no_number_breaks_from_its_unit(unit: type) -> None:
    assert unit(None) == unit(NAN) == "–"
    assert " " not in str(unit(1234.5))


@given(st.floats(0, 1e6))
def test_a_distance_reads_back_within_its_rounding(distance_m: float) -> None:
    number, unit = km(distance_m).replace(",", "").split("\u00a0")
    back = float(number) * (1000 if unit == "km" else 1)
    assert abs(back - distance_m) <= (500 if distance_m >= 99_950 else 50)


def test_dates() -> None:
    day = date(2026, 5, 12)
    assert WORDS.day(day).replace("\u00a0", " ") == "Tue 12 May"
    assert WORDS.day_and_year(day).replace("\u00a0", " ") == "Tue 12 May 2026"
    assert WORDS.tick(day).replace("\u00a0", " ") == "12 May"


def test_plural_forms_and_slots() -> None:
    assert WORDS.say("report.runs", n=1) == "1 run"
    assert WORDS.say("report.runs", n=1200) == "1,200 runs"
    with pytest.raises(KeyError):
        WORDS.say("report.runs")
    with pytest.raises(KeyError):
        WORDS.say("no such sentence")
