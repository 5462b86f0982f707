"""``plans/week.yaml``: what the planner of the week says, and how a goal is projected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from goodknee.core.knowledge import Entry
from goodknee.core.knowledge.conditions import Condition
from goodknee.core.knowledge.plan import Support
from goodknee.core.knowledge.review import ReviewerRole

TitleId = Literal[
    "strength", "walk", "walk_run", "run", "race", "test", "stretch", "cross_training", "rest", "pause"
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PersonNote(Entry):
    """What a plan tells a person of whom ``when`` is true.

    Attributes:
        power: Jumps and hops may be in the plan.
    """

    id: str
    when: Condition
    power: bool = True
    says: str
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PlanRule(Entry):
    """One thing that the planner does where no other file of the pack says it."""

    id: Literal[
        "no_free_day",
        "short_of_minutes",
        "runs_unknown",
        "tests_first",
        "if_calm",
        "flare_lighter",
        "stretch",
        "own_week",
        "fewer_runs",
        "race_not_yet",
        "walk_test_next",
        "both_knees",
    ]
    says: str
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PlanSizes(Entry):
    """Sizes that the planner keeps.

    Attributes:
        weeks_most: A plan reaches no further.
        strength_shortest_min: A strength session is never cut below this.
        sets_fewest: When minutes are few, an exercise keeps so many sets.
        setting_up_s: Between two exercises.
        test_min: Time for one self test.
        tests_at_once: Tests on one day, at most.
        stretch_min: A stretching session.
        cross_training_per_week: How many optional sessions are put into free days.
        lessons_per_week: How many short lessons are offered in a week.
        active_days_most: So many days of a week hold something, at most; the others are free.
    """

    weeks_most: int
    strength_shortest_min: float
    sets_fewest: int
    setting_up_s: float
    test_min: float
    tests_at_once: int
    stretch_min: float
    cross_training_per_week: int
    lessons_per_week: int
    active_days_most: int
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Scenario(Entry):
    """One way in which the next months may go.

    Attributes:
        runs_needed_times: Each step takes so many times the calm runs that it needs.
        grow_every_weeks: The longest run grows once in so many weeks.
        settles_at_share: A phase opens after this share of the weeks in which it usually does.
        flares: So many flares come on the way.
        levels_lost: What a flare costs beside its days, while on the levels.
    """

    id: Literal["steady", "one_flare", "slow"]
    name: str
    says: str
    runs_needed_times: float
    grow_every_weeks: int
    settles_at_share: float
    flares: int = 0
    levels_lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Goal(Entry):
    """How the earliest honest date of a goal is found.

    Attributes:
        races_m: Name of a race → its distance.
        weeks_most: A date further ahead is not told.
    """

    says: str
    in_time: str
    not_in_time: str
    too_far: str
    weeks_most: int
    races_m: Mapping[str, float]
    scenarios: tuple[Scenario, ...]
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class WeekPlan(Entry):
    """The whole file.

    Attributes:
        evidence: Of what has none of its own.
        titles: What a session is called; ``{…}`` is filled in.
    """

    reviewed_on: date
    reviewer_role: ReviewerRole
    evidence: Support
    people: tuple[PersonNote, ...]
    rules: tuple[PlanRule, ...]
    sizes: PlanSizes
    titles: Mapping[TitleId, str]
    goal: Goal
