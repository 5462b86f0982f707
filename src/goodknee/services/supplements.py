"""What the runner's medicines and conditions mean for each product, and for painkillers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from goodknee.core.assess.supplements import Person, Safety, painkiller_safety, product_safety
from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.questions import Questions
from goodknee.core.knowledge.supplements import Supplements


def product_documents(
    answers: Mapping[str, Value], supplements: Supplements, questions: Questions
) -> list[dict[str, Any]]:
    """Return one document a product, those that are taken first, then painkillers.

    ``verdict`` is the sentence of the strictest level; None where no rule holds.
    """
    person = Person.of(answers, questions, supplements)
    taken = answers.get("recreational_user_of")
    names = {str(word).partition(":")[0] for word in taken} if isinstance(taken, tuple) else set()
    safeties = [product_safety(product, supplements, person) for product in supplements.products]
    safeties.append(painkiller_safety(supplements, person))
    documents = [_document(safety, supplements, taken=safety.id in names) for safety in safeties]
    return sorted(documents, key=lambda document: not document["taken"])


def _document(safety: Safety, supplements: Supplements, *, taken: bool) -> dict[str, Any]:
    verdict = supplements.levels[safety.level] if safety.level else None
    return {**asdict(safety), "taken": taken, "verdict": verdict}
