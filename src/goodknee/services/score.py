"""Score a questionnaire, keep the score, and say when it is due again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from goodknee import __version__
from goodknee.core.assess.proms import Asked, Score, Verdict, asked, change, find_instrument, next_due, score
from goodknee.core.knowledge.proms import Proms
from goodknee.core.model import NewScore, StoredScore
from goodknee.stores.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A score beside the one before it, and the day on which to ask again.

    Attributes:
        asks: What to answer, when nothing was answered yet.
        before: The latest score of this questionnaire that is kept.
        verdict: What the change from there means; None when nothing was answered.
    """

    score: Score
    asks: tuple[Asked, ...]
    before: StoredScore | None
    verdict: Verdict | None
    due_on: date


def score_answers(
    name: str,
    answers: Mapping[Any, Any] | None,
    proms: Proms,
    *,
    today: date,
    before: StoredScore | None = None,
) -> Scored:
    """Score the answers to one questionnaire.

    Args:
        name: Id of the instrument, or another name of it.
        answers: By key; None when nothing was answered yet.
        proms: The instruments of the pack.
        today: The day of the answers.
        before: The latest score that is kept; while nothing is answered it decides when the next is due.

    Raises:
        AnswerError: There is no such instrument, or an answer is not legal.
    """
    instrument = find_instrument(name, proms)
    scored = score(instrument, answers or {}, proms)
    day = today if scored.valid else before.day if before else None
    return Scored(
        score=scored,
        asks=asked(instrument) if answers is None else (),
        before=before,
        verdict=change(before.value if before else None, scored.score, instrument) if answers else None,
        due_on=next_due(day, instrument, today=today),
    )


def latest_score(name: str, proms: Proms, store: Store, *, today: date) -> StoredScore | None:
    """Return the latest score of a questionnaire up to a day; None before the first.

    Raises:
        AnswerError: There is no such instrument.
    """
    instrument = find_instrument(name, proms)
    kept = (each for each in store.scores() if each.instrument == instrument.id and each.day <= today)
    return max(kept, key=lambda each: (each.day, each.id), default=None)


def keep_score(
    scored: Scored, answers: Mapping[str, Any], version: str, *, store: Store, now: datetime, today: date
) -> None:
    """Keep a score with the versions that made it; too few answers make no score, and none is kept."""
    if scored.score.score is not None:
        store.add_score(
            NewScore(
                at=now,
                day=today,
                instrument=scored.score.instrument.id,
                answers=dict(answers),
                value=scored.score.score,
                result=score_document(scored),
                code_version=__version__,
                knowledge_version=version,
            )
        )


def score_document(scored: Scored) -> dict[str, Any]:
    """Return it as the JSON document ``score``."""
    one, before = scored.score, scored.before
    instrument = one.instrument
    return {
        "instrument": instrument.id,
        "score": one.score,
        "range": list(instrument.range),
        "better": instrument.better,
        "answered": len(one.parts),
        "missing": len(one.missing),
        "valid": one.valid,
        "mcid": instrument.mcid.value if instrument.mcid else None,
        "mdc": one.mdc.value if one.mdc else None,
        "note": one.note,
        "parts": dict(one.parts),
        "missing_keys": list(one.missing),
        "warnings": list(one.warnings),
        "before": {"day": before.day.isoformat(), "score": before.value} if before else None,
        "change": scored.verdict,
        "due_on": scored.due_on.isoformat(),
        "asks": [_ask_document(each) for each in scored.asks],
    }


def _ask_document(each: Asked) -> dict[str, Any]:
    return {
        "key": each.key,
        "text": each.text,
        "legal": each.legal,
        "labels": {str(code): label for code, label in each.labels.items()},
        "needed": each.needed,
    }
