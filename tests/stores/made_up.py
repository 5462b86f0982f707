"""Recordings made up for the tests of the store, brought in without a file or a reader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from goodknee.core.model import Activity, FileFormat, Lap, Pause, Recording, Samples
from goodknee.stores.importing import TakenIn
from goodknee.stores.incoming import pack
from goodknee.stores.store import Store

START = datetime(2026, 5, 3, 6, 12, 44, tzinfo=UTC)
NOW = datetime(2026, 5, 12, 8, tzinfo=UTC)


def an_activity(
    *,
    started_at: datetime | None = START,
    elapsed_s: float | None = 1800.0,
    distance_m: float | None = 5000.0,
    sport: str | None = "running",
    rows: int = 4,
    channels: Sequence[str] = ("time_s", "heart_rate_bpm"),
    utc_offset_min: int | None = 120,
) -> Activity:
    return Activity(
        sport=sport,
        sub_sport=None,
        started_at=started_at,
        utc_offset_min=utc_offset_min,
        elapsed_s=elapsed_s,
        timer_s=elapsed_s,
        moving_s=None,
        distance_m=distance_m,
        distance_recorded_m=None,
        ascent_m=12.5,
        descent_m=None,
        mean_speed_mps=2.5,
        mean_cadence_spm=168.25,
        mean_heart_rate_bpm=None,
        sample_count=rows,
        channels=tuple(channels),
        laps=(Lap(start_s=0.0, distance_m=1000.0, trigger="distance"), Lap(start_s=301.5)),
        pauses=(Pause(start_s=10.0, end_s=12.0),),
        device="a watch",
        decisions={"cadence_spm": "strides, doubled"},
    )


def a_recording(
    *activities: Activity, file: str = "run.fit", kind: FileFormat = "fit", seed: int = 1
) -> Recording:
    """All activities one after the other, with odd values and gaps in their samples."""
    activities = activities or (an_activity(),)
    rows = sum(each.sample_count for each in activities)
    value = np.random.default_rng(seed).normal(140, 20, rows)
    value[::3] = np.nan
    first = activities[0].started_at
    time_s = np.concatenate(
        [
            np.arange(each.sample_count)
            + ((each.started_at - first).total_seconds() if each.started_at and first else 0)
            for each in activities
        ]
    )
    return Recording(
        file=file,
        format=kind,
        activities=activities,
        samples=Samples(columns={"time_s": time_s, "heart_rate_bpm": value}),
        activity_index=np.repeat(np.arange(len(activities)), [each.sample_count for each in activities]),
    )


def bring(store: Store, recording: Recording, data: bytes) -> TakenIn:
    """Import one recording as if it had been read from these bytes."""
    with store.start_import(NOW) as session:
        (taken,) = session.take_in([pack(recording, data=data, folder=session.folder)])
        session.finish()
    return taken


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
