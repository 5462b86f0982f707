"""What may be answered: every answer is checked against its question, and written in one form."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any, Final

from goodknee.core.assess.conditions import NOT_KNOWN, leaves_of
from goodknee.core.knowledge.conditions import Leaf, Value
from goodknee.core.knowledge.questions import Question, Questions
from goodknee.errors import AnswerError

#: How a person who does not know is kept; it counts as not known, never as no.
NOT_SURE: Final = "not sure"

_YES_NO: Final[Mapping[str, bool]] = {"yes": True, "true": True, "no": False, "false": False}
_VISIT: Final = re.compile(r"(\S+) (\d{4}-\d{2}-\d{2}) (cleared|not_cleared)")
_LONGEST_TEXT: Final = 500


def check_answers(answers: Mapping[Any, Any], questions: Questions) -> dict[str, Value]:
    """Return the answers in one form: yes and no as bool, lists as tuples, days as text, "not sure" kept.

    Raises:
        AnswerError: A key is unknown, an answer is of the wrong kind or out of range, or a question is
            answered although the one it hangs on was answered no. Nothing may be stored then.
    """
    checked: dict[str, Value] = {}
    yes_or_no = questions.yes_or_no
    for key, value in answers.items():
        if (value is True or value is False) and key in yes_or_no:  # most answers, told apart for speed
            checked[key] = value
        elif isinstance(value, dict):
            for one, told in _flat(key, value, questions):
                if one != key and one in answers:
                    raise _answered_twice(one)
                checked[one] = _checked(one, told, questions)
        else:
            checked[key] = _checked(key, value, questions)
    for key, parent in orphans(checked, questions):
        raise AnswerError(
            f"{key} is answered ({_shown(checked[key])}), but {parent} was answered no.",
            where=key,
            next_step=f"Leave {key} out, or answer {parent} with yes.",
        )
    return checked


def without_orphans(answers: Mapping[str, Value], questions: Questions) -> dict[str, Value]:
    """Return the answers without those whose parent question is now answered no."""
    dropped = {key for key, _ in orphans(answers, questions)}
    return {key: value for key, value in answers.items() if key not in dropped}


def orphans(answers: Mapping[str, Value], questions: Questions) -> Iterator[tuple[str, str]]:
    """Yield (key, parent) of each answer that cannot stand beside the "no" of its parent question.

    A "no" to a tick question can: it says the same as not being asked.
    """
    for question in questions.questions:
        if question.ask_when is None or _goes_with_no(question, answers.get(question.key)):
            continue
        for leaf in leaves_of(question.ask_when):
            if isinstance(leaf, Leaf) and leaf.is_ is True and answers.get(leaf.key) is False:
                yield question.key, leaf.key


def _goes_with_no(question: Question, value: Value) -> bool:
    return value is None or value == NOT_SURE or (question.screen == "tick" and value is False)


def _flat(key: Any, value: dict[Any, Any], questions: Questions) -> Iterator[tuple[Any, Any]]:
    """Yield the answers of each knee under keys of their own, where a question is asked of each."""
    question = questions.by_key.get(key) if isinstance(key, str) else None
    if question is not None and question.per_knee:
        yield from ((f"{key}_{side}", of_side) for side, of_side in value.items())
    else:
        yield key, value


def _checked(key: Any, value: Any, questions: Questions) -> Value:
    question = questions.answered_by.get(key) if isinstance(key, str) else None
    if question is None:
        raise _unknown_key(key, questions)
    if value is None:
        return None
    if isinstance(value, str) and value.strip().lower() in NOT_KNOWN:
        return NOT_SURE
    read = _READERS[question.type](value, question)
    if read is None:
        raise AnswerError(
            f"{_shown(value)} is not an answer to {key}.",
            where=key,
            next_step=f"{key} takes {legal_values(question)}.",
        )
    return read


def _answered_twice(key: str) -> AnswerError:
    return AnswerError(
        f"{key} is answered twice: on a line of its own, and under both knees.",
        where=key,
        next_step="Keep one of the two.",
    )


def _unknown_key(key: object, questions: Questions) -> AnswerError:
    near = get_close_matches(str(key), questions.answered_by, n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else "`goodknee check --questions` prints all keys."
    return AnswerError(f"There is no question {_shown(key)}.", where=str(key)[:80], next_step=hint)


def _shown(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    text = repr(list(value) if isinstance(value, tuple) else value)
    return text if len(text) <= 80 else text[:77] + "..."


_LEGAL: Final[Mapping[str, str]] = {
    "bool": "yes, no or not sure",
    "enum": "one of {options}",
    "list": "a list of {options}",
    "int": "a whole number {range}{unit}",
    "float": "a number {range}{unit}",
    "numbers": "a list of {length} numbers {range}{unit}",
    "date": "a day like 2026-05-31",
    "country": "a country in two letters, like DE",
    "text": f"a text of 1 to {_LONGEST_TEXT} letters",
    "visits": 'lines like "RF32 2026-05-31 cleared" or "RF32 2026-05-31 not_cleared"',
}


def legal_values(question: Question) -> str:
    """Return in words what may be answered."""
    return _LEGAL[question.type].format(
        options=", ".join(question.options),
        range=_range(question),
        unit=f" ({question.unit})" if question.unit else "",
        length=question.length,
    )


def _range(question: Question) -> str:
    low = "" if question.min is None else f"from {question.min:g}"
    high = "" if question.max is None else f"to {question.max:g}"
    return f"{low} {high}".strip()


def _yes_no(value: Any) -> Value:
    if isinstance(value, str):
        return _YES_NO.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def _number(value: Any, question: Question) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    whole = question.type == "int"
    if whole and value != int(value):
        return None
    inside = (question.min is None or value >= question.min) and (
        question.max is None or value <= question.max
    )
    return (int(value) if whole else value) if inside else None


def _word(value: Any, question: Question) -> str | None:
    if isinstance(value, bool):  # unquoted, yes and no are read as true and false
        value = "yes" if value else "no"
    return value if isinstance(value, str) and value in question.options else None


def _words(value: Any, question: Question) -> Value:
    words = (value,) if isinstance(value, str) else value
    if not isinstance(words, list | tuple):
        return None
    legal = all(isinstance(word, str) and _named(word, question) for word in words)
    return tuple(dict.fromkeys(words)) if legal else None


def _named(word: str, question: Question) -> bool:
    name, colon, form = word.partition(":")
    return name in question.options and (not colon or form in question.forms)


def _numbers(value: Any, question: Question) -> Value:
    if not isinstance(value, list | tuple) or len(value) != question.length:
        return None
    numbers = [_number(each, question) for each in value]
    return None if None in numbers else tuple(float(each) for each in numbers if each is not None)


def _day(value: Any) -> str | None:
    if isinstance(value, date):
        return value.isoformat()[:10]
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        return None


def _country(value: Any) -> str | None:
    if value is False:  # unquoted, the letters of Norway are read as no
        return "NO"
    letters = value.strip().upper() if isinstance(value, str) else ""
    return letters if re.fullmatch("[A-Z]{2}", letters) else None


def _text(value: Any) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    return text if 0 < len(text) <= _LONGEST_TEXT else None


def _visits(value: Any) -> Value:
    if not isinstance(value, list | tuple):
        return None
    lines = tuple(_visit(each) for each in value)
    return None if None in lines else tuple(line for line in lines if line is not None)


def _visit(value: Any) -> str | None:
    if isinstance(value, Mapping):
        value = f"{value.get('rule')} {value.get('date')} {value.get('outcome')}"
    match = _VISIT.fullmatch(value) if isinstance(value, str) else None
    return value if match and _day(match[2]) else None


_READERS: Final[Mapping[str, Callable[[Any, Question], Value]]] = {
    "bool": lambda value, _: _yes_no(value),
    "int": _number,
    "float": _number,
    "enum": _word,
    "list": _words,
    "numbers": _numbers,
    "date": lambda value, _: _day(value),
    "country": lambda value, _: _country(value),
    "text": lambda value, _: _text(value),
    "visits": lambda value, _: _visits(value),
}
