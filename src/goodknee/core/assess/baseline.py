"""Where the runner starts: the pain of each knee now, the running of the last weeks, and the goal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from goodknee.core.assess.answers import NOT_SURE
from goodknee.core.knowledge.conditions import Value
from goodknee.core.knowledge.questions import SIDES, Questions
from goodknee.core.model import Side

Answers = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What later progress is held against; None where it was not answered.

    Attributes:
        left: Pain of the left knee, 0-10, by question ("pain_worst_3d", "pain_usual" and so on).
        right: The same of the right knee.
        running: Running of late, as typed.
        goal: What the runner wants, by when.
    """

    left: Mapping[str, int | None]
    right: Mapping[str, int | None]
    running: Mapping[str, Value]
    goal: Mapping[str, Value]

    def worst(self, key: str) -> int | None:
        """Return the value of the worse knee; None when neither is known."""
        return max((pain for pain in (self.left[key], self.right[key]) if pain is not None), default=None)


def baseline(answers: Answers, questions: Questions) -> Baseline:
    """Return the baseline in the checked answers.

    An answer without a side (``pain_usual: 4``) is that of the sore knee; of both, when both are sore or it
    is not known which. An answer with a side (``pain_usual_left``) goes first.
    """
    return Baseline(
        left=_knee("left", answers, questions),
        right=_knee("right", answers, questions),
        running={
            **_group("running_lately", answers, questions),
            **_group("running_so_far", answers, questions),
        },
        goal=_group("goal", answers, questions),
    )


def _knee(side: Side, answers: Answers, questions: Questions) -> dict[str, int | None]:
    other = SIDES[1 - SIDES.index(side)]
    sore = answers.get("side") != other
    pains: dict[str, int | None] = {}
    for question in questions.per_knee:
        own = _pain(answers.get(f"{question.key}_{side}"))
        pains[question.key] = _pain(answers.get(question.key)) if own is None and sore else own
    return pains


def _pain(value: Value) -> int | None:
    return value if isinstance(value, int) else None


def _group(group: str, answers: Answers, questions: Questions) -> dict[str, Value]:
    given = {question.key: answers.get(question.key) for question in questions.of(group)}
    return {key: None if value == NOT_SURE else value for key, value in given.items()}
