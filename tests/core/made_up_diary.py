"""Diary days that are written down in a line, for tests of progress."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from goodknee.core.model import Answer, Side, StoredScore
from goodknee.core.track.diary import DiaryDay, DiarySession
from goodknee.core.track.readings import Told

FIRST = date(2026, 3, 2)


def day(number: int) -> date:
    """Return the day with this number; 0 is the first."""
    return FIRST + timedelta(days=number)


def diary_day(
    number: int, answers: Mapping[str, Answer], *, side: Side = "right", **session: Answer
) -> DiaryDay:
    """Return one day of one knee; what is named beside it was told of a session."""
    sessions = (diary_session(None, session),) if session else ()
    return DiaryDay(
        day=day(number), side=side, answers=answers, sessions=sessions, tests={}, earlier={}, entries=()
    )


def diary_session(run_id: str | None, answers: Mapping[str, Answer]) -> DiarySession:
    """Return what was told of one run or session."""
    return DiarySession(run_id=run_id, session_id=None, answers=answers, exercises={}, entries=())


def after_run(number: int, pain: int, **more: Answer) -> DiaryDay:
    """Return a day on which the pain of the run ``r<number>`` was told, and nothing else."""
    session = diary_session(f"r{number}", {"pain_during": pain, **more})
    return replace(diary_day(number, {}), sessions=(session,))


def told_in(case: Mapping[str, Any], *, side: Side = "right") -> Told:
    """Return what a case of tests/cases/progress.yaml tells."""
    return Told(days=list(_days(case, side)), scores=list(scores_in(case)))


def _days(case: Mapping[str, Any], side: Side) -> Iterator[DiaryDay]:
    first, last = case.get("painkiller", (1, 0))
    for start, end, key, value in case.get("tell", ()):
        for number in range(start, end + 1):
            session: dict[str, Answer] = {"painkiller": True} if first <= number <= last else {}
            yield diary_day(number, {key: value}, side=side, **session)


def scores_in(case: Mapping[str, Any]) -> Iterator[StoredScore]:
    """Yield the scores of a case."""
    for number, (on, instrument, value) in enumerate(case.get("scores", ())):
        yield StoredScore(
            id=number,
            at=datetime.combine(day(on), datetime.min.time(), tzinfo=UTC),
            day=day(on),
            instrument=instrument,
            answers={},
            value=float(value),
            result={},
            code_version="0",
            knowledge_version="0",
        )
