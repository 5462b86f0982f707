"""The JSON document of a check: what others read, what the store keeps, what a replay equals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from goodknee.core.assess.differential import Candidate
from goodknee.core.assess.first_answer import ForNow
from goodknee.core.assess.red_flags import Fired
from goodknee.core.assess.risk import Applies
from goodknee.core.assess.visits import AfterVisits

if TYPE_CHECKING:  # the service stands on this module
    from goodknee.services.assess import Assessment, CheckPack

Document = dict[str, Any]


def plain(document: Any) -> Document:
    """Return the document as it is after it was written as JSON and read again."""
    read: Document = json.loads(json.dumps(document, allow_nan=False))
    return read


def assess_document(assessment: Assessment, pack: CheckPack) -> Document:
    """Return the JSON document ``check``."""
    signs, policy = assessment.signs, pack.red_flags.knowledge.policy
    screening = signs.screening
    says = {urgency.id: urgency.says for urgency in policy.urgencies}
    country = assessment.answers.get("country")
    document: Document = {
        "urgency": signs.urgency,
        "says": says[signs.urgency],
        "blocked": signs.blocked,
        "holds": signs.holds,
        "red_flags": [_sign_document(sign, signs) for sign in screening.fired],
        "not_excluded": [
            {**_sign_document(sign, signs), "missing": sign.missing} for sign in screening.not_excluded
        ],
        "all_answered": screening.all_answered,
        "all_clear": screening.all_clear,
        "unanswered": screening.unanswered,
        "contradictions": [
            {"id": one.id, "says": one.says, "ask_again": one.ask_again} for one in screening.contradictions
        ],
        "safety_text": policy.safety_text,
        "emergency_number": pack.emergency.tell(country if isinstance(country, str) else None),
        "differential": [_candidate_document(one) for one in assessment.ranking.candidates],
        "shown": [one.pattern.id for one in assessment.ranking.shown],
        "caution": assessment.ranking.caution,
        "for_now": _for_now_document(assessment.for_now),
        "risk_factors": [_risk_document(one) for one in assessment.risk.present],
        "risk_unknown": [one.id for one in assessment.risk.unknown],
        "claims": list(dict.fromkeys(id_ for one in assessment.risk.present for id_ in one.factor.claims)),
        "baseline": {
            "left": assessment.baseline.left,
            "right": assessment.baseline.right,
            "running": assessment.baseline.running,
            "goal": assessment.baseline.goal,
        },
        "reviewed_by_clinician": pack.reviewed,
        "knowledge_version": pack.version,
    }
    return plain(document)


def _sign_document(sign: Fired, signs: AfterVisits) -> Document:
    visit = signs.seen.get(sign.rule.id)
    return {
        "id": sign.rule.id,
        "urgency": sign.urgency,
        "action": sign.rule.action,
        "reason": sign.rule.reason,
        "name": sign.rule.name,
        "blocks": sign.blocks,
        "facts": {seen.key: seen.value for seen in sign.trace},
        "seen_on": visit.day.isoformat() if visit else None,
        "sources": sign.rule.sources,
    }


def _candidate_document(one: Candidate) -> Document:
    return {
        "id": one.pattern.id,
        "name": one.pattern.name,
        "fit": one.fit,
        "for": [sign.says for sign in one.for_],
        "against": [sign.says for sign in one.against],
        "next_step": one.pattern.next_step,
        "sources": one.pattern.sources,
    }


def _for_now_document(for_now: ForNow) -> Document:
    return {
        "running": {
            "rule": for_now.running.id,
            "may_run": for_now.running.may_run,
            "says": for_now.running.says,
            "sources": for_now.running.sources,
        },
        "also": for_now.also,
        "exercises": [
            {"id": one.id, "name": one.name, "how": one.how, "dose": one.dose, "sources": one.sources}
            for one in for_now.exercises
        ],
    }


def _risk_document(one: Applies) -> Document:
    return {
        "id": one.factor.id,
        "name": one.factor.name,
        "kind": one.factor.kind,
        "modifiable": one.factor.modifiable,
        "grade": one.factor.grade,
        "direction": one.factor.direction,
        "says": one.factor.says,
        "what_to_do": one.factor.what_to_do,
        "facts": one.facts,
        "sources": one.factor.sources,
    }
