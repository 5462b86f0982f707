"""Trials as CSV, .trc and .mot: read alike, and refused with a sentence whatever they hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.made_up_trial import MadeUp, map_yaml

from goodknee.core.load.motion.trial import Trial
from goodknee.errors import ReadError
from goodknee.readers.opensim_files import read_opensim_trial
from goodknee.readers.trial import read_trial

NOISE_N = 20.0


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made_up = MadeUp()
    texts = {
        "trial.csv": made_up.csv(),
        "markers.trc": made_up.trc(),
        "forces.mot": made_up.mot(),
        "map.yaml": map_yaml(),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return {name: tmp_path / name for name in texts}


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def read_either(files: dict[str, Path], name: str) -> Trial:
    return read_trial(files[name], noise_n=NOISE_N) if name == "trial.csv" else from_opensim(files)


def from_opensim(files: dict[str, Path]) -> Trial:
    return read_opensim_trial(files["markers.trc"], files["forces.mot"], files["map.yaml"], noise_n=NOISE_N)


def same(one: Trial, other: Trial) -> None:
    for name in ("time_s", "points_m"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=1e-9, err_msg=name)
    loaded = other.force_n[..., 1:2] > NOISE_N
    for name in ("force_n", "moment_nm"):
        np.testing.assert_allclose(
            getattr(one, name) * loaded, getattr(other, name) * loaded, atol=1e-6, err_msg=name
        )


def test_table_and_opensim_files_are_the_same_trial(files: dict[str, Path]) -> None:
    made_up = MadeUp().trial()
    same(read_trial(files["trial.csv"], noise_n=NOISE_N), made_up)
    same(from_opensim(files), made_up)


@pytest.mark.parametrize("prefixes", [
    ("L_ground_force_", "R_ground_force_"),
    ("ground_force_l_", "ground_force_r_"),
    ("1_ground_force_", "ground_force_"),
    ("ground_force_1_", "ground_force_2_"),
])  # fmt: skip
def test_plates_by_any_name_reach_their_foot(files: dict[str, Path], prefixes: tuple[str, str]) -> None:
    files["forces.mot"].write_text(MadeUp().mot(prefixes), encoding="utf-8")
    same(from_opensim(files), MadeUp().trial())


def test_forces_at_another_rate_are_taken_at_the_times_of_the_markers(files: dict[str, Path]) -> None:
    files["forces.mot"].write_text(MadeUp(rate_hz=1000).mot(), encoding="utf-8")
    same(from_opensim(files), MadeUp().trial())


def test_torques_are_read_by_either_name(files: dict[str, Path]) -> None:
    made_up = MadeUp()
    made_up.free_nm[..., 2] = 5.0
    torques = made_up.mot(("l_ground_force_", "r_ground_force_"))
    for axis in "xyz":
        torques = torques.replace(f"ground_force_m{axis}", f"ground_torque_{axis}")
    files["forces.mot"].write_text(torques, encoding="utf-8")
    same(from_opensim(files), made_up.trial())


def test_metres_and_midpoints_between_two_markers(files: dict[str, Path]) -> None:
    files["markers.trc"].write_text(MadeUp().trc("m"), encoding="utf-8")
    same(from_opensim(files), MadeUp().trial())
    rewrite(files["map.yaml"], "knee: L_knee", "knee: [L_hip, L_ankle]")
    points = MadeUp().points_m
    np.testing.assert_allclose(
        from_opensim(files).points_m[:, 0, 1], (points[:, 0, 0] + points[:, 0, 2]) / 2, atol=1e-9
    )


def test_a_mot_without_head_is_read_when_it_names_its_columns(files: dict[str, Path]) -> None:
    text = files["forces.mot"].read_text(encoding="utf-8").split("endheader\n")[1]
    files["forces.mot"].write_text(text, encoding="utf-8")
    trial = from_opensim(files)
    same(trial, MadeUp().trial())
    assert trial.notes == ("forces.mot has no head; its first line names the columns.",)
    files["forces.mot"].write_text(text.split("\n", 1)[1], encoding="utf-8")
    with pytest.raises(ReadError, match="no line that begins with time"):
        from_opensim(files)


def test_positions_of_exactly_zero_and_empty_cells_are_missing(files: dict[str, Path]) -> None:
    lines = files["markers.trc"].read_text(encoding="utf-8").split("\n")
    zero, empty = lines[10].split("\t"), lines[11].split("\t")
    zero[2:5], empty[2:5] = ["0", "0.0", "0"], ["", "", ""]
    lines[10], lines[11] = "\t".join(zero), "\t".join(empty)
    files["markers.trc"].write_text("\n".join(lines), encoding="utf-8")
    trial = from_opensim(files)
    assert np.isnan(trial.points_m).sum() == 6
    assert trial.notes == ("1 marker positions of exactly 0, 0, 0 were taken as missing.",)


def test_skin_markers_alone_are_refused_with_all_that_is_missing(files: dict[str, Path]) -> None:
    rewrite(files["markers.trc"], "L_hip", "LASI")
    rewrite(files["map.yaml"], "mtp: R_mtp", "mtp: RMT5")
    with pytest.raises(ReadError) as refused:
        from_opensim(files)
    assert refused.value.what == "Points are missing: left hip (L_hip); right mtp (RMT5)."
    assert "joint centres" in refused.value.next_step
    with pytest.raises(ReadError, match=r"left hip \(hip_l\); .*right mtp \(mtp_r\)"):
        read_opensim_trial(files["markers.trc"], files["forces.mot"], None, noise_n=NOISE_N)


@pytest.mark.parametrize(("name", "old", "new", "says"), [
    ("trial.csv", "knee_r_x", "kneecap_r_x", "Columns are missing: knee_r_x"),
    ("trial.csv", "knee_r_x", "knee_l_x", "Columns stand twice: knee_l_x"),
    ("trial.csv", "\n0.01,", "\none,", "'one' is not a number"),
    ("trial.csv", "\n0.01,", "\n0.01" + ",1" * 99, "more values than there are columns"),
    ("trial.csv", "time,", "seconds,", "Columns are missing: time"),
    ("markers.trc", "PathFileType", "Path", "no .trc file"),
    ("markers.trc", "Frame#", "Frame", "No line begins with Frame#"),
    ("markers.trc", "\tmm", "\tinch", "'inch' is not one of"),
    ("markers.trc", "Units", "Unit", "does not say the unit"),
    ("forces.mot", "_vy", "_fy", "none ends in _vy"),
    ("forces.mot", "1_px", "1_x", "Columns are missing: ground_force_1_px"),
    ("forces.mot", "\n0.01\t", "\n0.00\t", "do not rise"),
    ("map.yaml", "left:", "Left:", "two parts, left and right"),
    ("map.yaml", "hip: L_hip", "pelvis: L_hip", "no point 'pelvis'"),
    ("map.yaml", "hip: L_hip", "hip: [a, b, c]", "one name, or two"),
    ("map.yaml", "hip: L_hip", "hip: !!python/name:os.system x", "not plain YAML"),
])  # fmt: skip
def test_what_is_wrong_is_said(files: dict[str, Path], name: str, old: str, new: str, says: str) -> None:
    rewrite(files[name], old, new)
    with pytest.raises(ReadError, match=says) as refused:
        read_either(files, name)
    assert name in refused.value.where
    assert refused.value.next_step


def test_a_path_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "not there.csv"):
        with pytest.raises(ReadError):
            read_trial(path, noise_n=NOISE_N)
