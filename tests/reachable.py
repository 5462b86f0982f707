"""Whether a rule can ever hold: legal answers to questions that are asked make its condition true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, islice
from typing import Any, Final

from goodknee.core.assess.answers import check_answers
from goodknee.core.assess.conditions import Facts, evaluate, keys_of, leaves_of
from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.conditions import (
    All,
    AnyOf,
    AtLeast,
    Condition,
    CountOf,
    Leaf,
    ProductForm,
    SymptomAny,
)
from goodknee.core.knowledge.questions import Question, Questions
from goodknee.errors import AnswerError
from goodknee.readers.knowledge_checks import CONDITIONS, nodes_of
from goodknee.readers.knowledge_file import FILES

#: Key → value; None: the key is left unanswered.
Choice = Mapping[str, Any]
#: So many ways are tried before a condition counts as one that can never hold.
TRIES: Final = 5000


def dead_rules(knowledge: Knowledge) -> Iterator[str]:
    """Yield file and key of each condition of the pack that no legal answers make true.

    Each answer must be one that is asked for; two that contradict each other come from a file of answers.
    """
    for name in FILES:
        for path, value in nodes_of(knowledge.read(name)):
            from_a_file = path[0] == "contradictions"
            if isinstance(value, CONDITIONS) and not reaching(
                value, knowledge.questions, asked=not from_a_file
            ):
                yield f"{name}: {'.'.join(path)}"
    for rule in knowledge.red_flags.rules:
        if not reaching(rule.when, knowledge.questions, unless=rule.unless):
            yield f"red_flags.yaml: {rule.id} never fires"


def reaching(
    condition: Condition, questions: Questions, *, unless: Condition | None = None, asked: bool = True
) -> bool:
    """Tell whether some answers make the condition true and do not make ``unless`` true.

    Args:
        condition: The condition.
        questions: What may be answered.
        unless: What must not be true.
        asked: All answers are legal together, and none is to a question that would not be asked.
    """
    search = _Search(condition, questions, legal=asked)
    choices = search.ways(condition)
    for choice in islice(search.asked(choices) if asked else choices, TRIES):
        if search.holds(choice) and not (unless and search.holds(choice, unless)):
            return True
    return False


class _Search:
    def __init__(self, condition: Condition, questions: Questions, *, legal: bool) -> None:
        self.condition, self.questions, self.legal = condition, questions, legal
        self.wanted: dict[str, list[Any]] = {}
        for each in (condition, *self._parents(keys_of(condition))):
            for leaf in leaves_of(each):
                if isinstance(leaf, Leaf):
                    self.wanted.setdefault(leaf.key, []).append(leaf.wanted)

    def _parents(self, keys: Iterable[str]) -> Iterator[Condition]:
        for key in keys:
            question = self.questions.by_key.get(key)
            if question is not None and question.ask_when is not None:
                yield question.ask_when
                yield from self._parents(keys_of(question.ask_when))

    def holds(self, choice: Choice, condition: Condition | None = None) -> bool:
        """Tell whether the answers make the condition true, and are legal where they must be."""
        answers = {key: value for key, value in choice.items() if key in self.questions.answered_by}
        measured = {key: value for key, value in choice.items() if key not in answers}
        if self.legal:
            try:
                answers = check_answers(answers, self.questions)
            except AnswerError:
                return False
        return evaluate(condition or self.condition, Facts.of(answers, self.questions).also(measured)) is True

    def ways(self, condition: Condition) -> Iterator[Choice]:
        """Yield the choices that make the condition true, each taken by itself."""
        match condition:
            case All():
                yield from self._together(condition.all_)
            case AnyOf():
                for part in condition.any_:
                    yield from self.ways(part)
            case AtLeast():
                for parts in combinations(condition.of, condition.at_least):
                    yield from self._together(parts)
            case CountOf():
                form = f":{condition.form}" if condition.form else ""
                for words in combinations(condition.count_of, condition.gte):
                    yield {condition.in_: tuple(f"{word}{form}" for word in words)}
            case SymptomAny():
                yield from ({"symptoms": (word,)} for word in condition.symptom_any)
            case ProductForm():
                yield {"product_form": condition.product_form}
            case Leaf():
                yield from self._leaf(condition)

    def asked(self, choices: Iterator[Choice]) -> Iterator[Choice]:
        """Yield the choices with answers beside them for which each of their questions is asked."""
        for choice in choices:
            parents = tuple(dict.fromkeys(self._parents(choice)))
            yield from (both for more in self._together(parents) if (both := _both(choice, more)) is not None)

    def _together(self, parts: tuple[Condition, ...]) -> Iterator[Choice]:
        if not parts:
            yield {}
            return
        first, *others = parts
        for choice in self.ways(first):
            for more in self._together(tuple(others)):
                if (both := _both(choice, more)) is not None:
                    yield both

    def _leaf(self, leaf: Leaf) -> Iterator[Choice]:
        if leaf.is_ == "unknown":
            yield {leaf.key: None}
        elif leaf.gt_key is not None:
            yield {leaf.key: 2, leaf.gt_key: 1}
        else:
            for value in self._values(leaf):
                if evaluate(leaf, Facts({leaf.key: value})):
                    yield {leaf.key: value}

    def _values(self, leaf: Leaf) -> Iterator[Any]:
        question = self.questions.answered_by.get(leaf.key)
        if question is not None and question.type in {"enum", "list"}:
            one_word = question.type == "enum"
            yield from (word if one_word else (word,) for word in question.options)
        elif isinstance(leaf.wanted, bool):
            yield from (True, False)
        else:
            numbers = [number for number in self.wanted[leaf.key] if isinstance(number, int | float)]
            near = dict.fromkeys(number + step for number in numbers for step in (0, -1, 1))
            yield from (number for number in near if question is None or _legal(number, question))
            yield from leaf.wanted if isinstance(leaf.wanted, tuple) else (leaf.wanted,)


def _legal(number: float, question: Question) -> bool:
    low = question.min is None or number >= question.min
    return low and (question.max is None or number <= question.max)


def _both(one: Choice, other: Choice) -> Choice | None:
    """Return both choices in one; None when they disagree."""
    both = dict(one)
    for key, value in other.items():
        if key not in both or both[key] == value:
            both[key] = value
        elif isinstance(value, tuple) and isinstance(both[key], tuple):
            both[key] = tuple(dict.fromkeys((*both[key], *value)))
        else:
            return None
    return both
