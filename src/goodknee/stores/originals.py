"""The files as they came, compressed, under the sha256 of their bytes: ``originals/<sha256>.fit.gz``.

Any gzip program gives them back. A file that came gzipped is kept as it is.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from isal import igzip

from goodknee.core.model import FileFormat
from goodknee.errors import StoreError
from goodknee.stores.trouble import told_plainly

FOLDER = "originals"
#: Files on their way in; after a crash they may stay, and are swept.
DRAFT_PREFIX = ".new-"
_GZIP = b"\x1f\x8b"
_LEVEL = 2


def path_of(folder: Path, sha256: str, file_format: FileFormat) -> Path:
    """Return where the store in ``folder`` keeps the bytes with this sha256."""
    return folder / FOLDER / f"{sha256}.{file_format}.gz"


def is_gzipped(data: bytes) -> bool:
    """Tell whether a file came compressed."""
    return data[:2] == _GZIP


def content_of(data: bytes) -> bytes:
    """Return a file's bytes uncompressed; of a gzip file that breaks off, what there is.

    The size of what comes out is not limited here: readers refuse a gzip bomb before a file gets this far.
    """
    content: list[bytes] = []
    while is_gzipped(data):
        stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            content.append(stream.decompress(data))
        except zlib.error:
            break
        data = stream.unused_data
    return b"".join(content) if content else data


def write_draft(folder: Path, data: bytes) -> Path:
    """Write the bytes, compressed, beside their place and onto the disk; return the draft's path."""
    packed = data if is_gzipped(data) else igzip.compress(data, compresslevel=_LEVEL, mtime=0)

    def write(file: BinaryIO) -> None:
        file.write(packed)

    return draft(folder / FOLDER, write)


def read(folder: Path, sha256: str, file_format: FileFormat, *, gzipped: bool) -> bytes:
    """Return the very bytes that came in.

    Args:
        gzipped: The file came compressed.

    Raises:
        StoreError: The file is missing or damaged.
    """
    path = path_of(folder, sha256, file_format)
    with told_plainly(path):
        try:
            packed = path.read_bytes()
            data = packed if gzipped else gzip.decompress(packed)
        except FileNotFoundError:
            data = None
        except (EOFError, gzip.BadGzipFile, zlib.error):
            data = b""
    if data is None or hashlib.sha256(data).hexdigest() != sha256:
        raise StoreError(
            "The original of this run is missing."
            if data is None
            else "The original of this run is damaged.",
            where=str(path),
            next_step="Bring the file back from a backup, or undo its import and import your own copy again.",
        )
    return data


def draft(folder: Path, write: Callable[[BinaryIO], None]) -> Path:
    """Write a file that is on the disk when this returns, under a name that says it is not in place yet."""
    handle, name = tempfile.mkstemp(prefix=DRAFT_PREFIX, dir=folder)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def has_drafts(folder: Path) -> bool:
    """Tell whether files lie here that never got to their place."""
    return folder.is_dir() and any(path.name.startswith(DRAFT_PREFIX) for path in folder.iterdir())


def sync_folder(folder: Path) -> None:
    """Put the names in a folder onto the disk, so that a file moved there is there after a power cut."""
    if os.name == "nt":  # Windows keeps names safe by itself and cannot open a folder
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
