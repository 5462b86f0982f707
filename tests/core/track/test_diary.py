from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from goodknee.core.model import Lap, Side, StoredEntry
from goodknee.core.track.diary import DiaryDay, current, days
from goodknee.core.track.lap_mark import pain_began_m
from goodknee.readers.knowledge import load_knowledge

KEYS = load_knowledge().log
CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "diary.yaml").read_text(encoding="utf-8"))
START = datetime(2026, 5, 1, tzinfo=UTC)
SWAP: Mapping[Any, Any] = {"left": "right", "right": "left", None: None}


def row_of(number: int, told: dict[str, Any]) -> StoredEntry:
    said = dict(told)
    day = date(2026, 5, said.pop("day"))
    return StoredEntry(
        id=number,
        day=day,
        side=said.pop("side", None),
        run_id=said.pop("run", None),
        session_id=said.pop("session", None),
        entered_at=datetime(2026, 5, 10, said.pop("at", 12), tzinfo=UTC),
        corrects=said.pop("c", None),
        answers=said,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_what_counts(case: dict[str, Any]) -> None:
    rows = [row_of(number, told) for number, told in enumerate(case["told"], start=1)]
    runs = {run: date(2026, 5, day) for run, day in case.get("runs", {}).items()}
    then = case["then"]
    by_place = {(day.day, day.side): day for day in days(rows, KEYS, runs=runs)}
    day = by_place.get((date(2026, 5, then["day"]), then["knee"]))
    if then.get("nothing"):
        assert day is None
        return
    assert day is not None
    assert day.answers == then["answers"]
    assert {key: list(answers) for key, answers in day.earlier.items()} == then["earlier"]
    assert [{"run": each.run_id, "answers": each.answers} for each in day.sessions] == then.get(
        "sessions", []
    )


PAIN = st.integers(0, 10)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "pain_morning": PAIN, "pain_worst": PAIN, "pain_during": PAIN, "limp": st.booleans(),
        "fever": st.booleans(), "sleep_h": st.integers(0, 12), "settle_minutes": st.integers(0, 90),
        "swelling": st.sampled_from(["none", "slight"]),
    },
)  # fmt: skip
RUNS = {"r0": START.date(), "r1": START.date() + timedelta(days=1)}


@st.composite
def diaries(draw: st.DrawFn) -> list[StoredEntry]:
    rows: list[StoredEntry] = []
    for number in range(1, draw(st.integers(0, 7)) + 1):
        roots = [row.id for row in rows if row.corrects is None]
        answers: dict[str, Any] = draw(ANSWERS)
        rows.append(
            StoredEntry(
                id=number,
                day=START.date() + timedelta(days=draw(st.integers(0, 2))),
                side=draw(st.sampled_from(["left", "right"])),
                answers=answers,
                tests=draw(st.sampled_from([{}, {"t_heel": {"left": (20,)}}, {"t_heel": {"right": (24,)}}])),
                run_id=draw(st.sampled_from([None, None, *RUNS])),
                entered_at=START + timedelta(hours=draw(st.integers(0, 30))),
                corrects=draw(st.sampled_from([None, *roots])),
            )
        )
    return rows


@given(diaries(), st.randoms())
def test_the_order_of_the_rows_never_matters(rows: list[StoredEntry], random: Any) -> None:
    shuffled = rows.copy()
    random.shuffle(shuffled)
    assert days(shuffled, KEYS, runs=RUNS) == days(rows, KEYS, runs=RUNS)


@given(diaries(), st.permutations(range(7)))
def test_answers_that_do_not_meet_join_alike_in_any_order_of_entering(
    rows: list[StoredEntry], order: list[int]
) -> None:
    """Each entry tells another day or key, so that none stands in front of another."""
    apart = [
        replace(row, answers={key: 1}, tests={}, run_id=None, corrects=None, day=START.date(), side="left")
        for row, key in zip(rows, KEYS.by_id, strict=False)
        if KEYS.by_id[key].of == "day"
    ]
    again = [
        replace(row, id=order[number], entered_at=START + timedelta(hours=order[number]))
        for number, row in enumerate(apart)
    ]
    assert [day.answers for day in days(again, KEYS)] == [day.answers for day in days(apart, KEYS)]


@given(diaries(), st.data())
def test_correcting_and_correcting_back_gives_the_original(
    rows: list[StoredEntry], data: st.DataObject
) -> None:
    now = current(rows)
    if not now:
        return
    entry = data.draw(st.sampled_from(now))
    later = START + timedelta(days=9)
    wrong = replace(entry, id=100, corrects=entry.id, entered_at=later, answers={"pain_morning": 9})
    back = replace(entry, id=101, corrects=entry.id, entered_at=later + timedelta(hours=1))
    before = days(rows, KEYS, runs=RUNS)
    assert days([*rows, wrong, back], KEYS, runs=RUNS) == before
    assert current([*rows, wrong, back]) == now


@given(diaries())
def test_nothing_is_there_that_was_not_told(rows: list[StoredEntry]) -> None:
    told = {(key, answer) for row in rows for key, answer in row.answers.items()}
    for day in days(rows, KEYS, runs=RUNS):
        for answers in (day.answers, *(session.answers for session in day.sessions)):
            assert set(answers.items()) <= told
        assert all(len(each) for each in day.earlier.values())


@given(diaries())
def test_swapping_left_and_right_swaps_the_answer(rows: list[StoredEntry]) -> None:
    def mirrored(row: StoredEntry) -> StoredEntry:
        tests = {test: {SWAP[leg]: value for leg, value in legs.items()} for test, legs in row.tests.items()}
        return replace(row, side=SWAP[row.side], tests=tests)

    def seen(found: tuple[DiaryDay, ...], side: Side) -> list[tuple[Any, ...]]:
        return [(day.day, day.answers, day.sessions, day.earlier) for day in found if day.side == side]

    as_told = days(rows, KEYS, runs=RUNS)
    swapped = days([mirrored(row) for row in rows], KEYS, runs=RUNS)
    assert seen(as_told, "left") == seen(swapped, "right")
    assert seen(as_told, "right") == seen(swapped, "left")
    assert [day.tests for day in as_told] == [
        {test: {SWAP[leg]: value for leg, value in legs.items()} for test, legs in day.tests.items()}
        for day in sorted(swapped, key=lambda day: (day.day, day.side == "left"))
    ]


@given(diaries(), st.integers(0, 3))
def test_a_day_is_what_it_was_before_the_days_after_it(rows: list[StoredEntry], after: int) -> None:
    until = START.date() + timedelta(days=after)
    earlier = [row for row in rows if row.corrects is None and row.day <= until]
    uncorrected = [row for row in rows if row.corrects is None]
    assert days(uncorrected, KEYS, runs=RUNS, until=until) == days(earlier, KEYS, runs=RUNS)


def test_the_first_lap_pressed_is_where_pain_began() -> None:
    def lap(metres: float | None, trigger: str | None) -> Lap:
        return Lap(start_s=0, distance_m=metres, trigger=trigger)

    auto, pressed = lap(1000, "distance"), lap(640, "manual")
    assert pain_began_m([auto, auto, pressed, auto, pressed]) == 2640
    assert pain_began_m([auto, lap(500, "session_end")]) is None
    assert pain_began_m([lap(None, "distance"), pressed]) is None
    assert pain_began_m([]) is None
