"""Contacts, and what is mended or refused in a trial before the model sees it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.made_up_trial import STANCE_S, STRIDE_S, MadeUp

from goodknee.core.load.motion.contacts import find_contacts, outcome, task_of
from goodknee.core.load.motion.sound_forces import forces_under_feet, with_sound_forces
from goodknee.core.load.motion.sound_points import with_sound_points
from goodknee.core.load.motion.trial import KNEE, Trial, centre_of_pressure_m
from goodknee.errors import ReadError
from goodknee.readers.knowledge import load_knowledge

MODEL = load_knowledge().lab
RUN = MODEL.tasks["run"]
LEFT, RIGHT = 0, 1


def sound_points(trial: Trial) -> Trial:
    return with_sound_points(trial, MODEL.limits)[0]


def sound_forces(trial: Trial, mass_kg: float = 70.0) -> Trial:
    return with_sound_forces(trial, MODEL, RUN, mass_kg=mass_kg)[0]


# --- contacts --------------------------------------------------------------------------------------------


def test_contacts_are_where_the_made_up_feet_are_down() -> None:
    made_up = MadeUp()
    found = find_contacts(made_up.force_n[..., 1], MODEL.contact, rate_hz=100, min_contact_s=0.08)
    left = found.first[(found.leg == LEFT) & found.whole] / 100
    np.testing.assert_allclose(np.diff(left), STRIDE_S, atol=0.011)
    seconds = (found.last - found.first + 1)[found.whole] / 100
    np.testing.assert_allclose(seconds, STANCE_S, atol=0.025)


def made_of(*spans: tuple[int, float, float], seconds: float = 4.0) -> np.ndarray:
    """Vertical force of two legs at 100 rows a second: leg, start and end of each contact in s."""
    force = np.zeros((round(100 * seconds), 2))
    for leg, start, end in spans:
        force[round(100 * start) : round(100 * end), leg] = 600.0
    return force


@pytest.mark.parametrize(
    ("force", "task"),
    [
        (made_of(*((at % 2, 0.35 * at, 0.35 * at + 0.24) for at in range(1, 11))), "run"),
        (made_of((0, 1.0, 1.25)), "run"),
        (made_of(*((at % 2, 0.55 * at, 0.55 * at + 0.68) for at in range(1, 6))), "walk"),
        (made_of((0, 0.5, 1.2)), "walk"),
        (made_of((0, 0.0, 4.0), (1, 0.0, 4.0)), "squat"),
        (made_of((0, 0.0, 0.7), (1, 0.0, 0.7), seconds=0.7), "squat"),
        (made_of((1, 0.5, 3.5)), "squat"),
        (made_of(), None),
    ],
)
def test_the_task_is_told_from_how_long_the_feet_are_down(force: np.ndarray, task: str | None) -> None:
    assert task_of(force, MODEL, rate_hz=100) == task
    assert task_of(-force, MODEL, rate_hz=100) == task


@given(st.integers(0, 10**6))
def test_every_contact_is_a_run_of_loaded_rows(seed: int) -> None:
    """Held against a walk over the rows, without bridge and least length."""
    force = np.random.default_rng(seed).choice([0.0, 49.0, 51.0], size=(17, 3))
    rule = replace(MODEL.contact, bridge_s=0.0)
    found = find_contacts(force, rule, rate_hz=100, min_contact_s=0.0)
    np.testing.assert_array_equal(found.mask(force.shape), force > 50)
    plain = [
        (leg, row)
        for leg in range(3)
        for row in range(17)
        if force[row, leg] > 50 and (row == 0 or force[row - 1, leg] <= 50)
    ]
    assert list(zip(found.leg.tolist(), found.first.tolist(), strict=True)) == plain


def test_a_short_dip_is_bridged_and_a_short_touch_is_none() -> None:
    force = np.zeros((100, 1))
    force[10:40] = 900.0
    force[20:22] = 0.0
    force[60:63] = 300.0
    found = find_contacts(force, MODEL.contact, rate_hz=100, min_contact_s=0.08)
    assert [(rows.start, rows.stop) for _, rows in found] == [(10, 40)]


def test_the_outcome_of_a_triangle_is_worked_out_by_hand() -> None:
    force_bw = np.concatenate([np.linspace(0, 5, 11), np.linspace(5, 0, 21)[1:]])
    got = outcome(force_bw, rate_hz=100, rise=(0.2, 0.8))
    assert got.peak_bw == 5
    assert got.time_to_peak_s == pytest.approx(0.10)
    assert got.loading_rate_bw_s == pytest.approx(50)
    assert got.impulse_bw_s == pytest.approx(5 * 0.30 / 2)
    assert outcome(np.zeros(5), rate_hz=100, rise=(0.2, 0.8)).loading_rate_bw_s is None


# --- points ----------------------------------------------------------------------------------------------


def test_a_sound_trial_is_left_as_it_is() -> None:
    trial = MadeUp().trial()
    kept, rows = with_sound_points(trial, MODEL.limits)
    np.testing.assert_array_equal(kept.points_m, trial.points_m)
    assert sound_forces(kept).notes == ()
    assert rows == slice(0, len(trial.time_s))


def test_a_short_gap_is_filled_and_said_and_a_long_one_refused() -> None:
    trial = MadeUp().trial()
    trial.points_m[50:56, LEFT, KNEE] = np.nan
    mended = sound_points(trial)
    np.testing.assert_allclose(mended.points_m, MadeUp().trial().points_m, atol=0.004)
    assert mended.notes == ("Short gaps were filled: left knee (up to 6 rows).",)
    trial.points_m[50:70, LEFT, KNEE] = np.nan
    with pytest.raises(ReadError, match=r"left knee is missing from 0.5 s to 0.69 s"):
        sound_points(trial)


def test_rows_without_a_point_at_the_ends_are_left_out() -> None:
    trial = MadeUp().trial()
    trial.points_m[:30, RIGHT, 3] = np.nan
    kept, rows = with_sound_points(trial, MODEL.limits)
    assert (rows.start, len(kept.time_s)) == (30, len(trial.time_s) - 30)
    assert "30 rows" in kept.notes[0]
    trial.points_m[:, RIGHT, 3] = np.nan
    with pytest.raises(ReadError, match="right heel"):
        sound_points(trial)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda s: np.delete(s, 70), "uneven"),
        (lambda s: s[::-1], "uneven"),
        (lambda s: s * 0, "uneven"),
        (lambda s: np.where(s == s[50], np.nan, s), "uneven"),
        (lambda s: s[:10], "too few"),
    ],
)
def test_a_clock_that_jumps_is_refused(change: object, says: str) -> None:
    trial = MadeUp().trial()
    time_s = change(trial.time_s)  # type: ignore[operator] # a lambda of the list above
    rows = slice(0, len(time_s))
    cut = {
        name: getattr(trial, name)[rows] for name in ("points_m", "force_n", "moment_nm", "knee_flexion_deg")
    }
    with pytest.raises(ReadError, match=says):
        sound_points(replace(trial, time_s=time_s, **cut))


def test_millimetres_called_metres_are_refused() -> None:
    trial = MadeUp().trial()
    with pytest.raises(ReadError, match="420 m long"):
        sound_points(replace(trial, points_m=trial.points_m * 1000))


def test_a_thigh_that_changes_its_length_is_noted() -> None:
    trial = MadeUp().trial()
    trial.points_m[:, LEFT, KNEE, 1] += 0.05 * np.sin(20 * trial.time_s)
    notes = sound_points(trial).notes
    assert notes[0].startswith("The left thigh changes its length by")


@pytest.mark.parametrize("turned_deg", [90.0, 180.0, -60.0])
def test_a_person_who_faces_elsewhere_is_turned(turned_deg: float) -> None:
    trial = MadeUp().trial()
    angle = np.radians(turned_deg)
    turn = np.array([[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]])
    turned = replace(
        trial,
        points_m=trial.points_m @ turn.T,
        force_n=trial.force_n @ turn.T,
        moment_nm=trial.moment_nm @ turn.T,
    )
    back = sound_points(turned)
    np.testing.assert_allclose(back.points_m, trial.points_m, atol=1e-9)
    np.testing.assert_allclose(back.moment_nm, trial.moment_nm, atol=1e-9)
    assert f"{abs(turned_deg):.0f}°" in back.notes[0]


def test_flexion_that_counts_down_is_turned_and_one_that_does_not_fit_dropped() -> None:
    made_up = MadeUp().trial()
    flexion = np.degrees(0.7 - 0.35 * np.cos(4 * np.pi * (made_up.time_s[:, None] - [0, 0.35] - 0.2) / 0.7))
    assert sound_points(replace(made_up, knee_flexion_deg=flexion)).notes == ()
    turned = sound_points(replace(made_up, knee_flexion_deg=-flexion))
    np.testing.assert_array_equal(turned.knee_flexion_deg, flexion)
    radians = sound_points(replace(made_up, knee_flexion_deg=np.radians(flexion)))
    assert np.isnan(radians.knee_flexion_deg).all()
    assert "do not fit" in radians.notes[0]


# --- forces ----------------------------------------------------------------------------------------------


def test_forces_under_the_wrong_foot_are_swapped_back() -> None:
    trial = MadeUp().trial()
    swapped = replace(trial, force_n=trial.force_n[:, ::-1], moment_nm=trial.moment_nm[:, ::-1])
    mended = sound_forces(swapped)
    np.testing.assert_array_equal(mended.force_n, sound_forces(trial).force_n)
    assert "swapped" in mended.notes[0]


def test_points_on_the_wrong_side_are_swapped_back() -> None:
    trial = MadeUp().trial()
    mended = sound_forces(sound_points(replace(trial, points_m=trial.points_m[:, ::-1])))
    np.testing.assert_array_equal(mended.points_m, trial.points_m)
    assert ["points" in note for note in mended.notes] == [True]


def test_noise_of_the_plates_makes_no_steps_and_little_difference() -> None:
    made_up = MadeUp()
    clean = sound_forces(made_up.trial())
    made_up.force_n += np.random.default_rng(7).normal(0, 12, made_up.force_n.shape)
    noisy, contacts = with_sound_forces(made_up.trial(), MODEL, RUN, mass_kg=70)
    assert contacts.whole.sum() == 7
    assert "noise" in noisy.notes[0]
    off = clean.force_n[..., 1] == 0
    assert (noisy.force_n[off] == 0).mean() > 0.99


def test_a_plate_that_reads_force_without_a_foot_is_set_to_zero() -> None:
    made_up = MadeUp()
    clean = sound_forces(made_up.trial())
    made_up.force_n[:, LEFT, 1] += 30.0
    made_up.force_n[20, LEFT] = 0.0  # a row that the plate lost in the middle of a step
    clean.force_n[20, LEFT] = 0.0
    mended = sound_forces(made_up.trial())
    assert np.isfinite(mended.moment_nm).all()
    np.testing.assert_allclose(mended.force_n, clean.force_n, atol=35)
    standing = clean.force_n[..., 1] > 200
    np.testing.assert_allclose(mended.force_n[standing], clean.force_n[standing], atol=1e-9)
    np.testing.assert_allclose(mended.moment_nm[standing], clean.moment_nm[standing], atol=1e-9)
    assert "on the left between steps (about 30 N" in mended.notes[0]


def test_forces_that_point_down_are_turned() -> None:
    trial = MadeUp().trial()
    mended = sound_forces(replace(trial, force_n=-trial.force_n, moment_nm=-trial.moment_nm))
    np.testing.assert_array_equal(mended.moment_nm, sound_forces(trial).moment_nm)
    assert "point down" in mended.notes[0]


def test_forces_far_from_the_feet_or_far_too_large_are_refused() -> None:
    made_up = MadeUp()
    with pytest.raises(ReadError, match="times the weight of 1 kg"):
        sound_forces(made_up.trial(), mass_kg=1)
    made_up.centre_m[..., 0] += 3.0
    with pytest.raises(ReadError, match=r"act 3.\d m away"):
        sound_forces(made_up.trial())


def test_a_mass_that_the_forces_do_not_carry_is_noted() -> None:
    """Two half waves of 1500 N and 0.25 s in 0.7 s carry 1500 × 2 / pi × 0.5 / 0.7 / 9.81 = 69.5 kg."""
    assert sound_forces(MadeUp().trial(), mass_kg=70).notes == ()
    (note,) = sound_forces(MadeUp().trial(), mass_kg=100).notes
    assert note == "The forces carry 69 kg on average, and 100 kg was given. Check --mass."


def test_plates_without_a_side_go_to_the_nearer_foot() -> None:
    trial = MadeUp().trial()
    # Three plates: one for the first half of the trial, one for the second, and one that nobody touched.
    early = (np.arange(len(trial.time_s)) < 100)[:, None]
    plates_force, plates_moment = (
        np.stack([values.sum(axis=1) * early, values.sum(axis=1) * ~early, 0 * values[:, 0]], axis=1)
        for values in (trial.force_n, trial.moment_nm)
    )
    force, moment = forces_under_feet(plates_force, plates_moment, trial.points_m, noise_n=20)
    alone = (trial.force_n[..., 1] > 20).sum(axis=1) == 1
    kept = np.where(trial.force_n[..., 1:2] > 20, trial.force_n, 0)
    np.testing.assert_allclose(force[alone], kept[alone], atol=20)
    np.testing.assert_allclose(
        centre_of_pressure_m(force, moment)[alone & (force[:, LEFT, 1] > 100), LEFT],
        MadeUp().centre_m[alone & (force[:, LEFT, 1] > 100), LEFT][:, [0, 2]],
        atol=0.02,
    )
