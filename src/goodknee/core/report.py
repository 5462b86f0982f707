"""What the knee report holds: the one object that page, JSON and tests read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from goodknee.core.knowledge import Knowledge

if TYPE_CHECKING:  # they load numpy, and the check starts without it
    from goodknee.core.load.dear_runs import DearRun
    from goodknee.core.load.ledger import KneeLoad
    from goodknee.core.load.rows import PainRow, RecentLoad, RunRow, TrendRow, WeekRow
    from goodknee.core.load.stand_out import Finding
    from goodknee.core.load.what_if import Effect
    from goodknee.core.track.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Something that would let the report say more."""

    what: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInReport:
    """The last knee check, as it stands on the day of the report.

    Attributes:
        document: The JSON document ``check``, with what the files of runs add to the risk profile.
        day: The local day of the answers.
        running_day: The day that its word on running is about; None when that is over, or when the diary
            has news since.
    """

    document: Mapping[str, Any]
    day: date
    running_day: date | None

    @property
    def blocked(self) -> bool:
        """A warning sign holds the whole programme: nothing else has a place beside it."""
        return bool(self.document["blocked"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One change of a run: what it is and what it does, in figures and in words."""

    effect: Effect
    change: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KinderRun:
    """The one what-if that fits this runner.

    Attributes:
        tried: The changes, the smallest first.
        also: What else they ask of the body; what belongs to them.
        assumes: What in the figures is assumed.
    """

    finding: Finding
    tried: tuple[Tried, ...]
    also: tuple[str, ...]
    assumes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadInReport:
    """The knee-load ledger, as the report shows it.

    Attributes:
        ledger: Up to the last day of the report.
        dear: The runs that cost most, the dearest first.
        kinder: None when no change fits, or when this is no time to speak of running.
        says: What the section says in sentences, in their order.
    """

    ledger: KneeLoad
    dear: tuple[DearRun, ...]
    kinder: KinderRun | None
    says: tuple[str, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every sentence with a receipt, in the order of the page."""
        kinder = (self.kinder.finding,) if self.kinder else ()
        return (*(each.finding for each in self.dear), *kinder)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressInReport:
    """Whether it is working: the courses to draw, and the JSON document ``progress``."""

    seen: Progress
    document: Mapping[str, Any]


def stands_alone(decision: Mapping[str, Any]) -> bool:
    """Tell whether a warning sign behind the decision of the day holds everything, or cannot wait."""
    return bool(decision["blocked"]) or decision["urgency"] in ("emergency", "same_day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The knee report.

    Attributes:
        today: The day it is made for; later runs and entries are left out.
        last_day: Where the charts end: today, or the last entry when that is long ago.
        knowledge: The pack that spoke, with its words.
        runs: Oldest first.
        weeks: From the week of the first run to that of ``last_day``.
        pain_measure: Which pain question of the diary; None without an answer.
        lead: The answer, in a few sentences.
        spikes: Runs far beyond the longest before them, the largest first.
        pain_around: What the diary says around the first of ``spikes``.
        other_activities: How many activities are not runs.
        check: The last knee check; None before the first. While it says not to run, no distance is named.
        decision: The JSON document ``today``; where it is there, it alone speaks of running today.
        progress: None while nothing was told that could change.
        knee_load: The ledger; None without a run, and while a warning sign holds the whole programme.
    """

    today: date
    last_day: date
    version: str
    simulated: bool
    knowledge: Knowledge
    runs: tuple[RunRow, ...]
    weeks: tuple[WeekRow, ...]
    recent: tuple[RecentLoad, ...]
    longest: RunRow | None
    pain_measure: str | None
    pain: tuple[PainRow, ...]
    lead: tuple[str, ...]
    next_run: Finding | None
    spikes: tuple[Finding, ...]
    pain_around: Finding | None
    trends: tuple[TrendRow, ...]
    missing: tuple[Missing, ...]
    other_activities: int
    check: CheckInReport | None = None
    decision: Mapping[str, Any] | None = None
    knee_load: LoadInReport | None = None
    progress: ProgressInReport | None = None

    @property
    def blocked(self) -> bool:
        """A warning sign holds the whole programme: nothing else has a place beside it."""
        by_check = self.check is not None and self.check.blocked
        return by_check or (self.decision is not None and stands_alone(self.decision))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every sentence with a receipt, in the order of the page."""
        found = (self.next_run, *self.spikes[:1], self.pain_around, *self.spikes[1:])
        return tuple(finding for finding in found if finding is not None)
