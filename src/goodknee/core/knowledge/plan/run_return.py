"""``plans/run_return.yaml``: the way back to running, level by level, and the caps that nothing passes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from goodknee.core.knowledge import Entry
from goodknee.core.knowledge.conditions import Condition
from goodknee.core.knowledge.plan import Span, Support
from goodknee.core.knowledge.plan.exercises import PhaseId
from goodknee.core.knowledge.review import ReviewerRole

Verdict = Literal["go", "modify", "rest", "see_clinician", "withheld"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class WalkRun(Entry):
    """Running and walking in turn, in minutes."""

    run_min: float
    walk_min: float
    repeats: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RunChange(Entry):
    """What a rule makes of the next run; None: it does not touch this. Limits of several rules all hold.

    Attributes:
        level_change: Levels up or down; 0 repeats the level.
        share_of_calm_pct: Share of the distance that stays at 2 of 10 or less.
        share_of_last_pct: Share of the last run's distance, at most.
        slower_pct: So much slower than the usual easy pace.
        rest_days: Days without a run before the next one.
        no_increase_h: Hours in which nothing grows.
    """

    level_change: Literal[-2, -1, 0, 1] | None = None
    share_of_calm_pct: Span | None = None
    share_of_last_pct: float | None = None
    slower_pct: Span | None = None
    walk_run: WalkRun | None = None
    flat: bool = False
    more_often_shorter: bool = False
    rest_days: int | None = None
    no_increase_h: float | None = None
    entry_tests: bool = False
    check_again: bool = False
    plan_review: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RunRule(Entry):
    """A track, or a decision after a run.

    Attributes:
        says: What to do, to the runner.
        would_change: What would make it another answer.
    """

    id: str
    name: str
    when: Condition
    verdict: Verdict
    run: RunChange
    says: str
    would_change: str
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class EntryTest(Entry):
    """One test before running begins again; a hard one must be passed."""

    id: str
    test: str
    passed_when: str
    hard: bool
    check: Condition
    not_in: tuple[PhaseId, ...] = ()
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class EntryTests(Entry):
    """All of them, and what passes: every hard one, and so many of the soft ones."""

    says: str
    soft_needed: int
    else_levels_lower: int
    tests: tuple[EntryTest, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Level(Entry):
    """One level of walking and running.

    Attributes:
        number: Its place, 0 first.
        label: What to do, in short.
        walk_run: None: the level is a way of going on, not one session.
        steps_min: Minutes of running, one step each, where the level has several.
        sessions_needed: How often it is run with every check passed before the next.
        weeks: How long it usually takes; None: open.
    """

    id: str
    number: int
    label: str
    walk_run: WalkRun | None = None
    walk_only_min: float | None = None
    steps_min: tuple[float, ...] = ()
    sessions_needed: int | None = None
    weeks: Span | None = None
    effort_rpe: Span | None = None

    @property
    def running_min(self) -> float | None:
        """Minutes of running in one session; None where the level sets none."""
        if self.walk_run is None:
            return 0.0 if self.walk_only_min else None
        return self.walk_run.run_min * (self.walk_run.repeats or 1)

    @property
    def total_min(self) -> float | None:
        """Minutes of one session, walks included; None where the level sets none."""
        if self.walk_run is None:
            return self.walk_only_min
        return (self.walk_run.run_min + self.walk_run.walk_min) * (self.walk_run.repeats or 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Levels(Entry):
    """The levels in their order, and how they are run."""

    says: str
    warm_up_min: Span
    runs_per_week: int
    runs_per_week_note: str
    rest_day_to_level: int
    surface: str
    skip_from: int
    skip_to: int
    skip_says: str
    levels: tuple[Level, ...]
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PublishedPhase(Entry):
    """One phase of a published table; without ``run_min`` all of it is run."""

    phase: int
    effort_rpe: float
    run_min: float | None
    walk_min: float
    distance_km: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PublishedTable(Entry):
    """A walk-run table of a trial, beside ours, for comparison."""

    where_from: str
    rules: tuple[str, ...]
    phases: tuple[PublishedPhase, ...]
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class BreakRow(Entry):
    """What follows a pause; the first row that is true.

    Attributes:
        from_level: What ``level`` counts from: level 0, that of the last run, or the last one passed.
        level: Levels up or down from there.
        may_start_to: Highest level to which one calm test session may lift the start.
    """

    id: str
    when: Condition
    says: str
    entry_tests: bool
    from_level: Literal["zero", "current", "last_passed"]
    level: int
    may_start_to: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Breaks(Entry):
    """One table for every pause; counted from the last level passed, never below ``floor_level``."""

    rows: tuple[BreakRow, ...]
    floor_level: int
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class BringBack(Entry):
    """One step of bringing things back, in this order; ``opens`` says when."""

    id: str
    order: int
    what: Literal[
        "distance", "frequency", "longer_run", "uneven", "uphill", "speed", "downhill_stairs", "race"
    ]
    says: str
    gate_says: str
    opens: Condition
    confidence: Literal["verified", "knowledge_high", "knowledge_medium"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class BringBacks(Entry):
    """Distance, then speed, then hills, then stairs, as the steps say."""

    steps: tuple[BringBack, ...]
    avoid_at_first: tuple[str, ...]
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Cap(Entry):
    """One upper limit of what is planned or advised.

    Attributes:
        when: When it counts; None: always.
        of_fact: The fact that it is a share of; None: the value stands by itself.
        warn_above: Above this it is warned of; in per cent over the fact, or in the unit of the cap.
        refuse_above: Above this nothing is planned; None: it never refuses.
        missing: What holds when the fact is not known.
    """

    id: str
    name: str
    when: Condition | None = None
    of_fact: str | None = None
    unit: str
    warn_above: float
    refuse_above: float | None = None
    missing: str
    says: str
    would_change: str
    evidence: Support

    def __post_init__(self) -> None:
        if self.refuse_above is not None and self.refuse_above < self.warn_above:
            raise ValueError("a cap must not refuse what it does not yet warn of")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CadenceCue(Entry):
    """When to try quicker steps, and by how much."""

    when: Condition
    first_change_pct: float
    first_weeks: int
    most_change_pct: float
    not_when: Condition
    cue: str
    says: str
    treatment: str
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class FormProfessional(Entry):
    """When a form or posture professional is worth a visit; what to ask stands on the referral sheet."""

    when: Condition
    says: str
    sheet: Literal["form", "podiatrist", "physio"]
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PainLimits(Entry):
    """What a run must keep to pass: pain in it, time to settle, and the next morning."""

    during_up_to_nprs: float
    settle_within_min: float
    morning_rise_up_to_nprs: float
    says: str
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Completion(Entry):
    """When the way back is done, and what follows."""

    when: Condition
    says: str
    next_phase: PhaseId


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SpeedNote(Entry):
    """How fast at first, and why slower is not always kinder."""

    slower_pct: Span
    says: str
    nuance: str
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RunReturn(Entry):
    """The whole file. Of tracks, decisions and breaks the first that is true counts.

    Attributes:
        evidence: Of what has none of its own.
    """

    reviewed_on: date
    reviewer_role: ReviewerRole
    evidence: Support
    before_you_start: str
    evidence_summary: str
    limits: PainLimits
    tracks: tuple[RunRule, ...]
    decisions: tuple[RunRule, ...]
    entry_tests: EntryTests
    levels: Levels
    breaks: Breaks
    bring_back: BringBacks
    caps: tuple[Cap, ...]
    speed: SpeedNote
    cadence: CadenceCue
    form_professional: FormProfessional
    completion: Completion
    published_table: PublishedTable
