"""The JSON document of a check: what others read, what the store keeps, what a replay equals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from goodknee.core.assess.article import ReadyArticle, Touches, touching
from goodknee.core.assess.conditions import NOT_ASKED, Facts, keys_of
from goodknee.core.assess.differential import Candidate
from goodknee.core.assess.red_flags import Fired
from goodknee.core.assess.risk import Applies
from goodknee.core.assess.visits import AfterVisits
from goodknee.core.knowledge.claims import Claim

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
    # The signs that make up the urgency, all of them: who reads `red_flags` alone misses none.
    red_flags = [_sign_document(sign, signs) for sign in (*screening.fired, *screening.not_excluded)]
    red_flags.sort(key=lambda sign: list(says).index(sign["urgency"]))
    document: Document = {
        "day": assessment.day.isoformat(),
        "urgency": signs.urgency,
        "says": says[signs.urgency],
        "blocked": signs.blocked,
        "holds": signs.holds,
        "red_flags": red_flags,
        "not_excluded": [sign for sign in red_flags if "missing" in sign],
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
        "for_now": _for_now_document(assessment, pack),
        "risk_factors": [_risk_document(one, pack.article) for one in assessment.risk.present],
        "risk_unknown": [one.id for one in assessment.risk.unknown],
        "article": [_touches_document(one, pack.article) for one in _touching(assessment, pack)],
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
    document: Document = {
        "id": sign.rule.id,
        "urgency": sign.urgency,
        "action": sign.rule.action,
        "reason": sign.rule.reason,
        "name": sign.rule.name,
        "blocks": sign.blocks,
        "facts": {seen.key: seen.value for seen in sign.trace},
        "confidence": sign.rule.confidence,
        "seen_on": visit.day.isoformat() if visit else None,
        "sources": sign.rule.sources,
    }
    return {**document, "missing": sign.missing} if sign.not_excluded else document


def _candidate_document(one: Candidate) -> Document:
    return {
        "id": one.pattern.id,
        "name": one.pattern.name,
        "fit": one.fit,
        "for": [sign.says for sign in one.for_],
        "against": [sign.says for sign in one.against],
        "next_step": one.pattern.next_step,
        "confidence": one.pattern.confidence,
        "sources": one.pattern.sources,
    }


def _for_now_document(assessment: Assessment, pack: CheckPack) -> Document:
    for_now, known = assessment.for_now, _facts(assessment).known
    looked_at = (key for rule in pack.first_answer.running if rule.when for key in keys_of(rule.when))
    return {
        "running": {
            "rule": for_now.running.id,
            "may_run": for_now.running.may_run,
            "says": for_now.running.says,
            "facts": {key: known[key] for key in looked_at if key in known and known[key] is not NOT_ASKED},
            "confidence": for_now.running.confidence,
            "sources": for_now.running.sources,
        },
        "also": for_now.also,
        "exercises": [
            {"id": one.id, "name": one.name, "how": one.how, "dose": one.dose, "sources": one.sources}
            for one in for_now.exercises
        ],
    }


def _risk_document(one: Applies, article: ReadyArticle) -> Document:
    return {
        "id": one.factor.id,
        "name": one.factor.name,
        "kind": one.factor.kind,
        "outcome": one.factor.outcome,
        "modifiable": one.factor.modifiable,
        "grade": one.factor.grade,
        "direction": one.factor.direction,
        "evidence": article.claims.evidence_words[one.factor.grade][one.factor.direction],
        "protective": one.factor.protective,
        "says": one.factor.says,
        "what_to_do": one.factor.what_to_do,
        "facts": one.facts,
        "sources": one.factor.sources,
    }


def _touching(assessment: Assessment, pack: CheckPack) -> tuple[Touches, ...]:
    return touching(_facts(assessment), assessment.ranking, assessment.risk, pack.article)


def _facts(assessment: Assessment) -> Facts:
    """Return what is known of this runner; of the pain in two knees the worse one counts."""
    baseline = assessment.baseline
    return assessment.signs.screening.facts.also({key: baseline.worst(key) for key in baseline.left})


def _touches_document(one: Touches, article: ReadyArticle) -> Document:
    card = one.card
    if isinstance(card, Claim):
        own: Document = {"kind": "claim", "claim": card.claim, "in_article": True, "stance": card.stance}
        own |= {"verdict": None}
    else:
        verdict = article.treatments.verdicts[card.verdict]
        own = {"kind": "treatment", "claim": card.name, "in_article": card.in_article}
        own |= {"stance": verdict.stance, "verdict": verdict.words}
    return {
        "id": card.id,
        **own,
        "because": one.because,
        "answer": card.answer,
        "grade": card.grade,
        "direction": card.direction,
        "evidence": article.claims.evidence_words[card.grade][card.direction],
        "sources": card.sources,
        "shown": one.shown,
    }
