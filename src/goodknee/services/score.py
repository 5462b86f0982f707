"""Score a questionnaire, and say when it is due again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from goodknee.core.assess.proms import Asked, Score, asked, find_instrument, next_due, score
from goodknee.core.knowledge.proms import Proms


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A score, what to answer when nothing was answered yet, and the day on which to ask again."""

    score: Score
    asks: tuple[Asked, ...]
    due_on: date


def score_answers(
    name: str, answers: Mapping[Any, Any] | None, proms: Proms, *, today: date, last: date | None = None
) -> Scored:
    """Score the answers to one questionnaire.

    Args:
        name: Id of the instrument, or another name of it.
        answers: By key; None when nothing was answered yet.
        proms: The instruments of the pack.
        today: The day of the answers.
        last: The day of the score before; decides when it is due, while nothing is answered.

    Raises:
        AnswerError: There is no such instrument, or an answer is not legal.
    """
    instrument = find_instrument(name, proms)
    scored = score(instrument, answers or {}, proms)
    day = today if scored.valid else last
    return Scored(
        score=scored,
        asks=asked(instrument) if answers is None else (),
        due_on=next_due(day, instrument, today=today),
    )


def score_document(scored: Scored) -> dict[str, Any]:
    """Return it as the JSON document ``score``."""
    one = scored.score
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
