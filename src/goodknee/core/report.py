"""What the knee report holds: the one object that page, JSON and tests read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from goodknee.core.knowledge import Knowledge

if TYPE_CHECKING:  # they load numpy, and the check starts without it
    from goodknee.core.load.rows import PainRow, RecentLoad, RunRow, TrendRow, WeekRow
    from goodknee.core.load.stand_out import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Something that would let the report say more."""

    what: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInForce:
    """A warning sign of the last knee check that no visit has lifted."""

    rule: str
    action: str
    reason: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInForce:
    """What the last knee check comes to now; ``holds`` says what waits."""

    says: str
    holds: tuple[str, ...]
    signs: tuple[SignInForce, ...]


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
        check: The last knee check; None before the first. While it holds something, no distance is named.
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
    check: CheckInForce | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every sentence with a receipt, in the order of the page."""
        found = (self.next_run, *self.spikes[:1], self.pain_around, *self.spikes[1:])
        return tuple(finding for finding in found if finding is not None)
