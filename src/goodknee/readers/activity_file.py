"""Open an activity file, whatever it is: by what is in it, never by its name."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Final

from goodknee.core.model import ReadWarning, Recording
from goodknee.errors import NotAnActivityError, ReadError
from goodknee.readers.gunzip import MAGIC as GZIP_MAGIC
from goodknee.readers.gunzip import MAX_BYTES, gunzip

_APPLE_DOUBLE: Final = b"\x00\x05\x16\x07"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_EXPORT: Final = "Export the activity from the watch or its app as FIT, GPX or TCX."


def read(path: str | os.PathLike[str]) -> Recording:
    """Read one activity file: FIT, GPX or TCX, each also gzipped.

    Args:
        path: The file. What it is, is told by its content, not by its name.

    Returns:
        Its activities, every record once, and warnings about what was wrong with the file.

    Raises:
        NotAnActivityError: The file is fine but holds no recorded activity (settings, a planned route, …).
        ReadError: It cannot be opened or nothing in it can be read.
    """
    file = os.fspath(path)
    return read_bytes(_content(file), file=file)


def read_bytes(data: bytes, *, file: str) -> Recording:
    """Read the content of an activity file.

    Args:
        data: All of it, at most 256 MB.
        file: Its name, for errors and for the recording.

    Raises:
        NotAnActivityError: It holds no recorded activity.
        ReadError: Nothing in it can be read.
    """
    if len(data) > MAX_BYTES:
        raise _too_large(file)
    warnings: list[ReadWarning] = []
    if data.startswith(GZIP_MAGIC):
        data, warnings = gunzip(data, file=file)
        if data.startswith(GZIP_MAGIC):
            raise ReadError(
                "This file was packed with gzip twice.", where=file, next_step="Unpack it once and try again."
            )
    recording = _read_unpacked(data, file)
    if warnings:
        recording = replace(recording, warnings=(*warnings, *recording.warnings))
    from goodknee.readers.local_time import with_utc_offset

    return with_utc_offset(recording)


def _content(file: str) -> bytes:
    try:
        # Opening a pipe would wait for its other end, so look first.
        mode = Path(file).stat().st_mode
        if stat.S_ISDIR(mode):
            raise ReadError("This is a folder.", where=file, next_step="Import it: goodknee import FOLDER.")
        if not stat.S_ISREG(mode):
            raise ReadError("This is not an ordinary file.", where=file, next_step=_EXPORT)
        with Path(file).open("rb") as opened:
            size = os.fstat(opened.fileno()).st_size
            if size > MAX_BYTES:
                raise _too_large(file)
            return opened.read(size)
    except FileNotFoundError as error:
        raise ReadError("There is no such file.", where=file, next_step="Check the path.") from error
    except PermissionError as error:
        raise ReadError(
            "You are not allowed to read this file.", where=file, next_step="Change its permissions."
        ) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ReadError(
            f"This file cannot be opened: {why}.", where=file, next_step="Check the path and the disk."
        ) from error


def _read_unpacked(data: bytes, file: str) -> Recording:
    if data[8:12] == b".FIT":
        from goodknee.readers.fit import read_fit

        return read_fit(data, file=file)
    if not data.strip(b"\0"):
        what = "This file is empty." if not data else "This file holds nothing but zeros."
        raise ReadError(what, where=file, next_step="Copy or export it once more.")
    if data.startswith(_ZIP):
        raise ReadError("This is a zip archive.", where=file, next_step="Unpack it and import the folder.")
    if data.startswith(_APPLE_DOUBLE):
        raise NotAnActivityError(
            "This is a companion file that macOS makes, not an activity.",
            where=file,
            next_step="Import the file of the same name without '._'.",
        )
    if b".FIT" in data[:64] or data[:1] in {b"\x0c", b"\x0e"}:
        raise ReadError(
            "This looks like a FIT file whose header is damaged.",
            where=f"{file}, byte 0",
            next_step="Copy it from the watch once more.",
            at_byte=0,
        )
    return _read_xml(data, file)


def _read_xml(data: bytes, file: str) -> Recording:
    from goodknee.readers.xml.stream import root_name

    root = root_name(data)
    if root == "gpx":
        from goodknee.readers.gpx import read_gpx

        return read_gpx(data, file=file)
    if root == "TrainingCenterDatabase":
        from goodknee.readers.tcx import read_tcx

        return read_tcx(data, file=file)
    if root is None and data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise ReadError(
            "This begins like XML but cannot be read.",
            where=f"{file}, byte 0",
            next_step="Export the activity once more.",
            at_byte=0,
        )
    if root is None:
        raise ReadError("This is not a FIT, GPX or TCX file.", where=file, next_step=_EXPORT)
    raise ReadError(
        f"This is XML, but neither GPX nor TCX: its first element is {root[:40]!r}.",
        where=file,
        next_step=_EXPORT,
    )


def _too_large(file: str) -> ReadError:
    return ReadError(
        f"This file is larger than {MAX_BYTES >> 20} MB; no activity is that large.",
        where=file,
        next_step="Export single activities.",
    )
