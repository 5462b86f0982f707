"""From gathered points to a recording: the last step that GPX and TCX share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from goodknee.core.model import FOOT_SPORTS, Activity, Floats, Lap, Pause, ReadWarning, Recording, Samples
from goodknee.core.summary import SPORT_BY_PACE, Stated, paced_like_a_run, summarise
from goodknee.errors import NotAnActivityError, ReadError
from goodknee.readers.xml.times import instant
from goodknee.readers.xml.units import cadence_of_both_feet, speed_in_mps

#: Columns whose unit is still open are named after the element they come from, behind one of these.
RAW_CADENCE: Final = "cadence as in "
RAW_SPEED: Final = "speed as in "
#: More tracks, activities or laps than this are no diary of a runner, and adding them up would take long.
MAX_PARTS: Final = 10_000


_GROUND: Final = frozenset({"distance_m", "lat_deg", "lon_deg"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One activity before its samples are added up; every instant in seconds since 1970 UTC.

    Attributes:
        rows: Its points, shape (n,).
        start_s: NaN when unknown.
        pauses: From when to when the watch was stopped.
    """

    rows: NDArray[np.intp]
    start_s: float
    sport: str | None
    sub_sport: str | None = None
    device: str | None = None
    utc_offset_min: int | None = None
    stated: Stated = field(default_factory=Stated)
    pauses: Sequence[Pause] = ()
    laps: Sequence[Lap] = ()
    decisions: Mapping[str, str] = field(default_factory=dict)


def assemble(
    columns: Mapping[str, Floats],
    drafts: Sequence[Draft],
    *,
    file: str,
    file_format: Literal["gpx", "tcx"],
    warnings: Sequence[ReadWarning],
) -> Recording:
    """Settle the open units, count time from the start, and add up each activity.

    Args:
        columns: ``epoch_s``, channels, and raw columns, each of shape (n,).
        drafts: At least one; they share no rows.
        file: The file's name.
        file_format: Which format it is.
        warnings: What was wrong with the file.
    """
    base_s = next((draft.start_s for draft in drafts if not np.isnan(draft.start_s)), 0.0)
    whole = {"time_s": np.round(columns["epoch_s"] - base_s, 6)}
    activity_index = np.full(len(columns["epoch_s"]), -1, dtype=np.intp)
    activities = []
    for index, draft in enumerate(_with_sport(columns, each) for each in drafts):
        samples, decisions = _settled(columns, draft)
        activities.append(_summary(samples, draft, decisions))
        activity_index[draft.rows] = index
        for name, column in samples.columns.items():
            if name not in whole:
                # Outside all activities a value is kept where its unit is known.
                whole[name] = columns.get(name, np.full(len(activity_index), np.nan)).copy()
            if name != "time_s":
                whole[name][draft.rows] = column
    return Recording(
        file=file,
        format=file_format,
        activities=tuple(activities),
        samples=Samples(columns=whole),
        activity_index=activity_index,
        warnings=tuple(warnings),
    )


def too_many_parts(what: str, file: str) -> ReadError:
    """Make the error for a file with more than MAX_PARTS of something."""
    return ReadError(
        f"This file holds more than {MAX_PARTS:,} {what}.", where=file, next_step="Export single activities."
    )


def nothing_recorded(what: str, *, file: str, planned: bool, warnings: Sequence[ReadWarning]) -> ReadError:
    """Make the error for a document without a recording; unless it is a plan, damage may have taken it."""
    if warnings and not planned:
        return ReadError(
            f"Nothing recorded is left in this damaged file. {warnings[0].what}",
            where=f"{file}, byte {warnings[0].at_byte}",
            next_step="Export the activity once more.",
            at_byte=warnings[0].at_byte,
        )
    return NotAnActivityError(
        what, where=file, next_step="To import a run, export the activity itself from the watch or its app."
    )


def pauses_between(firsts: Sequence[int], end: int, epoch_s: Floats) -> list[Pause]:
    """Return the pauses between segments: from the last time of one to the first time of the next.

    Args:
        firsts: First row of each segment; one may be empty.
        end: The row after the last.
        epoch_s: shape (n,).
    """
    pauses = []
    last_s = np.nan
    for first, after in pairwise([*firsts, end]):
        times = epoch_s[first:after]
        start_s = first_known(times)
        if start_s > last_s:
            pauses.append(Pause(start_s=last_s, end_s=start_s))
        if not np.isnan(start_s):
            last_s = first_known(times[::-1])
    return pauses


def first_known(values: Floats) -> float:
    """Return the first known value; NaN when there is none."""
    known = np.flatnonzero(~np.isnan(values))
    return float(values[known[0]]) if len(known) else np.nan


def _with_sport(columns: Mapping[str, Floats], draft: Draft) -> Draft:
    """Return the draft; one that names no sport is a run when it was covered at a runner's pace."""
    if draft.sport is not None:
        return draft
    own = {name: columns[name][draft.rows] for name in _GROUND & columns.keys()}
    if not paced_like_a_run(Samples(columns={**own, "time_s": columns["epoch_s"][draft.rows]})):
        return draft
    decided = {**draft.decisions, "sport": SPORT_BY_PACE}
    return replace(draft, sport="running", decisions=decided)


def _settled(columns: Mapping[str, Floats], draft: Draft) -> tuple[Samples, dict[str, str]]:
    """Return the samples of one activity, with time from its own start and all units known."""
    start_s = 0.0 if np.isnan(draft.start_s) else draft.start_s
    own = {"time_s": np.round(columns["epoch_s"][draft.rows] - start_s, 6)}
    own |= {
        name: column[draft.rows]
        for name, column in columns.items()
        if name != "epoch_s" and not name.startswith((RAW_CADENCE, RAW_SPEED))
    }
    decisions = dict(draft.decisions)
    if speed := _raw(columns, draft, RAW_SPEED):
        own["speed_mps"], decisions["speed_mps"] = speed_in_mps(speed[1], Samples(columns=own))
    if cadence := _raw(columns, draft, RAW_CADENCE):
        own["cadence_spm"], decisions["cadence_spm"] = cadence_of_both_feet(
            cadence[1], Samples(columns=own), sport=draft.sport, source=cadence[0]
        )
    return Samples(columns=own), decisions


def _raw(columns: Mapping[str, Floats], draft: Draft, kind: str) -> tuple[str, Floats] | None:
    """Return source and values of the first raw column of a kind that has values in this activity."""
    named = [name for name in columns if name.startswith(kind)]
    # TCX: RunCadence is meant for runners and Cadence for bicycles, but not every watch knows.
    named.sort(key=lambda name: name.endswith("RunCadence"), reverse=draft.sport in FOOT_SPORTS)
    for name in named:
        values = columns[name][draft.rows]
        if not np.isnan(values).all():
            return name.removeprefix(kind), values
    return None


def _summary(samples: Samples, draft: Draft, decisions: Mapping[str, str]) -> Activity:
    def since_start(at_s: float) -> float:
        return at_s if np.isnan(draft.start_s) else round(at_s - draft.start_s, 6)

    return summarise(
        samples,
        sport=draft.sport,
        sub_sport=draft.sub_sport,
        started_at=instant(draft.start_s),
        utc_offset_min=draft.utc_offset_min,
        stated=draft.stated,
        pauses=[Pause(start_s=since_start(p.start_s), end_s=since_start(p.end_s)) for p in draft.pauses],
        laps=[replace(lap, start_s=since_start(lap.start_s)) for lap in draft.laps],
        device=draft.device,
        decisions=decisions,
    )
