"""The rows of scores and of lessons read, as the core's objects."""

from __future__ import annotations

from dataclasses import asdict, fields

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from goodknee.core.model import LessonRead, NewScore, StoredScore
from goodknee.stores.records import lessons_read, scores

_LESSON = tuple(field.name for field in fields(LessonRead))


def put_score(connection: Connection, score: NewScore) -> StoredScore:
    """Write one score; return it with its number."""
    values = {field.name: getattr(score, field.name) for field in fields(NewScore)}
    added = scores.insert().values(values).returning(scores.c.id)
    return StoredScore(id=connection.execute(added).scalar_one(), **values)


def all_scores(connection: Connection) -> list[StoredScore]:
    """Return all scores by day, then in the order in which they were entered."""
    rows = connection.execute(sa.select(scores).order_by(scores.c.day, scores.c.id)).mappings()
    return [StoredScore(**row) for row in rows]


def put_lesson(connection: Connection, lesson: LessonRead) -> None:
    """Write that a lesson was read."""
    connection.execute(lessons_read.insert().values(asdict(lesson)))


def all_lessons(connection: Connection) -> list[LessonRead]:
    """Return the lessons that were read, in that order."""
    rows = connection.execute(sa.select(lessons_read).order_by(lessons_read.c.id)).mappings()
    return [LessonRead(**{name: row[name] for name in _LESSON}) for row in rows]
