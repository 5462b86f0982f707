"""``coefficients/lab.yaml``: every number of the laboratory model, each with where it is from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from goodknee.core.knowledge import Entry

Certainty = Literal["read", "high", "medium", "computed", "assumed"]
Convention = Literal["net", "co-contraction"]
Task = Literal["run", "walk", "squat"]
Point = Literal["hip", "knee", "ankle", "heel", "mtp"]
SegmentName = Literal["foot", "shank", "thigh"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Segment(Entry):
    """One segment of the leg between two points.

    Attributes:
        mass_share: Mass, as a share of the body's.
        centre_share: Where the centre of mass lies, as a share of the length from ``from_point``.
        gyration_share: Radius of gyration about the centre of mass, as a share of the length.
    """

    from_point: Point
    to_point: Point
    mass_share: float
    centre_share: float
    gyration_share: float
    certainty: Certainty
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TaskRule(Entry):
    """What a task asks of the model.

    Attributes:
        cutoff_hz: Where the low-pass, after both its passes, halves the power.
        convention: The convention that is taken when none is asked for.
        ankle_share: Gastrocnemius: part of the plantarflexor moment that the quadriceps has to make up for.
        hip_share: Hamstrings: part of the hip extensor moment that the quadriceps has to make up for.
        min_contact_s: A shorter contact is no step.
        counts_cut_contacts: Whether a contact that is cut by an end of the recording is listed.
    """

    cutoff_hz: float
    convention: Convention
    ankle_share: float
    hip_share: float
    min_contact_s: float
    counts_cut_contacts: bool
    certainty: Certainty
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Piece(Entry):
    """A polynomial of knee flexion in degrees, constant term first, up to ``below_deg`` (None: no end)."""

    below_deg: float | None
    terms: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class LeverArm(Entry):
    """Effective lever arm of the quadriceps, in metres, over knee flexion in degrees."""

    pieces: tuple[Piece, ...]
    range_deg: tuple[float, float]
    certainty: Certainty
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class QuotientRatio(Entry):
    """PFJ reaction force over quadriceps force, as a quotient of polynomials of knee flexion in degrees."""

    numerator: tuple[float, ...]
    denominator: tuple[float, ...]
    range_deg: tuple[float, float]
    certainty: Certainty
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MechanismRatio(Entry):
    """The same as 2 sin(beta / 2); ``angle_deg`` is beta as a polynomial of knee flexion, both in degrees."""

    angle_deg: tuple[float, ...]
    range_deg: tuple[float, float]
    certainty: Certainty
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ContactArea(Entry):
    """PFJ contact area in mm2: a polynomial of knee flexion in degrees, times ``loaded_factor``."""

    terms: tuple[float, ...]
    loaded_factor: float
    range_deg: tuple[float, float]
    certainty: Certainty
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ContactRule(Entry):
    """When a foot is on the ground.

    Attributes:
        threshold_n: Vertical force above which there is contact.
        noise_n: A contact reaches outwards while the force is above this; beyond it, force is noise.
        bridge_s: A shorter dip below the threshold does not end a contact, and none reaches further outwards.
    """

    threshold_n: float
    noise_n: float
    bridge_s: float
    certainty: Certainty
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TaskGuess(Entry):
    """How a task is told from the contacts where none is given.

    Attributes:
        run_below_s: A usual contact shorter than this is one of running.
        squat_from_s: A usual contact this long is one of a squat.
        both_share: Both feet down for this share of the time is a squat too.
    """

    run_below_s: float
    squat_from_s: float
    both_share: float
    certainty: Certainty
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TrialLimits(Entry):
    """What a trial must keep to, or it is refused, or mended with a note.

    Attributes:
        rows_at_least: Fewer rows are no trial.
        rate_per_cutoff: The rows a second must be at least so many times the task's cut-off.
        uneven_clock: Largest departure of one time step from the middle one, as a share of it.
        gap_s: A longer gap in a point is refused, a shorter one filled with a cubic through its neighbours.
        length_m: Thigh and shank.
        length_change_m: A thigh or shank that changes its length by more is noted.
        force_bw: A larger vertical force is a slip of units.
        reach_m: How far from the foot the force may act; beyond, force and points differ in their frame.
        flexion_off_deg: Flexion angles that are usually further from those of the joint centres are not used.
        turned_deg: A person who faces further from x is turned to face along it.
        mass_off_pct: A mean force further from the given body weight is noted.
        noise_noted_n: A usual force between steps above this is noted.
    """

    mass_kg: tuple[float, float]
    speed_mps: tuple[float, float]
    rows_at_least: int
    rate_per_cutoff: float
    uneven_clock: float
    gap_s: float
    length_m: tuple[float, float]
    length_change_m: float
    force_bw: float
    reach_m: float
    flexion_off_deg: float
    turned_deg: float
    mass_off_pct: float
    noise_noted_n: float
    certainty: Certainty
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class LabUncertainty(Entry):
    """One standard deviation of the PFJ reaction force, lognormal, in per cent."""

    between_runners_pct: float
    within_runner_pct: float
    certainty: Certainty
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Forms(Entry):
    """Which form of each equation is taken when none is asked for."""

    lever_arm: str
    force_ratio: str
    contact_area: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class LabModel(Entry):
    """All numbers of the laboratory model."""

    reviewed_on: date
    gravity_mps2: float
    segments: Mapping[SegmentName, Segment]
    tasks: Mapping[Task, TaskRule]
    usual: Forms
    lever_arms: Mapping[str, LeverArm]
    force_ratios: Mapping[str, QuotientRatio | MechanismRatio]
    contact_areas: Mapping[str, ContactArea]
    contact: ContactRule
    task_guess: TaskGuess
    limits: TrialLimits
    rise: tuple[float, float]
    uncertainty: LabUncertainty
