"""The JSON document of a decision, and its sentences: what every face shows, what the store keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.plan.run_return import WalkRun
from goodknee.core.model import Reason
from goodknee.core.plan.fact_words import value_told
from goodknee.core.plan.receipt import Offer
from goodknee.core.plan.run_limits import RunAllowed
from goodknee.core.plan.today import URGENT, Decision
from goodknee.core.plan.would_change import Change
from goodknee.services.assess_document import plain

Document = dict[str, Any]
SECONDS_A_MINUTE: Final = 60
PER_CENT: Final = 100


def today_document(decision: Decision, knowledge: Knowledge, *, country: str | None = None) -> Document:
    """Return the JSON document ``today``; the emergency number is that of the country."""
    words = knowledge.words
    changes = [_change_says(change, decision, knowledge) for change in decision.changes]
    return plain(
        {
            "today": decision.today.isoformat(),
            "knee": decision.knee,
            "verdict": decision.verdict,
            "says": verdict_says(decision, knowledge),
            "do": list(_what_to_do(decision, knowledge)),
            "run": None if decision.run is None else _run_document(decision.run),
            "reasons": [_reason_document(reason, knowledge) for reason in decision.reasons],
            "would_change": changes or list(decision.would_change),
            "missing": list(decision.missing),
            "asks": [{"key": key, "asks": asks(key, knowledge)} for key in decision.missing],
            "meanwhile": [_offer_document(offer, knowledge) for offer in decision.meanwhile],
            "urgency": decision.urgency,
            "emergency_number": knowledge.referral.emergency_numbers.tell(country),
            "blocked": decision.blocked,
            "check_again": decision.check_again,
            "rest_days": decision.rest_days,
            "look_again_on": (decision.today + timedelta(days=decision.rest_days or 1)).isoformat(),
            "limits": words.say("today.not_a_diagnosis"),
            "reviewed_by_clinician": bool(knowledge.pack.reviewers),
            "knowledge_version": knowledge.pack.version,
        }
    )


def verdict_says(decision: Decision, knowledge: Knowledge) -> str:
    """Return the fixed words of a verdict; those of "see a clinician" say how soon."""
    if decision.verdict != "see_clinician" or decision.urgency == "routine":
        return knowledge.words.say(f"today.verdict.{decision.verdict}")
    urgencies = knowledge.red_flags.policy.urgencies
    return next(each.says for each in urgencies if each.id == decision.urgency)


def asks(key: str, knowledge: Knowledge) -> str:
    """Return the question behind a missing input."""
    if key == "check":
        return knowledge.words.say("today.ask.check")
    if key in knowledge.log.by_id:
        return knowledge.log.by_id[key].asks
    test = next((test for test in knowledge.self_tests.tests if test.id == key), None)
    if test is not None:
        return f"{test.name}: {test.how}"
    question = knowledge.questions.answered_by.get(key)
    return question.text if question else key


def _run_document(run: RunAllowed) -> Document:
    document = asdict(run)
    walk_run = run.walk_run
    if walk_run is not None and walk_run.repeats is None:
        document["walk_run"]["repeats"] = _repeats(walk_run, run.max_minutes)
    return document


def _repeats(walk_run: WalkRun, minutes: float | None) -> int | None:
    """Return how often running and walking fit into the minutes; None when no minutes limit it."""
    return None if minutes is None else max(1, int(minutes // (walk_run.run_min + walk_run.walk_min)))


def _what_to_do(decision: Decision, knowledge: Knowledge) -> Iterator[str]:
    words = knowledge.words
    if decision.run is not None:
        yield from _run_says(decision.run, knowledge)
    if decision.check_again and decision.urgency not in URGENT:
        yield words.say("today.do.check_again")
    if decision.rest_days is not None:
        day = decision.today + timedelta(days=decision.rest_days)
        yield words.say("today.do.rest_until", day=day)
    elif decision.verdict == "rest" and not decision.check_again:
        yield words.say("today.do.look_again")


def _run_says(run: RunAllowed, knowledge: Knowledge) -> Iterator[str]:
    words = knowledge.words
    walk = run.walk_run
    if run.max_distance_m is not None:
        yield words.say("today.run.distance", distance_m=run.max_distance_m)
    elif run.share_of_last_pct is not None:
        yield words.say("today.run.share", share=run.share_of_last_pct)
    if run.max_minutes is not None:
        yield words.say("today.run.minutes", time_s=run.max_minutes * SECONDS_A_MINUTE)
    if walk is not None:
        yield _walk_run_says(walk, knowledge)
    if run.flat:
        yield words.say("today.run.flat")
    if run.speed_factor is not None:
        yield words.say("today.run.slower", slower=round(PER_CENT * (1 - run.speed_factor)))
    if run.cadence_target_spm is not None:
        yield words.say("today.run.steps", steps=run.cadence_target_spm)
    if run.more_often_shorter:
        yield words.say("today.run.shorter")
    yield words.say("today.run.pain", limit=knowledge.run_return.limits.during_up_to_nprs)


def _walk_run_says(walk: WalkRun, knowledge: Knowledge) -> str:
    words = knowledge.words
    walk_s, run_s = walk.walk_min * SECONDS_A_MINUTE, walk.run_min * SECONDS_A_MINUTE
    if not walk.run_min:
        return words.say("today.run.walk_only", time_s=walk_s)
    if not walk.walk_min:
        return words.say("today.run.in_one", time_s=run_s)
    if walk.repeats is None:
        return words.say("today.run.in_turn", run_s=run_s, walk_s=walk_s)
    return words.say("today.run.walk_run", run_s=run_s, walk_s=walk_s, repeats=walk.repeats)


def _reason_document(reason: Reason, knowledge: Knowledge) -> Document:
    direction = reason.direction or "neutral"
    evidence: Mapping[Any, Mapping[Any, str]] = knowledge.claims.evidence_words
    return {
        "rule": reason.rule,
        "facts": dict(reason.facts),
        "says": reason.says,
        "grade": reason.grade,
        "direction": direction,
        "evidence": evidence[reason.grade][direction],
        "sources": list(reason.sources),
        "would_change": reason.would_change,
    }


def _change_says(change: Change, decision: Decision, knowledge: Knowledge) -> str:
    words = knowledge.words
    verdict = words.say(f"today.verdict.{change.verdict}")
    if change.fact == "days_since_last_run" and change.way == "more":
        day = decision.today + timedelta(days=change.to - change.now)
        return words.say("today.change.wait", day=day, verdict=verdict)
    return words.say(
        f"today.change.{change.way}",
        what=words.say(f"fact_name.{change.fact}"),
        now=value_told(change.fact, change.now, knowledge),
        to=value_told(change.fact, change.to, knowledge),
        verdict=verdict,
    )


def _offer_document(offer: Offer, knowledge: Knowledge) -> Document:
    what, treatment = offer.what, offer.treatment
    grade = treatment.grade if treatment else what.evidence.grade
    direction = treatment.direction if treatment else what.evidence.direction
    return {
        "id": what.id,
        "says": what.says,
        "exercises": list(what.exercises),
        "how": list(treatment.how) if treatment else [],
        "not_with": list(treatment.not_with) if treatment else [],
        "cautions": list(treatment.cautions) if treatment else [],
        "grade": grade,
        "direction": direction,
        "evidence": knowledge.claims.evidence_words[grade][direction],
        "sources": list(treatment.sources if treatment else what.evidence.sources),
    }
