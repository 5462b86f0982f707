"""``risk_factors.yaml``: what the source article blames, and what studies that followed people found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from goodknee.core.knowledge import Confidence, Direction, Entry, Grade
from goodknee.core.knowledge.conditions import Condition
from goodknee.core.knowledge.review import ReviewerRole

#: ``extrinsic``: training, surroundings, kit; ``intrinsic``: the body; ``behaviour``: habits and beliefs.
Kind = Literal["extrinsic", "intrinsic", "behaviour"]
#: What was counted. ``course``: how the pain goes on; ``other_cause``: it points to another pattern.
Outcome = Literal["pfp", "any_injury", "course", "other_cause"]
Verdict = Literal[
    "supported",
    "supported_for_any_injury",
    "weak",
    "weak_protective",
    "very_limited",
    "conflicting",
    "conflicting_military",
    "plausible",
    "plausible_lever",
    "prognostic_association",
    "not_supported",
    "not_supported_for_pfp",
    "not_supported_as_cause",
    "refuted",
    "other_diagnosis",
    "differential",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Effect(Entry):
    """One result of a study, as printed: a number, a range or two groups, or a direction in words."""

    population: str
    measure: str
    value: float | tuple[float, float] | str | None = None
    ci95: tuple[float, float] | None = None
    p: float | str | None = None
    outcome: str | None = None
    quality: str | None = None
    confidence: Confidence | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RiskFactor(Entry):
    """One thing that may make runner's knee, or a running injury, more or less likely.

    Attributes:
        in_article: The source article names it.
        protective: The statement that is graded is "it lowers", not "it raises".
        outcome: What was counted; ``direction`` and ``grade`` are about the statement on this outcome.
        present_when: When it applies to a runner, which is not the same as causing the pain; None: not asked.
        asks: Keys of the answers it looks at.
        threshold_basis: Where the limits in ``present_when`` come from.
        says: To the runner, what the evidence says.
        what_to_do: To the runner, what follows.
        study: What was studied, for people who read the pack.
        claims: Claims of the source article that say so.
        reviewer_role, reviewed_on: Where they differ from those of the file.
    """

    id: str
    name: str
    kind: Kind
    modifiable: bool
    in_article: bool
    protective: bool = False
    outcome: Outcome
    verdict: Verdict
    grade: Grade
    direction: Direction
    present_when: Condition | None
    asks: tuple[str, ...]
    threshold_basis: str | None
    says: str
    what_to_do: str
    study: str
    study_quality: str
    effects: tuple[Effect, ...]
    claims: tuple[str, ...]
    sources: tuple[str, ...]
    confidence: Confidence
    note: str | None = None
    reviewer_role: ReviewerRole | None = None
    reviewed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Prevention(Entry):
    """One trial of preventing knee pain or injury."""

    id: str
    what: str
    effect: str
    exercises: tuple[str, ...]
    says: str
    outcome: Outcome
    grade: Grade
    direction: Direction
    claims: tuple[str, ...]
    sources: tuple[str, ...]
    confidence: Confidence
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Incidence(Entry):
    """New cases of patellofemoral pain in groups of people, per cent."""

    overall_pct: float
    military_pct: float
    adolescents_pct: float
    recreational_runners_pct: float
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RiskFactors(Entry):
    """The whole of ``risk_factors.yaml``.

    Attributes:
        key_message: To the runner, the sum of it.
        other_sports: To the runner who mainly does something else.
        sources: Of these two.
    """

    reviewed_on: date
    reviewer_role: ReviewerRole
    key_message: str
    other_sports: str
    sources: tuple[str, ...]
    confidence: Confidence
    incidence: Incidence
    factors: tuple[RiskFactor, ...]
    prevention: tuple[Prevention, ...]
