"""May I run tomorrow, and what can I do for now: the first answer, before there is a plan."""

from __future__ import annotations

from dataclasses import dataclass

from goodknee.core.assess.baseline import Baseline
from goodknee.core.assess.conditions import Facts, evaluate
from goodknee.core.assess.visits import AfterVisits
from goodknee.core.knowledge.first_answer import FirstAnswer, FirstExercise, RunningRule


@dataclass(frozen=True, slots=True, kw_only=True)
class ForNow:
    """What may be done until there is a plan.

    Attributes:
        running: The rule that speaks.
        also: What holds besides.
        exercises: Empty while exercise waits.
    """

    running: RunningRule
    also: tuple[str, ...]
    exercises: tuple[FirstExercise, ...]


def first_answer(after: AfterVisits, baseline: Baseline, knowledge: FirstAnswer) -> ForNow:
    """Return what may be done for now; a missing answer never gives leave to run.

    Args:
        after: The warning signs in the light of the visits.
        baseline: Pain of each knee; the worse one counts.
        knowledge: The pack's first answer.
    """
    facts = after.screening.facts.also({key: baseline.worst(key) for key in baseline.left})
    rule = next(rule for rule in knowledge.running if _holds(rule, after, facts))
    waits = after.blocked or not after.screening.all_answered
    return ForNow(
        running=rule,
        also=_also(after, knowledge, may_run=rule.may_run, waits=waits),
        exercises=() if waits else knowledge.exercises,
    )


def _holds(rule: RunningRule, after: AfterVisits, facts: Facts) -> bool:
    return (
        (rule.held is None or rule.held in after.holds)
        and (not rule.open_questions or not after.screening.all_answered)
        and (rule.when is None or evaluate(rule.when, facts) is True)
    )


def _also(after: AfterVisits, knowledge: FirstAnswer, *, may_run: bool, waits: bool) -> tuple[str, ...]:
    growing = may_run and "running_increase" in after.holds
    says = (
        knowledge.after_a_visit if after.seen else None,
        knowledge.held_from_growing if growing else None,
        knowledge.no_exercise if after.blocked else None if waits else knowledge.exercise_limit,
    )
    return tuple(sentence for sentence in says if sentence is not None)
