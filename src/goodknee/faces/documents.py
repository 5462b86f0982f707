"""The JSON documents that others rely on: one function each, shared by every face."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goodknee.core.model import Activity, StoredRun
from goodknee.errors import GoodKneeError

if TYPE_CHECKING:  # each verb loads only what it uses
    from goodknee.services.demo import DemoResult
    from goodknee.services.import_files import ImportReport
    from goodknee.services.read_files import FileReading
    from goodknee.stores.importing import StoredImport, Undone

Document = dict[str, Any]


def reading_document(reading: FileReading) -> Document:
    """``read``: one file."""
    recording, error = reading.recording, reading.error
    return {
        "file": reading.file,
        "activities": [activity_document(each) for each in recording.activities] if recording else [],
        "warnings": [asdict(each) for each in recording.warnings] if recording else [],
        "error": error_document(error) if error else None,
    }


def activity_document(activity: Activity) -> Document:
    """ACTIVITY: every total of it, missing as null."""
    return _plain(asdict(activity))


def run_document(run: StoredRun) -> Document:
    """``runs``: one line of the list."""
    return _plain(
        {
            "id": run.id,
            "started_at": run.activity.started_at,
            "sport": run.activity.sport,
            "distance_m": run.activity.distance_m,
            "timer_s": run.activity.timer_s,
            "original_sha256": run.original_sha256,
        }
    )


def stored_run_document(run: StoredRun) -> Document:
    """``runs ID``: the line of the list, the import it came in, and every total."""
    totals = activity_document(run.activity)
    return {**totals, **run_document(run), "import_id": run.import_id, "format": run.format}


def import_document(report: ImportReport) -> Document:
    """``import``: what became of every file."""
    return {
        "import_id": report.import_id,
        "imported": list(report.imported),
        "duplicates": [each._asdict() for each in report.duplicates],
        "skipped": [each._asdict() for each in report.skipped],
        "failed": [each._asdict() for each in report.failed],
        "stopped": report.stopped,
    }


def past_import_document(done: StoredImport) -> Document:
    """``import --list``: one import."""
    return _plain(asdict(done))


def undone_document(import_id: str, undone: Undone) -> Document:
    """``import --undo``: what is gone, what is shown again, what to import again."""
    return {"import_id": import_id, **_plain(asdict(undone))}


def demo_document(done: DemoResult, folder: Path) -> Document:
    """``demo``: where page and store are."""
    return {
        "file": str(done.report_html.resolve()),
        "data": str(folder.resolve()),
        "simulated": True,
        "story_day": done.story_day.isoformat(),
        "runs": len(done.imported.imported),
    }


def error_document(error: GoodKneeError) -> Document:
    """``error``: what, where, what next."""
    return {"what": error.what, "where": error.where, "next": error.next_step}


def _plain(document: Mapping[str, Any]) -> Document:
    return {key: _plain_value(value) for key, value in document.items()}


def _plain_value(value: Any) -> Any:
    """JSON's own kinds: instants as UTC with a Z, tuples as lists, what is not a number as null."""
    if isinstance(value, Mapping):
        return _plain(value)
    if isinstance(value, list | tuple):
        return [_plain_value(each) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
