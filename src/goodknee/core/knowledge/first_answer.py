"""``first_answer.yaml``: may I run tomorrow, and three exercises for now, before there is a plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from goodknee.core.knowledge import Confidence, Entry
from goodknee.core.knowledge.conditions import Condition
from goodknee.core.knowledge.red_flags import Hold


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RunningRule(Entry):
    """What to tell on running; it holds when all that it names holds, and always when it names nothing.

    Attributes:
        held: A warning sign blocks this.
        open_questions: A safety question is not answered.
        when: What the answers must say.
    """

    id: str
    held: Hold | None = None
    open_questions: bool = False
    when: Condition | None = None
    may_run: bool
    says: str
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class FirstExercise(Entry):
    """One exercise that needs nothing and loads the kneecap little."""

    id: str
    name: str
    how: str
    dose: str
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class FirstAnswer(Entry):
    """The whole file.

    Attributes:
        running: The first that holds is told.
        held_from_growing: Told besides, when running may go on but not grow.
        after_a_visit: Told besides, when a clinician has looked at a warning sign.
        no_exercise: Told in place of exercises, when they wait.
        sources: Of the sentences that are told besides.
    """

    reviewed_on: date
    running: tuple[RunningRule, ...]
    held_from_growing: str
    after_a_visit: str
    no_exercise: str
    exercise_limit: str
    sources: tuple[str, ...]
    confidence: Confidence
    exercises: tuple[FirstExercise, ...]
