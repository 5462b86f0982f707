"""A planned route from a GPX file: its track or route points; or the way of a recorded activity."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from goodknee.core.load.route import Route
from goodknee.core.model import Floats
from goodknee.errors import ReadError
from goodknee.readers.activity_file import read
from goodknee.readers.gunzip import MAX_BYTES
from goodknee.readers.xml.points import PointTable, without_impossible_positions
from goodknee.readers.xml.stream import Element, Shape, collect, root_name

_CHANNELS: Final = {"lat": "lat_deg", "lon": "lon_deg", "ele": "altitude_m"}
#: A file may hold both; a track follows the way more closely than a route.
_POINTS: Final = (("trkpt", frozenset({"trk", "trkseg"})), ("rtept", frozenset({"rte"})))


class _Points:
    """Collects the points of one kind."""

    def __init__(self, name: str, file: str) -> None:
        self._name = name
        self.table = PointTable(_CHANNELS, file=file)

    def take(self, name: str, element: Element) -> None:
        if name == self._name:
            self.table.add(element)


def read_route(path: Path) -> Route:
    """Read a planned route from a GPX file, or the way of any recorded activity.

    Raises:
        ReadError: It cannot be read, or has no positions.
    """
    file = str(path)
    try:
        data = path.read_bytes() if path.is_file() and path.stat().st_size <= MAX_BYTES else b""
    except OSError as error:
        raise ReadError(
            f"This file cannot be opened: {error.strerror}.", where=file, next_step="Check its permissions."
        ) from error
    if data and root_name(data) == "gpx":
        for name, containers in _POINTS:
            shape = Shape(root="gpx", containers=containers, point=name)
            points, _ = collect(data, file=file, shape=shape, new=partial(_Points, name, file))
            if points.table.count:
                return _route(without_impossible_positions(points.table.columns())[0], file)
        raise _no_way(file)
    columns = dict(read(path).samples.columns)
    return _route(without_impossible_positions(columns)[0], file)


def _route(columns: dict[str, Floats], file: str) -> Route:
    lat, lon = columns.get("lat_deg"), columns.get("lon_deg")
    if lat is None or lon is None or np.isnan(lat).all():
        raise _no_way(file)
    altitude = columns.get("altitude_m")
    return Route(
        lat_deg=lat, lon_deg=lon, altitude_m=np.full(len(lat), np.nan) if altitude is None else altitude
    )


def _no_way(file: str) -> ReadError:
    return ReadError(
        "This file holds no route: it has no track and no route points.",
        where=file,
        next_step="Export the route as GPX from the planner or the map.",
    )
