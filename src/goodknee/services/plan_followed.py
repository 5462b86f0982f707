"""How far the plan was followed: the sessions that were due, and what was told or run of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from goodknee.core.model import StoredPlan
from goodknee.core.track.diary import DiaryDay
from goodknee.core.track.readings import TrackedRun
from goodknee.services.plan_in_force import facts_of_plan, in_force

#: What counts to the plan; the rest of a week is a choice.
_DUE: Final = frozenset({"run", "walk_run", "strength"})
_RUNS: Final = frozenset({"run", "walk_run"})
#: The phase of keeping what was won.
_KEEPING: Final = "P5"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSeen:
    """What the plan says of itself.

    Attributes:
        since: The day on which it began.
        sessions: For each session that was due, whether it was done; None: not told.
        recovered: It has come to the phase of keeping.
    """

    since: date
    sessions: Sequence[bool | None]
    recovered: bool


def plan_followed(
    kept: Sequence[StoredPlan], diary: Sequence[DiaryDay], runs: Sequence[TrackedRun], *, today: date
) -> PlanSeen | None:
    """Return how the plan went up to yesterday, and today where it was told; None before the first yes.

    Args:
        kept: Every version of the plan, oldest first.
        diary: What was told of sessions.
        runs: A run on a day with a planned one is that one.
        today: The runner's local day.
    """
    agreed = [each for each in kept if each.accepted_at is not None and each.day <= today]
    if not agreed:
        return None
    told = _told(diary)
    run_days = {run.day for run in runs}
    return PlanSeen(
        since=date.fromisoformat(agreed[-1].result["course"]["programme_since"]),
        sessions=list(_sessions(agreed, told, run_days, today)),
        recovered=facts_of_plan(agreed, today)["current_phase"] == _KEEPING,
    )


def _told(diary: Sequence[DiaryDay]) -> dict[str, bool]:
    """Return each session that was told of, and whether it was done."""
    return {
        session.session_id: "skipped" not in session.answers and session.answers.get("done") is not False
        for day in diary
        for session in day.sessions
        if session.session_id
    }


def _sessions(
    agreed: Sequence[StoredPlan], told: Mapping[str, bool], run_days: set[date], today: date
) -> Iterator[bool | None]:
    for age in range((today - agreed[0].day).days, -1, -1):
        day = today - timedelta(days=age)
        for session in _due(agreed, day):
            done = told.get(session["id"])
            if done is None and session["kind"] in _RUNS and day in run_days:
                done = True
            if day < today or done is not None:
                yield done


def _due(agreed: Sequence[StoredPlan], day: date) -> list[Mapping[str, Any]]:
    """Return the sessions of that day in the version that was in force on it."""
    plan = in_force([each for each in agreed if each.day <= day], day)
    days = plan.result["days"] if plan else []
    return [
        session
        for each in days
        if each["day"] == day.isoformat()
        for session in each["sessions"]
        if session["kind"] in _DUE
    ]
