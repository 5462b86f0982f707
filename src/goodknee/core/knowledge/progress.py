"""``rules/progress.yaml``: how a runner's entries become a course, and when there are too few to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from goodknee.core.knowledge import Entry
from goodknee.core.knowledge.plan import Support
from goodknee.core.knowledge.review import ReviewerRole

RhythmId = Literal["daily", "run", "week", "single"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Rhythm(Entry):
    """How entries of one rhythm are gathered into a start and a now.

    Attributes:
        window_days: Length of the start and of the now.
        widest_days: With few entries they reach so far at most.
        min_entries: The start and the now need so many each.
        stale_days: A last entry older than this says nothing of now.
        smooth_days: The line through the entries is the middle of so many days around each.
        max_gap_days: Entries further apart are not joined, and do not tell the noise.
    """

    window_days: int
    widest_days: int
    min_entries: int
    stale_days: int
    smooth_days: int
    max_gap_days: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Measure(Entry):
    """One thing that is followed over time; questionnaires come from proms.yaml by themselves.

    Attributes:
        of: Where its entries come from: an answer of the diary about the day or about a session, a self test,
            or the runs.
        key: The answer, the test, or what of the runs.
        part: Which number of the test, the first is 0.
        check_key: The question of the check that asks the same; its answer is an entry too.
        unit: How a number of it is shown.
        instrument: Whose smallest change that matters holds; None: no study knows one.
        band: Its line in the reference band of outcomes.yaml.
        name: Key of its words.
    """

    id: str
    name: str
    of: Literal["day", "session", "test", "runs"]
    key: str
    part: int = 0
    check_key: str | None = None
    better: Literal["higher", "lower"]
    unit: Literal["pain", "km"]
    rhythm: RhythmId
    instrument: str | None = None
    band: Literal["worst", "usual"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TrendNeeds(Entry):
    """What a slope needs, and how wide its interval and that of the noise are."""

    days: int
    min_entries: int
    interval_share: float
    noise_share: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Milestone(Entry):
    """Worth a word: a run of so many minutes, or so many mornings in a row, at this pain at most."""

    id: str
    says: str
    run_minutes: float | None = None
    mornings: int | None = None
    pain_to: float

    def __post_init__(self) -> None:
        if (self.run_minutes is None) == (self.mornings is None):
            raise ValueError(f"{self.id} needs either run_minutes or mornings")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ComingBack(Entry):
    """When the diary tells that it was good, and when a day is over the usual.

    Attributes:
        calm_days: It was good after so many days without a worst pain above ``calm_to``.
        calm_entries: They hold so many entries at least.
        usual_days: The usual is the middle of so many days before the last ``recent_days``.
        new_days: Pain after it is a return for so long; then it is back.
        over_points: A day this far above the usual, or more, is over it.
    """

    calm_days: int
    calm_entries: int
    calm_to: float
    new_days: int
    usual_days: int
    usual_entries: int
    recent_days: int
    over_points: float


@dataclass(frozen=True, kw_only=True)  # without slots, so that its look-up is made once and kept
class ProgressRules(Entry):
    """The whole file.

    Attributes:
        compares_by_itself: Questionnaires whose number already is the change since the start.
        lead_in_days: With a plan, the start is looked for from so many days before it began.
        highest_days: Days of the highest recent pain, today included.
        lead: Measures that may answer "is it working?", the first that can; the others are told beside it.
    """

    reviewed_on: date
    reviewer_role: ReviewerRole
    evidence: Support
    rhythms: Mapping[RhythmId, Rhythm]
    trend: TrendNeeds
    measures: tuple[Measure, ...]
    lead_in_days: int
    compares_by_itself: tuple[str, ...]
    lead: tuple[str, ...]
    milestones: tuple[Milestone, ...]
    coming_back: ComingBack
    highest_days: int

    @cached_property
    def by_id(self) -> Mapping[str, Measure]:
        """Each measure by its id."""
        return {measure.id: measure for measure in self.measures}
