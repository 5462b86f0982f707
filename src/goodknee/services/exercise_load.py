"""Exercises of the diary for the knee-load ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.plan.exercises import Dose, Exercise
from goodknee.core.load.other_load import OtherLoad
from goodknee.core.model import Answer, StoredEntry
from goodknee.core.track.diary import days


def exercises_told(
    rows: Iterable[StoredEntry], knowledge: Knowledge, *, until: date | None = None
) -> list[OtherLoad]:
    """Return the exercises of the diary, each with its class of load; those without any count are left out.

    Args:
        rows: The diary as it is stored, corrections included.
        knowledge: The pack: its exercises, and how many seconds a repetition takes.
        until: Later days are left out.
    """
    # An exercise is told of the person, so the days of one knee hold them all.
    told = [
        (day.day, exercise, answers)
        for day in days(rows, knowledge.log, until=until)
        if day.side == "left"
        for session in day.sessions
        for exercise, answers in session.exercises.items()
    ]
    if not told:
        return []
    # The rules of the plan take a while to load, and most diaries hold no exercise.
    from goodknee.core.plan.plan_rules import plan_rules
    from goodknee.core.plan.rehab import movement_of

    rules = plan_rules(knowledge)
    return [
        movement_of(exercise, dose, rules, day=day)
        for day, name, answers in told
        if (exercise := rules.exercises.get(name)) and (dose := _dose(exercise, answers))
    ]


def _dose(exercise: Exercise, answers: Mapping[str, Answer]) -> Dose | None:
    """Return the dose that was done: as many sets and repetitions as were told, else those of the pack."""
    sets, reps = answers.get("sets"), answers.get("reps")
    if not sets:
        return None
    dose = replace(exercise.dose, sets=int(sets))
    if dose.reps is None or reps is None:
        return dose
    return replace(dose, reps=(float(reps), float(reps))) if reps else None
