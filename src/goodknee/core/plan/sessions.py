"""What a plan is made of, and what it must know of the runner's week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from goodknee.core.knowledge.plan.exercises import PhaseId
from goodknee.core.load.other_load import Coarse
from goodknee.core.model import Reason, Side

SessionKind = Literal["run", "walk_run", "strength", "stretch", "cross_training", "test", "rest"]

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """A race that the runner has put into their calendar."""

    on: date
    distance_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Days of illness or travel, the last one included."""

    kind: Literal["illness", "travel"]
    since: date
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonWeek:
    """The runner's week: when, for how long and with what they can train, and what they did of late.

    Attributes:
        free_days: Weekdays on which something may be planned, 0 Monday … 6 Sunday.
        days_most: So many days of a week may hold something; None: as the pack says.
        run_days: Weekdays for runs; None: any free day.
        minutes: Weekday → minutes that all of its sessions may take together; a day without: no limit.
        equipment: What there is, by the words of the exercises; empty: the forms for home.
        long_run_day: Weekday of the longest run; None: the planner chooses.
        sore: Knees that hurt.
        races: Races ahead.
        away: Illness and travel.
        easy_speed_mps: Usual easy speed on the flat.
        speed_assumed: It is the pack's, for want of runs.
        easy_km_bw_s: Load of one easy flat km on each knee, where the ledger knows it.
        runs_per_week: Runs a week of late.
        week_m: Mean running distance of the last weeks.
        recent_runs: Days of runs in the last week, today's included.
        last_strength: Day of the last strength session.
        tests_done: Self test → day of its last result.
        lessons: Lessons to offer, in their turn: (id, title).
        exercises: Place in a session → the exercise that stands there now, as the plan in force has it.
        stepped_up: That plan has already taken the step up that the last session earned.
        kept_days: Kind of session → days that the plan in force gave it.
    """

    free_days: frozenset[int] = EVERY_DAY
    days_most: int | None = None
    run_days: frozenset[int] | None = None
    minutes: Mapping[int, float] = field(default_factory=dict)
    equipment: frozenset[str] = frozenset()
    long_run_day: int | None = None
    sore: tuple[Side, ...] = ()
    races: tuple[Race, ...] = ()
    away: tuple[Away, ...] = ()
    easy_speed_mps: float | None = None
    speed_assumed: bool = False
    easy_km_bw_s: Coarse | None = None
    runs_per_week: int | None = None
    week_m: float | None = None
    recent_runs: tuple[date, ...] = ()
    last_strength: date | None = None
    tests_done: Mapping[str, date] = field(default_factory=dict)
    lessons: tuple[tuple[str, str], ...] = ()
    exercises: Mapping[str, str] = field(default_factory=dict)
    stepped_up: bool = False
    kept_days: Mapping[str, frozenset[date]] = field(default_factory=dict)

    def away_on(self, day: date) -> Away | None:
        """Return the illness or travel of that day."""
        return next((each for each in self.away if each.since <= day <= each.until), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One session of a plan.

    Attributes:
        id: The day and the kind: it stays the same when the plan is made again.
        minutes: All of it; None: not known.
        details: What to do, by kind.
        why: Rules that put it there; each stands in the plan's ``reasons``.
        pfj: Load on each knee, coarsely; None: not known.
    """

    id: str
    kind: SessionKind
    title: str
    minutes: float | None
    details: Mapping[str, Any]
    why: tuple[str, ...]
    pfj: Coarse | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDay:
    """One day of a plan; a day without a session holds one of the kind ``rest``."""

    day: date
    sessions: tuple[Session, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The next weeks, as they are proposed.

    Attributes:
        phase: Phase of the strength work; None: there is none (held, or not known enough).
        reasons: Every rule that had a say, by its id, with what it says, its grade and its sources.
        notes: Rules that speak of the whole plan, in the order in which they are told.
        caps: Limits that bit: cap → the most that it left.
        missing: Facts that would make it a surer plan.
        blocked: A warning sign holds everything: there are no days.
    """

    since: date
    until: date
    phase: PhaseId | None
    days: tuple[PlanDay, ...]
    reasons: Mapping[str, Reason]
    notes: tuple[str, ...]
    caps: Mapping[str, float]
    missing: tuple[str, ...]
    blocked: bool = False
