"""``differential.yaml``: patterns of knee pain, what speaks for and against each, and how they are ranked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from goodknee.core.knowledge import Confidence, Entry
from goodknee.core.knowledge.conditions import Condition
from goodknee.core.knowledge.review import ReviewerRole

Fit = Literal["strong", "moderate", "weak", "against"]
Weight = Literal["strong_for", "for", "against", "strong_against"]
PriorClass = Literal["very_common", "common", "uncommon", "rare"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Feature(Entry):
    """One thing in the answers that speaks for or against a pattern.

    Attributes:
        says: The runner's own answer in one sentence; a slot (``{spot}``) is filled from that answer.
        note: Why it differs from what the sources alone would suggest, where it does.
    """

    id: str
    when: Condition
    weight: Weight
    says: str
    sources: tuple[str, ...]
    confidence: Confidence
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Picture(Entry):
    """The textbook picture, for people who read the pack; nothing is computed from it."""

    where: tuple[str, ...]
    worse_with: tuple[str, ...]
    onset: str
    typical_age: str
    points_for: tuple[str, ...]
    points_against: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Pattern(Entry):
    """One cause of knee pain that the answers may fit, never "the diagnosis".

    Attributes:
        prior_class: How common it is among runners who see a clinician with a sore knee.
        relative_prior_in_runners: Rough share there; breaks ties, is never shown as a chance.
        next_step: What a runner does next when the pattern fits at least moderately.
        red_flags: Rules of the red flags that look for it; they outrank the ranking.
        tests: Ids of the examination tests whose accuracy is known.
        reviewer_role, reviewed_on: Where they differ from those of the file.
    """

    id: str
    name: str
    clinical_name: str
    prior_class: PriorClass
    relative_prior_in_runners: float | None
    next_step: str
    red_flags: tuple[str, ...]
    picture: Picture
    tests: tuple[str, ...]
    features: tuple[Feature, ...]
    sources: tuple[str, ...]
    confidence: Confidence
    note: str | None = None
    reviewer_role: ReviewerRole | None = None
    reviewed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class FitFrom(Entry):
    """The least evidence points for each fit; below ``weak`` the answers speak against it."""

    strong: int
    moderate: int
    weak: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class OneWay(Entry):
    """When the answers point one way; if they do not, ``says`` is shown above the list."""

    at_least_points: int
    at_least_answers: int
    of: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RankingRule(Entry):
    """How the list is ordered: score = prior points + points of the features that are certainly true."""

    prior_points: Mapping[PriorClass, int]
    weight_points: Mapping[Weight, int]
    fit_from: FitFrom
    shown_at_most: int
    one_way: OneWay
    likelihood_ratios: str
    basis: str
    priors: str
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class AnswerWords(Entry):
    """Answers as they read inside a sentence: ``values[key][value]``, and ``ticked[key]`` for a yes."""

    between: str
    before_last: str
    values: Mapping[str, Mapping[str, str]]
    ticked: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Criterion(Entry):
    """One part of the criteria of patellofemoral pain; ``cpg_2019`` is the guideline's own letter."""

    id: str
    part: Literal["required", "supportive", "subgroup"]
    name: str
    cue: str | None = None
    cpg_2019: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Criteria(Entry):
    """What the guideline and the consensus ask for before the word patellofemoral pain is used."""

    cluster_cpg_2019: str
    squat_pain_cpg_2019: str
    parts: tuple[Criterion, ...]
    consensus_2016: str
    imaging: str
    imaging_sources: tuple[str, ...]
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TestAccuracy(Entry):
    """How well an examination test did in studies; None where no value is known. Not used in the ranking."""

    id: str
    name: str
    self_testable: bool | None
    sensitivity: float | None = None
    specificity: float | None = None
    lr_pos: float | None = None
    lr_neg: float | None = None
    lr_pos_ci95: tuple[float, float] | None = None
    sources: tuple[str, ...]
    confidence: Confidence
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Rate(Entry):
    """One number of a study, or the ``low`` to ``high`` that it gives."""

    of: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class BaseRate(Entry):
    """How often what was seen where; ``unit`` is a count of people or a share in per cent."""

    id: str
    setting: str
    unit: Literal["people", "pct"]
    values: tuple[Rate, ...]
    sources: tuple[str, ...]
    confidence: Confidence
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Differential(Entry):
    """The whole of ``differential.yaml``; reviewed as one, for its parts are weighed against each other."""

    reviewed_on: date
    reviewer_role: ReviewerRole
    ranking: RankingRule
    words: AnswerWords
    patterns: tuple[Pattern, ...]
    criteria: Criteria
    tests: tuple[TestAccuracy, ...]
    base_rates: tuple[BaseRate, ...]
