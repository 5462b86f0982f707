"""Are a trial's forces sound, and do they belong to its feet: mended with a note, or refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from goodknee.core.knowledge.lab import LabModel, TaskRule
from goodknee.core.load.motion.contacts import Contacts, find_contacts
from goodknee.core.load.motion.trial import ANKLE, MTP, SIDES, Trial, centre_of_pressure_m
from goodknee.core.model import Floats
from goodknee.errors import ReadError


def with_sound_forces(
    trial: Trial, model: LabModel, task: TaskRule, *, mass_kg: float
) -> tuple[Trial, Contacts]:
    """Return the trial with forces in the contacts alone, each under its own foot, and the contacts.

    Raises:
        ReadError: The forces cannot be those of this person, or act too far from the feet.
    """
    trial = _upwards(trial)
    weight_n = mass_kg * model.gravity_mps2
    largest = float(np.abs(trial.force_n).max())
    if largest > model.limits.force_bw * weight_n:
        raise ReadError(
            f"A force of {largest:.0f} N is {largest / weight_n:.0f} times the weight of {mass_kg:g} kg.",
            where=trial.file,
            next_step="Check --mass and the unit of the forces (newton).",
        )
    trial = _under_own_foot(trial, model)
    contacts = find_contacts(
        trial.force_n[..., 1], model.contact, rate_hz=trial.rate_hz, min_contact_s=task.min_contact_s
    )
    trial = _without_noise(trial, contacts, model)
    off_pct = _mass_off_pct(trial, contacts, weight_n)
    if off_pct is not None and abs(off_pct) > model.limits.mass_off_pct:
        carried = mass_kg * (1 + off_pct / 100)
        said = f"The forces carry {carried:.0f} kg on average, and {mass_kg:g} kg was given. Check --mass."
        trial = replace(trial, notes=(*trial.notes, said))
    return trial, contacts


def forces_under_feet(
    plates_force_n: Floats, plates_moment_nm: Floats, points_m: Floats, *, noise_n: float
) -> tuple[Floats, Floats]:
    """Return force and moment of each foot, (n, 2, 3), from plates that do not say whose foot they carry.

    Each stretch of time in which a plate is loaded goes to the foot that is nearer on average; what several
    plates give to one foot is added.

    Args:
        plates_force_n: Shape (n, plates, 3).
        plates_moment_nm: About the origin, shape (n, plates, 3).
        points_m: Points of the legs, shape (n, 2, 5, 3).
        noise_n: A plate is loaded above this vertical force.
    """
    force, moment = (np.zeros((len(points_m), len(SIDES), 3)) for _ in range(2))
    force += np.where(np.isnan(plates_force_n).any(axis=(1, 2)), np.nan, 0.0)[:, None, None]
    for plate in range(plates_force_n.shape[1]):
        one_force, one_moment = plates_force_n[:, plate], plates_moment_nm[:, plate]
        away = _distance_m(one_force[:, None], one_moment[:, None], points_m)
        loaded = np.abs(one_force[:, 1]) > noise_n
        for rows in np.split(np.flatnonzero(loaded), np.flatnonzero(np.diff(np.flatnonzero(loaded)) > 1) + 1):
            if len(rows):
                foot = int(np.argmin(np.nanmean(np.nan_to_num(away[rows], nan=np.inf), axis=0)))
                force[rows, foot] += one_force[rows]
                moment[rows, foot] += one_moment[rows]
    return force, moment


def _upwards(trial: Trial) -> Trial:
    vertical = trial.force_n[..., 1]
    if abs(vertical.min()) <= abs(vertical.max()):
        return trial
    said = "The forces point down, as a foot presses on the ground. Their sign was turned."
    return replace(trial, force_n=-trial.force_n, moment_nm=-trial.moment_nm, notes=(*trial.notes, said))


def _under_own_foot(trial: Trial, model: LabModel) -> Trial:
    own = _mean_reach_m(trial, swapped=False, model=model)
    other = _mean_reach_m(trial, swapped=True, model=model)
    if other < own:
        said = "The forces of left and right were swapped: each acted under the other foot."
        trial = replace(
            trial,
            force_n=trial.force_n[:, ::-1],
            moment_nm=trial.moment_nm[:, ::-1],
            notes=(*trial.notes, said),
        )
    if min(own, other) > model.limits.reach_m:
        raise ReadError(
            f"The forces act {min(own, other):.1f} m away from the feet.",
            where=trial.file,
            next_step="Check that points and forces are in one frame, in metres.",
        )
    return trial


def _mean_reach_m(trial: Trial, *, swapped: bool, model: LabModel) -> float:
    """Return how far from the feet the forces act on average; 0 without any contact."""
    points = trial.points_m[:, ::-1] if swapped else trial.points_m
    loaded = trial.force_n[..., 1] > model.contact.threshold_n
    if not loaded.any():
        return 0.0
    away = _distance_m(trial.force_n, trial.moment_nm, points)
    return float(np.mean(away[loaded]))


def _distance_m(force_n: Floats, moment_nm: Floats, points_m: Floats) -> Floats:
    """Return the distance on the ground between centre of pressure and middle of the foot, (n, 2)."""
    middle = (points_m[:, :, ANKLE] + points_m[:, :, MTP])[..., [0, 2]] / 2
    distance: Floats = np.linalg.norm(centre_of_pressure_m(force_n, moment_nm) - middle, axis=-1)
    return distance


def _without_noise(trial: Trial, contacts: Contacts, model: LabModel) -> Trial:
    """Take off what a plate reads without a foot, and all force where no foot is on the ground."""
    on_ground = _reached(trial, contacts, model)
    force, moment, notes = trial.force_n.copy(), trial.moment_nm.copy(), [*trial.notes]
    for leg, side in enumerate(SIDES):
        off = ~on_ground[:, leg]
        stray = np.abs(force[off, leg, 1])
        usual, largest = (float(np.median(stray)), float(stray.max())) if off.any() else (0.0, 0.0)
        if usual > model.limits.noise_noted_n or largest > model.contact.threshold_n:
            said = f"Force on the {side} between steps (about {usual:.0f} N, at most {largest:.0f} N)"
            notes.append(f"{said} was taken as noise, and its middle taken off everywhere.")
            middle = np.median(force[off, leg], axis=0)
            # Where it acts is not known without a foot; under one it is taken off where the whole force acts.
            acts = np.nan_to_num(centre_of_pressure_m(force[:, leg], moment[:, leg]))
            moment[:, leg] -= np.cross(np.insert(acts, 1, 0.0, axis=1), middle)
            force[:, leg] -= middle
        force[off, leg] = moment[off, leg] = 0.0
    return replace(trial, force_n=force, moment_nm=moment, notes=tuple(notes))


def _reached(trial: Trial, contacts: Contacts, model: LabModel) -> NDArray[np.bool_]:
    """Return the contacts, each reaching a little outwards while there is more than noise, shape (n, 2)."""
    above = trial.force_n[..., 1] > model.contact.noise_n
    reached = contacts.mask(above.shape)
    for _ in range(math.ceil(model.contact.bridge_s * trial.rate_hz)):
        beside = np.zeros_like(reached)
        beside[1:] |= reached[:-1]
        beside[:-1] |= reached[1:]
        reached |= beside & above
    return reached


def _mass_off_pct(trial: Trial, contacts: Contacts, weight_n: float) -> float | None:
    """Return by how much the mean vertical force over whole strides differs from the weight; None without."""
    vertical = trial.force_n[..., 1].sum(axis=1)
    starts = contacts.first[contacts.leg == contacts.leg[0]] if len(contacts.leg) else contacts.leg
    both_feet = len(set(contacts.leg.tolist())) == len(SIDES)
    if not both_feet:
        return None
    if len(starts) > 1:
        vertical = vertical[starts[0] : starts[-1]]
    elif contacts.whole.any():
        return None
    return 100 * (float(vertical.mean()) / weight_n - 1)
