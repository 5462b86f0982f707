"""Read a motion trial: a table with joint centres and forces, one row per instant (CSV)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from goodknee.core.load.motion.trial import POINTS, SIDES, Trial, moment_about_origin
from goodknee.core.model import Floats
from goodknee.errors import ReadError
from goodknee.readers.number_table import NumberTable, table_of, text_of

_AXES: Final = ("x", "y", "z")
_LETTER: Final = {"left": "l", "right": "r"}


def read_trial(path: Path, *, noise_n: float) -> Trial:
    """Return the trial of a CSV file: columns as ``knee_r_x`` (m), ``grf_r_y_N``, ``cop_r_x_m``.

    ``grm_r_x_Nm`` (free moment) and ``knee_flex_r_deg`` are taken when they are there.

    Args:
        path: The file.
        noise_n: Below this vertical force a missing centre of pressure is no gap.

    Raises:
        ReadError: It cannot be read, or a column that is needed is not there.
    """
    lines = text_of(path).splitlines()
    if not lines or "," not in lines[0]:
        raise ReadError(
            "This is no table of a trial: its first line holds no names of columns.",
            where=str(path),
            next_step="Give a CSV file with a head, or MARKERS.trc with --grf and --points.",
        )
    names = [name.strip() for name in lines[0].rstrip(",").split(",")]
    rows = ((at, line.split(",")) for at, line in enumerate(lines[1:], start=2) if line.strip())
    return _trial(table_of(names, rows, file=str(path)), noise_n)


def _trial(table: NumberTable, noise_n: float) -> Trial:
    points = [f"{point}_{_LETTER[side]}_{axis}" for side in SIDES for point in POINTS for axis in _AXES]
    forces, centres, free = (
        [template.format(_LETTER[side], axis) for side in SIDES for axis in _AXES]
        for template in ("grf_{}_{}_N", "cop_{}_{}_m", "grm_{}_{}_Nm")
    )
    table.require(["time", *points, *forces, *centres])
    time_s = table.columns["time"]
    shape = (len(time_s), len(SIDES), len(_AXES))
    force_n = table.take(forces).reshape(shape)
    return Trial(
        file=table.file,
        time_s=time_s,
        points_m=table.take(points).reshape(len(time_s), len(SIDES), len(POINTS), len(_AXES)),
        force_n=force_n,
        moment_nm=moment_about_origin(
            force_n,
            table.take(centres).reshape(shape),
            _when_there(table, free).reshape(shape),
            noise_n=noise_n,
        ),
        knee_flexion_deg=_when_there(table, [f"knee_flex_{_LETTER[side]}_deg" for side in SIDES]),
    )


def _when_there(table: NumberTable, names: list[str]) -> Floats:
    nothing = np.full(len(table.columns["time"]), np.nan)
    return np.stack([table.columns.get(name, nothing) for name in names], axis=-1)
