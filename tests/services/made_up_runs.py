"""A store made up for the report: runs without files, a diary without a database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from tests.made_up_diary import told

from goodknee.core.model import Activity, StoredEntry, StoredRun
from goodknee.stores.run_sums import SumsFile
from goodknee.stores.samples import SamplesPlace

TODAY = date(2026, 5, 17)


class MadeUpStore:
    def __init__(
        self, runs: Sequence[StoredRun] = (), diary: Sequence[StoredEntry] = (), *, simulated: bool = False
    ) -> None:
        self._runs, self._diary, self.simulated = list(runs), list(diary), simulated

    def runs(self) -> list[StoredRun]:
        return self._runs

    def samples_places(self) -> dict[str, SamplesPlace]:
        return {}

    def kept_sums(self) -> SumsFile:
        return SumsFile(Path("nowhere"))

    def diary(self) -> list[StoredEntry]:
        return self._diary


def a_run(
    day: date | None,
    km: float | None,
    *,
    sport: str = "running",
    pace_s: float = 360.0,
    cadence_spm: float | None = 166.0,
    hour: int = 7,
) -> StoredRun:
    started_at = None if day is None else datetime.combine(day, time(hour), tzinfo=UTC)
    timer_s = 1800.0 if km is None else km * pace_s
    activity = Activity(
        sport=sport,
        sub_sport=None,
        started_at=started_at,
        utc_offset_min=0,
        elapsed_s=timer_s,
        timer_s=timer_s,
        moving_s=None,
        distance_m=None if km is None else km * 1000,
        distance_recorded_m=None,
        ascent_m=20.0,
        descent_m=25.0,
        mean_speed_mps=None,
        mean_cadence_spm=cadence_spm,
        mean_heart_rate_bpm=None,
        sample_count=0,
        channels=(),
    )
    return StoredRun(
        id=f"{day}-{hour}", import_id="i", original_sha256="0" * 64, format="fit", activity=activity
    )


def the_story() -> MadeUpStore:
    """A year of 5 km every third day, one run of 8.05 km seven weeks ago, and a sore right knee since."""
    jump = TODAY - timedelta(days=49)
    days = [TODAY - timedelta(days=3 * index) for index in range(120)]
    runs = [a_run(day, 5.0, pace_s=360 + day.toordinal() % 7) for day in reversed(days) if day != jump]
    runs.append(a_run(jump, 8.05))
    diary = [told(day=jump - timedelta(days=9), side="right", pain_worst=1)]
    diary += [
        told(day=jump + timedelta(days=index), side="right", pain_worst=min(6, 1 + index // 2))
        for index in range(2, 50)
        if index % 5
    ]
    return MadeUpStore(sorted(runs, key=lambda run: run.id), diary, simulated=True)
