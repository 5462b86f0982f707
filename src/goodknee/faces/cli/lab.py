"""``goodknee lab``: what each step of a laboratory trial costs the knee."""

from __future__ import annotations

from pathlib import Path
from typing import cast, get_args

import click

from goodknee.core.knowledge.lab import Convention, Task
from goodknee.faces.cli.options import Asked, verb
from goodknee.faces.cli.screen import on_one_line, show_table
from goodknee.readers.knowledge import load_knowledge
from goodknee.services.run_lab import LabQuestion, LabRun, LabStep, lab_document, run_lab

_FILE = click.Path(path_type=Path)


@verb
@click.argument("trial", type=_FILE, metavar="TRIAL.csv|MARKERS.trc")
@click.option("--grf", type=_FILE, metavar="FORCES.mot", help="Ground forces that belong to MARKERS.trc.")
@click.option("--points", type=_FILE, metavar="MAP.yaml", help="Which marker is which joint centre.")
@click.option("--mass", type=float, required=True, metavar="KG", help="Mass of the person, in kg.")
@click.option(
    "--task", type=click.Choice(get_args(Task)), help="Default: the one that the contacts are like."
)
@click.option(
    "--convention",
    type=click.Choice(get_args(Convention)),
    help="net: as most papers. co-contraction: with calf and hamstrings. Default: the task's own.",
)
@click.option("--speed", type=float, metavar="M/S", help="Speed, for the load per km.")
@click.option("--lever-arm", help="van-eijden or piecewise.")
@click.option("--force-ratio", help="van-eijden or mechanism-angle.")
@click.option("--contact-area", help="quadratic, mri-men or mri-women.")
@click.option(
    "--samples",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every row of both sides to this Parquet file.",
)
def lab_verb(
    asked: Asked,
    trial: Path,
    grf: Path | None,
    points: Path | None,
    mass: float,
    task: str | None,
    convention: str | None,
    speed: float | None,
    lever_arm: str | None,
    force_ratio: str | None,
    contact_area: str | None,
    samples: Path | None,
) -> None:
    """Work out knee moment, quadriceps force and kneecap force per step from a motion trial."""
    knowledge = load_knowledge()
    question = LabQuestion(
        trial=trial,
        forces=grf,
        points=points,
        mass_kg=mass,
        task=cast("Task | None", task),
        convention=cast("Convention | None", convention),
        lever_arm=lever_arm,
        force_ratio=force_ratio,
        contact_area=contact_area,
        speed_mps=speed,
    )
    run = run_lab(question, knowledge, samples_to=samples)
    if asked.as_json:
        asked.print_json(lab_document(run, knowledge))
    else:
        _show(run, knowledge.lab.uncertainty.between_runners_pct)


def _show(run: LabRun, sd_pct: float) -> None:
    click.echo(f"{on_one_line(str(run.question.trial))}: {run.forms.task}, convention {run.forms.convention}")
    if run.steps:
        head = ("side", "time", "moment", "quadriceps", "kneecap peak", "impulse", "stress", "")
        show_table(head, [_row(step) for step in run.steps])
    for side, load in run.per_km_bw_s.items():
        if load is not None:
            click.echo(f"Per km, {side} knee: {load:.0f} body weights times seconds.")
    click.echo(
        f"Kneecap force: between people trust it to about {sd_pct:.0f} % (1 SD). "
        "Compare one person with themself, in one convention."
    )
    click.echo(f"Stress is for the contact area '{run.forms.contact_area}'.")
    if any(step.extrapolated or step.stress_extrapolated for step in run.steps):
        click.echo(
            "* the knee bent past the range of the force formulas, + of the contact area: held at its end."
        )
    for note in run.notes:
        click.echo(f"Note: {note}")


def _row(step: LabStep) -> tuple[str, ...]:
    marks = "*" * step.extrapolated + "+" * step.stress_extrapolated + " cut" * (not step.whole)
    return (
        step.side,
        f"{step.start_s:.2f}–{step.end_s:.2f} s",
        f"{step.peak_knee_moment_nm_kg:.2f} Nm/kg",
        f"{step.peak_quadriceps_force_bw:.1f} BW",
        f"{step.pfjrf.peak_bw:.1f} BW",
        f"{step.pfjrf.impulse_bw_s:.2f} BW s",
        f"{step.peak_pfj_stress_mpa:.1f} MPa",
        marks.strip(),
    )
