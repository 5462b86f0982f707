"""Facts of a day in words: name and value, as receipts and sentences tell them."""

from __future__ import annotations

from typing import Any

from goodknee.core.knowledge import Knowledge
from goodknee.core.words import MINUS


def fact_told(key: str, value: Any, knowledge: Knowledge) -> str:
    """Return a fact as a runner reads it; one without a name of its own keeps its key."""
    name = knowledge.words.sentences.get(f"fact_name.{key}")
    return f"{name if isinstance(name, str) else key}: {value_told(key, value, knowledge)}"


def value_told(key: str, value: Any, knowledge: Knowledge) -> str:
    """Return the value of a fact, pain out of ten; what is not known says so."""
    if value is None:
        return knowledge.words.say("today.unknown")
    if isinstance(value, bool):
        return knowledge.words.say("today.yes" if value else "today.no")
    if isinstance(value, str):
        return value.replace("_", " ")
    shown = f"{round(value, 1):g}".replace("-", MINUS)
    fact = knowledge.facts.by_id.get(key)
    return f"{shown}/10" if fact is not None and fact.unit == "0-10" else shown
