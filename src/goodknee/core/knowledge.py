"""What is known, as typed entries of the knowledge pack; the reader makes them, everybody else reads them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from goodknee.core.words import Words

EvidenceClass = Literal["association", "rct", "refuted", "criticised", "convention", "biomechanics"]
Grade = Literal["A", "B", "C", "D", "E", "F"]
Direction = Literal["for", "against", "mixed", "neutral"]
Confidence = Literal["verified", "knowledge_high", "knowledge_medium"]


class Entry:
    """What all entries of the pack share: a key that is not known is refused by the reader."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "allow_inf_nan": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer(Entry):
    """Who stands for the pack's clinical content, and since when."""

    name: str
    profession: str
    reviewed_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack(Entry):
    """The pack's own label; ``reviewers`` is empty until a clinician has signed it."""

    version: str
    released_on: date
    reviewers: tuple[Reviewer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Entry):
    """One publication; ``doi`` is None where none is known, and never guessed."""

    authors: str
    year: int | None
    title: str
    ref: str
    doi: str | None
    doi_status: Literal["confirmed", "unverified", "none_given"]
    read_here: Literal["abstract", "table", "page", "excerpt", "none"]
    kind: str | None = None
    pmid: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Entry):
    """How well a rule is supported, and what that support does not cover.

    Attributes:
        evidence_class: What kind of evidence: an association in a cohort, a trial, a habit without a study.
        grade: A strong … F no trial found; its strength, to be read with ``direction``.
        limits: Key of the sentence that says what the evidence does not show.
        reviewed_on: Day on which this entry was last held against its sources.
    """

    evidence_class: EvidenceClass
    grade: Grade
    direction: Direction
    confidence: Confidence
    sources: tuple[str, ...]
    limits: str
    reviewed_on: date
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Band(Entry):
    """A range of per cent: more than ``above_pct``, up to and including ``up_to_pct``.

    ``rate_ratio`` compares groups of runners with the first band. It is never one person's probability.
    """

    id: str
    above_pct: float | None = None
    up_to_pct: float | None = None
    stands_out: bool
    rate_ratio: float | None = None
    rate_ratio_ci95: tuple[float, float] | None = None

    def holds(self, value_pct: float) -> bool:
        """Tell whether the value lies in this band; NaN lies in none."""
        above = self.above_pct is None or value_pct > self.above_pct
        below = self.up_to_pct is None or value_pct <= self.up_to_pct
        return above and below and not math.isnan(value_pct)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSpikeRule(Entry):
    """One run against the longest single run of the days before it."""

    name: str
    window_days: int
    min_history_days: int
    look_back_days: int
    recent_days: int
    shown_at_most: int
    bands: tuple[Band, ...]
    says: tuple[str, ...]
    would_change: str
    evidence: Evidence

    @property
    def unremarkable_up_to_pct(self) -> float:
        """The largest spike that does not stand out."""
        edges = [band.up_to_pct for band in self.bands if not band.stands_out and band.up_to_pct is not None]
        return max(edges)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRunRule(Entry):
    """How long the next run may be without being a spike itself."""

    name: str
    window_days: int
    most_above_longest_pct: float
    says: tuple[str, ...]
    would_change: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class PainFirstRule(Entry):
    """Recent pain in the diary outranks every load number."""

    name: str
    recent_days: int
    above_nprs: float
    says: tuple[str, ...]
    would_change: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class PainAroundRule(Entry):
    """Pain in the diary before and after a run that stands out."""

    name: str
    window_days: int
    says_more: tuple[str, ...]
    says_not_more: tuple[str, ...]
    says_no_before: tuple[str, ...]
    would_change: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekChangeRule(Entry):
    """One complete week against the week before: shown, never judged."""

    name: str
    says: tuple[str, ...]
    would_change: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendRule(Entry):
    """Whether the middle of recent runs differs from that of earlier ones, past their scatter."""

    name: str
    window_days: int
    min_runs: int
    notch: float
    least_change_pct: float
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRules(Entry):
    """``rules/load.yaml``: what is read out of the runs."""

    session_spike: SessionSpikeRule
    next_run: NextRunRule
    pain_first: PainFirstRule
    pain_around: PainAroundRule
    week_change: WeekChangeRule
    trend: TrendRule


@dataclass(frozen=True, slots=True, kw_only=True)
class PainZone(Entry):
    """A range of the 0-10 pain scale, up to and including ``up_to_nprs``, and its word in charts."""

    id: str
    up_to_nprs: float
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PainRules(Entry):
    """``rules/pain.yaml``: how pain on the 0-10 scale is read."""

    zones: tuple[PainZone, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """The whole pack, read once and handed down as an argument."""

    pack: Pack
    sources: Mapping[str, Source]
    load: LoadRules
    pain: PainRules
    words: Words
