"""A trial from file to steps, as a person and a script meet it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.made_up_trial import STRIDE_S, MadeUp, map_yaml

from goodknee.errors import AnswerError, GoodKneeError, ReadError
from goodknee.faces.cli import main
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.run_lab import LabQuestion, LabRun, lab_document, run_lab

KNOWLEDGE = load_knowledge()


def run(path: Path, **choices: Any) -> LabRun:
    usual: dict[str, Any] = {"trial": path, "forces": None, "points": None, "mass_kg": 70.0, "task": "run"}
    samples_to = choices.pop("samples_to", None)
    return run_lab(LabQuestion(**{**usual, **choices}), KNOWLEDGE, samples_to=samples_to)


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    path = tmp_path / "trial.csv"
    path.write_text(MadeUp().csv(), encoding="utf-8")
    return path


def goodknee(capsys: pytest.CaptureFixture[str], *words: object, code: int = 0) -> str:
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in words])
    assert left.value.code == code
    said = capsys.readouterr()
    return said.out if code == 0 or "--json" in words else said.err


def test_the_document_says_what_others_rely_on(trial: Path) -> None:
    document = lab_document(run(trial, speed_mps=3.0), KNOWLEDGE)
    assert (document["convention"], document["task"]) == ("co-contraction", "run")
    steps = document["steps"]
    assert [step["side"] for step in steps] == ["left", "right"] * 3 + ["left"]
    assert [step["start_s"] for step in steps] == sorted(step["start_s"] for step in steps)
    keys = {
        "side", "start_s", "end_s", "peak_knee_moment_nm_kg", "peak_quadriceps_force_bw", "peak_pfjrf_bw",
        "impulse_bw_s", "extrapolated",
    }  # fmt: skip
    assert all(keys <= set(step) for step in steps)
    left = [step["impulse_bw_s"] for step in steps if step["side"] == "left"]
    assert document["per_km_bw_s"]["left"] == pytest.approx(np.mean(left) * 1000 / 3.0 / STRIDE_S, rel=1e-6)
    assert run(trial).per_km_bw_s == {"left": None, "right": None}


def test_samples_hold_every_row_of_both_sides(trial: Path, tmp_path: Path) -> None:
    run(trial, samples_to=tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet").to_pydict()
    made_up = MadeUp()
    for leg, side in enumerate(("left", "right")):
        rows = [at for at, each in enumerate(table["side"]) if each == side]
        np.testing.assert_array_equal([table["time_s"][at] for at in rows], made_up.time_s)
        force = np.array([table["pfjrf_n"][at] for at in rows])
        assert np.isfinite(force).all()
        assert force[made_up.force_n[:, leg, 1] > 50].max() > 500
    assert list(table)[:7] == [
        "time_s", "side", "knee_flexion_deg", "knee_extension_moment_nm", "quadriceps_force_n", "pfjrf_n",
        "pfj_stress_mpa",
    ]  # fmt: skip


def test_rows_that_were_cut_are_missing_and_not_left_out(tmp_path: Path) -> None:
    made_up = MadeUp()
    made_up.points_m[:40, 0, 1] = np.nan
    path = tmp_path / "trial.csv"
    path.write_text(made_up.csv(), encoding="utf-8")
    done = run(path)
    column = done.columns["pfjrf_n"]
    assert isinstance(column, np.ndarray)
    assert np.isnan(column).sum() == 2 * 40
    assert len(column) == 2 * len(made_up.time_s)
    assert done.notes[0].startswith("40 rows")


def test_net_is_never_above_co_contraction(trial: Path) -> None:
    net, with_it = (run(trial, convention=name).steps for name in ("net", "co-contraction"))
    assert all(a.pfjrf.peak_bw < b.pfjrf.peak_bw for a, b in zip(net, with_it, strict=True))


def test_a_squat_lists_what_the_recording_cuts(trial: Path) -> None:
    made_up = MadeUp(seconds=2.0)
    made_up.force_n[:] = [0.0, 340.0, 0.0]
    trial.write_text(made_up.csv(), encoding="utf-8")
    squat = run(trial, task="squat")
    assert [(step.side, step.whole) for step in squat.steps] == [("left", False), ("right", False)]
    assert run(trial, task="walk").steps == ()
    assert "not listed: 2" in run(trial, task="walk").notes[-1]


@pytest.mark.parametrize(("choices", "where"), [
    ({"mass_kg": 0.0}, "--mass"),
    ({"mass_kg": float("nan")}, "--mass"),
    ({"mass_kg": 300.0}, "--mass"),
    ({"speed_mps": 0.0}, "--speed"),
    ({"lever_arm": "long"}, "--lever-arm"),
    ({"force_ratio": "1"}, "--force-ratio"),
    ({"contact_area": "mri"}, "--contact-area"),
])  # fmt: skip
def test_a_choice_that_is_not_legal_is_named(trial: Path, choices: dict[str, Any], where: str) -> None:
    with pytest.raises(AnswerError) as refused:
        run(trial, **choices)
    assert refused.value.where == where


@pytest.mark.parametrize(
    ("name", "mass_kg", "task"),
    [
        ("runA_2mps", 72.84, "run"),
        ("runA_4mps", 72.84, "run"),
        ("walkB", 62.6, "walk"),
        ("squatB", 62.6, "squat"),
    ],
)
def test_without_a_task_the_real_one_is_found(test_data: Path, name: str, mass_kg: float, task: str) -> None:
    path = test_data / "biomech" / "tidy" / f"{name}.csv"
    found = run(path, mass_kg=mass_kg, task=None)
    assert (found.forms.task, found.forms.convention) == (
        task,
        KNOWLEDGE.lab.tasks[found.forms.task].convention,
    )
    assert found.steps == run(path, mass_kg=mass_kg, task=task).steps
    assert not any("--task" in note for note in run(path, mass_kg=mass_kg, task=task).notes)
    other = "walk" if task == "run" else "run"
    assert any("--task" in note for note in run(path, mass_kg=mass_kg, task=other).notes)


def test_a_jump_among_squats_keeps_its_landing(trial: Path) -> None:
    """Down for half a second and off again: no contact of a squat is so short, and none may be lost."""
    made_up = MadeUp(seconds=4.0)
    loaded = np.ones(400, dtype=bool)
    loaded[100:140] = loaded[180:220] = False
    made_up.force_n[:] = np.where(loaded[:, None, None], [0.0, 340.0, 0.0], 0.0)
    trial.write_text(made_up.csv(), encoding="utf-8")
    assert [step.side for step in run(trial, task="squat").steps].count("left") == 3


def test_too_few_rows_a_second_are_refused(trial: Path) -> None:
    trial.write_text(MadeUp(rate_hz=50).csv(), encoding="utf-8")
    with pytest.raises(ReadError, match=r"50 rows a second are too few for this task\. It needs 60"):
        run(trial)
    assert run(trial, task="walk").forms.convention == "net"


def test_a_real_run_has_its_real_steps(test_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Times of contact as in the table that came with the trial."""
    path = test_data / "biomech" / "tidy" / "runA_3mps.csv"
    document = json.loads(goodknee(capsys, "lab", path, "--mass", "72.84", "--task", "run", "--json"))
    starts = [(step["side"], round(step["start_s"], 2)) for step in document["steps"]]
    assert starts == [("left", 0.89), ("right", 1.26), ("left", 1.61), ("right", 1.98), ("left", 2.34)]
    assert document["notes"] == ["Contacts that an end of the recording cuts, and that are not listed: 1."]


def test_real_skin_markers_are_refused(test_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = test_data / "biomech" / "raw"
    words = ("lab", raw / "runA_2mps_markers.trc", "--grf", raw / "runA_2mps_grf.mot", "--mass", "72.84")
    assert "left hip" in goodknee(capsys, *words, code=1)


def test_the_command_reads_markers_and_forces_and_speaks_plainly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made_up = MadeUp()
    for name, text in (("m.trc", made_up.trc()), ("f.mot", made_up.mot()), ("p.yaml", map_yaml())):
        (tmp_path / name).write_text(text, encoding="utf-8")
    words = ("lab", tmp_path / "m.trc", "--points", tmp_path / "p.yaml", "--mass", "70")
    said = goodknee(capsys, *words, "--grf", tmp_path / "f.mot", "--speed", "3")
    assert "convention co-contraction" in said
    assert said.count("BW s") == 7
    assert "Per km, right knee" in said
    assert "Add --grf" in goodknee(capsys, *words, code=1)
    assert json.loads(goodknee(capsys, *words, "--json", code=1))["error"]["next"]
    goodknee(capsys, "lab", tmp_path / "m.trc", code=2)


@settings(max_examples=120)
@given(st.data())
def test_whatever_a_file_holds_there_is_an_answer_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Sound files with a stretch replaced by other bytes or other numbers; a warning of numpy would fail."""
    folder = tmp_path_factory.getbasetemp() / "lab"
    folder.mkdir(exist_ok=True)
    short = MadeUp(seconds=0.6)
    texts = {"t.csv": short.csv(), "m.trc": short.trc(), "f.mot": short.mot(), "p.yaml": map_yaml()}
    hit = data.draw(st.sampled_from(sorted(texts)))
    whole = texts[hit].encode()
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, min(len(whole), start + 400)))
    numbers = st.sampled_from([b"", b"0", b"nan", b"1e300", b"-5", b"1e8", b"\t", b",", b"\n"])
    broken = whole[:start] + data.draw(st.binary(max_size=30) | numbers) + whole[stop:]
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())
    (folder / hit).write_bytes(data.draw(st.sampled_from([broken, broken, broken[:start], broken[start:]])))
    table = hit == "t.csv"
    try:
        done = run(
            folder / ("t.csv" if table else "m.trc"),
            forces=None if table else folder / "f.mot",
            points=None if table else folder / "p.yaml",
        )
    except GoodKneeError as refused:
        assert refused.what.endswith(".")
    else:
        json.dumps(lab_document(done, KNOWLEDGE), allow_nan=False)
