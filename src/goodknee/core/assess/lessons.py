"""Which lesson to offer: one at a time, the one that fits this runner now before the next in the row."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from goodknee.core.assess.conditions import Facts, evaluate
from goodknee.core.knowledge.learn import Lesson, Lessons


def next_lesson(
    lessons: Lessons, facts: Facts, *, week: int = 1, read: Collection[str] = frozenset()
) -> Lesson | None:
    """Return the lesson to offer; None when all that fit were read.

    The first lesson of day one opens. Then come those that certainly fit the facts, the rest of day one, and
    last the others, each in the order of the pack and none before its week.

    Args:
        lessons: The pack's lessons.
        facts: Answers and measured facts; what is not known fits nothing.
        week: Week of the programme, from 1.
        read: Ids of the lessons that were read.
    """
    return next((lesson for lesson in _in_turn(lessons, facts, week) if lesson.id not in read), None)


def _in_turn(lessons: Lessons, facts: Facts, week: int) -> Iterator[Lesson]:
    day_one = [lessons.by_id[key] for key in lessons.day_one]
    yield from day_one[:1]
    for lesson in lessons.lessons:
        if lesson.fits is not None and (lesson.from_week or week) <= week and evaluate(lesson.fits, facts):
            yield lesson
    yield from day_one
    for lesson in lessons.lessons:
        if lesson.from_week is not None and lesson.from_week <= week:
            yield lesson
