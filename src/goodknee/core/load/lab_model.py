"""The laboratory model: from joint moments to the forces at the kneecap.

Muscles are not measured. The net moment at the knee is what the quadriceps gives *less* what gastrocnemius
and hamstrings take away, so there are two conventions, and a comparison keeps to one of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goodknee.core.knowledge.lab import (
    ContactArea,
    Convention,
    LabModel,
    LeverArm,
    MechanismRatio,
    QuotientRatio,
    Task,
)
from goodknee.core.load.motion.planar_dynamics import JointMoments, Legs, joint_moments
from goodknee.core.model import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class LabForms:
    """What was chosen: how the knee is loaded, which convention, and which form of each equation."""

    task: Task
    convention: Convention
    lever_arm: str
    force_ratio: str
    contact_area: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KneeLoad:
    """The load of each knee, each of shape (n, legs).

    Attributes:
        moments: What the dynamics gave.
        quadriceps_force_n: 0 where the knee needs no extension.
        pfjrf_n: Patellofemoral joint reaction force.
        pfj_stress_mpa: That force over the contact area.
        extrapolated: Flexion outside the range of lever arm or force ratio, and so held at its end.
        stress_extrapolated: Flexion outside the range of the contact area, and so held at its end.
    """

    moments: JointMoments
    quadriceps_force_n: Floats
    pfjrf_n: Floats
    pfj_stress_mpa: Floats
    extrapolated: NDArray[np.bool_]
    stress_extrapolated: NDArray[np.bool_]


def knee_load(legs: Legs, in_contact: NDArray[np.bool_], forms: LabForms, model: LabModel) -> KneeLoad:
    """Return the load of each knee over time.

    Args:
        legs: The recording.
        in_contact: Where the foot is on the ground, shape (n, legs): co-contraction is added there alone.
        forms: Task, convention and forms of the equations.
        model: The numbers.
    """
    task = model.tasks[forms.task]
    moments = joint_moments(legs, model, cutoff_hz=task.cutoff_hz)
    demand = moments.knee_extension_nm
    if forms.convention == "co-contraction":
        demand = demand + in_contact * co_contraction_nm(
            moments, ankle_share=task.ankle_share, hip_share=task.hip_share
        )
    lever, ratio = model.lever_arms[forms.lever_arm], model.force_ratios[forms.force_ratio]
    area = model.contact_areas[forms.contact_area]
    flexion = moments.knee_flexion_deg
    quadriceps = np.maximum(demand, 0.0) / lever_arm_m(_held(flexion, lever.range_deg), lever)
    pfjrf = force_ratio(_held(flexion, ratio.range_deg), ratio) * quadriceps
    return KneeLoad(
        moments=moments,
        quadriceps_force_n=quadriceps,
        pfjrf_n=pfjrf,
        pfj_stress_mpa=pfjrf / contact_area_mm2(_held(flexion, area.range_deg), area),
        extrapolated=_outside(flexion, lever.range_deg) | _outside(flexion, ratio.range_deg),
        stress_extrapolated=_outside(flexion, area.range_deg),
    )


def co_contraction_nm(moments: JointMoments, *, ankle_share: float, hip_share: float) -> Floats:
    """Return what gastrocnemius and hamstrings take from knee extension while they work at ankle and hip."""
    gastrocnemius = ankle_share * np.maximum(moments.ankle_plantarflexor_nm, 0.0)
    hamstrings = hip_share * np.maximum(moments.hip_extensor_nm, 0.0)
    taken: Floats = gastrocnemius + hamstrings
    return taken


def lever_arm_m(knee_flexion_deg: Floats, lever: LeverArm) -> Floats:
    """Return the effective lever arm of the quadriceps: the equation itself, valid in ``lever.range_deg``."""
    pieces = [_polynomial(knee_flexion_deg, piece.terms) for piece in lever.pieces]
    if len(pieces) == 1:
        return pieces[0]
    ends = [knee_flexion_deg < piece.below_deg for piece in lever.pieces if piece.below_deg is not None]
    return np.select(ends, pieces[:-1], pieces[-1])


def force_ratio(knee_flexion_deg: Floats, ratio: QuotientRatio | MechanismRatio) -> Floats:
    """Return PFJ reaction force over quadriceps force: the equation itself, valid in ``ratio.range_deg``."""
    if isinstance(ratio, MechanismRatio):
        chord: Floats = 2 * np.sin(np.radians(_polynomial(knee_flexion_deg, ratio.angle_deg)) / 2)
        return chord
    return _polynomial(knee_flexion_deg, ratio.numerator) / _polynomial(knee_flexion_deg, ratio.denominator)


def contact_area_mm2(knee_flexion_deg: Floats, area: ContactArea) -> Floats:
    """Return the PFJ contact area: the equation itself, valid in ``area.range_deg``."""
    return area.loaded_factor * _polynomial(knee_flexion_deg, area.terms)


def _polynomial(at: Floats, terms: tuple[float, ...]) -> Floats:
    value = np.full_like(at, terms[-1])
    for term in terms[-2::-1]:
        value *= at
        value += term
    return value


def _held(value: Floats, within: tuple[float, float]) -> Floats:
    return np.clip(value, *within)


def _outside(value: Floats, within: tuple[float, float]) -> NDArray[np.bool_]:
    return (value < within[0]) | (value > within[1])
