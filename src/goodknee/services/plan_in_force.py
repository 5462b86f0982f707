"""The plan in force among the versions that are kept, and the facts that only the plan knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from goodknee.core.model import StoredPlan

WEEK_DAYS: Final = 7


def in_force(kept: Sequence[StoredPlan], today: date) -> StoredPlan | None:
    """Return the newest plan that the runner said yes to and that is not over."""
    agreed = [each for each in kept if each.accepted_at is not None and each.day <= today <= each.until]
    return agreed[-1] if agreed else None


def plan_of_today(kept: Sequence[StoredPlan], today: date) -> StoredPlan | None:
    """Return the plan in force; before any yes, the newest proposal that is not over."""
    return in_force(kept, today) or next(
        (each for each in reversed(kept) if each.day <= today <= each.until), None
    )


def facts_of_plan(kept: Sequence[StoredPlan], today: date) -> dict[str, Any]:
    """Return the facts that only the plan knows (``comes_from: plan``); none before the first plan."""
    past = [each for each in kept if each.day <= today]
    if not past:
        return {}
    newest = plan_of_today(past, today) or past[-1]
    course = past[-1].result["course"]
    return {
        "current_phase": newest.phase or "none",
        "phase_exit_met": course["exit_met"],
        "weeks_in_programme": _weeks_since(course["programme_since"], today),
        "weeks_in_phase": _weeks_since(course["phase_since"], today),
    }


def planned_sessions(kept: Sequence[StoredPlan]) -> dict[str, bool]:
    """Return every session that was ever planned, and whether it is strength work."""
    return {
        session["id"]: session["kind"] == "strength"
        for plan in kept
        for day in plan.result["days"]
        for session in day["sessions"]
    }


def _weeks_since(day: str, today: date) -> float:
    return round((today - date.fromisoformat(day)).days / WEEK_DAYS, 2)
