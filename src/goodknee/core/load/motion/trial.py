"""What a laboratory recorded of two legs: points, and the force under each foot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from goodknee.core.model import Floats, Side

#: The legs in the order in which every array of a trial holds them.
SIDES: Final[tuple[Side, ...]] = ("left", "right")
#: The points of a leg in that order; knee, ankle and hip are joint centres.
POINTS: Final = ("hip", "knee", "ankle", "heel", "mtp")
#: Below a thousandth of a plate's resolution there is no force, and so no point where it acts.
LEAST_FORCE_N: Final = 1e-6
HIP, KNEE, ANKLE, HEEL, MTP = range(len(POINTS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One recording on one clock: x forward, y up, z to the right, SI units, NaN where nothing was measured.

    Attributes:
        file: Where it is from.
        time_s: Shape (n,).
        points_m: Shape (n, 2, 5, 3): row, leg as in SIDES, point as in POINTS, axis.
        force_n: Force of the ground on each foot, shape (n, 2, 3).
        moment_nm: Moment of that force about the origin, free moment included, shape (n, 2, 3).
        knee_flexion_deg: As the laboratory's own model has it, 0 straight, NaN without one, shape (n, 2).
        notes: What was repaired or taken for granted, in sentences.
    """

    file: str
    time_s: Floats
    points_m: Floats
    force_n: Floats
    moment_nm: Floats
    knee_flexion_deg: Floats
    notes: tuple[str, ...] = ()

    @property
    def rate_hz(self) -> float:
        """Rows a second."""
        return float(1 / np.median(np.diff(self.time_s)))


def moment_about_origin(
    force_n: Floats, centre_of_pressure_m: Floats, free_moment_nm: Floats, *, noise_n: float
) -> Floats:
    """Return the moment about the origin, shape (..., 3), of a force that acts at the centre of pressure.

    Below ``noise_n`` of vertical force the centre of pressure may be missing: there it is taken as 0.
    """
    unloaded = ~(np.abs(force_n[..., 1:2]) > noise_n)
    point = np.where(unloaded & np.isnan(centre_of_pressure_m), 0.0, centre_of_pressure_m)
    moment: Floats = np.cross(point, force_n) + np.nan_to_num(free_moment_nm)
    return moment


def centre_of_pressure_m(force_n: Floats, moment_nm: Floats) -> Floats:
    """Return where the force meets y = 0, as (x, z), shape (..., 2); NaN without vertical force."""
    vertical = np.where(np.abs(force_n[..., 1]) < LEAST_FORCE_N, np.nan, force_n[..., 1])
    return np.stack([moment_nm[..., 2] / vertical, -moment_nm[..., 0] / vertical], axis=-1)
