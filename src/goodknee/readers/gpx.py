"""GPX: tracks of points with position and time; all else is an extension that every writer names otherwise.

A new segment means a pause. Several tracks are one activity unless more than an hour or the sport lies
between them. A track without any time was planned, not recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from goodknee.core.model import Floats, Recording
from goodknee.errors import ReadError
from goodknee.readers.xml.points import PointTable, without_impossible_positions, without_wild_dates
from goodknee.readers.xml.recording import (
    MAX_PARTS,
    RAW_CADENCE,
    RAW_SPEED,
    Draft,
    assemble,
    first_known,
    nothing_recorded,
    pauses_between,
    too_many_parts,
)
from goodknee.readers.xml.sports import Sport, sport_in_name, sport_of
from goodknee.readers.xml.stream import Element, Shape, collect

#: Tracks farther apart than this are activities of their own.
TRACK_GAP_S: Final = 3600.0

_SHAPE: Final = Shape(root="gpx", containers=frozenset({"trk", "trkseg"}), point="trkpt")
_CHANNELS: Final = {
    "time": "epoch_s",
    "lat": "lat_deg",
    "lon": "lon_deg",
    "ele": "altitude_m",
    "distance": "distance_m",
    "hr": "heart_rate_bpm",
    "heartrate": "heart_rate_bpm",
    "heartRate": "heart_rate_bpm",
    "power": "power_w",
    "PowerInWatts": "power_w",
    "atemp": "temperature_c",
    "temp": "temperature_c",
    "Temperature": "temperature_c",
    "temperature": "temperature_c",
    "speed": RAW_SPEED + "speed",
    "cad": RAW_CADENCE + "cad",
    "cadence": RAW_CADENCE + "cadence",
    "RunCadence": RAW_CADENCE + "RunCadence",
}


@dataclass(slots=True)
class _Track:
    """One ``trk``: what it says about itself, and the first row of each of its segments."""

    type: str | None = None
    name: str | None = None
    segments: list[int] = field(default_factory=list)
    end: int = 0

    def sport(self) -> tuple[Sport, dict[str, str]]:
        if known := sport_of(self.type):
            return known, {}
        if told := sport_in_name(self.name):
            return told, {"sport": f"from the name {self.name!r}"}
        return (None, None), {}

    def rows(self) -> NDArray[np.intp]:
        return np.arange(self.segments[0], self.end, dtype=np.intp)


class _Gpx:
    """Collects the tracks of one document."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.points = PointTable(_CHANNELS, file=file)
        self.tracks: list[_Track] = []
        self.routes = self.waypoints = 0
        self.creator: str | None = None

    def take(self, name: str, element: Element) -> None:
        if name == "trkpt":
            self._point(element)
        elif name == "trk":
            self._track()
        elif name == "trkseg" and self.tracks:
            self.tracks[-1].segments.append(self.points.count)
        elif name == "type" and self.tracks:
            self.tracks[-1].type = element.text
        elif name in {"name", "Name"} and self.tracks:
            self.tracks[-1].name = self.tracks[-1].name or element.text
        elif name == "rte":
            self.routes += 1
        elif name == "wpt":
            self.waypoints += 1
        if self.creator is None:
            self.creator = element.getroottree().getroot().get("creator", "")

    def _track(self) -> None:
        if len(self.tracks) == MAX_PARTS:
            raise too_many_parts("tracks", self._file)
        self.tracks.append(_Track(segments=[self.points.count]))

    def _point(self, element: Element) -> None:
        if not self.tracks:
            self._track()
        self.points.add(element)
        self.tracks[-1].end = self.points.count

    def what_else(self) -> str:
        """Say what the document holds when nothing in it was recorded."""
        if self.points.count or self.routes:
            return "This GPX file holds a planned route, not a recorded run: its points carry no time."
        return f"This GPX file holds {'waypoints' if self.waypoints else 'no points'}, not a recorded run."


def read_gpx(data: bytes, *, file: str) -> Recording:
    """Read a GPX file.

    Args:
        data: The file, unpacked.
        file: Its name, for errors and for the recording.

    Raises:
        NotAnActivityError: It holds a planned route or waypoints, but nothing that was recorded.
        ReadError: It is too damaged, or not safe to read.
    """
    gpx, warnings = collect(data, file=file, shape=_SHAPE, new=lambda: _Gpx(file))
    columns, off_globe = without_impossible_positions(gpx.points.columns())
    columns["epoch_s"], wild_dates = without_wild_dates(columns["epoch_s"])
    recorded = [
        track for track in gpx.tracks if track.end and not np.isnan(columns["epoch_s"][track.rows()]).all()
    ]
    if not recorded and gpx.points.unreadable_times:
        raise ReadError(
            "The times in this GPX file cannot be read, so nothing tells when and how fast it was.",
            where=file,
            next_step="Export the activity once more, with times such as 2026-05-03T06:12:44Z.",
        )
    if not recorded:
        raise nothing_recorded(
            gpx.what_else(), file=file, planned=bool(gpx.points.count or gpx.routes), warnings=warnings
        )
    drafts = [
        _draft(tracks, columns["epoch_s"], creator=gpx.creator, utc_offset_min=gpx.points.utc_offset_min)
        for tracks in _activities(recorded, columns["epoch_s"])
    ]
    warnings = [*warnings, *gpx.points.warnings(), *off_globe, *wild_dates]
    return assemble(columns, drafts, file=file, file_format="gpx", warnings=warnings)


def _activities(tracks: list[_Track], epoch_s: Floats) -> list[list[_Track]]:
    """Put tracks together that belong to one activity."""
    groups = [[tracks[0]]]
    for before, track in pairwise(tracks):
        gap_s = first_known(epoch_s[track.rows()]) - first_known(epoch_s[before.rows()][::-1])
        sports = {one.sport()[0] for one in (before, track)} - {(None, None)}
        if abs(gap_s) > TRACK_GAP_S or len(sports) > 1:
            groups.append([])
        groups[-1].append(track)
    return groups


def _draft(
    tracks: list[_Track], epoch_s: Floats, *, creator: str | None, utc_offset_min: int | None
) -> Draft:
    sports = [track.sport() for track in tracks]
    (sport, sub_sport), decisions = next((each for each in sports if each[0][0]), sports[0])
    if utc_offset_min is not None:
        decisions = {**decisions, "utc_offset_min": "from the offset in its times"}
    rows = np.concatenate([track.rows() for track in tracks])
    return Draft(
        rows=rows,
        start_s=first_known(epoch_s[rows]),
        sport=sport,
        sub_sport=sub_sport,
        device=creator[:200] if creator else None,
        utc_offset_min=utc_offset_min,
        pauses=pauses_between(
            [first for track in tracks for first in track.segments], tracks[-1].end, epoch_s
        ),
        decisions=decisions,
    )
