"""What the template of today's decision asks of its document: reasons, facts in words, sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from goodknee.core.knowledge import Knowledge
from goodknee.core.plan.fact_words import fact_told
from goodknee.writers.check_words import facts_told

Document = Mapping[str, Any]


def facts_of_reason(reason: Document, knowledge: Knowledge) -> Iterator[str]:
    """Yield what a reason saw: answers of the check with their question, facts of the day by their name."""
    asked = knowledge.questions.answered_by
    for key, value in reason["facts"].items():
        named = f"fact_name.{key}" in knowledge.words.sentences
        if key in asked and not named and value is not None:
            yield from facts_told({key: value}, knowledge)
        else:
            yield fact_told(key, value, knowledge)


def signs_behind(decision: Document, knowledge: Knowledge) -> tuple[list[Document], list[Document]]:
    """Return the warning signs behind a decision: the most urgent, and the others.

    Where a rule of the day is the sign, all reasons stand for it.
    """
    urgency = {rule.id: rule.urgency for rule in knowledge.red_flags.rules}
    signs = [each for each in decision["reasons"] if each["rule"] in urgency] or decision["reasons"]
    first = [each for each in signs if urgency.get(each["rule"], decision["urgency"]) == decision["urgency"]]
    return first, [each for each in signs if each not in first]


def decision_sources(decision: Document | None) -> Iterator[str]:
    """Yield the key of every source that the decision rests on, in the order of the page."""
    if decision is None:
        return
    for each in (*decision["reasons"], *decision["meanwhile"]):
        yield from each["sources"]
