"""``plans/self_tests.yaml``: tests that the runner does at home, what they give, and when they are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from goodknee.core.knowledge import Entry
from goodknee.core.knowledge.conditions import Condition
from goodknee.core.knowledge.plan import Support
from goodknee.core.knowledge.plan.exercises import PhaseId
from goodknee.core.knowledge.plan.log import Takes
from goodknee.core.knowledge.review import ReviewerRole


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SelfTestPart(Entry):
    """One value of a test.

    Attributes:
        asks: What to write down.
        fact: The fact that it gives, whose type and limits it has; without one ``takes`` tells them.
    """

    asks: str
    fact: str | None = None
    takes: Takes | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SelfTest(Entry):
    """One test.

    Attributes:
        sides: Done with each leg, with both together, or asked once.
        parts: Its values, in the order in which they are told.
        told_by: Keys of the diary that tell it in place of its own id.
        score: The questionnaire (verb ``score``) whose score it also is.
        compare: How its first value compares the legs: stronger minus weaker, or 100 × weaker / stronger.
        compared_as: The fact that this comparison gives.
        records: What is written down.
        better: Which way is better.
        change: Smallest change that is more than noise; None: no figure that we trust.
        again_after_weeks: When it is due again.
        phases: When it may be done; an exit test may be one level above the phase.
        gives: The facts that come from it.
        then: What follows at once, when its condition holds.
    """

    id: str
    name: str
    how: str
    needs: tuple[str, ...] = ()
    sides: Literal["each", "both", "once"]
    records: str
    parts: tuple[SelfTestPart, ...] = ()
    told_by: tuple[str, ...] = ()
    score: str | None = None
    compare: Literal["difference", "symmetry_pct"] | None = None
    compared_as: str | None = None
    unit: str
    better: Literal["higher", "lower"]
    change: float | None
    change_note: str | None = None
    again_after_weeks: int
    phases: tuple[PhaseId, ...]
    gives: tuple[str, ...]
    then: AfterTest | None = None
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class AfterTest(Entry):
    """What a test leads to when the condition holds."""

    when: Condition
    says: str
    lessons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SelfTests(Entry):
    """The whole file.

    Attributes:
        evidence: Of what has none of its own.
        says: Told before any test.
        stop_from_nprs: Pain of this or more ends a test.
        trend_from: With no trusted noise figure, a trend needs so many tests.
    """

    reviewed_on: date
    reviewer_role: ReviewerRole
    evidence: Support
    says: tuple[str, ...]
    warm_up_minutes: float
    stop_from_nprs: float
    trend_from: int
    tests: tuple[SelfTest, ...]
