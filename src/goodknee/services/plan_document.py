"""The JSON document of a plan, and what is another in it than in the plan in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.plan.week import Goal
from goodknee.core.model import Reason, StoredPlan
from goodknee.core.plan.goal import GoalAnswer, Way
from goodknee.core.plan.plan_rules import plan_rules
from goodknee.core.plan.sessions import Plan, Session
from goodknee.services.assess_document import plain

Document = dict[str, Any]
#: Rules that tell why a day is another, before those of the session itself.
_FIRST_TO_TELL: Final = (
    "flare",
    "illness",
    "travel",
    "race_taper",
    "tests_first",
    "S1",
    "S2",
    "S3",
    "S4",
    "S5",
)


def plan_document(
    plan: Plan, knowledge: Knowledge, *, changes: Sequence[Document], accepted: bool, course: Document
) -> Document:
    """Return the JSON document ``plan``."""
    phase = next((each for each in knowledge.rehab.phases if each.id == plan.phase), None)
    return {
        "from": plan.since.isoformat(),
        "to": plan.until.isoformat(),
        "phase": plan.phase,
        "phase_name": phase.name if phase else None,
        "phase_goal": phase.goal if phase else None,
        "phase_ends_when": phase.exit_says if phase else (),
        "days": [
            {"day": day.day.isoformat(), "sessions": [_session_document(each) for each in day.sessions]}
            for day in plan.days
        ],
        "changes": changes,
        "accepted": accepted,
        "blocked": plan.blocked,
        "missing": plan.missing,
        "notes": plan.notes,
        "reasons": [_reason_document(each, knowledge) for each in plan.reasons.values()],
        "caps": [{"rule": rule, "at_most": limit} for rule, limit in plan.caps.items()],
        "course": course,
        "coarse": knowledge.joint_load.coarse,
        "reviewed_by_clinician": bool(knowledge.pack.reviewers),
        "knowledge_version": knowledge.pack.version,
    }


def _session_document(session: Session) -> Document:
    load = session.pfj
    return {
        "id": session.id,
        "kind": session.kind,
        "title": session.title,
        "minutes": session.minutes,
        "details": session.details,
        "why": session.why,
        "pfj_impulse_bw_s": None
        if load is None
        else {"value": round(load.value, 1), "low": round(load.low, 1), "high": round(load.high, 1)},
    }


def _reason_document(reason: Reason, knowledge: Knowledge) -> Document:
    direction = reason.direction or "neutral"
    return {
        "rule": reason.rule,
        "facts": reason.facts,
        "says": reason.says,
        "grade": reason.grade,
        "direction": direction,
        "evidence": knowledge.claims.evidence_words[reason.grade][direction],  # type: ignore[index] # of the pack
        "sources": reason.sources,
        "would_change": reason.would_change,
    }


def changes_between(
    in_force: StoredPlan | None, plan: Plan, knowledge: Knowledge, *, today: date
) -> list[Document]:
    """Return each day that is another than in the plan in force: before, after and why.

    Today is left out: what was done on it is no change of the plan.
    """
    if in_force is None or plan.blocked:
        return []
    before = {day["day"]: day["sessions"] for day in in_force.result["days"]}
    reasons = {**plan_rules(knowledge).reasons, **plan.reasons}
    changes = []
    for day in plan.days:
        key = day.day.isoformat()
        if day.day <= today or key not in before:
            continue
        after = plain({"sessions": [_session_document(each) for each in day.sessions]})["sessions"]
        if _gist(before[key]) != _gist(after):
            cause = plan.notes[-1] if in_force.phase != plan.phase and plan.notes else None
            changes.append(_change(day.day, before[key], after, reasons, cause))
    return changes


def _change(
    day: date,
    before: Sequence[Document],
    after: Sequence[Document],
    reasons: Mapping[str, Reason],
    cause: str | None,
) -> Document:
    was, will = _titles(before), _titles(after)
    if was == will:
        was, will = _contents(before), _contents(after)
    rule = _why(before, after, cause)
    return {
        "day": day.isoformat(),
        "what": f"{day:%a} {day.day} {day:%b}: {was} → {will}",
        "before": was,
        "after": will,
        "rule": rule,
        "why": reasons[rule].says if rule in reasons else "",
    }


def _titles(sessions: Sequence[Document]) -> str:
    return ", ".join(each["title"] for each in sessions)


def _contents(sessions: Sequence[Document]) -> str:
    """Return what sessions of the same titles hold."""
    names = [
        f"{exercise['name']}, {exercise['sets']} sets"
        for each in sessions
        for exercise in each["details"].get("exercises", ())
        if "sets" in exercise
    ]
    return "; ".join(names) or ", ".join(f"{each['title']}, {each['minutes']} min" for each in sessions)


def _why(before: Sequence[Document], after: Sequence[Document], cause: str | None) -> str:
    old = [rule for each in before for rule in each["why"]]
    new = [rule for each in after for rule in each["why"]]
    fresh = [rule for rule in new if rule not in old]
    gone = [rule for rule in old if rule not in new]
    first = [rule for rule in _FIRST_TO_TELL if rule in fresh or rule in gone]
    return next(iter((*first, *([cause] if cause else []), *fresh, *gone, *new)), "")


def _gist(sessions: Sequence[Document]) -> list[tuple[Any, ...]]:
    """Return what must be alike for two days to be the same to the runner."""
    return [tuple(_gist_of(each)) for each in sessions if not each["details"].get("optional")]


def _gist_of(session: Document) -> Iterator[Any]:
    details = session["details"]
    yield session["kind"]
    if session["kind"] in {"run", "walk_run"}:
        distance = details.get("distance_m")
        turns = details.get("walk_run")
        yield None if distance is None else round(distance / 500)
        yield None if turns is None else tuple(turns.values())
        yield details.get("share_of_last_pct")
    elif session["kind"] == "strength":
        yield tuple((each["id"], each["sets"]) for each in details["exercises"])
    elif session["kind"] == "test":
        yield tuple(each["id"] for each in details["tests"])


def goal_document(
    answer: GoalAnswer | None, knowledge: Knowledge, *, race: str, distance_m: float, on: date
) -> Document:
    """Return the JSON document ``goal``; without an answer there was no check yet."""
    words = knowledge.week.goal
    ways = answer.ways if answer else ()
    document: Document = {
        "race": race,
        "distance_m": distance_m,
        "on": on.isoformat(),
        "in_time": any(way.in_time for way in ways),
        "scenarios": [
            {
                "id": way.scenario.id,
                "name": way.scenario.name,
                "says": way.scenario.says,
                "earliest": way.earliest.isoformat() if way.earliest else None,
                "in_time": way.in_time,
                "steps": [
                    {"what": step.what, "rule": step.rule, "on": step.on.isoformat()} for step in way.steps
                ],
            }
            for way in ways
        ],
        "held": [_reason_document(answer.reasons[rule], knowledge) for rule in answer.held] if answer else [],
        "says": _goal_says(ways, words),
        "limits": words.says,
        "missing": answer.missing if answer else ["check"],
        "reasons": [_reason_document(each, knowledge) for each in answer.reasons.values()] if answer else [],
        "blocked": answer is not None and answer.blocked,
        "knowledge_version": knowledge.pack.version,
    }
    return plain(document)


def _goal_says(ways: Sequence[Way], words: Goal) -> str:
    if any(way.in_time for way in ways):
        return words.in_time
    return words.not_in_time if any(way.earliest for way in ways) else words.too_far
