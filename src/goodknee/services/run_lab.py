"""Run the laboratory model on one trial: load of the knee at every instant, and per step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from goodknee.core.knowledge import Knowledge
from goodknee.core.knowledge.lab import Convention, LabModel, Task
from goodknee.core.load.lab_model import KneeLoad, LabForms, knee_load
from goodknee.core.load.motion.contacts import Contacts, Outcome, outcome, task_of
from goodknee.core.load.motion.planar_dynamics import Legs
from goodknee.core.load.motion.sound_forces import with_sound_forces
from goodknee.core.load.motion.sound_points import with_sound_points
from goodknee.core.load.motion.trial import SIDES, Trial
from goodknee.core.model import Floats, Side
from goodknee.errors import AnswerError, ReadError
from goodknee.readers.opensim_files import read_opensim_trial
from goodknee.readers.trial import read_trial
from goodknee.writers.table import write_columns


@dataclass(frozen=True, slots=True, kw_only=True)
class LabQuestion:
    """What is asked of a trial; None: what the pack takes for the task, which the contacts tell."""

    trial: Path
    forces: Path | None
    points: Path | None
    mass_kg: float
    task: Task | None = None
    convention: Convention | None = None
    lever_arm: str | None = None
    force_ratio: str | None = None
    contact_area: str | None = None
    speed_mps: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabStep:
    """One contact of one foot."""

    side: Side
    start_s: float
    end_s: float
    whole: bool
    peak_knee_moment_nm_kg: float
    peak_quadriceps_force_bw: float
    peak_knee_flexion_deg: float
    peak_pfj_stress_mpa: float
    pfjrf: Outcome
    extrapolated: bool
    stress_extrapolated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LabRun:
    """A trial with its steps; the columns cover every row of the file, NaN where it was cut."""

    question: LabQuestion
    forms: LabForms
    steps: tuple[LabStep, ...]
    per_km_bw_s: Mapping[Side, float | None]
    columns: Mapping[str, Floats | list[Side]]
    notes: tuple[str, ...]


def run_lab(question: LabQuestion, knowledge: Knowledge, *, samples_to: Path | None = None) -> LabRun:
    """Read one trial, mend what can be mended, and work out what each step costs the knee.

    Args:
        question: The trial, the person's mass, and the choices.
        knowledge: The pack.
        samples_to: Write every row of both sides into this Parquet file.

    Raises:
        AnswerError: The mass or a choice is not legal.
        ReadError: A file cannot be read, or the trial is not sound enough.
        StoreError: ``samples_to`` cannot be written.
    """
    model = knowledge.lab
    _check_choices(question, model)
    recorded = _read(question, model)
    trial, rows = with_sound_points(recorded, model.limits)
    seen = task_of(trial.force_n[..., 1], model, rate_hz=trial.rate_hz)
    forms = _forms(question, model, question.task or seen or "run")
    task = model.tasks[forms.task]
    _check_rate(trial, task.cutoff_hz, model)
    trial, contacts = with_sound_forces(trial, model, task, mass_kg=question.mass_kg)
    load = knee_load(_legs(trial, question.mass_kg), contacts.mask(trial.force_n.shape[:2]), forms, model)
    listed = contacts if task.counts_cut_contacts else contacts.take(contacts.whole)
    steps = tuple(_steps(trial, listed, load, question.mass_kg * model.gravity_mps2, model))
    run = LabRun(
        question=question,
        forms=forms,
        steps=tuple(sorted(steps, key=lambda step: step.start_s)),
        per_km_bw_s={side: _per_km(steps, side, question.speed_mps) for side in SIDES},
        columns=_columns(recorded, rows, load),
        notes=(*trial.notes, *_task_notes(question, seen, forms), *_step_notes(contacts, listed)),
    )
    if samples_to:
        write_columns(samples_to, run.columns)
    return run


def _check_choices(question: LabQuestion, model: LabModel) -> None:
    _check(question.mass_kg, model.limits.mass_kg, where="--mass", unit="kg")
    if question.speed_mps is not None:
        _check(question.speed_mps, model.limits.speed_mps, where="--speed", unit="m/s")
    _check_one_of(question.lever_arm, model.lever_arms, "--lever-arm")
    _check_one_of(question.force_ratio, model.force_ratios, "--force-ratio")
    _check_one_of(question.contact_area, model.contact_areas, "--contact-area")


def _forms(question: LabQuestion, model: LabModel, task: Task) -> LabForms:
    usual = model.usual
    return LabForms(
        task=task,
        convention=question.convention or model.tasks[task].convention,
        lever_arm=question.lever_arm or usual.lever_arm,
        force_ratio=question.force_ratio or usual.force_ratio,
        contact_area=question.contact_area or usual.contact_area,
    )


def _check(value: float, within: tuple[float, float], *, where: str, unit: str) -> None:
    low, high = within
    if not low <= value <= high:
        raise AnswerError(
            f"{value:g} {unit} is outside {low:g} to {high:g} {unit}.",
            where=where,
            next_step="Give the person's value on the day of the trial.",
        )


def _check_one_of(name: str | None, forms: Mapping[str, object], where: str) -> None:
    if name is not None and name not in forms:
        next_step = f"Choose one of {', '.join(forms)}."
        raise AnswerError(f"There is no form {name[:40]!r}.", where=where, next_step=next_step)


def _read(question: LabQuestion, model: LabModel) -> Trial:
    noise_n = model.contact.noise_n
    if question.trial.suffix.lower() != ".trc":
        return read_trial(question.trial, noise_n=noise_n)
    if question.forces is None:
        raise ReadError(
            "Markers alone say nothing about forces.",
            where=str(question.trial),
            next_step="Add --grf FORCES.mot of the same trial.",
        )
    return read_opensim_trial(question.trial, question.forces, question.points, noise_n=noise_n)


def _check_rate(trial: Trial, cutoff_hz: float, model: LabModel) -> None:
    needed = model.limits.rate_per_cutoff * cutoff_hz
    if round(trial.rate_hz, 1) < needed:
        raise ReadError(
            f"{trial.rate_hz:.0f} rows a second are too few for this task. It needs {needed:.0f}.",
            where=trial.file,
            next_step="Export the trial at its full rate, or check --task.",
        )


def _legs(trial: Trial, mass_kg: float) -> Legs:
    return Legs(
        rate_hz=trial.rate_hz,
        points_m=np.moveaxis(trial.points_m[..., :2], 1, -1),
        force_n=np.moveaxis(trial.force_n[..., :2], 1, -1),
        moment_nm=trial.moment_nm[..., 2],
        knee_flexion_deg=trial.knee_flexion_deg,
        mass_kg=np.full(len(SIDES), mass_kg),
    )


def _steps(
    trial: Trial, contacts: Contacts, load: KneeLoad, weight_n: float, model: LabModel
) -> Iterator[LabStep]:
    mass_kg = weight_n / model.gravity_mps2
    for (leg, rows), whole in zip(contacts, contacts.whole.tolist(), strict=True):
        yield LabStep(
            side=SIDES[leg],
            start_s=float(trial.time_s[rows.start]),
            end_s=float(trial.time_s[rows.stop - 1]),
            whole=whole,
            peak_knee_moment_nm_kg=float(load.moments.knee_extension_nm[rows, leg].max()) / mass_kg,
            peak_quadriceps_force_bw=float(load.quadriceps_force_n[rows, leg].max()) / weight_n,
            peak_knee_flexion_deg=float(load.moments.knee_flexion_deg[rows, leg].max()),
            peak_pfj_stress_mpa=float(load.pfj_stress_mpa[rows, leg].max()),
            pfjrf=outcome(load.pfjrf_n[rows, leg] / weight_n, rate_hz=trial.rate_hz, rise=model.rise),
            extrapolated=bool(load.extrapolated[rows, leg].any()),
            stress_extrapolated=bool(load.stress_extrapolated[rows, leg].any()),
        )


def _per_km(steps: tuple[LabStep, ...], side: Side, speed_mps: float | None) -> float | None:
    """Return what this knee bears in a km at this speed; None without a speed or a whole stride."""
    own = [step for step in steps if step.side == side and step.whole]
    if speed_mps is None or len(own) < 2:
        return None
    stride_s = (own[-1].start_s - own[0].start_s) / (len(own) - 1)
    return float(np.mean([step.pfjrf.impulse_bw_s for step in own])) * 1000 / (speed_mps * stride_s)


def _columns(recorded: Trial, rows: slice, load: KneeLoad) -> dict[str, Floats | list[Side]]:
    """Return the columns of --samples: all rows of the left leg, then all of the right."""
    wanted = {
        "knee_flexion_deg": load.moments.knee_flexion_deg,
        "knee_extension_moment_nm": load.moments.knee_extension_nm,
        "quadriceps_force_n": load.quadriceps_force_n,
        "pfjrf_n": load.pfjrf_n,
        "pfj_stress_mpa": load.pfj_stress_mpa,
        "ankle_plantarflexor_moment_nm": load.moments.ankle_plantarflexor_nm,
        "hip_extensor_moment_nm": load.moments.hip_extensor_nm,
        "extrapolated": load.extrapolated.astype(np.float64),
    }
    count = len(recorded.time_s)
    columns: dict[str, Floats | list[Side]] = {
        "time_s": np.tile(recorded.time_s, len(SIDES)),
        "side": [side for side in SIDES for _ in range(count)],
    }
    for name, values in wanted.items():
        whole = np.full((count, len(SIDES)), np.nan)
        whole[rows] = values
        columns[name] = whole.T.ravel()
    return columns


def _task_notes(question: LabQuestion, seen: Task | None, forms: LabForms) -> Iterator[str]:
    if seen and question.task is None:
        yield f"The contacts are like those of a {seen}, so it was taken as one. Else give --task."
    elif seen and question.task != seen:
        yield f"The contacts are more like those of a {seen} than of a {question.task}. Check --task."
    if forms.task == "walk" and forms.convention == "co-contraction":
        yield "In walking nothing is added for co-contraction, so the figures equal those of net."


def _step_notes(contacts: Contacts, listed: Contacts) -> Iterator[str]:
    cut = len(contacts.leg) - len(listed.leg)
    if cut:
        yield f"Contacts that an end of the recording cuts, and that are not listed: {cut}."
    if not len(contacts.leg):
        yield "No foot touched the ground long enough to count as a contact."


def lab_document(run: LabRun, knowledge: Knowledge) -> dict[str, Any]:
    """Return it as the JSON document ``lab``."""
    doubt = knowledge.lab.uncertainty
    return {
        "convention": run.forms.convention,
        "task": run.forms.task,
        "lever_arm": run.forms.lever_arm,
        "force_ratio": run.forms.force_ratio,
        "contact_area": run.forms.contact_area,
        "mass_kg": run.question.mass_kg,
        "steps": [_step_document(step) for step in run.steps],
        "per_km_bw_s": dict(run.per_km_bw_s),
        "sd_pct": {"between_runners": doubt.between_runners_pct, "within_runner": doubt.within_runner_pct},
        "notes": list(run.notes),
        "knowledge_version": knowledge.pack.version,
    }


def _step_document(step: LabStep) -> dict[str, Any]:
    return {
        "side": step.side,
        "start_s": step.start_s,
        "end_s": step.end_s,
        "peak_knee_moment_nm_kg": step.peak_knee_moment_nm_kg,
        "peak_quadriceps_force_bw": step.peak_quadriceps_force_bw,
        "peak_pfjrf_bw": step.pfjrf.peak_bw,
        "impulse_bw_s": step.pfjrf.impulse_bw_s,
        "extrapolated": step.extrapolated,
        "whole": step.whole,
        "time_to_peak_s": step.pfjrf.time_to_peak_s,
        "loading_rate_bw_s": step.pfjrf.loading_rate_bw_s,
        "peak_knee_flexion_deg": step.peak_knee_flexion_deg,
        "peak_pfj_stress_mpa": step.peak_pfj_stress_mpa,
        "stress_extrapolated": step.stress_extrapolated,
    }
