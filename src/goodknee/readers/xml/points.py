"""Points of GPX and TCX as columns: texts are gathered by channel and turned into numbers many at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from goodknee.core.model import Floats, ReadWarning
from goodknee.errors import ReadError
from goodknee.readers.xml.stream import Element, LocalNames
from goodknee.readers.xml.times import FIRST_DATE_S, LAST_DATE_S, parse_times

#: Eight weeks at one point per second.
MAX_POINTS: Final = 5_000_000
_BATCH_POINTS: Final = 1 << 14
#: Farther than the sun in metres; the square of it is still a number.
_LARGEST: Final = 1e12


class PointTable:
    """Gathers points one by one; gives columns.

    Args:
        channels: local name of a point's attribute or element, at any depth → channel. ``epoch_s`` holds the
            times, in seconds since 1970 UTC.
        file: The file's name, for errors.

    Attributes:
        count: Points so far.
        utc_offset_min: Of the first time that states one.
        unreadable_times: How many are not a time; known after ``columns``.
    """

    def __init__(self, channels: Mapping[str, str], *, file: str) -> None:
        self.count = 0
        self.utc_offset_min: int | None = None
        self._file = file
        self._channel_of = _ChannelOf(channels)
        self._found: dict[str, tuple[list[int], list[str]]] = {name: ([], []) for name in channels.values()}
        self._parts: dict[str, list[tuple[list[int], Floats]]] = {name: [] for name in self._found}
        self.unreadable_times = self._unreadable = self._without_zone = 0

    def add(self, point: Element) -> None:
        """Take one point."""
        row, channel_of, found = self.count, self._channel_of, self._found
        for name, value in point.items():
            channel = channel_of[name]
            if channel is not None:
                rows, texts = found[channel]
                rows.append(row)
                texts.append(str(value))
        for element in point.iter():
            channel = channel_of[element.tag]
            if channel is None:
                continue
            text = element.text
            if not text and len(element):
                text = element[0].text  # <HeartRateBpm><Value>120</Value></HeartRateBpm>
            if text:
                rows, texts = found[channel]
                rows.append(row)
                texts.append(text)
        self.count = row + 1
        if self.count % _BATCH_POINTS == 0:
            self._to_numbers()

    def columns(self) -> dict[str, Floats]:
        """Return the channels that have a value, shape (count,); of two in one point the first counts."""
        self._to_numbers()
        columns = {}
        for channel, parts in self._parts.items():
            if parts:
                column = np.full(self.count, np.nan)
                for rows, values in parts:
                    column[rows[::-1]] = values[::-1]
                columns[channel] = column
        columns.setdefault("epoch_s", np.full(self.count, np.nan))
        return columns

    def warnings(self) -> list[ReadWarning]:
        """Say what could not be read."""
        warnings = []
        if self._without_zone:
            what = f"Times without a time zone: {self._without_zone}. They are taken as UTC."
            warnings.append(ReadWarning(what=what))
        unreadable = self._unreadable + self.unreadable_times
        if unreadable:
            what = f"Values that are no number or time: {unreadable}. They count as missing."
            warnings.append(ReadWarning(what=what))
        return warnings

    def _to_numbers(self) -> None:
        if self.count > MAX_POINTS:
            raise ReadError(
                f"This file holds more than {MAX_POINTS:,} points; that is no activity.",
                where=self._file,
                next_step="Export single activities.",
            )
        for channel, (rows, texts) in self._found.items():
            if rows:
                values = self._times(texts) if channel == "epoch_s" else self._numbers(texts)
                self._parts[channel].append((rows, values))
                self._found[channel] = ([], [])

    def _times(self, texts: list[str]) -> Floats:
        times = parse_times(texts)
        if self.utc_offset_min is None:
            self.utc_offset_min = times.utc_offset_min
        self._without_zone += times.without_zone
        self.unreadable_times += times.unreadable
        return times.epoch_s

    def _numbers(self, texts: list[str]) -> Floats:
        try:
            values = np.array(texts, dtype=np.float64)
        except ValueError:
            values = np.array([number(text) for text in texts])
        absurd = ~(np.abs(values) < _LARGEST)
        self._unreadable += int(absurd.sum())
        values[absurd] = np.nan
        return values


class _ChannelOf(dict[object, str | None]):
    """Channel by tag as it is written, with any namespace or prefix."""

    def __init__(self, channels: Mapping[str, str]) -> None:
        super().__init__()
        self._channels = channels
        self._names = LocalNames()

    def __missing__(self, tag: object) -> str | None:
        channel = self._channels.get(self._names[tag])
        self[tag] = channel
        return channel


def number(text: str | None) -> float:
    """Read one number; NaN when it is not one."""
    try:
        value = float(text or "nan")
    except ValueError:
        return np.nan
    return value if abs(value) < _LARGEST else np.nan


def without_impossible_positions(
    columns: Mapping[str, Floats],
) -> tuple[dict[str, Floats], list[ReadWarning]]:
    """Make positions missing that are not on the globe."""
    lat, lon = columns.get("lat_deg"), columns.get("lon_deg")
    if lat is None or lon is None:
        return dict(columns), []
    off = (np.abs(lat) > 90) | (np.abs(lon) > 180)
    if not off.any():
        return dict(columns), []
    what = f"Positions that are not on the globe: {int(off.sum())}. They count as missing."
    moved = {"lat_deg": np.where(off, np.nan, lat), "lon_deg": np.where(off, np.nan, lon)}
    return {**columns, **moved}, [ReadWarning(what=what)]


def without_wild_dates(epoch_s: Floats) -> tuple[Floats, list[ReadWarning]]:
    """Make times missing that lie before any running watch, unless all do: then the clock was never set."""
    wild = (epoch_s < FIRST_DATE_S) | (epoch_s >= LAST_DATE_S)
    known = ~np.isnan(epoch_s)
    if not wild.any():
        return epoch_s, []
    if (wild == known).all():
        what = "The clock of the device was not set: its times count from a start of their own."
        return epoch_s, [ReadWarning(what=what)]
    what = f"Dates that cannot be: {int(wild.sum())}. Their times count as missing."
    return np.where(wild, np.nan, epoch_s), [ReadWarning(what=what)]
