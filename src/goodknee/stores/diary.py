"""The rows of the diary, as the core's objects; rows are added and never changed."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from goodknee.core.model import DiaryEntry, StoredEntry
from goodknee.errors import AnswerError
from goodknee.stores.records import diary

_ENTRY = tuple(field.name for field in fields(DiaryEntry))


def put_entry(connection: Connection, entry: DiaryEntry, *, corrects: int | None = None) -> StoredEntry:
    """Write one row; return it with its number.

    Args:
        connection: Of the transaction that writes.
        entry: What was told, or what the entry reads as from now on.
        corrects: The entry that it corrects, or a correction of it.

    Raises:
        AnswerError: There is no entry of that number.
    """
    root = None if corrects is None else _root(connection, corrects)
    values = {name: getattr(entry, name) for name in _ENTRY}
    values |= {
        "answers": dict(entry.answers),
        "tests": {test: dict(legs) for test, legs in entry.tests.items()},
    }
    added = diary.insert().values(**values, corrects=root).returning(diary.c.id)
    number = connection.execute(added).scalar_one()
    # As it will be read again: an instant in UTC.
    values |= {"tests": entry.tests, "entered_at": entry.entered_at.astimezone(UTC)}
    return StoredEntry(id=number, corrects=root, **values)


def _root(connection: Connection, number: int) -> int:
    row = connection.execute(
        sa.select(diary.c.id, diary.c.corrects).where(diary.c.id == number)
    ).one_or_none()
    if row is None:
        raise AnswerError(
            f"The diary has no entry {number}.",
            where=f"entry {number}",
            next_step="See `goodknee log --list` for the ids. Nothing was stored.",
        )
    return int(row.id if row.corrects is None else row.corrects)


def all_rows(connection: Connection) -> list[StoredEntry]:
    """Return every row in the order in which they were written."""
    rows = connection.execute(sa.select(diary).order_by(diary.c.id)).mappings()
    return [_entry(row) for row in rows]


def _entry(row: RowMapping) -> StoredEntry:
    tests = {
        test: {leg: tuple(values) for leg, values in dict(legs).items()}
        for test, legs in dict(row["tests"]).items()
    }
    return StoredEntry(**{**row, "answers": dict(row["answers"]), "tests": tests})
