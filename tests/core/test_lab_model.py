"""The laboratory model: printed values, properties, a plain version beside it, and OpenSim's columns."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.made_up_trial import MadeUp

from goodknee.core.knowledge.lab import Task
from goodknee.core.load.lab_model import (
    KneeLoad,
    LabForms,
    contact_area_mm2,
    force_ratio,
    knee_load,
    lever_arm_m,
)
from goodknee.core.load.motion.contacts import find_contacts
from goodknee.core.load.motion.low_pass import low_pass
from goodknee.core.load.motion.planar_dynamics import Legs, joint_moments
from goodknee.core.load.motion.trial import POINTS
from goodknee.readers.knowledge import load_knowledge
from goodknee.readers.trial import read_trial

MODEL = load_knowledge().lab
Array = NDArray[np.float64]


def forms(task: Task = "run", **changes: str) -> LabForms:
    usual = {
        "convention": MODEL.tasks[task].convention,
        "lever_arm": "van-eijden",
        "force_ratio": "van-eijden",
        "contact_area": "quadratic",
    }
    return LabForms(task=task, **{**usual, **changes})  # type: ignore[arg-type] # the names of the pack


def legs_of(made_up: MadeUp, mass_kg: float = 70.0) -> Legs:
    trial = made_up.trial()
    return Legs(
        rate_hz=trial.rate_hz,
        points_m=np.moveaxis(trial.points_m[..., :2], 1, -1),
        force_n=np.moveaxis(trial.force_n[..., :2], 1, -1),
        moment_nm=trial.moment_nm[..., 2],
        knee_flexion_deg=trial.knee_flexion_deg,
        mass_kg=np.full(2, mass_kg),
    )


def load_of(legs: Legs, chosen: LabForms) -> KneeLoad:
    return knee_load(legs, legs.force_n[:, 1] > MODEL.contact.threshold_n, chosen, MODEL)


# --- the equations ---------------------------------------------------------------------------------------


def test_the_equations_give_the_printed_values(test_data: Path) -> None:
    printed = yaml.safe_load((test_data / "pfj_anchors.yaml").read_text(encoding="utf-8"))["equations_check"]
    bent = np.array(printed["knee_flexion_deg"], dtype=np.float64)
    for got, key in (
        (1000 * lever_arm_m(bent, MODEL.lever_arms["van-eijden"]), "quad_lever_arm_van_eijden_mm"),
        (1000 * lever_arm_m(bent, MODEL.lever_arms["piecewise"]), "quad_lever_arm_piecewise_mm"),
        (force_ratio(bent, MODEL.force_ratios["van-eijden"]), "k_pfjrf_over_quad_van_eijden"),
        (force_ratio(bent, MODEL.force_ratios["mechanism-angle"]), "k_two_sin_half_beta"),
        (contact_area_mm2(bent, MODEL.contact_areas["quadratic"]), "contact_area_quadratic_mm2"),
    ):
        np.testing.assert_allclose(got, printed[key], rtol=5e-3, err_msg=key)


def test_the_areas_by_mri_are_those_of_the_paper() -> None:
    bent = np.array([0.0, 30.0, 60.0])
    for name, unloaded in (("mri-men", [210, 414, 520]), ("mri-women", [210, 269, 396])):
        np.testing.assert_allclose(
            contact_area_mm2(bent, MODEL.contact_areas[name]), 1.24 * np.array(unloaded), rtol=1e-9
        )


def test_lever_arm_and_ratio_stay_within_bounds() -> None:
    bent = np.linspace(0, 90, 901)
    ratio = force_ratio(bent, MODEL.force_ratios["van-eijden"])
    assert ratio.min() >= 0.46
    assert ratio.max() <= 0.99
    for lever in MODEL.lever_arms.values():
        assert 0.018 < lever_arm_m(bent, lever).min() < lever_arm_m(bent, lever).max() < 0.05


def test_the_shares_follow_from_the_lever_arms_behind_them() -> None:
    assert MODEL.tasks["run"].ankle_share == pytest.approx(0.319 * 2 / 5, abs=5e-4)
    assert MODEL.tasks["run"].hip_share == pytest.approx(0.63 * 3 / 6.7, abs=5e-4)


# --- the low-pass ----------------------------------------------------------------------------------------


def test_the_low_pass_is_that_of_scipy() -> None:
    """Made by scipy 1.17.1: filtfilt(*butter(2, 23.425114408277835 / 50), x, padlen=10)."""
    x = np.array([0, 1, 4, 9, 7, 2, -3, -1, 0, 5, 8, 6, 2, 1, 0], dtype=np.float64)
    by_scipy = [
        0.000111653, 1.648749974, 4.874539508, 7.636542958, 6.573784982, 2.111015802, -1.69969052,
        -2.009836403, 0.888407575, 4.889220383, 7.068349803, 5.847158249, 2.908138581, 0.813754312,
        0.000110791,
    ]  # fmt: skip
    np.testing.assert_allclose(low_pass(x, cutoff_hz=20, rate_hz=100), by_scipy, atol=1e-9)


def test_the_low_pass_halves_the_power_at_its_cut_off_and_shifts_nothing() -> None:
    seconds = np.arange(2000) / 200
    wave = np.sin(2 * np.pi * 15 * seconds)
    smooth = low_pass(wave, cutoff_hz=15, rate_hz=200)[500:1500]
    np.testing.assert_allclose(smooth, wave[500:1500] * math.sqrt(0.5), atol=2e-3)


@given(st.integers(12, 60), st.integers(1, 6))
def test_each_column_is_filtered_as_if_alone(rows: int, columns: int) -> None:
    values = np.random.default_rng(rows).normal(size=(rows, columns))
    together = low_pass(values, cutoff_hz=6, rate_hz=100)
    alone = np.stack([low_pass(column, cutoff_hz=6, rate_hz=100) for column in values.T], axis=1)
    np.testing.assert_allclose(together, alone, atol=1e-12)


@pytest.mark.parametrize(("cutoff_hz", "rate_hz"), [(15, 100), (4, 100), (6, 1000)])
def test_a_steady_course_is_left_as_it_is_to_its_very_ends(cutoff_hz: float, rate_hz: float) -> None:
    course = 3.0 * np.arange(0, 1, 1 / rate_hz) - 7
    smooth = low_pass(course, cutoff_hz=cutoff_hz, rate_hz=rate_hz)
    np.testing.assert_allclose(smooth, course, atol=3 / cutoff_hz / 1000)


# --- the chain -------------------------------------------------------------------------------------------


def plain_moments(made_up: MadeUp, leg: int, mass_kg: float, cutoff_hz: float) -> Array:
    """Knee extension moment row by row, from the foot up, each joint's force handed on to the next."""
    trial = made_up.trial()
    dt = 1 / trial.rate_hz

    def smooth(column: Array) -> list[float]:
        return [float(value) for value in plain_low_pass(column.tolist(), cutoff_hz, trial.rate_hz)]

    x = {p: smooth(trial.points_m[:, leg, POINTS.index(p), 0]) for p in POINTS}
    y = {p: smooth(trial.points_m[:, leg, POINTS.index(p), 1]) for p in POINTS}
    fx, fy = smooth(trial.force_n[:, leg, 0]), smooth(trial.force_n[:, leg, 1])
    mz = smooth(trial.moment_nm[:, leg, 2])
    rows = len(fx)

    def twice(values: list[float], at: int) -> float:
        at = min(max(at, 1), rows - 2)
        return (values[at + 1] - 2 * values[at] + values[at - 1]) / dt**2

    answer = []
    for at in range(rows):
        # Ground reaction at the ankle: force, and moment moved there from the origin.
        force = (fx[at], fy[at])
        moment = mz[at] - (x["ankle"][at] * fy[at] - y["ankle"][at] * fx[at])
        for joint, below, name in (("ankle", "ankle", "foot"), ("knee", "ankle", "shank")):
            segment = MODEL.segments[name]  # type: ignore[index] # two of its three names
            a, b = segment.from_point, segment.to_point
            cx = [x[a][i] + segment.centre_share * (x[b][i] - x[a][i]) for i in range(rows)]
            cy = [y[a][i] + segment.centre_share * (y[b][i] - y[a][i]) for i in range(rows)]
            angle = np.unwrap([math.atan2(y[b][i] - y[a][i], x[b][i] - x[a][i]) for i in range(rows)])
            length = sum(math.hypot(x[b][i] - x[a][i], y[b][i] - y[a][i]) for i in range(rows)) / rows
            mass = segment.mass_share * mass_kg
            need = (mass * twice(cx, at), mass * (twice(cy, at) + 9.81))
            # Moments about the upper joint: what came from below, less what the segment needs.
            ux, uy = x[joint][at], y[joint][at]
            moment += (x[below][at] - ux) * force[1] - (y[below][at] - uy) * force[0]
            spin = mass * (segment.gyration_share * length) ** 2 * twice(angle.tolist(), at)
            moment -= (cx[at] - ux) * need[1] - (cy[at] - uy) * need[0] + spin
            force = (force[0] - need[0], force[1] - need[1])
        answer.append(-moment)
    return np.array(answer)


def plain_low_pass(values: list[float], cutoff_hz: float, rate_hz: float) -> list[float]:
    wide = math.tan(math.pi * cutoff_hz / rate_hz) / (math.sqrt(2) - 1) ** 0.25
    norm = 1 + math.sqrt(2) * wide + wide**2
    gain, a1, a2 = wide**2 / norm, 2 * (wide**2 - 1) / norm, (1 - math.sqrt(2) * wide + wide**2) / norm

    def one_way(x: list[float]) -> list[float]:
        y: list[float] = []
        for i, value in enumerate(x):
            x1, x2 = (x[max(i - back, 0)] for back in (1, 2))
            y1, y2 = (y[i - back] if i >= back else x[0] for back in (1, 2))
            y.append(gain * (value + 2 * x1 + x2) - a1 * y1 - a2 * y2)
        return y

    more = min(len(values) - 1, math.ceil(2 * rate_hz / cutoff_hz))
    before = [2 * values[0] - values[i] for i in range(more, 0, -1)]
    after = [2 * values[-1] - values[-1 - i] for i in range(1, more + 1)]
    return one_way(one_way(before + values + after)[::-1])[::-1][more:-more]


def test_the_batched_chain_is_the_plain_one() -> None:
    one, other = MadeUp(seconds=0.6), MadeUp(seconds=0.6, peak_n=900)
    batch = side_by_side(legs_of(one, 70), legs_of(other, 55))
    knee = joint_moments(batch, MODEL, cutoff_hz=15).knee_extension_nm
    plain = [plain_moments(made, leg, kg, 15) for made, kg in ((one, 70), (other, 55)) for leg in (0, 1)]
    # Not exact: a filtered turning direction is differentiated here as a vector, there as an angle.
    np.testing.assert_allclose(knee, np.stack(plain, axis=1), atol=0.15)
    assert np.abs(knee).max() > 50


def side_by_side(one: Legs, other: Legs) -> Legs:
    return Legs(
        rate_hz=one.rate_hz,
        points_m=np.concatenate([one.points_m, other.points_m], axis=-1),
        force_n=np.concatenate([one.force_n, other.force_n], axis=-1),
        moment_nm=np.concatenate([one.moment_nm, other.moment_nm], axis=-1),
        knee_flexion_deg=np.concatenate([one.knee_flexion_deg, other.knee_flexion_deg], axis=-1),
        mass_kg=np.concatenate([one.mass_kg, other.mass_kg]),
    )


def test_standing_still_needs_what_the_weight_above_the_knee_asks_for() -> None:
    """With the knee 5 cm in front of the force, half the weight asks for its lever of extension."""
    made_up = MadeUp(seconds=0.5)
    still = np.array([[0.0, 0.9], [0.05, 0.5], [0.0, 0.1], [-0.05, 0.02], [0.15, 0.02]])
    made_up.points_m[..., :2] = still
    made_up.force_n[:] = [0.0, 350.0, 0.0]
    made_up.centre_m[:] = 0.0
    moments = joint_moments(legs_of(made_up, 70), MODEL, cutoff_hz=15)
    # Shank and foot hang below the knee and take a little of it.
    shank_x = 0.05 - 0.4459 * 0.05
    below = 70 * 9.81 * (0.0433 * (0.05 - shank_x) + 0.0137 * (0.05 - (-0.05 + 0.44 * 0.2)))
    np.testing.assert_allclose(moments.knee_extension_nm, 350 * 0.05 - below, rtol=1e-9)
    np.testing.assert_allclose(moments.ankle_plantarflexor_nm, -70 * 9.81 * 0.0137 * 0.038, rtol=1e-9)


def test_a_world_moved_or_played_backwards_changes_no_moment() -> None:
    made_up = MadeUp()
    straight = joint_moments(legs_of(made_up), MODEL, cutoff_hz=15).knee_extension_nm
    for each in (made_up.points_m, made_up.centre_m):
        each[..., 0] += 3.0
    np.testing.assert_allclose(
        joint_moments(legs_of(made_up), MODEL, cutoff_hz=15).knee_extension_nm, straight, atol=1e-8
    )
    for name in ("points_m", "force_n", "centre_m"):
        setattr(made_up, name, getattr(made_up, name)[::-1])
    backwards = joint_moments(legs_of(made_up), MODEL, cutoff_hz=15).knee_extension_nm
    # The two passes of the filter see the ends in the other order.
    np.testing.assert_allclose(backwards[::-1][20:-20], straight[20:-20], atol=0.05)


def test_twice_the_mass_and_force_is_twice_the_load() -> None:
    one = load_of(legs_of(MadeUp(peak_n=1000), 50), forms())
    two = load_of(legs_of(MadeUp(peak_n=2000), 100), forms())
    np.testing.assert_allclose(two.pfjrf_n, 2 * one.pfjrf_n, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(two.pfj_stress_mpa, 2 * one.pfj_stress_mpa, rtol=1e-9, atol=1e-9)


def test_swapping_the_legs_swaps_the_answer() -> None:
    legs = legs_of(MadeUp())
    parts = ("points_m", "force_n", "moment_nm", "knee_flexion_deg", "mass_kg")
    swapped = replace(legs, **{name: getattr(legs, name)[..., ::-1] for name in parts})
    np.testing.assert_array_equal(load_of(swapped, forms()).pfjrf_n, load_of(legs, forms()).pfjrf_n[:, ::-1])


# --- the load --------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.floats(0, 120), st.floats(-200, 400), st.floats(0, 100))
def test_more_moment_is_more_force_and_none_without_extension(bent: float, nm: float, more: float) -> None:
    legs = legs_of(MadeUp(seconds=0.4))
    legs = replace(legs, knee_flexion_deg=np.full_like(legs.knee_flexion_deg, bent))
    legs = replace(legs, force_n=np.zeros_like(legs.force_n), mass_kg=np.zeros(2))
    less, same = (
        load_of(replace(legs, moment_nm=np.full_like(legs.moment_nm, -each)), forms(convention="net"))
        for each in (nm, nm + more)
    )
    assert (same.pfjrf_n >= less.pfjrf_n - 1e-9).all()
    if nm <= 0:
        np.testing.assert_allclose(less.pfjrf_n, 0, atol=1e-6)
    assert less.extrapolated.all() == (bent > 90)
    assert less.stress_extrapolated.all() == (bent > 60)


def test_past_the_formulas_the_value_at_their_end_is_held_and_marked() -> None:
    legs = legs_of(MadeUp(seconds=0.4))
    at_end, past = (
        load_of(replace(legs, knee_flexion_deg=np.full_like(legs.knee_flexion_deg, bent)), forms())
        for bent in (90.0, 130.0)
    )
    np.testing.assert_array_equal(past.pfjrf_n, at_end.pfjrf_n)
    assert past.extrapolated.all()
    assert not at_end.extrapolated.any()


def test_co_contraction_adds_in_stance_alone_and_never_takes() -> None:
    legs = legs_of(MadeUp())
    on_ground = legs.force_n[:, 1] > MODEL.contact.threshold_n
    net, with_it = (load_of(legs, forms(convention=name)).pfjrf_n for name in ("net", "co-contraction"))
    assert (with_it >= net).all()
    assert (with_it[on_ground] > net[on_ground]).any()
    np.testing.assert_array_equal(with_it[~on_ground], net[~on_ground])
    walk_net, walk = (load_of(legs, forms("walk", convention=name)) for name in ("net", "co-contraction"))
    np.testing.assert_array_equal(walk_net.pfjrf_n, walk.pfjrf_n)


# --- beside OpenSim --------------------------------------------------------------------------------------

TRIALS: dict[str, tuple[Task, float]] = {
    "runA_2mps": ("run", 72.84),
    "runA_3mps": ("run", 72.84),
    "runA_4mps": ("run", 72.84),
    "walkB": ("walk", 62.6),
    "squatB": ("squat", 62.6),
}
RUNS = [name for name in TRIALS if name.startswith("run")]
PEAK_PERCENTILE = 98


def beside_opensim(folder: Path, name: str) -> list[dict[str, tuple[Array, Array]]]:
    """Return, for each leg, ours and OpenSim's knee moment and PFJ force through stance."""
    task, mass_kg = TRIALS[name]
    path = folder / "biomech" / "tidy" / f"{name}.csv"
    trial = read_trial(path, noise_n=MODEL.contact.noise_n)
    legs = Legs(
        rate_hz=trial.rate_hz,
        points_m=np.moveaxis(trial.points_m[..., :2], 1, -1),
        force_n=np.moveaxis(trial.force_n[..., :2], 1, -1),
        moment_nm=trial.moment_nm[..., 2],
        knee_flexion_deg=trial.knee_flexion_deg,
        mass_kg=np.full(2, mass_kg),
    )
    contacts = find_contacts(
        legs.force_n[:, 1],
        MODEL.contact,
        rate_hz=legs.rate_hz,
        min_contact_s=MODEL.tasks[task].min_contact_s,
    )
    load = knee_load(legs, contacts.mask(legs.moment_nm.shape), forms(task), MODEL)
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    both = []
    for leg, letter in enumerate("lr"):
        stance = legs.force_n[:, 1, leg] > MODEL.contact.threshold_n
        theirs = {key: np.array([float(row[f"os_{key}_{letter}_{unit}"]) for row in rows])[stance]
                  for key, unit in (("knee_ext_moment", "Nm"), ("pfjrf", "N"))}  # fmt: skip
        both.append({
            "moment": (load.moments.knee_extension_nm[stance, leg], theirs["knee_ext_moment"]),
            "pfjrf": (load.pfjrf_n[stance, leg], theirs["pfjrf"]),
        })  # fmt: skip
    return both


@pytest.mark.parametrize("name", RUNS)
def test_the_knee_moment_in_running_is_that_of_opensim(test_data: Path, name: str) -> None:
    for leg in beside_opensim(test_data, name):
        ours, theirs = leg["moment"]
        assert np.corrcoef(ours, theirs)[0, 1] >= 0.997
        assert np.sqrt(np.mean((ours - theirs) ** 2)) <= 0.04 * theirs.max()


@pytest.mark.parametrize("name", RUNS)
def test_the_pfj_force_in_running_is_close_to_that_of_opensim(test_data: Path, name: str) -> None:
    for leg in beside_opensim(test_data, name):
        ours, theirs = leg["pfjrf"]
        assert np.corrcoef(ours, theirs)[0, 1] >= 0.96
        assert 0.92 <= np.percentile(ours, PEAK_PERCENTILE) / np.percentile(theirs, PEAK_PERCENTILE) <= 1.08
        assert 0.88 <= ours.sum() / theirs.sum() <= 1.10


@pytest.mark.parametrize("name", ["walkB", "squatB"])
def test_the_pfj_force_in_walk_and_squat_is_near_that_of_opensim(test_data: Path, name: str) -> None:
    for leg in beside_opensim(test_data, name):
        ours, theirs = leg["pfjrf"]
        assert 0.80 <= np.percentile(ours, PEAK_PERCENTILE) / np.percentile(theirs, PEAK_PERCENTILE) <= 1.25
