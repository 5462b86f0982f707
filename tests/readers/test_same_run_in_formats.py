"""The same run, written as FIT, TCX and GPX, is the same run.

Each format has its limits: TCX drops fractions of cadence and the events of the timer; GPX has no distance of
its own, so it comes from the positions, and knows no pause unless the writer began a new segment.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from goodknee.core.model import Activity
from goodknee.readers.activity_file import read


def activity(test_data: Path, name: str) -> Activity:
    recording = read(test_data / "activities" / name)
    assert len(recording.activities) == 1
    return recording.activities[0]


@pytest.mark.parametrize(
    ("fit", "tcx"),
    [
        ("elevate__sloatsburg", "elevate__sloatsburg"),
        ("elevate__treadmill", "sports-lib__6860622783"),
        ("connectstats__activity_234979239", "connectstats__activity_234979239"),
        ("connectstats__activity_234721416", "connectstats__activity_234721416"),
    ],
)
def test_fit_and_tcx(fit: str, tcx: str, test_data: Path) -> None:
    one, other = activity(test_data, f"fit/{fit}.fit"), activity(test_data, f"tcx/{tcx}.tcx")
    assert one.sport == other.sport
    assert one.started_at == other.started_at
    assert one.distance_m == pytest.approx(other.distance_m, abs=0.01)
    assert one.distance_recorded_m == pytest.approx(other.distance_recorded_m, abs=0.01)
    assert one.timer_s == pytest.approx(other.timer_s, abs=0.001)
    assert one.elapsed_s == pytest.approx(other.elapsed_s, abs=3)
    assert one.mean_cadence_spm == pytest.approx(other.mean_cadence_spm, abs=0.5)
    assert one.mean_heart_rate_bpm == pytest.approx(other.mean_heart_rate_bpm, abs=1)
    assert len(one.laps) == len(other.laps)


@pytest.mark.parametrize(
    ("original", "gpx", "distance_share", "seconds"),
    [
        ("fit/elevate__sloatsburg.fit", "sports-lib__6782987395", 0.015, 1),
        ("tcx/elevate__sloatsburg.tcx", "sports-lib__6782987395", 0.015, 1),
        ("tcx/runpandas__run.tcx", "runpandas__run", 0.005, 1),
        # 400 s of standing still: the TCX was paused, the GPX cannot say so.
        ("tcx/runpandas__stopped_example.tcx", "runpandas__stopped_example", 0.05, 10),
    ],
)
def test_gpx_and_its_original(
    original: str, gpx: str, distance_share: float, seconds: float, test_data: Path
) -> None:
    one, other = activity(test_data, original), activity(test_data, f"gpx/{gpx}.gpx")
    assert one.sport == other.sport == "running"
    assert one.utc_offset_min == other.utc_offset_min
    assert one.elapsed_s == pytest.approx(other.elapsed_s, abs=seconds)
    assert one.distance_m == pytest.approx(other.distance_m, rel=distance_share)
    assert one.mean_cadence_spm == pytest.approx(other.mean_cadence_spm, abs=2.1)
    assert one.mean_heart_rate_bpm == pytest.approx(other.mean_heart_rate_bpm, abs=0.1)


def test_the_samples_of_a_run_in_three_formats_are_equal(test_data: Path) -> None:
    fit, tcx, gpx = (
        read(test_data / "activities" / name).samples
        for name in (
            "fit/elevate__sloatsburg.fit",
            "tcx/elevate__sloatsburg.tcx",
            "gpx/sports-lib__6782987395.gpx",
        )
    )
    for other in (tcx, gpx):
        _, ours, theirs = np.intersect1d(fit["time_s"], other["time_s"], return_indices=True)
        assert len(ours) > 4900
        for channel, tolerance in {
            "lat_deg": 1e-6,
            "lon_deg": 1e-6,
            "altitude_m": 0.01,
            "heart_rate_bpm": 0,
            "cadence_spm": 1,  # half a stride
        }.items():
            known = ~np.isnan(fit[channel][ours]) & ~np.isnan(other[channel][theirs])
            assert known.sum() > 4900
            np.testing.assert_allclose(
                fit[channel][ours][known],
                other[channel][theirs][known],
                atol=tolerance,
                rtol=0,
                err_msg=channel,
            )
