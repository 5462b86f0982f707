"""What a condition of the pack is worth on given facts: true, false, or unknown (None).

A missing answer is unknown, never no. A question that did not apply makes every condition on its key false.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from goodknee.core.knowledge.conditions import (
    All,
    AnyOf,
    AtLeast,
    Condition,
    CountOf,
    Leaf,
    ProductForm,
    Scalar,
    SymptomAny,
    Value,
)
from goodknee.core.knowledge.questions import Questions

#: Words by which a person says that they do not know.
NOT_KNOWN: Final = frozenset({"unknown", "not sure"})


class _NotAsked:
    def __repr__(self) -> str:
        return "NOT_ASKED"


#: The state of a key whose question does not apply to this person.
NOT_ASKED: Final = _NotAsked()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one person. A key that is not here is unknown.

    Attributes:
        known: key → value, or NOT_ASKED. Never None, NaN or an empty list.
    """

    known: Mapping[str, Any]

    @classmethod
    def of(cls, answers: Mapping[str, Value], questions: Questions) -> Facts:
        """Take answers as they were given: drop what is not known, derive, and mark what did not apply."""
        known = known_of(answers)
        for rule in questions.derived:
            if (rule.key not in known or rule.overrules) and evaluate(rule.when, cls(known)):
                known[rule.key] = rule.value
        for condition, keys in questions.conditional:
            open_keys = [key for key in keys if key not in known]
            if open_keys and evaluate(condition, cls(known)) is False:
                known |= dict.fromkeys(open_keys, NOT_ASKED)
        return cls(known)

    @classmethod
    def measured(cls, fields: Mapping[str, Value]) -> Facts:
        """Take measured facts (``f``): NaN, None and empty lists are unknown."""
        return cls(known_of(fields))

    def also(self, fields: Mapping[str, Value]) -> Facts:
        """Return these facts with more beside them; the new ones win."""
        return Facts({**self.known, **known_of(fields)})

    def get(self, key: str) -> Any:
        """Return the value, None when unknown, NOT_ASKED when the question did not apply."""
        return self.known.get(key)


def known_of(fields: Mapping[str, Value]) -> dict[str, Any]:
    """Return the fields that are known: no None, NaN, empty list or unknown word."""
    # Most answers are plain yes or no: those are told apart first, for speed.
    return {
        key: value for key, value in fields.items() if value is True or value is False or _is_known(value)
    }


def _is_known(value: Value) -> bool:
    if isinstance(value, str):
        return value not in NOT_KNOWN
    # NaN is the only value that differs from itself.
    return value is not None and value != () and value == value  # noqa: PLR0124


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One true comparison of a trace: ``key comparison wanted`` held, for the value was ``value``."""

    key: str
    comparison: str
    wanted: Scalar | tuple[Scalar, ...]
    value: Value


def evaluate(condition: Condition, facts: Facts) -> bool | None:
    """Return whether the condition holds on these facts; None when the answers do not tell.

    ``all`` is false if one part is false, else unknown if one is unknown. ``any`` is true if one part is
    true, else unknown if one is unknown. ``at_least n`` is true with n true parts, and false when the
    unknown ones could not make it so.
    """
    match condition:
        case All():
            return _at_least(
                len(condition.all_), (evaluate(part, facts) for part in condition.all_), len(condition.all_)
            )
        case AnyOf():
            return _at_least(1, (evaluate(part, facts) for part in condition.any_), len(condition.any_))
        case AtLeast():
            return _at_least(
                condition.at_least, (evaluate(part, facts) for part in condition.of), len(condition.of)
            )
        case Leaf():
            return _leaf(condition, facts)
        case CountOf():
            return _count(condition, facts.get(condition.in_))
        case SymptomAny():
            return _words(facts.get("symptoms"), lambda words: not words.isdisjoint(condition.symptom_any))
        case ProductForm():
            return _form(condition.product_form, facts.get("product_form"))


def _at_least(n: int, parts: Iterable[bool | None], of: int) -> bool | None:
    values = list(parts)
    if values.count(True) >= n:
        return True
    return False if of - values.count(False) < n else None


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": operator.eq,
    "eq": operator.eq,
    "in": lambda value, wanted: value in wanted,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "has": operator.contains,
    "has_any": lambda value, wanted: not set(value).isdisjoint(wanted),
    "lacks": lambda value, wanted: wanted not in value,
}


def _leaf(leaf: Leaf, facts: Facts) -> bool | None:
    value = facts.get(leaf.key)
    if leaf.is_ == "unknown":
        return value is None
    if value is None or value is NOT_ASKED:
        return None if value is None else False
    if leaf.gt_key is not None:
        other = facts.get(leaf.gt_key)
        return None if other is None else other is not NOT_ASKED and bool(value > other)
    return _COMPARE[leaf.comparison](value, leaf.wanted)


def _words(value: Any, holds: Callable[[set[str]], bool]) -> bool | None:
    if value is None or value is NOT_ASKED:
        return None if value is None else False
    return holds(set(value))


def _count(condition: CountOf, value: Any) -> bool | None:
    def enough(words: set[str]) -> bool:
        named = [word.partition(":") for word in words]
        counted = {name for name, _, form in named if condition.form is None or form in {"", condition.form}}
        return len(counted.intersection(condition.count_of)) >= condition.gte

    return _words(value, enough)


def _form(wanted: str, value: Any) -> bool:
    form = value or "concentrate"
    if wanted == "extract":
        return form in {"extract", "concentrate"}
    return (form == "food") == (wanted == "food")


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions directly inside this one; a leaf has none."""
    match condition:
        case All():
            return condition.all_
        case AnyOf():
            return condition.any_
        case AtLeast():
            return condition.of
        case _:
            return ()


def leaves_of(condition: Condition) -> Iterator[Condition]:
    """Yield the single comparisons of the condition, in their order."""
    parts = parts_of(condition)
    for part in parts:
        yield from leaves_of(part)
    if not parts and not isinstance(condition, All | AnyOf | AtLeast):
        yield condition


def keys_of(condition: Condition) -> tuple[str, ...]:
    """Return the keys that the condition looks at, each once, in their order."""
    return tuple(dict.fromkeys(_keys(condition)))


def _keys(condition: Condition) -> Iterator[str]:
    match condition:
        case Leaf():
            yield condition.key
            if condition.gt_key is not None:
                yield condition.gt_key
        case CountOf():
            yield condition.in_
        case SymptomAny():
            yield "symptoms"
        case ProductForm():
            yield "product_form"
        case _:
            for part in parts_of(condition):
                yield from _keys(part)


def true_leaves(condition: Condition, facts: Facts) -> tuple[Seen, ...]:
    """Return the comparisons that make the condition true: its trace, empty when it is not true.

    The facts of the trace alone make the condition true again.
    """
    return tuple(dict.fromkeys(_true_leaves(condition, facts)))


def _true_leaves(condition: Condition, facts: Facts) -> Iterator[Seen]:
    if evaluate(condition, facts) is not True:
        return
    parts = parts_of(condition)
    for part in parts:
        yield from _true_leaves(part, facts)
    if not parts and not isinstance(condition, All | AnyOf | AtLeast):
        yield from _seen(condition, facts)


def _seen(leaf: Leaf | CountOf | SymptomAny | ProductForm, facts: Facts) -> Iterator[Seen]:
    match leaf:
        case Leaf():
            yield Seen(
                key=leaf.key, comparison=leaf.comparison, wanted=leaf.wanted, value=facts.get(leaf.key)
            )
            if leaf.gt_key is not None:
                other = facts.get(leaf.gt_key)
                yield Seen(key=leaf.gt_key, comparison="eq", wanted=other, value=other)
        case CountOf():
            yield Seen(key=leaf.in_, comparison="count_of", wanted=leaf.count_of, value=facts.get(leaf.in_))
        case SymptomAny():
            value = facts.get("symptoms")
            yield Seen(key="symptoms", comparison="symptom_any", wanted=leaf.symptom_any, value=value)
        case ProductForm():
            value = facts.get("product_form")
            yield Seen(key="product_form", comparison="product_form", wanted=leaf.product_form, value=value)


def unknown_keys(condition: Condition, facts: Facts) -> tuple[str, ...]:
    """Return the keys whose answers would settle the condition, each once; none when it is true or false."""
    return tuple(dict.fromkeys(_unknown_keys(condition, facts)))


def _unknown_keys(condition: Condition, facts: Facts) -> Iterator[str]:
    parts = parts_of(condition)
    if not parts:
        if evaluate(condition, facts) is None:
            yield from (key for key in _keys(condition) if facts.get(key) is None)
    elif evaluate(condition, facts) is None:
        for part in parts:
            yield from _unknown_keys(part, facts)
