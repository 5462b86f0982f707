"""Runs made up for the tests of the knee-load model."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np

from goodknee.core.knowledge.watch import WatchModel
from goodknee.core.load.course import Course, course_of
from goodknee.core.load.run_cost import RunFacts
from goodknee.core.load.watch_model import sum_up
from goodknee.core.model import Activity, Floats, Samples


def an_activity(**given: Any) -> Activity:
    """A run of 30 minutes at 3 m/s unless something else is given."""
    values: dict[str, Any] = {
        "sport": "running",
        "sub_sport": None,
        "started_at": datetime(2026, 5, 3, 6, tzinfo=UTC),
        "utc_offset_min": 0,
        "elapsed_s": 1800.0,
        "timer_s": 1800.0,
        "moving_s": None,
        "distance_m": 5400.0,
        "distance_recorded_m": None,
        "ascent_m": None,
        "descent_m": None,
        "mean_speed_mps": 3.0,
        "mean_cadence_spm": 170.0,
        "mean_heart_rate_bpm": None,
        "sample_count": 1801,
        "channels": (),
        **given,
    }
    return Activity(**values)


def some_samples(
    *,
    seconds: int = 1800,
    speed: float | Floats | None = 3.0,
    cadence: float | Floats | None = 170.0,
    altitude: float | Floats | None = 100.0,
    **more: Floats,
) -> Samples:
    """One record a second; None leaves a channel out."""
    count = seconds + 1
    columns = {"time_s": np.arange(count, dtype=np.float64)}
    for name, value in (("speed_mps", speed), ("cadence_spm", cadence), ("altitude_m", altitude)):
        if value is not None:
            columns[name] = np.broadcast_to(np.asarray(value, dtype=np.float64), (count,)).copy()
    return Samples(columns={**columns, **more})


def a_course(model: WatchModel, *, activity: dict[str, Any] | None = None, **channels: Any) -> Course:
    """The course of made-up samples."""
    course = course_of(an_activity(**(activity or {})), some_samples(**channels), model)
    assert isinstance(course, Course)
    return course


def hilly(seconds: int = 1800, *, speed: float = 3.0, grade: float = -0.04) -> Floats:
    """An altitude that falls or rises evenly."""
    return 500.0 + grade * speed * np.arange(seconds + 1, dtype=np.float64)


def facts_on(
    day: date,
    model: WatchModel,
    *,
    run_id: str | None = None,
    hour: int = 7,
    km: float = 5.0,
    speed: float = 3.0,
    cadence: float | None = 170.0,
    grade: float = 0.0,
) -> RunFacts:
    """A steady run on one day, added up."""
    seconds = round(1000.0 * km / speed)
    activity = an_activity(
        started_at=datetime.combine(day, time(hour), UTC),
        timer_s=float(seconds),
        distance_m=1000.0 * km,
        mean_speed_mps=speed,
    )
    samples = some_samples(
        seconds=seconds, speed=speed, cadence=cadence, altitude=hilly(seconds, speed=speed, grade=grade)
    )
    course = course_of(activity, samples, model)
    assert isinstance(course, Course)
    return RunFacts(
        id=run_id or f"{day}-{hour}",
        activity=activity,
        sums=sum_up(course, model),
        used=course.used,
        assumed=course.assumed,
        repaired=course.repaired,
    )
