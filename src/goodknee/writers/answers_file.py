"""The questions of the check as a file to fill in, and as one document for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from goodknee.core.assess.answers import legal_values
from goodknee.core.knowledge.questions import SIDES, Question, Questions
from goodknee.core.words import Words


def answers_to_fill_in(questions: Questions, words: Words) -> str:
    """Return YAML with every key and no answer: as it stands, it answers nothing."""
    return "\n".join(_lines(questions, words)) + "\n"


def question_documents(questions: Questions) -> list[dict[str, Any]]:
    """Return each question with its keys and what may be answered, in the order in which they are asked."""
    fields = ("text", "type", "group", "unit", "min", "max", "length", "note")
    return [
        {
            "keys": _keys(question),
            **{name: asdict(question)[name] for name in fields},
            "options": list(question.options),
            "forms": list(question.forms),
        }
        for question in questions.questions
    ]


def _lines(questions: Questions, words: Words) -> Iterator[str]:
    for key in ("check.file.first", "check.file.empty", "check.file.then"):
        yield f"# {words.say(key)}"
    for group in questions.groups:
        yield f"\n# --- {group.title}"
        for question in questions.of(group.id):
            yield f"\n# {question.text}"
            if question.note:
                yield f"# {question.note}"
            yield f"# {legal_values(question)}"
            yield from (f"{key}:" for key in _keys(question))


def _keys(question: Question) -> list[str]:
    return [f"{question.key}_{side}" for side in SIDES] if question.per_knee else [question.key]
