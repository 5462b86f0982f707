"""Read the files of OpenSim: markers (.trc) and ground forces (.mot), with a map of points."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from goodknee.core.load.motion.sound_forces import forces_under_feet
from goodknee.core.load.motion.trial import POINTS, SIDES, Trial, moment_about_origin
from goodknee.core.model import Floats, Side
from goodknee.errors import ReadError
from goodknee.readers.number_table import NumberTable, table_of, text_of
from goodknee.readers.plain_yaml import plain_yaml

_METRES: Final = {"m": 1.0, "cm": 0.01, "mm": 0.001}
_LETTER: Final[Mapping[Side, str]] = {"left": "l", "right": "r"}
#: How many lines a head may have.
_HEAD_LINES: Final = 200

PointMap = Mapping[Side, Mapping[str, tuple[str, ...]]]


def read_opensim_trial(markers: Path, forces: Path, points: Path | None, *, noise_n: float) -> Trial:
    """Return a trial from a .trc file with joint centres and a .mot file with ground forces.

    Args:
        markers: The .trc file.
        forces: The .mot file; its rate may differ, its values are taken at the times of the markers.
        points: YAML: for ``left`` and ``right``, the name in the .trc file of hip, knee, ankle, heel and mtp;
            two names stand for the middle between them. None: the file itself names them ``hip_l`` and so on.
        noise_n: Below this vertical force a plate carries nothing.

    Raises:
        ReadError: A file cannot be read, or joint centres are not there; all that is missing is named.
    """
    seen, where_m, notes = _read_trc(markers)
    names = _point_map(points) if points else _own_names()
    points_m = _points(where_m, names, file=str(points or markers), markers=str(markers))
    table, head_notes = _read_mot(forces)
    force_n, moment_nm = _forces_at(seen, table, points_m, noise_n)
    return Trial(
        file=str(markers),
        time_s=seen,
        points_m=points_m,
        force_n=force_n,
        moment_nm=moment_nm,
        knee_flexion_deg=np.full((len(seen), len(SIDES)), np.nan),
        notes=(*notes, *head_notes),
    )


# --- markers ---------------------------------------------------------------------------------------------


def _read_trc(path: Path) -> tuple[Floats, Mapping[str, Floats], list[str]]:
    """Return times (n,), name → (n, 3) in metres, and notes."""
    lines = text_of(path).splitlines()
    if not lines or not lines[0].startswith("PathFileType"):
        raise ReadError(
            "This is no .trc file: its first line does not begin with PathFileType.",
            where=str(path),
            next_step="Give the marker file (.trc), or a trial as CSV.",
        )
    head = next((at for at, line in enumerate(lines[:_HEAD_LINES]) if line.startswith("Frame#")), None)
    if head is None:
        raise ReadError(
            "No line begins with Frame#, so the markers have no names.",
            where=str(path),
            next_step="Export the markers once more.",
        )
    factor = _unit(lines[:head], path)
    markers = [name.strip() for name in lines[head].split("\t")[2:] if name.strip()]
    columns = ["frame", "time", *(f"{name}\t{axis}" for name in markers for axis in "xyz")]
    rows = (
        (at, line.split("\t")) for at, line in enumerate(lines[head + 2 :], start=head + 3) if line.strip()
    )
    table = table_of(columns, rows, file=str(path))
    where_m = {name: factor * table.take([f"{name}\t{axis}" for axis in "xyz"]) for name in markers}
    lost = 0
    for each in where_m.values():
        nowhere = (each == 0).all(axis=1)
        each[nowhere] = np.nan
        lost += int(nowhere.sum())
    notes = [f"{lost} marker positions of exactly 0, 0, 0 were taken as missing."] if lost else []
    return table.columns["time"], where_m, notes


def _unit(head: Sequence[str], path: Path) -> float:
    words = [line.split("\t") for line in head]
    for names, values in pairwise(words):
        if "Units" in names and names.index("Units") < len(values):
            unit = values[names.index("Units")].strip()
            if unit in _METRES:
                return _METRES[unit]
            raise ReadError(
                f"The unit {unit[:20]!r} is not one of m, cm, mm.",
                where=str(path),
                next_step="Set Units in the head of the file.",
            )
    raise ReadError(
        "The head does not say the unit of the markers.",
        where=str(path),
        next_step="Add Units (m, cm or mm) to the head of the file.",
    )


def _points(where_m: Mapping[str, Floats], names: PointMap, *, file: str, markers: str) -> Floats:
    missing = [
        f"{side} {point}" + (f" ({', '.join(unknown)})" if unknown else "")
        for side in SIDES
        for point in POINTS
        if (unknown := [name for name in names[side].get(point, ()) if name not in where_m])
        or point not in names[side]
    ]
    if missing:
        raise ReadError(
            f"Points are missing: {'; '.join(missing)}.",
            where=file,
            next_step=f"Skin markers alone will not do: add joint centres to {markers} and name them in "
            "--points, with heel and mtp.",
        )
    middle = [
        np.mean([where_m[name] for name in names[side][point]], axis=0) for side in SIDES for point in POINTS
    ]
    return np.stack(middle, axis=1).reshape(len(middle[0]), len(SIDES), len(POINTS), 3)


def _own_names() -> PointMap:
    return {side: {point: (f"{point}_{_LETTER[side]}",) for point in POINTS} for side in SIDES}


def _point_map(path: Path) -> PointMap:
    try:
        plain = plain_yaml(text_of(path))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _bad_map("This is not plain YAML.", path) from error
    if not isinstance(plain, Mapping) or set(plain) != set(SIDES):
        raise _bad_map("It needs two parts, left and right.", path)
    return {side: dict(_side_map(plain[side], side, path)) for side in SIDES}


def _side_map(plain: Any, side: Side, path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    if not isinstance(plain, Mapping):
        raise _bad_map(f"{side} holds no points.", path)
    for point, name in plain.items():
        names = tuple(name) if isinstance(name, list) else (name,)
        if point not in POINTS:
            raise _bad_map(f"There is no point {str(point)[:20]!r}; there are {', '.join(POINTS)}.", path)
        if len(names) not in {1, 2} or not all(isinstance(each, str) for each in names):
            raise _bad_map(f"{side} {point} needs one name, or two for the middle between them.", path)
        yield point, names


def _bad_map(what: str, path: Path) -> ReadError:
    return ReadError(what, where=str(path), next_step="See docs/reference/lab-files.md for a map of points.")


# --- forces ----------------------------------------------------------------------------------------------


def _read_mot(path: Path) -> tuple[NumberTable, list[str]]:
    """Return the table of a .mot file; one without a head is read when its first line names the columns."""
    lines = text_of(path).splitlines()
    ends = (at for at, line in enumerate(lines[:_HEAD_LINES]) if line.strip().lower() == "endheader")
    end = next(ends, None)
    filled = [at for at, line in enumerate(lines) if line.strip() and (end is None or at > end)]
    if not filled or lines[filled[0]].split()[0].lower() != "time":
        raise ReadError(
            "This is no .mot file: no line that begins with time names the columns.",
            where=str(path),
            next_step="Export the forces once more, with their head.",
        )
    head = filled[0]
    names = ["time", *lines[head].split()[1:]]
    rows = ((at + 1, lines[at].split()) for at in filled[1:])
    notes = [] if end is not None else [f"{path.name} has no head; its first line names the columns."]
    return table_of(names, rows, file=str(path)), notes


def _forces_at(time_s: Floats, table: NumberTable, points_m: Floats, noise_n: float) -> tuple[Floats, Floats]:
    """Return force and moment of each foot at the times of the markers, (n, 2, 3)."""
    plates = dict(_plates(table))
    measured_s = table.columns["time"]
    if (
        not (np.diff(measured_s) > 0).all()
        or not measured_s[0] < time_s[-1]
        or not time_s[0] < measured_s[-1]
    ):
        raise ReadError(
            "The times of the forces do not rise, or are not those of the markers.",
            where=table.file,
            next_step="Give the force file of the same trial.",
        )
    sides = [_side_of(prefix) for prefix in plates]
    at_markers = {
        prefix: tuple(_at(time_s, measured_s, each) for each in _wrench(table, names, noise_n))
        for prefix, names in plates.items()
    }
    force = np.stack([force for force, _ in at_markers.values()], axis=1)
    moment = np.stack([moment for _, moment in at_markers.values()], axis=1)
    if sorted(filter(None, sides)) == sorted(SIDES) and len(sides) == len(SIDES):
        order = [sides.index(side) for side in SIDES]
        return force[:, order], moment[:, order]
    return forces_under_feet(force, moment, points_m, noise_n=noise_n)


def _plates(table: NumberTable) -> Iterator[tuple[str, list[str]]]:
    """Yield for each plate its name and its nine columns: force, centre of pressure, free moment."""
    for name in table.columns:
        if not name.lower().endswith("_vy"):
            continue
        prefix = name[:-2]
        force, centre = ([f"{prefix}{kind}{axis}" for axis in "xyz"] for kind in ("v", "p"))
        table.require([*force, *centre])
        yield prefix, [*force, *centre, *_free_moment(prefix, table)]
    if not any(name.lower().endswith("_vy") for name in table.columns):
        raise ReadError(
            "No column holds a vertical force: none ends in _vy.",
            where=table.file,
            next_step="Name the columns as OpenSim does: ground_force_1_vx, …_vy, …_vz, …_px, …_py, …_pz.",
        )


def _free_moment(prefix: str, table: NumberTable) -> list[str]:
    for stem in (f"{prefix}m", prefix.replace("force", "torque"), prefix.replace("force", "moment")):
        names = [f"{stem}{axis}" for axis in "xyz"]
        if all(name in table.columns for name in names):
            return names
    return []


def _wrench(table: NumberTable, names: list[str], noise_n: float) -> tuple[Floats, Floats]:
    force, centre = table.take(names[:3]), table.take(names[3:6])
    free = table.take(names[6:]) if len(names) > 6 else np.zeros_like(force)
    return force, moment_about_origin(force, centre, free, noise_n=noise_n)


def _side_of(prefix: str) -> Side | None:
    words = re.split(r"[^a-z]+", prefix.lower())
    found: list[Side] = [side for side in SIDES if side in words or _LETTER[side] in words]
    return found[0] if len(found) == 1 else None


def _at(time_s: Floats, measured_s: Floats, values: Floats) -> Floats:
    """Return the values at other times; NaN outside, and where a value beside is missing."""
    # Half a microsecond: the same instant, written with fewer digits, is the same instant.
    inside = (time_s >= measured_s[0] - 5e-7) & (time_s <= measured_s[-1] + 5e-7)
    there = np.stack([np.interp(time_s, measured_s, column) for column in values.T], axis=1)
    there[~inside] = np.nan
    return there
