"""What is known, as typed entries of the knowledge pack; the reader makes them, everybody else reads them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar

from goodknee.core.words import Words

if TYPE_CHECKING:  # they stand on Entry, so they cannot be imported here when the program runs
    from goodknee.core.knowledge.article import Article
    from goodknee.core.knowledge.claims import AskWords, Claims
    from goodknee.core.knowledge.differential import Differential
    from goodknee.core.knowledge.first_answer import FirstAnswer
    from goodknee.core.knowledge.knee_load import KneeLoadRules
    from goodknee.core.knowledge.lab import LabModel
    from goodknee.core.knowledge.learn import Lessons, Referral
    from goodknee.core.knowledge.outcomes import Outcomes
    from goodknee.core.knowledge.plan.course import Course
    from goodknee.core.knowledge.plan.exercises import ExerciseGroup, JointLoad
    from goodknee.core.knowledge.plan.facts import FactVocabulary
    from goodknee.core.knowledge.plan.log import LogKeys
    from goodknee.core.knowledge.plan.rehab import Rehab
    from goodknee.core.knowledge.plan.run_return import RunReturn
    from goodknee.core.knowledge.plan.self_tests import SelfTests
    from goodknee.core.knowledge.plan.today import Today
    from goodknee.core.knowledge.plan.week import WeekPlan
    from goodknee.core.knowledge.progress import ProgressRules
    from goodknee.core.knowledge.proms import Proms
    from goodknee.core.knowledge.questions import Questions
    from goodknee.core.knowledge.red_flags import RedFlags
    from goodknee.core.knowledge.review import Corrections, Reviews
    from goodknee.core.knowledge.risk import RiskFactors
    from goodknee.core.knowledge.said import SaidWords
    from goodknee.core.knowledge.settings import Settings
    from goodknee.core.knowledge.supplements import Supplements
    from goodknee.core.knowledge.treatments import Treatments
    from goodknee.core.knowledge.watch import WatchModel

Part = TypeVar("Part")

EvidenceClass = Literal["association", "rct", "refuted", "criticised", "convention", "biomechanics"]
Grade = Literal["A", "B", "C", "D", "E", "F"]
Direction = Literal["for", "against", "mixed", "neutral"]
Confidence = Literal["verified", "knowledge_high", "knowledge_medium"]
Funding = Literal["public", "industry", "industry_linked"]


class Entry:
    """What all entries of the pack share: a key that is not known is refused by the reader.

    Entries are told apart by their ids. They have neither ``==`` nor ``repr`` of their own, for making those
    for every kind of entry takes longer than all the rest of a start.
    """

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "allow_inf_nan": False}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Reviewer(Entry):
    """Who stands for the pack's clinical content, and since when."""

    name: str
    profession: str
    reviewed_on: date


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Pack(Entry):
    """The pack's own label; ``reviewers`` is empty until a clinician has signed it."""

    version: str
    released_on: date
    reviewers: tuple[Reviewer, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Source(Entry):
    """One publication; ``doi`` is None where none is known, and never guessed.

    Attributes:
        funding: Whose money or interest stands behind it, where it says so; None: not known, not "nobody".
    """

    authors: str
    year: int | None
    title: str
    ref: str
    doi: str | None
    doi_status: Literal["confirmed", "unverified", "none_given"]
    read_here: Literal["abstract", "table", "page", "excerpt", "none"]
    kind: str | None = None
    pmid: str | None = None
    funding: Funding | None = None
    note: str | None = None


Sources = dict[str, Source]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class NextRunRule(Entry):
    """How long the next run may be without being a spike itself."""

    name: str
    window_days: int
    most_above_longest_pct: float
    says: tuple[str, ...]
    would_change: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PainFirstRule(Entry):
    """Recent pain in the diary outranks every load number."""

    name: str
    recent_days: int
    above_nprs: float
    says: tuple[str, ...]
    would_change: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PainAroundRule(Entry):
    """Pain in the diary before and after a run that stands out."""

    name: str
    window_days: int
    says_more: tuple[str, ...]
    says_not_more: tuple[str, ...]
    says_no_before: tuple[str, ...]
    would_change: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class WeekChangeRule(Entry):
    """One complete week against the week before: shown, never judged."""

    name: str
    says: tuple[str, ...]
    would_change: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TrendRule(Entry):
    """Whether the middle of recent runs differs from that of earlier ones, past their scatter."""

    name: str
    window_days: int
    min_runs: int
    notch: float
    least_change_pct: float
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class LoadRules(Entry):
    """``rules/load.yaml``: what is read out of the runs."""

    session_spike: SessionSpikeRule
    next_run: NextRunRule
    pain_first: PainFirstRule
    pain_around: PainAroundRule
    week_change: WeekChangeRule
    trend: TrendRule


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PainZone(Entry):
    """A range of the 0-10 pain scale, up to and including ``up_to_nprs``, and its word in charts."""

    id: str
    up_to_nprs: float
    word: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PainRules(Entry):
    """``rules/pain.yaml``: how pain on the 0-10 scale is read."""

    zones: tuple[PainZone, ...]
    evidence: Evidence


class _File(Generic[Part]):
    """A part of the pack: its file is read when it is first asked for, and kept."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __set_name__(self, owner: type, attribute: str) -> None:
        self._attribute = attribute

    def __get__(self, knowledge: Knowledge, owner: type) -> Part:
        # Stored under its own name, so that Python finds it there the next time.
        part: Part = knowledge.read(self.name)
        knowledge.__dict__[self._attribute] = part
        return part


class _Files(Generic[Part]):
    """A part of the pack in several files of one type, read when they are first asked for, and kept."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def __set_name__(self, owner: type, attribute: str) -> None:
        self._attribute = attribute

    def __get__(self, knowledge: Knowledge, owner: type) -> tuple[Part, ...]:
        parts: tuple[Part, ...] = tuple(knowledge.read(name) for name in self.names)
        knowledge.__dict__[self._attribute] = parts
        return parts


class Knowledge:
    """The whole pack, handed down as an argument; each of its files is read when it is first needed.

    Attributes:
        read: Turns the name of a file of the pack into what it holds.
    """

    pack: _File[Pack] = _File("pack.yaml")
    sources: _File[Mapping[str, Source]] = _File("sources.yaml")
    load: _File[LoadRules] = _File("rules/load.yaml")
    knee_load: _File[KneeLoadRules] = _File("rules/knee_load.yaml")
    pain: _File[PainRules] = _File("rules/pain.yaml")
    words: _File[Words] = _File("words/en.yaml")
    ask_words: _File[AskWords] = _File("words/synonyms.en.yaml")
    said_words: _File[SaidWords] = _File("words/said.en.yaml")
    questions: _File[Questions] = _File("questions.yaml")
    red_flags: _File[RedFlags] = _File("red_flags.yaml")
    differential: _File[Differential] = _File("differential.yaml")
    risk_factors: _File[RiskFactors] = _File("risk_factors.yaml")
    claims: _File[Claims] = _File("claims.yaml")
    treatments: _File[Treatments] = _File("treatments.yaml")
    supplements: _File[Supplements] = _File("supplements.yaml")
    article: _File[Article] = _File("article.yaml")
    first_answer: _File[FirstAnswer] = _File("first_answer.yaml")
    proms: _File[Proms] = _File("proms.yaml")
    lessons: _File[Lessons] = _File("lessons.yaml")
    referral: _File[Referral] = _File("referral.yaml")
    outcomes: _File[Outcomes] = _File("outcomes.yaml")
    lab: _File[LabModel] = _File("coefficients/lab.yaml")
    watch: _File[WatchModel] = _File("coefficients/watch.yaml")
    exercises: _Files[ExerciseGroup] = _Files(
        "exercises/warm_up.yaml",
        "exercises/hips.yaml",
        "exercises/trunk.yaml",
        "exercises/thighs.yaml",
        "exercises/squats.yaml",
        "exercises/steps_and_lunges.yaml",
        "exercises/hamstrings_and_calves.yaml",
        "exercises/power.yaml",
        "exercises/cross_training.yaml",
        "exercises/stretches.yaml",
    )
    joint_load: _File[JointLoad] = _File("exercises/joint_load.yaml")
    facts: _File[FactVocabulary] = _File("plans/facts.yaml")
    log: _File[LogKeys] = _File("plans/log.yaml")
    rehab: _File[Rehab] = _File("plans/rehab.yaml")
    self_tests: _File[SelfTests] = _File("plans/self_tests.yaml")
    run_return: _File[RunReturn] = _File("plans/run_return.yaml")
    course: _File[Course] = _File("plans/course.yaml")
    week: _File[WeekPlan] = _File("plans/week.yaml")
    today: _File[Today] = _File("rules/today.yaml")
    progress: _File[ProgressRules] = _File("rules/progress.yaml")
    settings: _File[Settings] = _File("settings.yaml")
    reviews: _File[Reviews] = _File("reviews.yaml")
    corrections: _File[Corrections] = _File("corrections.yaml")

    def __init__(self, read: Callable[[str], Any]) -> None:
        self.read = read
