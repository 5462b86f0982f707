"""The short lessons: all of them in their order, one of them with its sources, and the one to read next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from goodknee.core.assess.conditions import Facts
from goodknee.core.assess.lessons import next_lesson
from goodknee.core.citation import citation, url
from goodknee.core.knowledge import Source
from goodknee.core.knowledge.learn import Lesson, Lessons
from goodknee.errors import AnswerError


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonList:
    """All lessons in the order in which they are read; ``next`` is the one to read now, if one is left."""

    lessons: Lessons
    next: Lesson | None

    def day_one(self, lesson: Lesson) -> bool:
        """Whether the lesson belongs to the first day."""
        return lesson.id in self.lessons.day_one


def list_lessons(
    lessons: Lessons, facts: Facts, *, week: int = 1, read: Collection[str] = frozenset()
) -> LessonList:
    """Return all lessons and the next one for a runner of whom ``facts`` are known.

    Args:
        lessons: The pack's lessons.
        facts: Answers and measured facts; empty when nothing was asked yet.
        week: Week of the programme, from 1.
        read: Ids of the lessons that were read.
    """
    return LessonList(lessons=lessons, next=next_lesson(lessons, facts, week=week, read=read))


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
            {"id": lesson.id, "title": lesson.title, "when": lesson.when, "day_one": listed.day_one(lesson)}
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
