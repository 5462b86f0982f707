"""``questions.yaml``: every question that may be asked, the home of its key, type and legal values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, Literal, get_args

from goodknee.core.knowledge import Entry
from goodknee.core.knowledge.conditions import Condition
from goodknee.core.model import Side

SIDES: Final[tuple[Side, ...]] = get_args(Side)

AnswerType = Literal["bool", "int", "float", "enum", "list", "numbers", "date", "country", "text", "visits"]
#: ``tick``: a line of "tick any that apply"; ``field``: stands on its own, never answered by "none of these".
Screen = Literal["tick", "field"]
#: What the answer is for: ``urgent`` comes first, all up to ``baseline`` lead to the first answer,
#: ``supplements`` only when the runner asks about them; ``file`` is never asked, a file may tell it.
Part = Literal[
    "urgent", "symptoms", "warning_signs", "baseline", "details", "person", "risk", "supplements", "file"
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Group(Entry):
    """One screen of questions; groups stand in the order in which they are asked."""

    id: str
    title: str
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Question(Entry):
    """One question and what may be answered.

    Attributes:
        type: ``list`` takes words of ``options``, ``numbers`` takes ``length`` numbers, ``visits`` lines of
            "rule date cleared" or "rule date not_cleared".
        forms: What may follow a word of a list after a colon (``turmeric:extract``).
        min: Smallest legal number.
        per_knee: Asked for each sore knee; the keys of the answers end in ``_left`` and ``_right``.
        ask_when: The question that it hangs on: asked only when this holds; None: always.
        matters_when: Asked only when this holds, for otherwise no warning sign turns on it. Unlike beside
            ``ask_when``, an answer that was not asked for counts all the same.
        note: How to tell; shown when the runner asks for it.
    """

    key: str
    text: str
    type: AnswerType
    group: str
    screen: Screen
    options: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    length: int | None = None
    per_knee: bool = False
    ask_when: Condition | None = None
    matters_when: Condition | None = None
    note: str | None = None

    @property
    def applies_when(self) -> Condition | None:
        """When it is asked; None: always."""
        return self.ask_when or self.matters_when


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Derived(Entry):
    """``key`` is ``value`` when the condition holds and the key was not answered.

    Attributes:
        overrules: Also when it was answered: the safer of two answers stands.
        ask: What is asked in place of the key, when it is no question itself.
    """

    key: str
    value: bool
    when: Condition
    overrules: bool = False
    ask: str | None = None


@dataclass(frozen=True, kw_only=True)  # without slots, so that its look-ups are made once and kept
class Questions(Entry):
    """All questions in the order in which they are asked; a parent stands before those that hang on it.

    Attributes:
        resume_within_days: So long a check that was stopped can be gone on with.
    """

    reviewed_on: date
    resume_within_days: int
    groups: tuple[Group, ...]
    questions: tuple[Question, ...]
    derived: tuple[Derived, ...]

    @cached_property
    def by_key(self) -> Mapping[str, Question]:
        """Each question by its key."""
        return {question.key: question for question in self.questions}

    def of(self, group: str) -> tuple[Question, ...]:
        """Return the questions of one group, by its id, in their order."""
        return self._by_group.get(group, ())

    @cached_property
    def _by_group(self) -> Mapping[str, tuple[Question, ...]]:
        return {
            group.id: tuple(question for question in self.questions if question.group == group.id)
            for group in self.groups
        }

    @cached_property
    def per_knee(self) -> tuple[Question, ...]:
        """The questions that are asked for each sore knee."""
        return tuple(question for question in self.questions if question.per_knee)

    @cached_property
    def answered_by(self) -> Mapping[str, Question]:
        """Each key that an answer may have, one a knee and derived ones included, and its question."""
        keys = dict(self.by_key)
        for question in self.per_knee:
            keys |= {f"{question.key}_{side}": question for side in SIDES}
        return keys | {derived: self.by_key[asked] for derived, asked in self.asked_as.items()}

    @cached_property
    def yes_or_no(self) -> frozenset[str]:
        """The keys that are answered with yes or no."""
        return frozenset(key for key, question in self.answered_by.items() if question.type == "bool")

    @cached_property
    def conditional(self) -> tuple[tuple[Condition, tuple[str, ...]], ...]:
        """The questions that do not apply to everybody: the condition, and the keys that hang on it."""
        hanging: dict[Condition, list[str]] = {}
        for question in self.questions:
            if question.applies_when is not None:
                hanging.setdefault(question.applies_when, []).append(question.key)
        return tuple((condition, tuple(keys)) for condition, keys in hanging.items())

    @cached_property
    def asked_as(self) -> Mapping[str, str]:
        """Derived key → the question that is asked in its place."""
        return {rule.key: rule.ask for rule in self.derived if rule.ask is not None}
