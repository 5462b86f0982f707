"""Which files an import is to look at."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

#: So much of a file tells what it may be.
FIRST_BYTES = 4096
#: Beside these, a file's first bytes decide whether it is read. The order is that of how much a format keeps.
ACTIVITY_ENDINGS = tuple(f".{kind}{packed}" for kind in ("fit", "tcx", "gpx") for packed in ("", ".gz"))


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files named, and those in the folders named and in all folders below, each once.

    Files of a folder come in the order of their names. Hidden folders are not entered; links are followed,
    but no folder is entered twice. A path that is not there or may not be read is returned as it is, for
    whoever opens it to say so.
    """
    found: dict[str, Path] = {}
    entered: set[tuple[int, int]] = set()
    for path in paths:
        # os.path.isdir, unlike Path.is_dir, does not raise on a folder above that may not be entered.
        for file in _files_in(path, entered) if os.path.isdir(path) else [path]:  # noqa: PTH112
            found.setdefault(os.path.realpath(file), file)
    return list(found.values())


def has_activity_ending(path: Path) -> bool:
    """Tell whether the file's name says that it is an activity."""
    return path.name.lower().endswith(ACTIVITY_ENDINGS)


def may_be_activity(first_bytes: bytes) -> bool:
    """Tell whether a file that begins like this is worth reading: FIT, GPX or TCX, or one of them gzipped."""
    if first_bytes.startswith(b"\x1f\x8b"):
        with suppress(zlib.error):
            first_bytes = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(first_bytes, FIRST_BYTES)
    # Some files are UTF-16: their letters have zeros between them.
    text = first_bytes.replace(b"\0", b"")
    return first_bytes[8:12] == b".FIT" or b"<gpx" in text or b"<TrainingCenterDatabase" in text


def is_zip(first_bytes: bytes) -> bool:
    """Tell whether a file that begins like this is a zip archive."""
    return first_bytes.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def likely_richness(path: Path) -> int:
    """Order files by how much their format keeps: FIT, TCX, GPX, all others."""
    name = path.name.lower()
    endings = range(len(ACTIVITY_ENDINGS))
    return next((place for place in endings if name.endswith(ACTIVITY_ENDINGS[place])), len(endings))


def is_of_the_system(path: Path) -> bool:
    """Tell whether the computer's system put the file there, not a person (``.DS_Store``, ``._run.fit``)."""
    return path.name.startswith(".") or path.name in ("Thumbs.db", "desktop.ini")


def _files_in(folder: Path, entered: set[tuple[int, int]]) -> Iterator[Path]:
    closed: list[Path] = []
    walk = os.walk(folder, followlinks=True, onerror=lambda error: closed.append(Path(error.filename)))
    for place, folders, files in walk:
        about = Path(place).stat()
        if (about.st_dev, about.st_ino) in entered:
            folders.clear()
            continue
        entered.add((about.st_dev, about.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(files))
    yield from closed
