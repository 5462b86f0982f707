"""What the reasons to seek care and the signs of a relapse ask of the diary, for one knee.

The facts are those of ``plans/facts.yaml``; what is not known is None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from statistics import median
from typing import Final

from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.progress import ComingBack, ProgressRules
from goodknee.core.model import Side
from goodknee.core.track.diary import DiaryDay
from goodknee.core.track.progress import Change, Progress, Verdict
from goodknee.core.track.readings import DAYS_PER_WEEK, Reading, Told

WORST: Final = "pain_worst_nprs"
_IMPROVING: Final[Mapping[Verdict, str | None]] = {
    "better": "better",
    "no_meaningful_change": "same",
    "worse": "worse",
    "too_few": None,
}


def setback_facts(
    seen: Progress, told: Told, rules: ProgressRules, *, knee: Side, recovered: bool | None = None
) -> dict[str, Value]:
    """Return the facts of one knee that the reasons to seek care and the signs of a relapse ask for.

    Args:
        seen: The course up to today.
        told: What it was made from, with what lies before the plan.
        rules: How entries are read.
        knee: Which knee.
        recovered: The plan's word that it had been good; the diary may tell so too.
    """
    known, today = told.until(seen.today), seen.today
    days = [each for each in known.days if each.side == knee]
    worst = list(_worst_readings(days))
    change = _pain_change(seen, knee)
    return {
        "improving": _IMPROVING[change.verdict] if change else None,
        "pain_gain": _gain(change),
        "akps_gain": _akps_gain(seen),
        "weeks_in_programme": seen.weeks if seen.has_plan else None,
        "weeks_since_onset": _weeks_of_pain(days, today),
        "adherence_pct": seen.adherence.pct if seen.adherence else None,
        "pain_worst_3d_nprs": _highest_pain(days, today, rules.highest_days),
        "stairs_down_nprs": _latest(seen, "pain_stairs_down_nprs", knee, rules.coming_back.recent_days),
        "run_forced_stop": _forced_stop(days, today, rules.coming_back.recent_days),
        "recovered": recovered or was_good(worst, rules.coming_back, today=today) or None,
        "days_over_usual_7d": days_over_usual(worst, rules.coming_back, today=today),
    }


def was_good(worst: Sequence[Reading], needs: ComingBack, *, today: date) -> bool:
    """Tell whether a calm stretch followed pain, and what pain came after it is still new.

    Args:
        worst: The worst pain of the days of one knee, in any order.
        needs: How long a calm stretch is, how many entries it holds, how long pain counts as new.
        today: The last day.
    """
    rows = sorted((each for each in worst if each.day <= today), key=lambda each: each.day)
    start, trouble, good, back = 0, None, False, None
    for last, row in enumerate(rows):
        if row.value > needs.calm_to:
            trouble, back = row.day, back or row.day
            continue
        first_day = row.day - timedelta(days=needs.calm_days - 1)
        while rows[start].day < first_day:
            start += 1
        if trouble and trouble < first_day and last - start + 1 >= needs.calm_entries:
            good, back = True, None
    return good and (back is None or (today - back).days < needs.new_days)


def days_over_usual(worst: Sequence[Reading], needs: ComingBack, *, today: date) -> int | None:
    """Return how many of the last days were over the usual; None when either is not known."""
    recent_from = today - timedelta(days=needs.recent_days - 1)
    usual_from = recent_from - timedelta(days=needs.usual_days)
    usual = [each.value for each in worst if usual_from <= each.day < recent_from]
    recent = [each.value for each in worst if recent_from <= each.day <= today]
    if len(usual) < needs.usual_entries or not recent:
        return None
    return sum(value >= median(usual) + needs.over_points for value in recent)


def _pain_change(seen: Progress, knee: Side) -> Change | None:
    """Return the change in worst pain; None where the start is so low that no gain could show."""
    course = seen.courses.get(WORST)
    change = next((each for each in course.changes if each.knee == knee), None) if course else None
    if course is None or change is None or change.before is None:
        return None
    low = change.verdict != "worse" and change.before < (course.scale.mcid or 0.0)
    return None if low else change


def _gain(change: Change | None) -> float | None:
    if change is None or change.before is None or change.now is None:
        return None
    return change.before - change.now


def _worst_readings(days: Sequence[DiaryDay]) -> Iterator[Reading]:
    for day in days:
        pain = _worst(day)
        if pain is not None:
            yield Reading(day=day.day, knee=day.side, value=pain)


def _akps_gain(seen: Progress) -> float | None:
    course = seen.courses.get("akps_0_100")
    if course is None or course.change.before is None or course.change.now is None:
        return None
    return course.change.now - course.change.before


def _weeks_of_pain(days: Sequence[DiaryDay], today: date) -> float | None:
    """Return weeks since pain was first told: it began then or before."""
    first = min((each.day for each in days if (_worst(each) or 0) > 0), default=None)
    return (today - first).days / DAYS_PER_WEEK if first else None


def _worst(day: DiaryDay) -> float | None:
    return day.number("pain_worst")


def _highest_pain(days: Sequence[DiaryDay], today: date, length: int) -> float | None:
    recent = [each for each in days if 0 <= (today - each.day).days < length]
    return max((pain for each in recent for pain in _pains(each)), default=None)


def _pains(day: DiaryDay) -> Iterator[float]:
    for answers in (day.answers, *(session.answers for session in day.sessions)):
        yield from (
            float(answer)
            for key, answer in answers.items()
            if key.startswith("pain_") and not isinstance(answer, str)
        )


def _latest(seen: Progress, measure: str, knee: Side, within_days: int) -> float | None:
    course = seen.courses.get(measure)
    rows = [each for each in course.readings if each.knee == knee] if course else []
    fresh = [each for each in rows if (seen.today - each.day).days < within_days]
    return fresh[-1].value if fresh else None


def _forced_stop(days: Sequence[DiaryDay], today: date, within_days: int) -> bool | None:
    told = [
        answer
        for each in days
        if (today - each.day).days < within_days
        for session in each.sessions
        if isinstance(answer := session.answers.get("forced_stop"), bool)
    ]
    return any(told) if told else None
