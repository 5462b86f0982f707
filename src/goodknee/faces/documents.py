"""The JSON documents that others rely on: one function each, shared by every face."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from goodknee.core.model import Activity, StoredRun
from goodknee.errors import GoodKneeError
from goodknee.services.read_files import FileReading

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


def error_document(error: GoodKneeError) -> Document:
    """``error``: what, where, what next."""
    return {"what": error.what, "where": error.where, "next": error.next_step}


def _plain(value: Any) -> Any:
    """JSON's own kinds: instants as UTC with a Z, tuples as lists, what is not a number as null."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
