"""Inverse dynamics of the leg in the plane of walking: three rigid segments, from the ground up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from goodknee.core.knowledge.lab import LabModel
from goodknee.core.load.motion.low_pass import low_pass
from goodknee.core.load.motion.trial import ANKLE, HIP, KNEE, POINTS
from goodknee.core.model import Floats

#: Joint → the segment that hangs below it; each joint also carries all segments before its own.
_CHAIN: Final = ((ANKLE, "foot"), (KNEE, "shank"), (HIP, "thigh"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Legs:
    """Legs recorded on clocks of one rate and length, in the plane x forward, y up; SI units, no NaN.

    One leg is one column: a trial has two, and as many trials as are at hand may stand side by side.

    Attributes:
        rate_hz: Rows a second.
        points_m: Shape (n, 5, 2, legs): row, point as in POINTS, axis, leg.
        force_n: Force of the ground, shape (n, 2, legs).
        moment_nm: Moment of that force about the origin, shape (n, legs).
        knee_flexion_deg: NaN where it is to be read from the points, shape (n, legs).
        mass_kg: Of the whole body, shape (legs,).
    """

    rate_hz: float
    points_m: Floats
    force_n: Floats
    moment_nm: Floats
    knee_flexion_deg: Floats
    mass_kg: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class JointMoments:
    """Net internal moments, extension (at the ankle: plantarflexion) positive; each of shape (n, legs).

    ``knee_flexion_deg`` is the laboratory's own where it gave one, else that of the three joint centres.
    """

    knee_flexion_deg: Floats
    ankle_plantarflexor_nm: Floats
    knee_extension_nm: Floats
    hip_extensor_nm: Floats


def joint_moments(legs: Legs, model: LabModel, *, cutoff_hz: float) -> JointMoments:
    """Return the moments at ankle, knee and hip by Newton and Euler, points and forces filtered alike.

    Moment of the proximal segment on the distal one, about z at the joint: the sum of what the segments below
    need to move as they do, less what gravity and the ground give them.
    """
    points, force, moment = _filtered(legs, cutoff_hz)
    needed = _Needs(points=points, mass_kg=legs.mass_kg, rate_hz=legs.rate_hz, model=model)
    turning = -moment
    pushing = -force
    moments = []
    for joint, segment in _CHAIN:
        push, turn = needed.of(segment)
        pushing = pushing + push
        turning = turning + turn
        # Both are taken about the origin; a force moved to the joint leaves its moment behind.
        moments.append(turning - _cross(points[:, joint], pushing))
    ankle, knee, hip = moments
    given = legs.knee_flexion_deg
    flexion = np.where(np.isnan(given), knee_flexion_deg(points), given) if np.isnan(given).any() else given
    return JointMoments(
        knee_flexion_deg=flexion,
        ankle_plantarflexor_nm=-ankle,
        knee_extension_nm=knee,
        hip_extensor_nm=-hip,
    )


def _filtered(legs: Legs, cutoff_hz: float) -> tuple[Floats, Floats, Floats]:
    rows, _, _, count = legs.points_m.shape
    together = np.concatenate(
        [legs.points_m.reshape(rows, -1, count), legs.force_n, legs.moment_nm[:, None]], axis=1
    )
    smooth = low_pass(together, cutoff_hz=cutoff_hz, rate_hz=legs.rate_hz)
    coordinates = 2 * len(POINTS)
    points = smooth[:, :coordinates].reshape(rows, len(POINTS), 2, count)
    return points, smooth[:, coordinates : coordinates + 2], smooth[:, -1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Needs:
    """What a segment needs from outside, beyond its weight, to move as it does."""

    points: Floats
    mass_kg: Floats
    rate_hz: float
    model: LabModel

    def of(self, name: str) -> tuple[Floats, Floats]:
        """Return force (n, 2, legs), and moment about the origin (n, legs)."""
        segment = self.model.segments[name]  # type: ignore[index] # the three names of the chain
        start, end = (self.points[:, POINTS.index(each)] for each in (segment.from_point, segment.to_point))
        along = end - start
        length = np.sqrt(along[:, 0] ** 2 + along[:, 1] ** 2)
        centre = start + segment.centre_share * along
        mass = segment.mass_share * self.mass_kg
        force = mass * _second_difference(centre, self.rate_hz)
        force[:, 1] += mass * self.model.gravity_mps2
        direction = along / length[:, None]
        # For a unit vector the angular acceleration is its own cross product with its second derivative.
        spin = _cross(direction, _second_difference(direction, self.rate_hz))
        inertia = mass * (segment.gyration_share * length.mean(axis=0)) ** 2
        return force, _cross(centre, force) + inertia * spin


def knee_flexion_deg(points: Floats) -> Floats:
    """Return the angle between thigh and shank in the plane, 0 straight, shape (n, legs).

    Args:
        points: Shape (n, 5, 2, legs).
    """
    thigh, shank = points[:, KNEE] - points[:, HIP], points[:, ANKLE] - points[:, KNEE]
    dot = thigh[:, 0] * shank[:, 0] + thigh[:, 1] * shank[:, 1]
    flexion: Floats = np.degrees(np.arctan2(-_cross(thigh, shank), dot))
    return flexion


def _second_difference(values: Floats, rate_hz: float) -> Floats:
    """Return the second derivative; the end rows take that of their neighbours."""
    curved = np.empty_like(values)
    curved[1:-1] = (values[2:] - 2 * values[1:-1] + values[:-2]) * rate_hz**2
    curved[0], curved[-1] = curved[1], curved[-2]
    return curved


def _cross(one: Floats, other: Floats) -> Floats:
    product: Floats = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    return product
