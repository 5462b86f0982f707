"""Rows of a diary, made up."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from itertools import count

from goodknee.core.model import Answer, Side, StoredEntry, TestResult

_numbers = count(1)


def told(
    day: date,
    side: Side | None = None,
    *,
    at: time = time(7),
    run_id: str | None = None,
    session_id: str | None = None,
    tests: dict[str, TestResult] | None = None,
    **answers: Answer | None,
) -> StoredEntry:
    """Return a row told on its own day; later calls have higher numbers."""
    return StoredEntry(
        id=next(_numbers),
        day=day,
        side=side,
        answers={key: answer for key, answer in answers.items() if answer is not None},
        tests=tests or {},
        run_id=run_id,
        session_id=session_id,
        entered_at=datetime.combine(day, at, UTC),
    )
