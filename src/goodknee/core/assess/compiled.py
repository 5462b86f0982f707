"""Conditions made ready to be asked of many people: the same answers as ``evaluate``, much faster."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from goodknee.core.assess.conditions import NOT_ASKED, Facts, evaluate, keys_of, known_of, leaves_of
from goodknee.core.knowledge.conditions import (
    All,
    AnyOf,
    AtLeast,
    Condition,
    CountOf,
    Leaf,
    SymptomAny,
    Value,
)
from goodknee.core.knowledge.questions import Questions

Known = Mapping[str, Any]
#: Takes what is known of a person (``Facts.known``) and tells whether the condition holds; None is unknown.
Check = Callable[[Known], bool | None]


class FactsOf:
    """``Facts.of`` for many people: the same facts from the same answers."""

    def __init__(self, questions: Questions) -> None:
        self._derived = tuple((rule, compiled(rule.when)) for rule in questions.derived)
        self._conditional = tuple((compiled(when), keys) for when, keys in questions.conditional)

    def __call__(self, answers: Mapping[str, Value]) -> Facts:
        """Take answers as they were given: drop what is not known, derive, and mark what did not apply."""
        known = known_of(answers)
        for rule, holds in self._derived:
            if (rule.key not in known or rule.overrules) and holds(known):
                known[rule.key] = rule.value
        for holds, keys in self._conditional:
            open_keys = [key for key in keys if key not in known]
            if open_keys and holds(known) is False:
                known |= dict.fromkeys(open_keys, NOT_ASKED)
        return Facts(known)


class CertainlyTrue:
    """Many conditions at once: which of them are certainly true of a person.

    A condition cannot be true unless one of a few answers was given, so only those are asked that an answer
    of this person wakes. One that is nothing but such an answer is true then, and need not be asked.
    """

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self._checks = tuple(None if _answers(condition) else compiled(condition) for condition in conditions)
        self._woken_by: dict[tuple[str, object], tuple[int, ...]] = {}
        for number, condition in enumerate(conditions):
            for waker in _wakers(condition):
                self._woken_by[waker] = (*self._woken_by.get(waker, ()), number)
        leaves = [leaf for one in conditions for leaf in leaves_of(one) if isinstance(leaf, Leaf)]
        self._list_keys = frozenset(leaf.key for leaf in leaves if leaf.comparison in {"has", "has_any"})
        self._any_answer_keys = frozenset(key for key, answer in self._woken_by if answer is _ANY_ANSWER)

    def __call__(self, known: Known) -> list[int]:
        """Return the numbers of the conditions that are certainly true, in their order."""
        wakers = self._woken_by.keys() & known.items()
        wakers.update((key, _ANY_ANSWER) for key in self._any_answer_keys if key in known)
        for key in self._list_keys:
            value = known.get(key)
            if isinstance(value, tuple):
                wakers |= self._woken_by.keys() & {(key, word) for word in value}
        awake = set(self._woken_by.get(_ALWAYS, ()))
        for waker in wakers:
            awake.update(self._woken_by[waker])
        checks = self._checks
        return [number for number in sorted(awake) if (check := checks[number]) is None or check(known)]


#: Stands for "whatever the answer is" where a condition can turn true by more than a few single answers.
_ANY_ANSWER: Final = object()
#: Wakes a condition that may be true of a person who answered nothing.
_ALWAYS: Final = ("", _ANY_ANSWER)


def _wakers(condition: Condition) -> frozenset[tuple[str, object]]:
    """Return pairs of key and answer, one of which at least is given whenever the condition is true."""
    match condition:
        case All() if condition.all_:
            return min(map(_wakers, condition.all_), key=lambda wakers: (_ALWAYS in wakers, len(wakers)))
        case AnyOf():
            return frozenset[tuple[str, object]]().union(*map(_wakers, condition.any_))
        case AtLeast() if condition.at_least > 0:
            return frozenset[tuple[str, object]]().union(*map(_wakers, condition.of))
        case Leaf() if condition.is_ != "unknown":
            return _answers(condition) or frozenset({(condition.key, _ANY_ANSWER)})
        case CountOf() | SymptomAny():
            return frozenset((key, _ANY_ANSWER) for key in keys_of(condition))
        case _:
            return frozenset({_ALWAYS})


def _answers(condition: Condition) -> frozenset[tuple[str, object]]:
    """Return the answers each of which makes the condition true; none when it is more than one comparison."""
    if not isinstance(condition, Leaf) or condition.is_ == "unknown":
        return frozenset()
    if condition.comparison in {"is", "eq", "has"}:
        return frozenset({(condition.key, condition.wanted)})
    if isinstance(condition.wanted, tuple):  # in, has_any
        return frozenset((condition.key, answer) for answer in condition.wanted)
    return frozenset()


def compiled(condition: Condition) -> Check:
    """Return the condition as a function of what is known; a property holds it equal to ``evaluate``."""
    match condition:
        case All():
            return _all(*_parts(condition.all_))
        case AnyOf():
            return _any(*_parts(condition.any_))
        case AtLeast():
            return _at_least(condition.at_least, tuple(compiled(part) for part in condition.of))
        case Leaf() if condition.comparison in _LEAVES and condition.is_ != "unknown":
            return _LEAVES[condition.comparison](condition.key, condition.wanted)
        case _:
            return lambda known: evaluate(condition, Facts(known))


#: Keys and the one answer that each must have.
_Equals = tuple[tuple[str, Any], ...]


def _parts(parts: Sequence[Condition]) -> tuple[_Equals, tuple[Check, ...]]:
    """Tell apart the parts that ask for one answer, which most do, and the others; their order is free."""
    plain = [part for part in parts if isinstance(part, Leaf) and _asks_for_one_answer(part)]
    others = [part for part in parts if not (isinstance(part, Leaf) and _asks_for_one_answer(part))]
    return tuple((leaf.key, leaf.wanted) for leaf in plain), tuple(compiled(part) for part in others)


def _asks_for_one_answer(leaf: Leaf) -> bool:
    return leaf.comparison in {"is", "eq"} and leaf.is_ != "unknown"


def _all(equals: _Equals, parts: tuple[Check, ...]) -> Check:
    def check(known: Known) -> bool | None:
        answer: bool | None = True
        for key, wanted in equals:
            value = known.get(key)
            if value is None:
                answer = None
            elif value != wanted:
                return False
        for part in parts:
            value = part(known)
            if value is False:
                return False
            if value is None:
                answer = None
        return answer

    return check


def _any(equals: _Equals, parts: tuple[Check, ...]) -> Check:
    def check(known: Known) -> bool | None:
        answer: bool | None = False
        for key, wanted in equals:
            value = known.get(key)
            if value is None:
                answer = None
            elif value == wanted:
                return True
        for part in parts:
            value = part(known)
            if value:
                return True
            if value is None:
                answer = None
        return answer

    return check


def _at_least(n: int, parts: tuple[Check, ...]) -> Check:
    def check(known: Known) -> bool | None:
        values = [part(known) for part in parts]
        yes = values.count(True)
        if yes >= n:
            return True
        return False if yes + values.count(None) < n else None

    return check


def _equal(key: str, wanted: Any) -> Check:
    # NOT_ASKED equals nothing but itself, so a question that did not apply is false without a case for it.
    def check(known: Known) -> bool | None:
        value = known.get(key)
        return None if value is None else value == wanted

    return check


def _in(key: str, wanted: Any) -> Check:
    words = frozenset(wanted)

    def check(known: Known) -> bool | None:
        value = known.get(key)
        return None if value is None else value in words

    return check


def _compared(holds: Callable[[Any, Any], bool]) -> Callable[[str, Any], Check]:
    def leaf(key: str, wanted: Any) -> Check:
        def check(known: Known) -> bool | None:
            value = known.get(key)
            if value is None:
                return None
            return value is not NOT_ASKED and holds(value, wanted)

        return check

    return leaf


def _has(key: str, wanted: Any) -> Check:
    def check(known: Known) -> bool | None:
        value = known.get(key)
        if value is None:
            return None
        return value is not NOT_ASKED and wanted in value

    return check


def _has_any(key: str, wanted: Any) -> Check:
    words = frozenset(wanted)

    def check(known: Known) -> bool | None:
        value = known.get(key)
        if value is None:
            return None
        return value is not NOT_ASKED and not words.isdisjoint(value)

    return check


_LEAVES: Mapping[str, Callable[[str, Any], Check]] = {
    "is": _equal,
    "eq": _equal,
    "in": _in,
    "lt": _compared(lambda value, wanted: value < wanted),
    "lte": _compared(lambda value, wanted: value <= wanted),
    "gt": _compared(lambda value, wanted: value > wanted),
    "gte": _compared(lambda value, wanted: value >= wanted),
    "has": _has,
    "has_any": _has_any,
    "lacks": _compared(lambda value, wanted: wanted not in value),
}
