"""Where the benchmarks find real files: $GOODKNEE_TEST_DATA, else ../shared/data beside the checkout."""

from __future__ import annotations

import gzip
import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


def activities() -> Path:
    """Return the folder of activity files, or end with a sentence that says what is missing."""
    folder = Path(os.environ.get("GOODKNEE_TEST_DATA", CHECKOUT.parent / "shared" / "data")) / "activities"
    if not folder.is_dir():
        sys.exit(f"real activity files are missing at {folder}; set GOODKNEE_TEST_DATA to their folder")
    return folder


def contents(kind: str) -> dict[Path, bytes]:
    """Return every file of a kind ("fit", "gpx", "tcx") with its content, unpacked."""
    files = sorted(path for path in (activities() / kind).iterdir() if path.is_file())
    return {path: _unpacked(path.read_bytes()) for path in files}


def _unpacked(data: bytes) -> bytes:
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
