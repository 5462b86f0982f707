"""``plans/rehab.yaml``: the phases, the strength sessions, and how the next session follows from the last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from goodknee.core.knowledge import Entry
from goodknee.core.knowledge.conditions import Condition
from goodknee.core.knowledge.plan import Span, Support
from goodknee.core.knowledge.plan.exercises import Block, PfjClassId, PhaseId
from goodknee.core.knowledge.review import ReviewerRole

PhaseStep = Literal["no_phase", "P0", "stay_in_P0", "P5_or_P3", "next_after_exit"]
SessionChange = Literal["stop", "phase_down", "step_down", "hold", "step_up"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Phase(Entry):
    """One phase of the plan.

    Attributes:
        weeks: When it usually lies, counted from the start.
        entry: When it may begin; ``entry_says`` is the same for people.
        exit: When it is done: all that is told in ``exit_says``; None: it has no end.
        closed_chain_to_deg: Most knee bend with the foot bearing weight.
        open_chain_deg: Range of knee bend without; None: not in this phase.
        level_to: Highest level of an exercise.
        sessions_per_week: How many strength sessions.
        kinder_class_to: Highest class of stress when the knee is sore in this phase.
        reserve_reps: Repetitions that are left over at the end of the first set.
        session: The strength session of this phase.
    """

    id: PhaseId
    name: str
    goal: str
    weeks: Span
    entry: Condition
    entry_says: str
    exit: Condition | None
    exit_says: tuple[str, ...]
    closed_chain_to_deg: float
    open_chain_deg: Span | None
    level_to: Literal[1, 2, 3, 4, 5]
    sessions_per_week: Span
    kinder_class_to: PfjClassId
    reserve_reps: Span
    power: bool
    power_note: str | None = None
    running: Literal["none_or_walk", "by_track", "walk_run", "growing_flat", "speed_and_hills", "full"]
    running_says: str
    content: tuple[str, ...]
    note: str | None = None
    session: Session
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Planned(Entry):
    """One place of a session; with ``when``, ``otherwise`` stands in unless the condition is true."""

    exercise: str
    when: Condition | None = None
    otherwise: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Session(Entry):
    """A strength session, block by block in the order in which it is done."""

    minutes: float
    warm_up: tuple[Planned, ...]
    power_multi: tuple[Planned, ...]
    isolation: tuple[Planned, ...]
    mobility: tuple[Planned, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PhaseRule(Entry):
    """One step of finding the phase."""

    id: str
    when: Condition
    do: PhaseStep
    says: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PhaseRules(Entry):
    """How the phase is found: the first step that is true.

    Attributes:
        ask_first: Facts that are asked before a step is passed over as unknown.
        drop_phases: So many phases lower after P0 opened again in a later phase.
    """

    steps: tuple[PhaseRule, ...]
    ask_first: tuple[str, ...]
    missing: str
    drop_phases: int
    drop_says: str
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SessionDecision(Entry):
    """What the next strength session does, by the last ones; the strictest that is true counts."""

    id: str
    when: Condition
    do: SessionChange
    says: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SessionDecisions(Entry):
    """The decisions, strictest first; ``if_none`` when none is true.

    Attributes:
        step_up_order: What is changed first; one thing at a time.
        load_step_pct: How much load is added, when the set was easy twice running.
        cut_depth_deg: How a step down cuts the bend.
        cut_load_pct: How a step down cuts the load.
        step_down_says: The ways to step down, for people.
    """

    steps: tuple[SessionDecision, ...]
    if_none: SessionChange
    step_up_order: tuple[str, ...]
    load_step_pct: Span
    load_step_says: str
    cut_depth_deg: Span
    cut_load_pct: Span
    step_down_says: tuple[str, ...]
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Rest(Entry):
    """Rest between sets, in seconds, by what the set is for."""

    strength: Span
    endurance: Span
    power: Span


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class StartingLoad(Entry):
    """How the first load is found."""

    says: str
    rpe_to_reserve: str
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class DoseDefaults(Entry):
    """How long a programme runs, and what an early and a later set looks like."""

    weeks: Span
    weeks_usual: Span
    sets: int
    reps_early: Span
    reps_strength: Span
    rpe_early: Span
    rpe_strength: Span
    sessions_for_success: int
    sessions_for_bonus: int
    choose_by: str
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class WeekRule(Entry):
    """One rule of a week of training, as a number that the planner keeps."""

    id: Literal[
        "hard_strength_gap_h",
        "strength_run_gap_h",
        "strength_before_hard_run_h",
        "rest_days_per_week",
        "hard_days_in_row",
        "changes_per_week",
        "new_week_from_weeks",
    ]
    value: Span
    unit: str
    says: str
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class OrderException(Entry):
    """When the order of blocks may change, and why."""

    when: str
    order: tuple[Block, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Sessions(Entry):
    """What all strength sessions share."""

    order: tuple[Block, ...]
    order_says: str
    order_exception: OrderException
    main_minutes: Span
    warm_up_minutes: Span
    cool_down_minutes: Span
    rest_between_sets_s: Rest
    no_equipment: str
    no_failure_before: PhaseId
    no_failure_says: str
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ArticleExercise(Entry):
    """What the source article names, and the exercises that stand for it; none: not shipped, and why."""

    article: str
    exercises: tuple[str, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class AdolescentStep(Entry):
    """One part of the programme that was tried with adolescents."""

    weeks: Span
    do: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Adolescents(Entry):
    """What was tried with adolescents, and how many said it had worked."""

    ages: Span
    steps: tuple[AdolescentStep, ...]
    success_pct_week_12: float
    success_pct_month_6: float
    success_pct_month_12: float
    n: int
    design: str
    first: str
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Rehab(Entry):
    """The whole file.

    Attributes:
        evidence: Of what has none of its own.
    """

    reviewed_on: date
    reviewer_role: ReviewerRole
    evidence: Support
    limits: tuple[str, ...]
    phase_rules: PhaseRules
    phases: tuple[Phase, ...]
    sessions: Sessions
    decisions: SessionDecisions
    dose: DoseDefaults
    starting_load: StartingLoad
    week: tuple[WeekRule, ...]
    article: tuple[ArticleExercise, ...]
    adolescents: Adolescents
