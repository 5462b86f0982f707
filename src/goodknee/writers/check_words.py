"""What a knee check saw, in the runner's words: the question as it was asked, and the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.questions import Question
from goodknee.core.words import out_of_ten

Document = Mapping[str, Any]


def facts_told(facts: Mapping[str, Any], knowledge: Knowledge) -> Iterator[str]:
    """Yield each fact of a check as a runner reads it; a fact without words of its own is left out."""
    asked, words = knowledge.questions.answered_by, knowledge.words
    for key, value in facts.items():
        if key in asked:
            yield f"{asked[key].text} {_answer(key, value, asked[key], knowledge)}"
        elif f"fact.{key}" in words.sentences:
            yield words.say(f"fact.{key}", value=value)


def _answer(key: str, value: Any, question: Question, knowledge: Knowledge) -> str:
    if isinstance(value, bool):
        return knowledge.words.say("report.answer.yes" if value else "report.answer.no")
    if isinstance(value, str | list | tuple):
        spoken = knowledge.differential.words.values.get(key, {})
        each = [value] if isinstance(value, str) else value
        return ", ".join(spoken.get(str(one), str(one).replace("_", " ")) for one in each)
    return out_of_ten(value) if question.unit == "0-10" else f"{value:g} {question.unit or ''}".strip()


def signs_in_force(document: Document) -> list[Document]:
    """Return the warning signs that no visit has lifted, the most urgent first."""
    return [sign for sign in document["red_flags"] if sign["seen_on"] is None]


def open_questions(document: Document, knowledge: Knowledge) -> list[str]:
    """Return the texts of the questions that a check left open, each once, the most urgent first."""
    asked = knowledge.questions.answered_by
    return list(dict.fromkeys(asked[key].text for key in document["unanswered"] if key in asked))


def risk_groups(document: Document) -> Mapping[str, list[Document]]:
    """Return the risk factors that apply, by what can be done: ``change``, ``fixed``, and ``blamed``.

    ``blamed`` holds what the evidence does not show to bring on pain or injury; each group keeps its order.
    """
    groups: dict[str, list[Document]] = {"change": [], "fixed": [], "blamed": []}
    for one in document["risk_factors"]:
        shown = one["direction"] in {"for", "mixed"} or one["outcome"] == "other_cause"
        groups[("change" if one["modifiable"] else "fixed") if shown else "blamed"].append(one)
    return groups


def sources_told(document: Document, *, running: bool = True) -> Iterator[str]:
    """Yield the keys of the sources of the check's part of the report, in the order of the page.

    Args:
        document: The JSON document ``check``.
        running: Whether its word on running is told.
    """
    told = list(document["red_flags"])
    if not document["blocked"]:
        told += [document["for_now"]["running"]] if running else []
        told += document["for_now"]["exercises"]
    told += [one for one in document["differential"] if one["id"] in document["shown"]]
    if not document["blocked"]:
        groups = risk_groups(document)
        told += [*groups["change"], *groups["fixed"], *(one for one in document["article"] if one["shown"])]
    for one in told:
        yield from one["sources"]


def folded_sources(document: Document) -> Iterator[str]:
    """Yield the keys of the sources of what can be opened."""
    more = [one for one in document["article"] if not one["shown"]]
    for one in (*risk_groups(document)["blamed"], *more):
        yield from one["sources"]
