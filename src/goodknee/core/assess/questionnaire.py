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
    asked = [each for each in questions.of(group.id) if _applies(each, facts)]
    return _screen(group, [(each, keys_for(each, answers)) for each in asked])


def open_screen_of(
    group: Group, answers: Answers, questions: Questions, passed: Collection[str] = ()
) -> Screen | None:
    """Return what of a group applies and is not answered yet; a question that hangs on an open one waits.

    Args:
        group: The group.
        answers: What is answered so far.
        questions: All questions.
        passed: Keys that were shown and left open; they are not asked again.
    """
    facts = Facts.of(answers, questions)
    applying = [each for each in questions.of(group.id) if _applies(each, facts)]
    open_keys = [
        (each, tuple(key for key in _open_keys(each, answers, facts) if key not in passed))
        for each in applying
    ]
    return _screen(group, [(each, keys) for each, keys in open_keys if keys])


def _screen(group: Group, asked: list[tuple[Question, tuple[str, ...]]]) -> Screen | None:
    if not asked:
        return None
    ticks = tuple(question for question, _ in asked if question.screen == "tick")
    return Screen(group, ticks, tuple(each for each in asked if each[0].screen == "field"))


def _applies(question: Question, facts: Facts) -> bool:
    return question.applies_when is None or evaluate(question.applies_when, facts) is True


def _open_keys(question: Question, answers: Answers, facts: Facts) -> tuple[str, ...]:
    if question.key in facts.known or answers.get(question.key) == NOT_SURE:
        return ()
    return tuple(key for key in keys_for(question, answers) if answers.get(key) is None)


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
            if question.applies_when is not None
            and set(unknown_keys(question.applies_when, facts)) - self.passed
        }
        asked = {group.id for group in self.questions.groups if group.part in self.parts}
        return len(known), len(known | (maybe & asked))

    @property
    def place(self) -> tuple[int, int]:
        """Which screen this is, and how many there will be if no answer makes one come or go."""
        done, step = 0, self
        while step.earlier is not None:
            done, step = done + 1, step.earlier
        return done + 1, done + self.screens_left[0]

    def next(self, ticked: Collection[str] = (), fields: Mapping[str, object] | None = None) -> Interview:
        """Take the answers of the screen; a line that is not ticked is no, a field left out stays open.

        Args:
            ticked: Keys of the lines that apply.
            fields: Answers by key, those to ticks included: they go before ``ticked``; None leaves open.

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
        left_open = {key for key in keys if given.get(key) is None}
        return replace(self.with_answers(given), passed=self.passed | left_open, earlier=self)

    def with_answers(self, given: Mapping[str, object]) -> Interview:
        """Return this step with more answers, the rest of the screen still to be asked.

        Raises:
            AnswerError: An answer is not legal.
        """
        answers = {**self.answers, **check_answers(given, self.questions)}
        return replace(self, answers=check_answers(without_orphans(answers, self.questions), self.questions))

    def skip(self) -> Interview:
        """Leave everything on the screen open: nothing is answered with no."""
        keys = () if self.screen is None else self.screen.keys
        return replace(self, passed=self.passed | set(keys), earlier=self)

    def back(self) -> Interview:
        """Return the step before, with the answers as they were then; the start stays the start."""
        return self.earlier or self

    @property
    def told(self) -> Answers:
        """Everything answered so far, and None for what was shown and left open; ``resume`` takes it."""
        return {**dict.fromkeys(self.passed), **self.answers}

    def resume(self, told: Answers) -> Interview:
        """Walk again through the screens that were told of, so that ``back`` works, up to the first other.

        Raises:
            AnswerError: An answer is not legal any more.
        """
        step = self
        while (screen := step.screen) is not None and told.keys() >= set(screen.keys):
            step = step.next(fields={key: told[key] for key in screen.keys})
        rest = {key: told[key] for key in (screen.keys if screen else ()) if told.get(key) is not None}
        return step.with_answers(rest)

    def _screens(self) -> Iterator[Screen]:
        for group in self.questions.groups:
            if group.part in self.parts:
                screen = open_screen_of(group, self.answers, self.questions, self.passed)
                if screen is not None:
                    yield screen
