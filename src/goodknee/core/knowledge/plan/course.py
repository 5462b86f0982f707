"""``plans/course.yaml``: flares, pauses, reasons to seek care, coming back, and keeping what was won."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from goodknee.core.knowledge import Entry
from goodknee.core.knowledge.conditions import Condition
from goodknee.core.knowledge.plan import Span, Support
from goodknee.core.knowledge.plan.exercises import PfjClassId, PhaseId
from goodknee.core.knowledge.red_flags import UrgencyId
from goodknee.core.knowledge.review import ReviewerRole


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class FlareDay(Entry):
    """What holds on these days of a flare."""

    days: Span
    pfj_class_to: PfjClassId
    running_share_pct: float
    says: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Flare(Entry):
    """A flare: when it is one, what to do day by day, when it is over, and when to get help."""

    when: Condition
    swap_says: str
    days: tuple[FlareDay, ...]
    calm_sessions_to_end: int
    over_says: str
    help_when: Condition
    help_says: str
    ask_what_changed: tuple[str, ...]
    lesson: str
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class StrengthBreak(Entry):
    """After so many days without strength work: what the next session does."""

    id: str
    days: Span
    load_cut_pct: Span | None
    phases_lower: int
    restart_phase: PhaseId | None = None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Pause(Entry):
    """A pause for another reason than the knee: what may go on, and how to come back."""

    id: Literal["illness", "travel"]
    name: str
    says: tuple[str, ...]
    back: str
    exercises: tuple[str, ...]
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SeekCare(Entry):
    """A reason to have someone look at the knee; all that are true are told."""

    id: str
    when: Condition
    urgency: UrgencyId
    go_to: Literal["physio", "doctor", "physio_or_doctor", "sports_doctor"]
    says: str
    red_flags: tuple[str, ...] = ()
    article_says: str | None = None
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RelapseSign(Entry):
    """A sign that it is coming back."""

    id: str
    when: Condition
    says: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Relapse(Entry):
    """Coming back after it was good: how it is seen, and what follows; the words stand in referral.yaml."""

    signs: tuple[RelapseSign, ...]
    week_1_running_share_pct: float
    week_1_phase: PhaseId
    week_1_sessions: int
    calm_sessions_to_step_up: int
    else_seek: str
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Maintenance(Entry):
    """Keeping what was won."""

    sessions_per_week: Span
    says: tuple[str, ...]
    share_of_volume_pct: float
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RaceTaper(Entry):
    """Easing off before a race."""

    days: Span
    volume_cut_pct: Span
    last_heavy_legs_days_before: Span
    says: str
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CrossTraining(Entry):
    """One way to stay fit beside running."""

    id: str
    exercise: str
    treatment: str | None = None
    phases: tuple[PhaseId, ...]
    times_per_week: Span
    says: str
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Course(Entry):
    """The whole file. What to do when nothing improves stands in referral.yaml.

    Attributes:
        evidence: Of what has none of its own.
    """

    reviewed_on: date
    reviewer_role: ReviewerRole
    evidence: Support
    flare: Flare
    strength_breaks: tuple[StrengthBreak, ...]
    pauses: tuple[Pause, ...]
    seek_care: tuple[SeekCare, ...]
    relapse: Relapse
    maintenance: Maintenance
    race_taper: RaceTaper
    cross_training: tuple[CrossTraining, ...]
