"""``goodknee import`` and ``goodknee runs``: what is in the store, in and out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from goodknee.core.model import StoredRun
from goodknee.core.words import duration, km, pace, steps
from goodknee.errors import StoreError
from goodknee.faces.cli.options import Asked, clock, verb
from goodknee.faces.documents import activity_document, import_document, imports_document, run_document
from goodknee.services.import_files import ImportReport, Progress, import_files
from goodknee.stores.store import open_store


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
    with open_store(asked.folder, create=True) as store, _progress(asked) as progress:
        report = import_files(paths, store=store, now=asked.now, progress=progress)
    if asked.as_json:
        _print(import_document(report))
    else:
        _show_import(report, asked)
    return 1 if report.failed else 0
