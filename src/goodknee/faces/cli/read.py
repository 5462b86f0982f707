"""``goodknee read``: what is in these files."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from goodknee.core.words import duration, km, pace, steps
from goodknee.faces.cli.options import Asked, clock, verb
from goodknee.faces.cli.screen import on_one_line
from goodknee.faces.documents import reading_document
from goodknee.services.read_files import FileReading, read_files


@verb
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--samples",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every record to this Parquet file.",
)
def read_verb(asked: Asked, files: tuple[Path, ...], samples: Path | None) -> int:
    """Say what is in these files (FIT, GPX, TCX, each also gzipped). Nothing is stored."""
    readings = read_files(files, samples_to=samples)
    if asked.as_json:
        asked.print_json([reading_document(each) for each in readings])
    else:
        for reading in readings:
            _show(reading)
    return 1 if any(reading.error for reading in readings) else 0


def _show(reading: FileReading) -> None:
    if reading.error:
        sys.stdout.flush()
        error = reading.error
        click.echo(
            f"Not read. {error.what}\n  where: {on_one_line(error.where)}\n  next:  {error.next_step}",
            err=True,
        )
        return
    click.echo(on_one_line(reading.file))
    assert reading.recording
    for activity in reading.recording.activities:
        kind = " ".join(filter(None, (activity.sport or "unknown sport", activity.sub_sport)))
        facts = [
            clock(activity.started_at, activity.utc_offset_min),
            activity.distance_m is not None and km(activity.distance_m),
            activity.timer_s is not None and duration(activity.timer_s),
            activity.is_run and activity.mean_speed_mps and pace(1000 / activity.mean_speed_mps),
            activity.is_run and activity.mean_cadence_spm and steps(activity.mean_cadence_spm),
            activity.mean_heart_rate_bpm and f"{activity.mean_heart_rate_bpm:.0f} bpm",
            f"{activity.sample_count:,} records",
        ]
        click.echo(f"  {kind}: {' · '.join(fact for fact in facts if fact)}")
        click.echo(f"    channels: {', '.join(activity.channels)}")
        for subject, decision in activity.decisions.items():
            click.echo(f"    {subject}: {decision}")
    for warning in reading.recording.warnings:
        at = f" (byte {warning.at_byte:,})" if warning.at_byte is not None else ""
        click.echo(f"  Note: {warning.what}{at}")
