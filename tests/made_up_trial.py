"""A person on a treadmill who never was: legs that swing like pendulums, forces like half waves."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from goodknee.core.load.motion.trial import POINTS, SIDES, Trial, moment_about_origin

Array = NDArray[np.float64]
THIGH_M, SHANK_M, HIP_HEIGHT_M, HALF_WIDTH_M = 0.42, 0.40, 0.90, 0.08
STRIDE_S, STANCE_S = 0.7, 0.25


@dataclass(kw_only=True)
class MadeUp:
    """What a laboratory would export; change it before it becomes a trial or a table."""

    rate_hz: float = 100.0
    seconds: float = 2.5
    peak_n: float = 1500.0
    time_s: Array = field(init=False)
    points_m: Array = field(init=False)
    force_n: Array = field(init=False)
    centre_m: Array = field(init=False)
    free_nm: Array = field(init=False)

    def __post_init__(self) -> None:
        self.time_s = np.arange(round(self.seconds * self.rate_hz)) / self.rate_hz
        legs = [self._leg(side, 0.5 * at * STRIDE_S) for at, side in enumerate(SIDES)]
        self.points_m, self.force_n, self.centre_m = (
            np.stack([leg[part] for leg in legs], axis=1) for part in range(3)
        )
        self.free_nm = np.zeros_like(self.force_n)

    def _leg(self, side: str, later_s: float) -> tuple[Array, Array, Array]:
        phase = 2 * np.pi * (self.time_s - later_s - 0.2) / STRIDE_S
        thigh, knee = 0.3 + 0.4 * np.cos(phase), 0.7 - 0.35 * np.cos(2 * phase)
        z = np.full_like(phase, HALF_WIDTH_M if side == "right" else -HALF_WIDTH_M)
        hip = np.stack([0 * phase, HIP_HEIGHT_M + 0.03 * np.cos(2 * phase), z], axis=1)
        down = np.stack([np.sin(thigh), -np.cos(thigh), 0 * phase], axis=1)
        below = np.stack([np.sin(thigh - knee), -np.cos(thigh - knee), 0 * phase], axis=1)
        at_knee = hip + THIGH_M * down
        at_ankle = at_knee + SHANK_M * below
        heel, toes = (at_ankle + np.array([ahead, -0.06, 0.0]) for ahead in (-0.05, 0.13))
        since = np.mod(self.time_s - later_s - 0.1, STRIDE_S)
        wave = np.where(since < STANCE_S, np.sin(np.pi * since / STANCE_S), 0.0)
        force = self.peak_n * np.stack([0.1 * wave * np.cos(phase), wave, 0 * wave], axis=1)
        centre = (heel + 2 * toes) / 3
        centre[:, 1] = 0.0
        return np.stack([hip, at_knee, at_ankle, heel, toes], axis=1), force, centre

    def trial(self) -> Trial:
        """Return it as the core takes it."""
        return Trial(
            file="made up",
            time_s=self.time_s,
            points_m=self.points_m.copy(),
            force_n=self.force_n.copy(),
            moment_nm=moment_about_origin(self.force_n, self.centre_m, self.free_nm, noise_n=20.0),
            knee_flexion_deg=np.full((len(self.time_s), 2), np.nan),
        )

    def csv(self) -> str:
        """Return it as the table that `goodknee lab` reads."""
        columns = {"time": self.time_s}
        for leg, side in enumerate(SIDES):
            for at, axis in enumerate("xyz"):
                for number, point in enumerate(POINTS):
                    columns[f"{point}_{side[0]}_{axis}"] = self.points_m[:, leg, number, at]
                columns[f"grf_{side[0]}_{axis}_N"] = self.force_n[:, leg, at]
                columns[f"cop_{side[0]}_{axis}_m"] = self.centre_m[:, leg, at]
        return _lines(",", [",".join(columns)], np.stack(list(columns.values()), axis=1))

    def trc(self, unit: str = "mm") -> str:
        """Return its points as a .trc file, named as in `map_yaml`."""
        factor = {"m": 1, "mm": 1000}[unit]
        names = [f"{side[0].upper()}_{point}" for side in SIDES for point in POINTS]
        axes = "\t".join(f"{axis}{n}" for n in range(1, 11) for axis in "XYZ")
        head = [
            "PathFileType\t4\t(X/Y/Z)\tmade up",
            "DataRate\tNumFrames\tUnits",
            f"{self.rate_hz}\t{len(self.time_s)}\t{unit}",
            "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
            f"\t\t{axes}",
            "",
        ]
        rows = self.points_m.reshape(len(self.time_s), -1) * factor
        frames = np.arange(1.0, len(rows) + 1)
        return _lines("\t", head, np.column_stack([frames, self.time_s, rows]))

    def mot(self, prefixes: tuple[str, str] = ("ground_force_2_", "ground_force_1_")) -> str:
        """Return its forces as a .mot file, left plate first."""
        names, columns = ["time"], [self.time_s]
        for leg, prefix in enumerate(prefixes):
            for kind, values in (("v", self.force_n), ("p", self.centre_m), ("m", self.free_nm)):
                for at, axis in enumerate("xyz"):
                    names.append(f"{prefix}{kind}{axis}")
                    columns.append(values[:, leg, at])
        head = ["made up", f"nRows={len(self.time_s)}", "endheader", "\t".join(names)]
        return _lines("\t", head, np.stack(columns, axis=1))


def map_yaml() -> str:
    """Return the map of points that belongs to `MadeUp.trc`."""
    lines = [
        f"{side}: {{{', '.join(f'{point}: {side[0].upper()}_{point}' for point in POINTS)}}}"
        for side in SIDES
    ]
    return "\n".join(lines) + "\n"


def _lines(between: str, head: list[str], rows: Array) -> str:
    body = [between.join("" if value != value else repr(value) for value in row) for row in rows.tolist()]
    return "\n".join([*head, *body]) + "\n"
