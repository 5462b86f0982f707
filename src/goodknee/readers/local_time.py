"""The local time of an activity whose file does not state it, from where it began."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from goodknee.core.model import Activity, Recording, Samples


def with_utc_offset(recording: Recording) -> Recording:
    """Fill in ``utc_offset_min`` where the file states none but a position and a date are known."""
    activities = tuple(
        _with_utc_offset(activity, recording.samples_of(index))
        if activity.utc_offset_min is None and activity.started_at
        else activity
        for index, activity in enumerate(recording.activities)
    )
    return replace(recording, activities=activities)


def utc_offset_min(lat_deg: float, lon_deg: float, at: datetime) -> int | None:
    """Return local time minus UTC in minutes, by the zone that holds there; None when it is not known.

    Args:
        lat_deg: Latitude.
        lon_deg: Longitude.
        at: Aware instant, for summer time.
    """
    from tzfpy import get_tz  # the borders take 60 ms to load: only when a file needs them

    try:
        offset = at.astimezone(ZoneInfo(get_tz(lon_deg, lat_deg))).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OverflowError):
        return None
    return None if offset is None else round(offset / timedelta(minutes=1))


def _with_utc_offset(activity: Activity, samples: Samples) -> Activity:
    lat, lon = samples.get("lat_deg"), samples.get("lon_deg")
    if lat is None or lon is None or activity.started_at is None:
        return activity
    # A device without a fix may write 0, 0.
    known = np.flatnonzero((np.abs(lat) <= 90) & (np.abs(lon) <= 180) & ((lat != 0) | (lon != 0)))
    if not len(known):
        return activity
    offset = utc_offset_min(float(lat[known[0]]), float(lon[known[0]]), activity.started_at)
    if offset is None:
        return activity
    decisions = {**activity.decisions, "utc_offset_min": "from the time zone of the first position"}
    return replace(activity, utc_offset_min=offset, decisions=decisions)
