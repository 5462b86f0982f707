"""``exercises/``: what each exercise is, how much of it, and what it asks of the joint behind the kneecap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from goodknee.core.knowledge import Confidence, Entry
from goodknee.core.knowledge.plan import Span, Support
from goodknee.core.knowledge.review import ReviewerRole

Block = Literal["warm_up", "power_multi", "isolation", "mobility", "cardio"]
PfjClassId = Literal["none", "low", "moderate", "high", "very_high"]
PhaseId = Literal["P0", "P1", "P2", "P3", "P4", "P5"]
TempoWord = Literal["even", "slow", "easy", "brisk", "fast", "hold"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Dose(Entry):
    """How much: exactly one of repetitions, seconds and minutes, in each set.

    Attributes:
        hold_s: How long each repetition is held.
        per: What one set counts: both legs together, each leg, or each way.
    """

    sets: int
    reps: Span | None = None
    seconds: Span | None = None
    minutes: Span | None = None
    hold_s: Span | None = None
    per: Literal["set", "leg", "way"] = "set"

    def __post_init__(self) -> None:
        given = [each for each in (self.reps, self.seconds, self.minutes) if each is not None]
        if len(given) != 1:
            raise ValueError("a dose counts in one of reps, seconds and minutes")
        if self.sets < 1 or any(each[0] <= 0 for each in (*given, self.hold_s) if each is not None):
            raise ValueError("a dose must be more than nothing")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Tempo(Entry):
    """How it moves: the seconds down, held and up; or one word where seconds are not counted."""

    down_hold_up_s: tuple[float, float, float] | None = None
    word: TempoWord | None = None

    def __post_init__(self) -> None:
        if (self.down_hold_up_s is None) == (self.word is None):
            raise ValueError("a tempo is either seconds or one word")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PeakForce(Entry):
    """A published or computed peak of the force behind the kneecap, in body weights."""

    mean_bw: float
    sd_bw: float | None = None
    of: str
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class WithoutEquipment(Entry):
    """The form of an exercise at home.

    Attributes:
        instead: What to do in its place: the first that the phase allows.
    """

    how: str | None = None
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Exercise(Entry):
    """One exercise.

    Attributes:
        cue: The few words to think of while doing it.
        in_article: The source article names it or its kind.
        block: Its place in a session.
        muscles: What it trains.
        level: 1 easiest … 5 hardest.
        phase_from: First phase in which it may appear.
        equipment: One of these is needed; empty: none is.
        helps: Nice to have.
        sides: Whether a set is done with both legs together or with each leg.
        chain: closed: the foot bears weight; open: it does not; none: a stretch.
        knee_deg: Working range of knee bend.
        range_cap: The phase's limit of knee bend cuts the range.
        pfj_class: Stress behind the kneecap; ``class_basis`` says whether a study ranked the movement.
        peak: Measured peak, where a study gives one for this movement.
        added_kg: Outer limits of what is added to the body, never a starting load.
        stop_above_nprs: Pain above this ends the set; None: the pain rules of strength work apply.
        stop_if: What else says stop or change.
        alternative: Another dose of the same exercise.
        progress_to: What follows when it has become easy.
        regress_to: What is kinder; the way down on a sore day.
        figure: Id of its drawing.
    """

    id: str
    name: str
    how: str
    cue: str
    in_article: bool
    block: Block
    muscles: tuple[str, ...]
    level: Literal[1, 2, 3, 4, 5]
    phase_from: PhaseId
    equipment: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()
    sides: Literal["both", "each"]
    chain: Literal["closed", "open", "none"]
    knee_deg: Span
    range_cap: bool = False
    pfj_class: PfjClassId
    class_basis: Literal["measured_order", "derived"]
    peak: PeakForce | None = None
    dose: Dose
    alternative: Dose | None = None
    load: str
    added_kg: Span | None = None
    rpe: Span
    tempo: Tempo
    stop_above_nprs: float | None = None
    stop_if: str | None = None
    without: WithoutEquipment | None = None
    progress_to: tuple[str, ...] = ()
    regress_to: tuple[str, ...] = ()
    figure: str | None = None
    claims: tuple[str, ...] = ()
    note: str | None = None
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ExerciseGroup(Entry):
    """One file of exercises.

    Attributes:
        about: What its grades speak of.
    """

    reviewed_on: date
    reviewer_role: ReviewerRole
    title: str
    about: str
    exercises: tuple[Exercise, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PfjClass(Entry):
    """One class of stress behind the kneecap, and the peak force that stands for it, coarsely.

    Attributes:
        order: 0 least.
        peak_bw: Wide range of the peak that stands for the class in the knee-load ledger, in body weights.
        middle_bw: Its middle.
        anchor: The measured movement that the middle comes from.
    """

    id: PfjClassId
    order: int
    means: str
    peak_bw: Span
    middle_bw: float
    anchor: str
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TempoSeconds(Entry):
    """What a word of tempo counts as, in seconds down, held and up."""

    word: TempoWord
    down_hold_up_s: tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class DailyLoad(Entry):
    """A daily movement in the knee-load ledger: its class, and how long one step of it lasts."""

    id: str
    name: str
    pfj_class: PfjClassId
    seconds: float
    peak: PeakForce | None = None
    evidence: Support


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class StressRange(Entry):
    """Where in the bend a kind of exercise loads the joint less, and where more (degrees)."""

    chain: Literal["closed", "open", "both"]
    of: str
    lower_deg: Span | None = None
    higher_deg: Span | None = None
    crossing_deg: float | None = None
    detail: str
    n: int
    sources: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class StressFact(Entry):
    """One measured fact on the stress of exercises."""

    fact: str
    n: int | None = None
    sources: tuple[str, ...]
    confidence: Confidence
    caution: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class JointLoad(Entry):
    """``exercises/joint_load.yaml``: the classes of stress, and how they enter the knee-load ledger.

    Attributes:
        evidence: Of what has none of its own.
        mean_over_peak: Mean force of one movement from straight to bent and back, as a share of its peak.
        coarse: The sentence that is told beside every such load.
    """

    reviewed_on: date
    reviewer_role: ReviewerRole
    evidence: Support
    coarse: str
    mean_over_peak: Span
    mean_over_peak_middle: float
    method: str
    classes: tuple[PfjClass, ...]
    tempos: tuple[TempoSeconds, ...]
    daily: tuple[DailyLoad, ...]
    ranges: tuple[StressRange, ...]
    facts: tuple[StressFact, ...]


def exercises_by_id(groups: Iterable[ExerciseGroup]) -> Mapping[str, Exercise]:
    """Return every exercise by its id, in the order of the files."""
    return {exercise.id: exercise for group in groups for exercise in group.exercises}
