"""``rules/knee_load.yaml``: what a report tells of the knee-load ledger, and which what-if fits a runner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from goodknee.core.knowledge import Entry, Evidence

KinderId = Literal["more_steps", "walk_descents", "slower"]
RunnerFact = Literal["cadence_spm", "steep_pct", "faster_pct"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class DearRunsRule(Entry):
    """Which runs are told as those that cost most.

    Attributes:
        name: Title of one such run.
        look_back_days: Runs of so many days up to the last day of the report.
        assumes: What in the figures is assumed.
    """

    name: str
    look_back_days: int
    shown_at_most: int
    assumes: tuple[str, ...]
    would_change: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class KinderChoice(Entry):
    """One change of how a runner runs, and for whom it fits.

    Attributes:
        fact: What the runs say, in the middle of the recent ones.
        at_least: It fits from this value on; ``at_most``: up to it.
        unless_answered: Questions of the check; a yes to one of them rules it out.
        change_pct: Each change that is tried, in per cent; () where it is not one of size.
        says: The sentence for one change.
        assumes: What in the figures is assumed.
    """

    id: KinderId
    name: str
    fact: RunnerFact
    at_least: float | None = None
    at_most: float | None = None
    unless_answered: tuple[str, ...] = ()
    change_pct: tuple[float, ...] = ()
    says: str
    assumes: tuple[str, ...]
    would_change: str
    evidence: Evidence

    def fits(self, value: float) -> bool:
        """Tell whether a value of the fact is one that it is for; NaN never is."""
        low = -float("inf") if self.at_least is None else self.at_least
        high = float("inf") if self.at_most is None else self.at_most
        return low <= value <= high


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class KinderRunRule(Entry):
    """Which one what-if a report shows.

    Attributes:
        look_back_days: Runs of so many days make the facts.
        min_runs: With fewer of them nothing is chosen.
        choices: The first that fits is shown.
    """

    look_back_days: int
    min_runs: int
    choices: tuple[KinderChoice, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ShoeTip(Entry):
    """What is said beside the list of shoes: entries of ``claims.yaml`` and ``risk_factors.yaml``.

    Attributes:
        when: Always, or with more than one pair in use.
    """

    when: Literal["always", "several_pairs"]
    claims: tuple[str, ...] = ()
    risk_factors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class KneeLoadRules(Entry):
    """The whole file."""

    reviewed_on: date
    dear_runs: DearRunsRule
    kinder_run: KinderRunRule
    shoe_tips: tuple[ShoeTip, ...]
