"""A file on its way into the store: what a worker hands to the one process that writes the records."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from goodknee.core.model import Activity, FileFormat, ReadWarning, Recording
from goodknee.stores import originals, samples
from goodknee.stores.trouble import told_plainly


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One file, read; its samples and bytes wait on the disk as drafts.

    Attributes:
        file: Its name, without anything private.
        original_sha256: Of its bytes.
        content_sha256: Of its bytes once uncompressed: ``x.fit`` and ``x.fit.gz`` are one.
        activities: All of the recording; those without a date cannot be placed and are not taken in.
    """

    file: str
    original_sha256: str
    content_sha256: str
    format: FileFormat
    gzipped: bool
    activities: tuple[Activity, ...]
    sample_rows: int
    warnings: tuple[ReadWarning, ...]
    samples_draft: Path
    original_draft: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A file that brings nothing in: it is here already, is no activity, or cannot be read."""

    file: str
    outcome: Literal["duplicate", "skipped", "failed"]
    what: str | None = None
    original_sha256: str | None = None


def pack(recording: Recording, *, data: bytes, folder: Path) -> Incoming:
    """Write the samples and the bytes of a file to the store's disk, ready to be taken in.

    Args:
        data: The file's bytes as they came.
        folder: The store's folder.

    Raises:
        StoreError: The disk is full or may not be written to; nothing is left behind.
    """
    with told_plainly(folder):
        samples_draft = samples.write_draft(folder, recording)
        try:
            original_draft = originals.write_draft(folder, data)
        except BaseException:
            samples_draft.unlink(missing_ok=True)
            raise
    return Incoming(
        file=private_name(recording.file),
        original_sha256=hashlib.sha256(data).hexdigest(),
        content_sha256=hashlib.sha256(originals.content_of(data)).hexdigest(),
        format=recording.format,
        gzipped=originals.is_gzipped(data),
        activities=recording.activities,
        sample_rows=len(recording.samples),
        warnings=recording.warnings,
        samples_draft=samples_draft,
        original_draft=original_draft,
    )


def private_text(text: str) -> str:
    """Return a sentence without the e-mail address that a file's name may have brought into it."""
    return re.sub(r"\S*@\S*", "[address]", text)


def private_name(file: str) -> str:
    """Return the file's own name; a name with an e-mail address in it becomes a hash."""
    name = Path(file).name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if "@" not in name:
        return name
    # The address may be all of the stem, so only endings that are known are kept.
    lowered = name.lower()
    endings = (f".{kind}{packed}" for kind in ("fit", "tcx", "gpx", "zip") for packed in (".gz", ""))
    ending = next((each for each in endings if lowered.endswith(each)), "")
    return hashlib.sha256(name.encode()).hexdigest()[:12] + ending
