"""The questions as an interview: which screen comes next, what applies, back, skip, and what is still open.

The same questions may be answered in any order, or from a file; the result is the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from goodknee.core.assess.answers import NOT_SURE, check_answers, without_orphans
from goodknee.core.assess.conditions import Facts, evaluate, unknown_keys
from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.questions import SIDES, Group, Part, Question, Questions
from goodknee.errors import AnswerError

Answers = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Screen:
    """One group at a time: the questions of it that apply to this person.

    Attributes:
        ticks: Lines of "tick any that apply", with "none of these" as the last line.
        fields: Questions that stand on their own, each with the keys of its answers (one, or one a knee).
    """

    group: Group
    ticks: tuple[Question, ...]
    fields: tuple[tuple[Question, tuple[str, ...]], ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all answers that the screen asks for."""
        return (*(tick.key for tick in self.ticks), *(key for _, keys in self.fields for key in keys))

    def ticked(self, keys: Collection[str]) -> dict[str, bool]:
        """Return yes for the ticked lines and no for the others: nothing ticked means "none of these"."""
        return {tick.key: tick.key in keys for tick in self.ticks}


def screen_of(group: Group, answers: Answers, questions: Questions) -> Screen | None:
    """Return the whole screen of a group as it applies to these answers; None when nothing of it does."""
    facts = Facts.of(answers, questions)
    return _screen(group, answers, [each for each in questions.of(group.id) if _applies(each, facts)])


def open_screen_of(group: Group, answers: Answers, questions: Questions) -> Screen | None:
    """Return what of a group applies and is not answered yet; a question that hangs on an open one waits."""
    facts = Facts.of(answers, questions)
    asked = [
        each for each in questions.of(group.id) if _applies(each, facts) and _is_open(each, answers, facts)
    ]
    return _screen(group, answers, asked)


def _screen(group: Group, answers: Answers, asked: list[Question]) -> Screen | None:
    if not asked:
        return None
    ticks = tuple(question for question in asked if question.screen == "tick")
    fields = tuple((each, keys_for(each, answers)) for each in asked if each.screen == "field")
    return Screen(group, ticks, fields)


def _applies(question: Question, facts: Facts) -> bool:
    return question.ask_when is None or evaluate(question.ask_when, facts) is True


def _is_open(question: Question, answers: Answers, facts: Facts) -> bool:
    if question.key in facts.known or answers.get(question.key) == NOT_SURE:
        return False
    return not question.per_knee or any(answers.get(key) is None for key in keys_for(question, answers))


def keys_for(question: Question, answers: Answers) -> tuple[str, ...]:
    """Return the keys that the question is answered by: its own, or one for each knee that may be sore."""
    if not question.per_knee:
        return (question.key,)
    return tuple(
        f"{question.key}_{side}" for side in SIDES if answers.get("side") in {side, "both", NOT_SURE, None}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    """Where a person stands in the questions. Every step makes a new one; ``back`` returns the one before.

    Attributes:
        parts: The parts that are asked now, for example without those that can wait.
        answers: Everything answered so far.
        passed: Keys that were shown and left open.
        earlier: The step before; None at the start.
    """

    questions: Questions
    parts: tuple[Part, ...]
    answers: Answers
    passed: frozenset[str] = frozenset()
    earlier: Interview | None = None

    @property
    def screen(self) -> Screen | None:
        """What to ask now; None when all that applies was shown."""
        return next(self._screens(), None)

    @property
    def screens_left(self) -> tuple[int, int]:
        """The fewest and the most screens that may still come; answers make some come and go."""
        known = {screen.group.id for screen in self._screens()}
        facts = Facts.of(self.answers, self.questions)
        maybe = {
            question.group
            for question in self.questions.questions
            if question.ask_when is not None and set(unknown_keys(question.ask_when, facts)) - self.passed
        }
        asked = {group.id for group in self.questions.groups if group.part in self.parts}
        return len(known), len(known | (maybe & asked))

    def next(self, ticked: Collection[str] = (), fields: Mapping[str, object] | None = None) -> Interview:
        """Take the answers of the screen; a line that is not ticked is no, a field left out stays open.

        Raises:
            AnswerError: An answer is not legal, or belongs to no question of the screen.
        """
        screen = self.screen
        keys = () if screen is None else screen.keys
        given = {**(screen.ticked(ticked) if screen else {}), **(fields or {})}
        for key in {*ticked, *given} - set(keys):
            raise AnswerError(
                f"{key} is not asked here.", where=key, next_step="Answer what is on the screen."
            )
        answers = check_answers(
            without_orphans({**self.answers, **check_answers(given, self.questions)}, self.questions),
            self.questions,
        )
        return replace(self, answers=answers, passed=self.passed | (set(keys) - set(given)), earlier=self)

    def skip(self) -> Interview:
        """Leave everything on the screen open: nothing is answered with no."""
        keys = () if self.screen is None else self.screen.keys
        return replace(self, passed=self.passed | set(keys), earlier=self)

    def back(self) -> Interview:
        """Return the step before, with the answers as they were then; the start stays the start."""
        return self.earlier or self

    def _screens(self) -> Iterator[Screen]:
        for group in self.questions.groups:
            screen = open_screen_of(group, self.answers, self.questions) if group.part in self.parts else None
            if screen is not None and not self.passed.issuperset(screen.keys):
                yield screen
