"""The short lessons: all of them in their order, one of them with its sources, and the one to read next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from goodknee.core.assess.conditions import Facts
from goodknee.core.assess.lessons import next_lesson
from goodknee.core.citation import citation, url
from goodknee.core.knowledge import Source
from goodknee.core.knowledge.learn import Lesson, Lessons
from goodknee.core.model import LessonRead
from goodknee.errors import AnswerError
from goodknee.stores.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonList:
    """All lessons in the order in which they are read; ``next`` is the one to read now, if one is left.

    Attributes:
        read: Lesson → the day on which it was last read.
    """

    lessons: Lessons
    next: Lesson | None
    read: Mapping[str, date]

    def day_one(self, lesson: Lesson) -> bool:
        """Whether the lesson belongs to the first day."""
        return lesson.id in self.lessons.day_one


def list_lessons(
    lessons: Lessons, facts: Facts, *, week: int = 1, read: Iterable[LessonRead] = ()
) -> LessonList:
    """Return all lessons and the next one for a runner of whom ``facts`` are known.

    Args:
        lessons: The pack's lessons.
        facts: Answers and measured facts; empty when nothing was asked yet.
        week: Week of the programme, from 1.
        read: What was read, the earlier first.
    """
    read_on = {each.lesson: each.day for each in read}
    return LessonList(
        lessons=lessons, next=next_lesson(lessons, facts, week=week, read=read_on), read=read_on
    )


def week_of_programme(store: Store, *, today: date) -> int:
    """Return the week in which the runner is, from 1: counted from the first check or lesson that is kept."""
    days = [*(check.day for check in store.checks()), *(read.day for read in store.lessons_read())]
    first = min((day for day in days if day <= today), default=today)
    return (today - first).days // 7 + 1


def remember(lesson: Lesson, version: str, store: Store, *, now: datetime, today: date) -> None:
    """Keep that a lesson was read, with the version of the pack that it was part of."""
    store.add_lesson_read(LessonRead(at=now, day=today, lesson=lesson.id, knowledge_version=version))


def find_lesson(name: str, lessons: Lessons) -> Lesson:
    """Return one lesson.

    Raises:
        AnswerError: There is none of that name.
    """
    lesson = lessons.by_id.get(name.strip().lower())
    if lesson is None:
        near = get_close_matches(name, lessons.by_id, n=3)
        raise AnswerError(
            f"There is no lesson named {name[:80]}.",
            where="LESSON",
            next_step=f"Did you mean {' or '.join(near)}?" if near else "List them with: goodknee learn",
        )
    return lesson


def lesson_list_document(listed: LessonList) -> dict[str, Any]:
    """Return the list as the JSON document ``learn``."""
    return {
        "next": listed.next.id if listed.next else None,
        "lessons": [
            {
                "id": lesson.id,
                "title": lesson.title,
                "when": lesson.when,
                "day_one": listed.day_one(lesson),
                "read_on": listed.read[lesson.id].isoformat() if lesson.id in listed.read else None,
            }
            for lesson in listed.lessons.lessons
        ],
    }


def lesson_document(lesson: Lesson, sources: Mapping[str, Source]) -> dict[str, Any]:
    """Return one lesson as the JSON document ``learn LESSON``."""
    return {
        "id": lesson.id,
        "title": lesson.title,
        "text": lesson.text,
        "do": lesson.do,
        "when": lesson.when,
        "claims": list(lesson.claims),
        "confidence": lesson.confidence,
        "sources": [
            {"id": key, "citation": citation(sources[key]), "doi": sources[key].doi, "url": url(sources[key])}
            for key in lesson.sources
        ],
    }
