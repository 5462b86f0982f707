"""A short run of the fuzz target; README.md says how to run it for hours."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from goodknee.formats import fit_profile as profile
from goodknee.writers.fit import Message, encode

HERE = Path(__file__).parent
SEEDS = {
    "gpx": b'<gpx><trk><type>9</type><trkseg><trkpt lat="48" lon="11"><ele>1</ele>'
    b"<time>2024-05-03T06:00:00Z</time><extensions><cad>84</cad><hr>150</hr></extensions></trkpt></trkseg></trk></gpx>",
    "tcx": b'<TrainingCenterDatabase><Activity Sport="Running"><Id>2024-05-03T06:00:00Z</Id>'
    b'<Lap StartTime="2024-05-03T06:00:00Z"><TotalTimeSeconds>9</TotalTimeSeconds><Track><Trackpoint>'
    b"<Time>2024-05-03T06:00:01Z</Time><Cadence>84</Cadence></Trackpoint></Track></Lap></Activity>"
    b"</TrainingCenterDatabase>",
}


def fit_seed() -> bytes:
    start = 1_000_000_000
    seconds = start + np.arange(5.0)
    return encode(
        [
            Message(profile.FILE_ID, {"type": 4, "manufacturer": 1, "product": 1}),
            Message(profile.RECORD, {"timestamp": seconds, "heart_rate": np.full(5, 150.0)}),
            Message(profile.SESSION, {"timestamp": start + 4, "start_time": start, "sport": 1}),
        ]
    )


def test_a_short_run_finds_nothing(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris has wheels for Linux on x86-64 only")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name, seed in {**SEEDS, "fit": fit_seed()}.items():
        (corpus / name).write_bytes(seed)
        (corpus / f"{name}.gz").write_bytes(gzip.compress(seed))
    done = subprocess.run(
        [
            *(sys.executable, str(HERE / "fuzz_read.py"), str(corpus), f"-dict={HERE / 'words.dict'}"),
            *(
                "-max_total_time=6",
                "-seed=1",
                "-timeout=10",
                "-rss_limit_mb=2048",
                f"-artifact_prefix={tmp_path}/",
            ),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "cov:" in done.stderr
