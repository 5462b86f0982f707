"""TCX: activities of laps of tracks of points; totals stand in the laps.

A second track within a lap means a pause. Courses are planned routes. The start is that of the first lap when
it fits the first point, else the first point; a watch without a date (a pool watch that counts from its own
start) gets the date of the activity's Id.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import fsum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from goodknee.core.model import Floats, Lap, Pause, Recording
from goodknee.core.summary import Stated
from goodknee.readers.xml.points import PointTable, number, without_impossible_positions, without_wild_dates
from goodknee.readers.xml.recording import (
    MAX_PARTS,
    RAW_CADENCE,
    Draft,
    assemble,
    first_known,
    nothing_recorded,
    pauses_between,
    too_many_parts,
)
from goodknee.readers.xml.sports import sport_of
from goodknee.readers.xml.stream import Element, LocalNames, Shape, collect
from goodknee.readers.xml.times import instant, parse_time

#: No activity lasts longer.
FAR_S: Final = 30 * 86400.0

_SHAPE: Final = Shape(
    root="TrainingCenterDatabase",
    containers=frozenset(
        {"Activities", "MultiSportSession", "FirstSport", "NextSport", "Activity", "Lap", "Track"}
    ),
    point="Trackpoint",
)
_CHANNELS: Final = {
    "Time": "epoch_s",
    "LatitudeDegrees": "lat_deg",
    "LongitudeDegrees": "lon_deg",
    "AltitudeMeters": "altitude_m",
    "Speed": "speed_mps",
    "DistanceMeters": "distance_m",
    "HeartRateBpm": "heart_rate_bpm",
    "Watts": "power_w",
    "RunCadence": RAW_CADENCE + "RunCadence",
    "Cadence": RAW_CADENCE + "Cadence",
}


@dataclass(slots=True)
class _Lap:
    """One lap as the file has it; ``tracks`` holds the first row of each."""

    first: int
    start_s: float
    timer_s: float = np.nan
    distance_m: float = np.nan
    trigger: str | None = None
    tracks: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Activity:
    first: int
    sport: str | None
    id_s: float = np.nan
    device: str | None = None
    laps: list[_Lap] = field(default_factory=list)
    end: int = 0

    def rows(self) -> NDArray[np.intp]:
        return np.arange(self.first, max(self.end, self.first), dtype=np.intp)

    def holds_anything(self) -> bool:
        return self.end > self.first or any(lap.timer_s > 0 for lap in self.laps)


class _Tcx:
    """Collects the activities of one document."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.points = PointTable(_CHANNELS, file=file)
        self.activities: list[_Activity] = []
        self.has_course = False
        self._in_activity = False
        self._parts = 0
        self._take: dict[str, Callable[[Element], None]] = {
            "Activity": self._activity,
            "Lap": self._lap,
            "Track": self._track,
            "Trackpoint": self._point,
            "Courses": self._course,
            "Course": self._course,
            "Id": self._id,
            "Creator": self._creator,
            "TotalTimeSeconds": self._timer,
            "DistanceMeters": self._distance,
            "TriggerMethod": self._trigger,
        }

    def take(self, name: str, element: Element) -> None:
        taker = self._take.get(name)
        if taker and (self._in_activity or name in {"Activity", "Courses", "Course"}):
            taker(element)

    def _activity(self, element: Element) -> None:
        self._count()
        self._in_activity = True
        self.activities.append(_Activity(first=self.points.count, sport=element.get("Sport")))

    def _course(self, _: Element) -> None:
        self.has_course, self._in_activity = True, False

    def _lap(self, element: Element) -> None:
        self._count()
        start_s = parse_time(element.get("StartTime"))
        self.activities[-1].laps.append(_Lap(first=self.points.count, start_s=start_s))

    def _track(self, _: Element) -> None:
        self._count()
        for lap in self.activities[-1].laps[-1:]:
            lap.tracks.append(self.points.count)

    def _point(self, element: Element) -> None:
        self.points.add(element)
        self.activities[-1].end = self.points.count

    def _id(self, element: Element) -> None:
        # A session of several sports has an Id, too, which may stand after an activity.
        if np.isnan(self.activities[-1].id_s):
            self.activities[-1].id_s = parse_time(element.text)

    def _creator(self, element: Element) -> None:
        names = LocalNames()
        name = next((child.text for child in element if names[child.tag] == "Name"), None)
        self.activities[-1].device = name.strip()[:200] if name else None

    def _timer(self, element: Element) -> None:
        for lap in self.activities[-1].laps[-1:]:
            lap.timer_s = number(element.text)

    def _distance(self, element: Element) -> None:
        for lap in self.activities[-1].laps[-1:]:
            lap.distance_m = number(element.text)

    def _trigger(self, element: Element) -> None:
        for lap in self.activities[-1].laps[-1:]:
            lap.trigger = (element.text or "").strip().lower()[:40] or None

    def _count(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise too_many_parts("activities, laps and tracks", self._file)


def read_tcx(data: bytes, *, file: str) -> Recording:
    """Read a TCX file.

    Args:
        data: The file, unpacked.
        file: Its name, for errors and for the recording.

    Raises:
        NotAnActivityError: It holds a course or a workout, but nothing that was recorded.
        ReadError: It is too damaged, or not safe to read.
    """
    tcx, warnings = collect(data, file=file, shape=_SHAPE, new=lambda: _Tcx(file))
    columns, off_globe = without_impossible_positions(tcx.points.columns())
    recorded = [activity for activity in tcx.activities if activity.holds_anything()]
    if not recorded:
        holds = "a planned route" if tcx.has_course else "no points and no laps"
        what = f"This TCX file holds {holds}, not a recorded run."
        raise nothing_recorded(what, file=file, planned=tcx.has_course, warnings=warnings)
    warnings = [*warnings, *tcx.points.warnings(), *off_globe]
    epoch_s = columns["epoch_s"]
    for rows in (activity.rows() for activity in recorded):
        epoch_s[rows], wild_dates = without_wild_dates(epoch_s[rows])
        warnings += wild_dates
    drafts = [_draft(activity, columns) for activity in recorded]
    return assemble(columns, drafts, file=file, file_format="tcx", warnings=warnings)


def _draft(activity: _Activity, columns: dict[str, Floats]) -> Draft:
    """Find start and totals. The times of a watch without a date are moved to their day, in place."""
    rows, epoch_s, distance_m = activity.rows(), columns["epoch_s"], columns.get("distance_m")
    start_s = _start(activity, epoch_s[rows])
    decisions = {}
    if instant(start_s) is None and instant(activity.id_s):
        shift_s = 0.0 if np.isnan(start_s) else activity.id_s - start_s
        epoch_s[rows] += shift_s
        for lap in activity.laps:
            lap.start_s += shift_s
        start_s = activity.id_s
        decisions["started_at"] = "the activity's Id; its records count from the device's own clock"
    laps = _laps(activity, epoch_s, start_s)
    sport, sub_sport = sport_of(activity.sport) or (None, None)
    return Draft(
        rows=rows,
        start_s=start_s,
        sport=sport,
        sub_sport=sub_sport,
        device=activity.device,
        stated=_stated(laps, epoch_s[rows], None if distance_m is None else distance_m[rows], start_s),
        pauses=_pauses(activity, epoch_s),
        laps=laps,
        decisions=decisions,
    )


def _start(activity: _Activity, times: Floats) -> float:
    first_point_s = first_known(times)
    for lap in activity.laps:
        if np.isnan(lap.start_s):
            continue
        before_s = first_point_s - lap.start_s
        lasted_s = sum(each.timer_s for each in activity.laps if each.timer_s > 0)
        return lap.start_s if np.isnan(before_s) or 0 <= before_s <= max(lasted_s, 60.0) else first_point_s
    return first_point_s


def _laps(activity: _Activity, epoch_s: Floats, start_s: float) -> list[Lap]:
    laps = []
    known_s = start_s
    for lap, end in zip(activity.laps, _ends(activity), strict=True):
        # A start far outside the activity is that of another clock.
        near = -60.0 <= lap.start_s - start_s <= FAR_S
        in_lap_s = first_known(epoch_s[lap.first : end])
        known_s = lap.start_s if near else known_s if np.isnan(in_lap_s) else in_lap_s
        laps.append(
            Lap(
                start_s=known_s,
                timer_s=lap.timer_s if lap.timer_s >= 0 else None,
                distance_m=lap.distance_m if lap.distance_m >= 0 else None,
                trigger=lap.trigger,
            )
        )
    return laps


def _stated(laps: list[Lap], times: Floats, distance_m: Floats | None, start_s: float) -> Stated:
    """Totals as the laps state them; a sum of 0 is what software writes that does not know."""
    timers = [lap.timer_s for lap in laps if lap.timer_s is not None]
    distances = [lap.distance_m for lap in laps if lap.distance_m is not None]
    ends = [lap.start_s + (lap.timer_s or 0.0) for lap in laps] + times[~np.isnan(times)].tolist()
    lasted_s = round(max(ends) - start_s, 6) if ends else np.nan
    covered_m = _range(distance_m) if distances else 0.0
    if covered_m > 1.05 * fsum(distances) + 100.0:
        # Some exports leave out laps: these are not the whole.
        timers, distances = [], []
    timer_s = round(fsum(timers), 6) or None if len(timers) == len(laps) else None
    # Laps may overlap; then what they add up to is the least that it can have lasted.
    elapsed_s = max(lasted_s, timer_s or 0.0) if lasted_s > 0 else None
    return Stated(
        elapsed_s=elapsed_s,
        timer_s=timer_s,
        distance_m=round(fsum(distances), 6) or None if len(distances) == len(laps) else None,
    )


def _range(values: Floats | None) -> float:
    known = np.empty(0) if values is None else values[~np.isnan(values)]
    return float(np.ptp(known)) if len(known) else 0.0


def _pauses(activity: _Activity, epoch_s: Floats) -> list[Pause]:
    """Between the tracks of a lap."""
    pauses = []
    for lap, end in zip(activity.laps, _ends(activity), strict=True):
        pauses += pauses_between(lap.tracks, end, epoch_s)
    return pauses


def _ends(activity: _Activity) -> list[int]:
    """The row after each lap."""
    firsts = [lap.first for lap in activity.laps]
    return [*firsts[1:], max(activity.end, activity.first)][: len(firsts)]
