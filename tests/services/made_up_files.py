"""Small activity files made up for the tests of imports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from goodknee.core.model import Floats, Samples
from goodknee.writers.fit import encode_activity

START = datetime(2026, 5, 3, 6, 12, 44, tzinfo=UTC)


def started(day: int) -> datetime:
    return START + timedelta(days=day)


def fit_file(day: int, *, seconds: int = 600, sport: str = "running", seed: int = 0) -> bytes:
    """A run of that day as a watch writes it, a record each second."""
    time_s = np.arange(seconds + 1, dtype=np.float64)
    wobble = np.random.default_rng(seed).integers(-3, 4, len(time_s)).astype(np.float64)
    columns: dict[str, Floats] = {
        "time_s": time_s,
        "distance_m": 3.0 * time_s,
        "cadence_spm": 168.0 + 2.0 * wobble,
        "heart_rate_bpm": 140.0 + wobble,
    }
    return encode_activity(Samples(columns=columns), sport=sport, started_at=started(day))


def gpx_file(day: int, *, seconds: int = 600, late_s: float = 0.0, kind: str = "running") -> bytes:
    """The same run as a phone writes it, a point each ten seconds at 3 m/s to the north."""
    points = "".join(
        f'<trkpt lat="{48 + 3.0 * second / 111_195:.7f}" lon="11"><ele>500</ele>'
        f"<time>{started(day) + timedelta(seconds=second + late_s):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for second in range(0, seconds + 1, 10)
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><gpx version="1.1" creator="phone" '
        f'xmlns="http://www.topografix.com/GPX/1/1"><trk><type>{kind}</type>'
        f"<trkseg>{points}</trkseg></trk></gpx>"
    )
    return text.encode()


def fit_folder(folder: Path, count: int, *, seconds: int = 120) -> Path:
    """A folder of so many different runs, one a day."""
    folder.mkdir()
    for day in range(count):
        (folder / f"{day:04}.fit").write_bytes(fit_file(day, seconds=seconds, seed=day))
    return folder
