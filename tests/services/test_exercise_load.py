"""Exercises of the diary in the knee-load ledger."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.made_up_diary import told

from goodknee.core.knowledge.plan.exercises import exercises_by_id
from goodknee.core.load.ledger import make_ledger
from goodknee.core.model import StoredEntry
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.exercise_load import exercises_told

PACK = load_knowledge()
TODAY = date(2026, 5, 17)
SQUAT = exercises_by_id(PACK.exercises)["squat_mini"]


def exercise(day: date = TODAY, *, sets: int | None = None, reps: int | None = None) -> StoredEntry:
    return told(day=day, exercise=SQUAT.id, sets=sets, reps=reps)


def test_as_many_repetitions_as_were_told() -> None:
    (load,) = exercises_told([exercise(sets=3, reps=12)], PACK)
    each_way = 2 if SQUAT.dose.per == "way" else 1
    assert (load.day, load.what, load.pfj_class) == (TODAY, SQUAT.id, SQUAT.pfj_class)
    assert load.repetitions == 36 * each_way


def test_without_repetitions_the_dose_of_the_pack_stands_in() -> None:
    assert SQUAT.dose.reps
    (load,) = exercises_told([exercise(sets=2)], PACK)
    low, high = SQUAT.dose.reps
    each_way = 2 if SQUAT.dose.per == "way" else 1
    assert load.repetitions == pytest.approx(2 * (low + high) / 2 * each_way)


@pytest.mark.parametrize(("sets", "reps"), [(None, None), (None, 10), (0, 10), (3, 0)])
def test_what_was_not_done_or_not_counted_is_left_out(sets: int | None, reps: int | None) -> None:
    assert exercises_told([exercise(sets=sets, reps=reps)], PACK) == []


def test_they_stand_in_the_days_of_the_ledger_and_are_coarse() -> None:
    rows = [
        exercise(sets=3, reps=10),
        exercise(TODAY - timedelta(days=9), sets=3, reps=10),
        exercise(TODAY + timedelta(days=1), sets=3, reps=10),
    ]
    ledger = make_ledger([], PACK, today=TODAY, others=exercises_told(rows, PACK, until=TODAY))
    last = ledger.days[-1].other_easy_km
    assert last
    assert 0 < last.low < last.value < last.high
    week, month = ledger.recent
    assert week.other_easy_km == last
    assert month.other_easy_km
    assert month.other_easy_km.value == pytest.approx(2 * last.value)
    assert week.easy_flat_km.value == 0
    assert make_ledger([], PACK, today=TODAY).recent[0].other_easy_km is None
