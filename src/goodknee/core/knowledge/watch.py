"""``coefficients/watch.yaml``: every number of the watch model, with spread, unit, source and certainty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from goodknee.core.knowledge import Entry

Certainty = Literal["read", "high", "medium", "computed", "assumed"]
ConventionId = Literal["net", "co-contraction"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Coefficient(Entry):
    """A prior of an exponent or of a term of a logarithm: mean and standard deviation of one runner."""

    mean: float
    sd: float
    unit: str
    certainty: Certainty
    sources: tuple[str, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Level(Entry):
    """A prior of a positive quantity: its middle, and the standard deviation of its logarithm."""

    mean: float
    sd_ln: float
    unit: str
    certainty: Certainty
    sources: tuple[str, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RunningPriors(Entry):
    """Peak and impulse per running step, and what moves them."""

    speed_ref_mps: float
    lean_ref_deg: float
    peak_bw: Level
    impulse_bw_s: Level
    peak_speed: Coefficient
    plateau_from_mps: float
    peak_speed_plateau: Coefficient
    km_speed: Coefficient
    cadence_speed: Coefficient
    peak_cadence: Coefficient
    impulse_cadence: Coefficient
    slope: Coefficient
    steep: Coefficient
    lean: Coefficient
    forefoot_peak: Coefficient
    forefoot_impulse: Coefficient
    within_runner: Coefficient

    @property
    def step_speed(self) -> float:
        """Exponent of speed of the impulse per step: per km, plus a longer step, less the usual steps."""
        return self.km_speed.mean + 1.0 - self.cadence_speed.mean


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ShoePrior(Entry):
    """A kind of shoe against a usual cushioned one, in ln of peak and impulse."""

    id: str
    name: str
    mean: float
    sd: float
    unit: str
    certainty: Certainty
    sources: tuple[str, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class WalkingPriors(Entry):
    """Peak and impulse per walking step; a slope counts other than in running."""

    peak_bw: Level
    impulse_bw_s: Level
    slope_down: Coefficient
    slope_up: Coefficient
    speed_mps: Level
    cadence_spm: Level
    cadence_at_mps: float
    cadence_speed: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Convention(Entry):
    """How peak and impulse of running are stated: factors on the net model."""

    id: ConventionId
    peak: float
    impulse: float
    certainty: Certainty
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class GroundForce(Entry):
    """Peak force of the ground, from step time and contact time."""

    peak_shape: Level
    contact_s: Level
    contact_speed: Coefficient
    contact_measured_sd_ln: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Farthest(Entry):
    """How far from what stands in for it a channel may lie that was not recorded.

    The coefficients' own spreads count as if it lay there: a run whose channel is missing is then never surer
    than one whose channel was recorded, however unusual that run was.

    Attributes:
        cadence_ln: ln of steps a minute against the usual.
        speed_ln: ln of speed against the easy one.
        fast_ln: ln of speed above ``plateau_from_mps``.
        grade_pct: Grade, either way.
    """

    cadence_ln: float
    speed_ln: float
    fast_ln: float
    grade_pct: float
    certainty: Certainty
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Priors(Entry):
    """What stands in where something was not recorded, and how far it may be off."""

    cadence_spm: Level
    cadence_at_mps: float
    speed_mps: Level
    cadence_unknown: Coefficient
    speed_unknown: Coefficient
    grade_unknown: Coefficient
    grade_level: Coefficient
    steep_share_unknown: float
    farthest: Farthest
    coverage_unknown: Coefficient
    run_to_run_cadence_sd_ln: float
    run_to_run_speed_sd_ln: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class UsualRules(Entry):
    """How a runner's own usual is found: steps, easy pace, a usual run, and the usual range."""

    anchor_runs: int
    window_days: int
    flat_grade: float
    flat_share: float
    compare_days: int
    compare_runs: int
    compare_least_ln: float
    band_runs: int
    band: tuple[float, float]
    hard_percentile: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CleaningRules(Entry):
    """What a record may hold to be believed."""

    smooth_m: float
    clip_grade: float
    steep_from_grade: float
    most_speed_mps: float
    least_speed_mps: float
    cadence_spm: tuple[float, float]
    least_running_cadence_spm: float
    longest_walking_step_m: float
    altitude_jump_m: float
    most_steep: float
    contact_s: tuple[float, float]
    longest_gap_s: float
    least_records: int
    least_coverage: float
    worth_covering: float
    least_altitude_share: float
    least_cadence_share: float
    speed_window_s: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class GaitRules(Entry):
    """Walking or running, record by record."""

    walking_below_spm: float
    running_from_spm: float
    walking_below_mps: float
    running_from_mps: float
    surely_running_mps: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ChangeLimit(Entry):
    """How far one thing may be changed by a suggestion."""

    most: float
    unit: str
    certainty: Certainty
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class WhatIfRules(Entry):
    """What a search for a kinder run may change; ``legal``: inputs beyond are taken for a slip."""

    cadence: ChangeLimit
    distance: ChangeLimit
    walk_share: ChangeLimit
    lean: ChangeLimit
    steps_of_search: int
    shown_at_most: int
    legal: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RouteRules(Entry):
    """How a planned route is parted by slope, and what is worth telling about it."""

    piece_m: float
    kinds: tuple[float, ...]
    shortest_m: float
    longest_leap_m: float
    worth_pct: float
    certainty: Certainty
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)  # without slots, so that its look-ups are made once and kept
class WatchModel(Entry):
    """The whole of ``coefficients/watch.yaml``."""

    reviewed_on: date
    running: RunningPriors
    shoes: tuple[ShoePrior, ...]
    walking: WalkingPriors
    conventions: tuple[Convention, ...]
    ground_force: GroundForce
    priors: Priors
    usual: UsualRules
    cleaning: CleaningRules
    gait: GaitRules
    route: RouteRules
    what_if: WhatIfRules

    def convention(self, name: ConventionId) -> Convention:
        """Return the factors of one convention."""
        return next(each for each in self.conventions if each.id == name)

    @cached_property
    def shoe_by_id(self) -> Mapping[str, ShoePrior]:
        """Each kind of shoe by its id."""
        return {each.id: each for each in self.shoes}
