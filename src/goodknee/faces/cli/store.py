"""``goodknee import`` and ``goodknee runs``: what is in the store, in and out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click

from goodknee.core.model import StoredRun
from goodknee.core.words import duration, km, pace, steps
from goodknee.errors import StoreError
from goodknee.faces import documents
from goodknee.faces.cli.options import Asked, clock, verb
from goodknee.faces.cli.screen import on_one_line, show_table, working
from goodknee.services.import_files import ImportReport, import_files
from goodknee.stores.store import open_store
from goodknee.writers.whole_file import write_whole_file

#: As a shell reports a program that was stopped by Ctrl-C.
STOPPED = 130


@verb
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="PATH...")
@click.option("--list", "as_list", is_flag=True, help="List the imports so far.")
@click.option("--undo", metavar="ID", help="Take one import back.")
def import_verb(asked: Asked, paths: tuple[Path, ...], as_list: bool, undo: str | None) -> int:
    """Bring files and folders (with all below them) into your store.

    A file that fails does not stop the others. Running the same import again does no harm.
    """
    if (bool(paths), as_list, undo is not None).count(True) != 1:
        raise click.UsageError("Say one of: PATH..., --list, or --undo ID.")
    if as_list:
        return _list_imports(asked)
    if undo is not None:
        return _undo(asked, undo)
    with open_store(asked.folder, create=True) as store, working(asked, "Reading files") as progress:
        if store.simulated:
            raise StoreError(
                "This store holds a simulated runner. A person's runs do not belong in it.",
                where=str(asked.folder),
                next_step="Choose a folder of your own with --data. Nothing was changed.",
            )
        report = import_files(paths, store=store, now=asked.now, progress=progress)
    if asked.as_json:
        asked.print_json(documents.import_document(report))
    else:
        _show_import(report)
    if report.stopped:
        return STOPPED
    return 1 if report.failed else 0


def _show_import(report: ImportReport) -> None:
    show_table(
        ["", "number", ""],
        [
            ("imported", str(len(report.imported)), "activities now in your store"),
            ("duplicates", str(len(report.duplicates)), "files of a run that was here already"),
            ("skipped", str(len(report.skipped)), _tally(each.what for each in report.skipped)),
            ("failed", str(len(report.failed)), "each is explained below" if report.failed else ""),
        ],
    )
    for failed in report.failed:
        file, where = on_one_line(failed.file), on_one_line(failed.where)
        click.echo(f"\nFailed: {file}\n  {failed.what}\n  where: {where}\n  next:  {failed.next}")
    if report.stopped:
        click.echo("\nStopped. What is in, stays in. Run the same import again to finish it.")
    if report.imported:
        click.echo(f"\nTo take this import back: goodknee import --undo {report.import_id}")


def _tally(reasons: Iterable[str]) -> str:
    return "\n".join(f"{count} × {what}" for what, count in Counter(reasons).most_common())


def _list_imports(asked: Asked) -> int:
    with open_store(asked.folder) as store:
        imports = store.imports()
    if asked.as_json:
        asked.print_json({"imports": [documents.past_import_document(each) for each in imports]})
    elif imports:
        show_table(
            ["import", "when", "state", "imported", "duplicates", "skipped", "failed"],
            [
                (
                    each.id,
                    clock(each.started_at, None),
                    each.state,
                    *map(str, (each.imported, each.duplicates, each.skipped, each.failed)),
                )
                for each in imports
            ],
        )
    else:
        click.echo("Nothing was imported yet. Start with: goodknee import FOLDER")
    return 0


def _undo(asked: Asked, import_id: str) -> int:
    with open_store(asked.folder) as store:
        undone = store.undo_import(import_id)
    if asked.as_json:
        asked.print_json(documents.undone_document(import_id, undone))
        return 0
    click.echo(f"Import {import_id} is taken back. {len(undone.removed)} activities are out of your store.")
    if undone.revived:
        click.echo(f"{len(undone.revived)} runs are shown from an earlier file again.")
    if undone.import_again:
        click.echo(
            "These files were set aside as duplicates of what is gone now. Import them again to have them:"
        )
        for file in undone.import_again:
            click.echo(f"  {on_one_line(file)}")
    return 0


@verb
@click.argument("run_id", required=False, metavar="[ID]")
@click.option(
    "--original",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the run's original file here, byte for byte.",
)
def runs_verb(asked: Asked, run_id: str | None, original: Path | None) -> int:
    """List your runs (and walks and rides), show one, or get its original file back."""
    if original is not None and run_id is None:
        raise click.UsageError("--original needs the ID of a run.")
    with open_store(asked.folder) as store:
        if run_id is None:
            _list_runs(asked, store.runs())
        elif original is None:
            _show_run(asked, store.run(run_id))
        else:
            name, data = store.original(run_id)
            write_whole_file(original, data, replace=False)
            _say_written(asked, original, name, len(data))
    return 0


def _list_runs(asked: Asked, runs: list[StoredRun]) -> None:
    if asked.as_json:
        asked.print_json({"runs": [documents.run_document(run) for run in runs]})
        return
    if not runs:
        click.echo("No runs yet. Start with: goodknee import FOLDER")
        return
    show_table(
        ["id", "when", "sport", "distance", "time", "pace"],
        [
            (
                run.id,
                clock(run.activity.started_at, run.activity.utc_offset_min),
                run.activity.sport or "not known",
                km(run.activity.distance_m),
                duration(run.activity.timer_s),
                _pace(run),
            )
            for run in runs
        ],
    )


def _pace(run: StoredRun) -> str:
    speed_mps = run.activity.mean_speed_mps
    return pace(1000 / speed_mps) if speed_mps and run.activity.is_run else ""


def _show_run(asked: Asked, run: StoredRun) -> None:
    if asked.as_json:
        asked.print_json(documents.stored_run_document(run))
        return
    activity = run.activity
    facts = {
        "when": clock(activity.started_at, activity.utc_offset_min),
        "sport": " ".join(filter(None, (activity.sport, activity.sub_sport))) or "not known",
        "distance": km(activity.distance_m),
        "time": f"{duration(activity.timer_s)} ({duration(activity.elapsed_s)} with pauses)",
        "pace": _pace(run) or "–",
        "cadence": steps(activity.mean_cadence_spm) if activity.is_run else "–",
        "climb": f"{km(activity.ascent_m)} up, {km(activity.descent_m)} down",
        "device": activity.device or "not known",
        "file": f"{run.format.upper()}, sha256 {run.original_sha256}",
        **activity.decisions,
    }
    click.echo(run.id)
    for name, fact in facts.items():
        click.echo(f"  {name + ':':<20} {fact}")


def _say_written(asked: Asked, path: Path, name: str, size: int) -> None:
    if asked.as_json:
        asked.print_json({"file": str(path), "name": name, "bytes": size})
    else:
        click.echo(f"{path}: the {size:,} bytes of {name}")
