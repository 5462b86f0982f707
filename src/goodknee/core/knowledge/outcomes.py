"""``outcomes.yaml``: how runner's knee goes on in groups of people. Never one person's forecast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from goodknee.core.knowledge import Confidence, Entry
from goodknee.core.knowledge.review import ReviewerRole


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Observation(Entry):
    """One figure of a study: what was counted, when, and the value; None: not given."""

    what: str
    at: str | None = None
    value: float | str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class NaturalHistory(Entry):
    """What one study saw happen over months and years."""

    id: str
    finding: str
    n: int | None
    population: str
    time: str
    values: tuple[Observation, ...]
    sources: tuple[str, ...]
    confidence: Confidence
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Predictor(Entry):
    """What went with a better or worse course in groups; ``action`` says what follows for the care."""

    id: str
    factor: str
    cutoff: str | None
    horizon: tuple[str, ...]
    strength: str
    action: str | None
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Datum(Entry):
    """One result of one arm, so many weeks after the start; two values compare two arms or span a range."""

    measure: str
    unit: str
    weeks: int
    kind: str
    value: float | str | tuple[float, ...]
    sd: float | None = None
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Arm(Entry):
    """One group of a trial, or the difference between two."""

    arm: str
    data: tuple[Datum, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Trial(Entry):
    """One trial or cohort and what came out."""

    id: str
    design: str
    n: int
    population: str
    arms: tuple[Arm, ...]
    sources: tuple[str, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class BandPoint(Entry):
    """The reference band in one week: AKPS 0-100 and pain 0-10, means and standard deviations of groups."""

    week: int
    akps_mean_range: tuple[float, float]
    akps_sd: float
    worst_or_activity_pain_mean: float
    worst_pain_sd: float
    usual_pain_mean: float
    usual_pain_sd: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ReferenceBand(Entry):
    """A wide grey area behind a runner's course, always with its label; ``derived``: by us, not pooled."""

    name: str
    label: str
    derived: bool
    how: str
    draw: str
    interpolation: str
    points: tuple[BandPoint, ...]
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ExpectedLine(Entry):
    """What groups of people see by this week, to the runner."""

    week: int
    says: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ExpectedCourse(Entry):
    """The course to expect, as a group; ``says`` stands above it."""

    says: str
    lines: tuple[ExpectedLine, ...]
    basis: str
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Relapse(Entry):
    """What is known of pain that returns."""

    says: str
    evidence: str
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ArticleFigure(Entry):
    """A figure that the source article prints: where it seems to come from, and what we do with it."""

    claim: str
    figure: str
    status: str
    use: str
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Outcomes(Entry):
    """The whole file. How large a change must be to mean something stands in proms.yaml alone."""

    reviewed_on: date
    reviewer_role: ReviewerRole
    rule: str
    weeks_convention: str
    natural_history: tuple[NaturalHistory, ...]
    predictors: tuple[Predictor, ...]
    trials: tuple[Trial, ...]
    reference_band: ReferenceBand
    expected_course: ExpectedCourse
    relapse: Relapse
    article_figures: tuple[ArticleFigure, ...]
