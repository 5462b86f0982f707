"""The command line as a person and a script meet it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from goodknee.core.model import Samples
from goodknee.faces.cli import main
from goodknee.stores.store import open_store
from goodknee.writers.fit import encode_activity


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    """A treadmill run of ten minutes at 3 m/s and 164 steps a minute."""
    seconds = np.arange(601.0)
    samples = Samples(
        columns={
            "time_s": seconds,
            "distance_m": seconds * 3.0,
            "speed_mps": np.full(601, 3.0),
            "cadence_spm": np.full(601, 164.0),
            "heart_rate_bpm": np.full(601, 140.0),
        }
    )
    path = tmp_path / "files" / "run.fit"
    path.parent.mkdir()
    path.write_bytes(
        encode_activity(
            samples,
            sport="running",
            sub_sport="treadmill",
            started_at=datetime(2026, 5, 3, 6, 12, 44, tzinfo=UTC),
            utc_offset_min=120,
        )
    )
    return path


class Goodknee:
    """Calls the command line in this process and keeps what it said."""

    def __init__(self, capsys: pytest.CaptureFixture[str], data: Path) -> None:
        self.capsys = capsys
        self.data = data

    def __call__(self, *words: object, code: int = 0) -> str:
        with pytest.raises(SystemExit) as left:
            main(["--data", str(self.data), *map(str, words)])
        out, self.err = self.capsys.readouterr()
        assert left.value.code == code, self.err or out
        return out

    def json(self, *words: object, code: int = 0) -> Any:
        return json.loads(self(*words, "--json", code=code))


@pytest.fixture
def goodknee(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Goodknee:
    return Goodknee(capsys, tmp_path / "store")


def test_read_says_what_is_in_a_file_and_stores_nothing(goodknee: Goodknee, run_file: Path) -> None:
    said = goodknee("read", run_file)
    assert "1.8\u00a0km" in said
    assert "164\u00a0steps/min" in said
    assert not goodknee.data.exists()


def test_read_json_is_the_agreed_document(goodknee: Goodknee, run_file: Path) -> None:
    (reading,) = goodknee.json("read", run_file)
    assert (reading["file"], reading["warnings"], reading["error"]) == (str(run_file), [], None)
    (activity,) = reading["activities"]
    assert activity["sport"] == "running"
    assert activity["sub_sport"] == "treadmill"
    assert activity["started_at"] == "2026-05-03T06:12:44Z"
    assert activity["utc_offset_min"] == 120
    assert activity["distance_m"] == pytest.approx(1800)
    assert activity["mean_cadence_spm"] == pytest.approx(164)
    for key in ("elapsed_s", "timer_s", "moving_s", "ascent_m", "descent_m", "mean_speed_mps", "device"):
        assert key in activity
    for key in ("mean_heart_rate_bpm", "sample_count", "channels", "laps"):
        assert key in activity


def test_read_keeps_going_past_a_bad_file_and_leaves_with_1(
    goodknee: Goodknee, run_file: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.fit"
    bad.write_bytes(b"")
    first, second = goodknee.json("read", bad, run_file, code=1)
    assert first["error"].keys() == {"what", "where", "next"}
    assert second["error"] is None
    said = goodknee("read", bad, run_file, code=1)
    assert "1.8\u00a0km" in said
    assert goodknee.err.startswith("Not read. This file is empty.\n  where: " + str(bad))
    assert len(goodknee.err.splitlines()) == 3


def test_a_file_name_cannot_steer_the_terminal(goodknee: Goodknee, tmp_path: Path) -> None:
    evil = tmp_path / "a\x1b[2J\nb.fit"
    evil.write_bytes(b"")
    goodknee("read", evil, code=1)
    assert "a\\x1b[2J\\nb.fit" in goodknee.err
    assert "a\\x1b[2J\\nb.fit" in goodknee("import", evil, code=1)


def test_samples_hold_every_record_once(goodknee: Goodknee, run_file: Path, tmp_path: Path) -> None:
    goodknee("read", run_file, "--samples", tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.num_rows == 601
    assert set(table.column("activity").to_pylist()) == {0}
    assert set(table.column("cadence_spm").to_pylist()) == {164.0}
    assert table.column("time_s")[-1].as_py() == 600.0
    goodknee("read", run_file, run_file, "--samples", tmp_path / "both.parquet")
    assert pq.read_table(tmp_path / "both.parquet").column_names[0] == "file"


def test_samples_to_a_place_that_is_not_there(goodknee: Goodknee, run_file: Path, tmp_path: Path) -> None:
    goodknee("read", run_file, "--samples", tmp_path / "no" / "out.parquet", code=1)
    assert "next:" in goodknee.err


def test_import_list_runs_original_undo(goodknee: Goodknee, run_file: Path, tmp_path: Path) -> None:
    done = goodknee.json("import", run_file.parent)
    (run_id,) = done["imported"]
    assert (done["duplicates"], done["skipped"], done["failed"]) == ([], [], [])

    (listed,) = goodknee.json("runs")["runs"]
    original = run_file.read_bytes()
    assert listed["id"] == run_id
    assert listed["original_sha256"] == hashlib.sha256(original).hexdigest()
    assert goodknee.json("runs", run_id)["mean_cadence_spm"] == pytest.approx(164)
    assert "164" in goodknee("runs", run_id)

    back = tmp_path / "back.fit"
    goodknee("runs", run_id, "--original", back)
    assert back.read_bytes() == original
    goodknee("runs", run_id, "--original", back, code=1)  # never over a file that is there
    assert "already" in goodknee.err

    again = goodknee.json("import", run_file)
    assert again["imported"] == []
    assert again["duplicates"] == [{"file": str(run_file), "of": run_id}]
    assert [each["state"] for each in goodknee.json("import", "--list")["imports"]] == [
        "finished",
        "finished",
    ]
    assert goodknee.json("import", "--undo", done["import_id"])["removed"] == [run_id]
    assert goodknee.json("runs") == {"runs": []}


def test_import_of_what_is_not_there_says_so(goodknee: Goodknee, tmp_path: Path) -> None:
    done = goodknee.json("import", tmp_path / "nowhere", code=1)
    (failed,) = done["failed"]
    assert failed.keys() == {"file", "what", "where", "next"}


def test_a_store_that_is_not_there_reads_as_an_empty_one(goodknee: Goodknee, tmp_path: Path) -> None:
    assert goodknee.json("runs") == {"runs": []}
    assert goodknee.json("import", "--list") == {"imports": []}
    assert "import" in goodknee("runs")
    page = tmp_path / "report.html"
    goodknee("report", "-o", page)
    assert page.exists()
    assert not goodknee.data.exists()


def test_report_tells_the_runs(goodknee: Goodknee, run_file: Path, tmp_path: Path) -> None:
    goodknee("import", run_file)
    page = tmp_path / "report.html"
    document = goodknee.json("report", "-o", page, "--today", "2026-05-10")
    assert document["file"] == str(page)
    assert (document["day"], document["today"]["verdict"]) == ("2026-05-10", "withheld")
    assert len(document["runs"]) == 1
    assert "<html" in page.read_text("utf-8")


def test_report_is_a_page_and_says_so(goodknee: Goodknee, tmp_path: Path) -> None:
    goodknee("report", "-o", tmp_path / "report.pdf", code=2)
    assert "print" in goodknee.err


def test_a_page_goes_into_a_folder_that_is_there(goodknee: Goodknee, tmp_path: Path) -> None:
    goodknee("demo", "-o", tmp_path / "nowhere" / "report.html", code=2)
    assert not goodknee.data.exists()


def test_global_options_stand_before_or_after_the_verb(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for words in (["--json", "--data", tmp_path, "runs"], ["runs", "--json", "--data", tmp_path]):
        with pytest.raises(SystemExit):
            main([str(word) for word in words])
        assert json.loads(capsys.readouterr().out) == {"runs": []}


@pytest.mark.parametrize(
    "words",
    [
        ["no-such-verb"],
        ["read"],
        ["import"],
        ["import", "--list", "--undo", "1"],
        ["runs", "--today", "soon"],
        ["report", "--today", "0001-01-01"],
    ],
)
def test_words_that_are_off_give_exit_2_and_one_document(goodknee: Goodknee, words: list[str]) -> None:
    assert goodknee.json(*words, code=2)["error"].keys() == {"what", "where", "next"}
    goodknee(*words, code=2)
    assert 1 <= len(goodknee.err.strip().splitlines()) <= 3
    assert "Traceback" not in goodknee.err


def test_without_a_verb_there_is_help_and_no_document(goodknee: Goodknee) -> None:
    assert "Verbs" in goodknee()
    assert goodknee.json(code=2)["error"]["what"] == "Say a verb."


def test_an_unknown_run_is_said_in_three_lines(goodknee: Goodknee) -> None:
    goodknee("runs", "20990101", code=1)
    assert len(goodknee.err.strip().splitlines()) == 3
    assert goodknee.json("runs", "20990101", code=1)["error"]["what"]


def test_a_simulated_store_and_a_persons_stay_apart(goodknee: Goodknee, run_file: Path) -> None:
    with open_store(goodknee.data, create=True, simulated=True, story_day=date(2026, 5, 17)):
        pass
    goodknee("import", run_file, code=1)
    assert len(goodknee.err.strip().splitlines()) == 3
    assert goodknee.json("runs") == {"runs": []}


def test_a_narrow_window_never_cuts_an_id(
    goodknee: Goodknee, run_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goodknee("import", run_file)
    (run,) = goodknee.json("runs")["runs"]
    monkeypatch.setenv("FORCE_COLOR", "1")  # what rich takes for a terminal
    monkeypatch.setenv("COLUMNS", "40")
    assert run["id"] in goodknee("runs")


def test_a_reader_that_stops_reading_is_no_fault(run_file: Path, tmp_path: Path) -> None:
    call = [sys.executable, "-m", "goodknee", "--data", str(tmp_path / "s"), "read", *[str(run_file)] * 40]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_typed_ages_of_runs_use_the_day_of_the_call(
    goodknee: Goodknee, run_file: Path, tmp_path: Path
) -> None:
    goodknee("import", run_file)
    late = (datetime(2026, 5, 3, tzinfo=UTC) + timedelta(days=400)).date().isoformat()
    assert goodknee.json("report", "-o", tmp_path / "r.html", "--today", late)["day"] == late
